"""Loading is tested without its last step, the facts, which have tests of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from loading import Company


@pytest.fixture(autouse=True)
def without_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("efficace.build.one_load.store", lambda *_: ())


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)
