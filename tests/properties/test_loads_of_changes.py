"""A load that brings changes leaves, in every table, what building everything anew would."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from any_company import DAYS, START, AnyCompany

from efficace.build import earlier, load_tables
from efficace.facts import refresh
from efficace.warehouse.snapshot import Snapshots

SETTINGS: dict[str, Any] = {"company": {"timezone": "Europe/Paris", "currency": "EUR"}}
OTHER: dict[str, Any] = {"company": {"timezone": "Europe/Paris", "currency": "EUR"}, "churn": {"grace_days": 10}}
OF_THE_FILE = ("table_origins", "build_inputs", "load_counts", "load_notes", "source_status", "built_for")
"""Tables that say how a snapshot came about, not what is known."""


@pytest.fixture(autouse=True)
def _in_place_whatever_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows of a small company are a large part of it."""
    monkeypatch.setattr(earlier, "MOST_NEW", 0.9)
    monkeypatch.setattr(refresh, "MOST", 1.0)


def tables_of(project: Path) -> dict[str, list[str]]:
    """Every table's rows as sorted texts, floats to 9 digits: sums depend on the order of rows in the last ones."""
    snapshots = Snapshots(project)
    present = snapshots.current()
    assert present is not None
    with duckdb.connect(str(snapshots.file(present.number)), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        kept = sorted(name for name in names if name not in OF_THE_FILE)
        return {name: sorted(map(_text, connection.execute(f'FROM "{name}"').fetchall())) for name in kept}


def _text(row: tuple[Any, ...]) -> str:
    return repr(tuple(float(f"{value:.9g}") if isinstance(value, float) else value for value in row))


def rebuilt(project: Path, folder: Path, given: dict[str, Any], now: datetime) -> dict[str, list[str]]:
    """The tables of a project that has the same raw log and no snapshot; what was given last is given again."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("snapshots"))
    load_tables(folder, given, None, now)
    return tables_of(folder)


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, Any]:
    """Rows that one has and the other lacks, by table; in both directions."""
    names = sorted(one.keys() | other.keys())
    return {
        name: (sorted(set(one.get(name, [])) - set(other.get(name, [])))[:3],
               sorted(set(other.get(name, [])) - set(one.get(name, [])))[:3])
        for name in names
        if one.get(name) != other.get(name)
    }  # fmt: skip


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
        found = differing(tables_of(project), rebuilt(project, folder / "whole", given, now))
        assert not found, (seed, number, {name: rows[:3] for name, rows in given.items()}, found)
