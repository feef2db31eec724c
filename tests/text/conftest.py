"""Real data sets, and invented mails whose licence allows copying."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest

REAL = Path(os.environ.get("EFFICACE_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def real_file() -> Callable[[str], Path]:
    """Path of a file of a real data set; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        if not (REAL / name).exists():
            pytest.skip(f"the real data {name} are not here (set EFFICACE_DATA)")
        return REAL / name

    return find


@pytest.fixture(scope="session")
def french_mails() -> dict[int, str]:
    """Bodies of the mails in ``data/emails_fr.csv`` by their number."""
    path = Path(__file__).parent / "data" / "emails_fr.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {int(row["row"]): row["body"] for row in csv.DictReader(file)}
