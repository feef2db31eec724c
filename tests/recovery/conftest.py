"""Two simulated companies, loaded once: one with planted faults, one without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from efficace.build import load
from efficace.project import Project, open_project
from efficace.simulate import SimulationSettings, Truth, simulate

NOW = datetime(2026, 10, 2)


@dataclass(frozen=True)
class Company:
    """A loaded company and what was planted in it."""

    project: Project
    truth: Truth


def company(folder: Path, settings: SimulationSettings) -> Company:
    truth = simulate(folder / "tables", settings)
    (folder / "project").mkdir()
    (folder / "project" / "efficace.yaml").write_bytes((folder / "tables" / "efficace.yaml").read_bytes())
    load(folder / "project", folder / "tables", None, NOW)
    return Company(open_project(folder / "project"), truth)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = company(tmp_path_factory.mktemp("planted"), SimulationSettings(reps=30, touches=120_000, seed=7))
    yield made
    made.project.close()


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    settings = SimulationSettings(reps=20, touches=60_000, seed=11, planted=False)
    made = company(tmp_path_factory.mktemp("plain"), settings)
    yield made
    made.project.close()
