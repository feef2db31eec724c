from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from efficace.simulate import SimulationSettings, Truth, simulate

SMALL = SimulationSettings(reps=24, months=24, touches=150_000, seed=11, ends_on=date(2026, 3, 1), body_share=0.3)
CLEAN = SimulationSettings(reps=16, months=18, touches=40_000, seed=3, ends_on=date(2026, 3, 15), planted=False)


@dataclass(frozen=True)
class Company:
    folder: Path
    settings: SimulationSettings
    truth: Truth

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    def good(self, name: str) -> pd.DataFrame:
        """The rows as they were before wrong ones were added."""
        wrong = sum(dirty.rows for dirty in self.truth.dirty if dirty.table == name)
        rows = self.table(name)
        return rows.iloc[: len(rows) - wrong]


def made(folder: Path, settings: SimulationSettings) -> Company:
    return Company(folder, settings, simulate(folder, settings))


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return made(tmp_path_factory.mktemp("planted"), SMALL)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return made(tmp_path_factory.mktemp("clean"), CLEAN)


@pytest.fixture(params=["planted", "clean"])
def company(request: pytest.FixtureRequest) -> Company:
    found: Company = request.getfixturevalue(request.param)
    return found
