"""A load that brings changes leaves, in every table, what building everything anew would."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from any_company import DAYS, START, AnyCompany

from efficace.build import earlier, load_tables
from efficace.facts import refresh
from snapshot_rows import Rows, differing, rows_of

SETTINGS: dict[str, Any] = {"company": {"timezone": "Europe/Paris", "currency": "EUR"}}
OTHER: dict[str, Any] = {"company": {"timezone": "Europe/Paris", "currency": "EUR"}, "churn": {"grace_days": 10}}


@pytest.fixture(autouse=True)
def _in_place_whatever_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows of a small company are a large part of it."""
    monkeypatch.setattr(earlier, "MOST_NEW", 0.9)
    monkeypatch.setattr(refresh, "MOST", 1.0)
    monkeypatch.setattr(refresh, "LEAST", 0)


def rebuilt(project: Path, folder: Path, given: dict[str, Any], now: datetime) -> Rows:
    """The tables of a project that has the same raw log and no snapshot; what was given last is given again."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("snapshots"))
    load_tables(folder, given, None, now)
    return rows_of(folder)


@pytest.mark.parametrize("seed", [0, 3])
def test_changes_one_after_the_other_leave_what_a_full_build_makes(tmp_path: Path, seed: int) -> None:
    check(seed, tmp_path, 2)


def check(seed: int, folder: Path, changes: int) -> None:
    """Load a company and changes of it, each beside a full build."""
    company = AnyCompany(seed)
    project, now = folder / "project", START + timedelta(days=DAYS / 2)
    load_tables(project, company.everything(), SETTINGS, now)
    for number in range(changes):
        now += timedelta(hours=company.rng.choice([0, 3, 30, 200]))
        settings = OTHER if company.rng.random() < 0.05 else None
        given = company.merge() if company.rng.random() < 0.05 else company.change()
        load_tables(project, given, settings, now)
        found = differing(rows_of(project), rebuilt(project, folder / "whole", given, now))
        assert not found, (seed, number, {name: rows[:3] for name, rows in given.items()}, found)
