"""The benchmark compares speeds of the same answer: that it still is the same, on a small company."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build import load
from efficace.metrics.query import REASON
from efficace.project import Project, open_project
from efficace.simulate import SimulationSettings, simulate

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.delta import delta_of, differing_tables
from benchmarks.measured import Spread
from benchmarks.questions import QUESTIONS, Asked, by_pandas, by_sql, differences, ours, sums_by_sql
from benchmarks.tasks import canonical

NOW = datetime(2027, 1, 1)
"""After the simulated company's last day."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    simulate(folder / "company", SimulationSettings(touches=5000, planted=False, dirty=False))
    load(folder / "project", folder / "company", None, NOW)
    canonical(str(folder / "project"), str(folder / "canonical"))
    return folder


@pytest.fixture(scope="module")
def project(folder: Path) -> Iterator[Project]:
    with open_project(folder / "project") as opened:
        yield opened


def name_of(asked: Any) -> str:
    return str(asked.metric)


@pytest.mark.parametrize("asked", QUESTIONS, ids=name_of)
def test_our_answer_is_that_of_hand_written_sql(project: Project, asked: Asked) -> None:
    as_of = project.data.snapshot().as_of
    found = ours(project, asked)
    assert found
    assert differences(found, by_sql(project.ground().engine.raw, asked, as_of)) == []


@pytest.mark.parametrize("asked", QUESTIONS, ids=name_of)
def test_our_answer_is_that_of_straightforward_pandas(project: Project, folder: Path, asked: Asked) -> None:
    as_of = project.data.snapshot().as_of
    pandas = by_pandas(folder / "canonical", asked, as_of, str(project.config.zone))
    assert differences(ours(project, asked), pandas) == []


@pytest.mark.parametrize("asked", [asked for asked in QUESTIONS if asked.sums], ids=name_of)
def test_as_many_sums_travel_as_hand_written_sql_yields(project: Project, asked: Asked) -> None:
    ground = project.ground()
    used: list[int] = []
    plain = ground.engine.fetch

    def counted(query: str) -> Any:
        found = plain(query)
        used.extend(found[name].null_count for name in found.column_names if name == REASON)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ground.engine, "fetch", counted)
        ours(project, asked)
    assert used == [sums_by_sql(ground.engine.raw, asked, ground.as_of)]


def test_a_snapshot_is_the_same_as_itself_and_not_as_one_of_changed_rows(folder: Path) -> None:
    load(folder / "changed", folder / "company", None, NOW)
    load(folder / "changed", delta_of(folder / "company", folder / "delta"), None, NOW)
    first, second = (folder / "changed" / "snapshots" / f"{number:06d}.duckdb" for number in (1, 2))
    assert differing_tables(first, first) == []
    assert "order_lines" in differing_tables(first, second)


def test_figures_that_differ_or_are_missing_are_named() -> None:
    assert differences({(None, "r1"): 0.5}, {(None, "r1"): 0.5 + 1e-12}) == []
    assert len(differences({(None, "r1"): 0.5, (None, "r2"): 1.0}, {(None, "r1"): 0.6})) == 2


def test_ratios_are_taken_run_by_run() -> None:
    assert (Spread((2.0, 9.0, 4.0)) / Spread((1.0, 3.0, 4.0))).values == (2.0, 3.0, 1.0)
