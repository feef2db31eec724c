"""Facts in Ibis and in SQL by hand: that both give the same rows, on a small company, and that a difference shows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from efficace.build import load
from efficace.project import open_project
from efficace.simulate import SimulationSettings, simulate

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.bounds import table
from benchmarks.facts import Ground, bounds, by_hand, disagreements, measure, opened

NOW = datetime(2027, 1, 1)
"""After the simulated company's last day."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facts_by_hand")
    simulate(folder / "company", SimulationSettings(touches=5000))
    load(folder / "project", folder / "company", None, NOW)
    return folder


@pytest.fixture(scope="module")
def ground(folder: Path) -> Iterator[Ground]:
    with open_project(folder / "project") as project, opened(project, folder / "scratch") as ground:
        yield ground


@pytest.mark.parametrize("name", by_hand())
def test_a_fact_by_hand_has_the_rows_that_the_load_stored(ground: Ground, name: str) -> None:
    assert ground.engine.execute(f"SELECT count(*) FROM fact_{name}").fetchone()[0] > 0
    assert ground.differing(name, by_hand()[name]) == 0


@pytest.mark.parametrize("name", by_hand())
def test_a_row_too_few_and_a_changed_one_are_seen(ground: Ground, name: str) -> None:
    query = by_hand()[name]
    assert ground.differing(name, f"SELECT * FROM ({query}) LIMIT (SELECT count(*) - 1 FROM fact_{name})") == 1
    changed = f"FROM fact_{name} UNION ALL BY NAME (FROM fact_{name} LIMIT 1)"
    assert ground.differing(name, changed) == 1


def test_both_ways_are_timed_in_one_run(folder: Path) -> None:
    with open_project(folder / "project") as project:
        found = measure(project, folder / "timed", 2)
    assert list(found) == list(by_hand())
    assert all(len(one["ours"]) == len(one["by_hand"]) == 2 for one in found.values())
    assert disagreements(found) == []


def test_the_promise_is_on_all_facts_together_and_each_ratio_is_told() -> None:
    found = {
        "deal_spans": {"ours": [3.0, 2.0], "by_hand": [1.0, 1.0], "differing": 0},
        "messages": {"ours": [9.0, 10.0], "by_hand": [10.0, 10.0], "differing": 4},
    }
    *each, together = bounds(found)
    assert [bound.limit for bound in each] == [None, None]
    assert [bound.measured.values for bound in each] == [(3.0, 2.0), (0.9, 1.0)]
    assert together.measured.values == (12 / 11, 12 / 11)
    assert together.limit == 1.15
    assert together.is_met
    assert "| at most 1.15 x | met |" in table([*each, together])
    assert disagreements(found) == ["fact messages: 4 rows differ from those by hand"]


def test_facts_that_take_too_long_together_break_the_promise() -> None:
    *_, together = bounds({"deal_spans": {"ours": [1.2], "by_hand": [1.0], "differing": 0}})
    assert not together.is_met
