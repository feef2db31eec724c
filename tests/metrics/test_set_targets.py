"""Targets that people set beside those of the loaded plan: which one holds, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from efficace.metrics.answer import Row
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.set_targets import Beside, PlanRow, SetTarget, amended, beside, of_members, outermost

QUARTER = SetTarget("bookings", date(2024, 1, 1), date(2024, 4, 1), 120.0)
JANUARY = replace(QUARTER, end=date(2024, 2, 1), value=30.0)


def plan_row(actual: float, target: float, **members: str) -> Row:
    figures = {"actual": actual, "target": target}
    estimates = {name: {"value": one, "low": None, "high": None, "unit": "EUR"} for name, one in figures.items()}
    return Row(date(2024, 1, 1), members, actual / target, None, None, 1, partial=False, estimates=estimates)


def figure(value: float | None) -> Row:
    return Row(None, {}, value, None, None, 3, partial=False)


def told(found: PlanRow | None) -> tuple[float, float, str]:
    assert found is not None
    estimates = found.row.estimates
    return estimates["actual"]["value"], estimates["target"]["value"], found.origin


def test_a_set_target_takes_the_place_of_the_loaded_one_of_the_same_days() -> None:
    """The file wants 100, somebody set 120, and 90 came: 90 of 120, not 180 of 220."""
    found = Beside(QUARTER, 90.0, 120.0, (90.0, 100.0), is_cut=False)
    shown = amended(plan_row(90, 100), [found], "EUR", date(2024, 1, 1))
    assert told(shown) == (90.0, 120.0, "set")
    assert shown is not None
    assert shown.row.value == pytest.approx(90 / 120)


def test_a_set_target_of_other_days_is_added_as_the_plan_adds_its_own() -> None:
    """The file wants 100 of the quarter; 30 of January were set, of which 24 came."""
    found = Beside(JANUARY, 24.0, 30.0, None, is_cut=False)
    assert told(amended(plan_row(90, 100), [found], "EUR")) == (114.0, 130.0, "both")
    assert told(amended(None, [found], "EUR")) == (24.0, 30.0, "set")


def test_without_a_target_there_is_no_row_and_without_a_set_one_it_is_the_loaded_one() -> None:
    row = plan_row(90, 100)
    assert amended(None, [], "EUR") is None
    assert amended(row, [], "EUR") == PlanRow(row, "loaded")


def test_targets_within_a_longer_one_of_the_same_member_are_its_parts() -> None:
    north = replace(JANUARY, dimension="team", member="north")
    assert outermost([JANUARY, QUARTER, north]) == [QUARTER, north]
    assert outermost([QUARTER, QUARTER]) == [QUARTER, QUARTER]


def test_a_running_sum_is_due_by_its_days_and_a_share_is_not() -> None:
    """Of 91 days 31 have passed: 120 x 31 / 91 are due; 40 % of deals won are due on any day."""
    read = beside(QUARTER, CATALOGUE["bookings"], date(2024, 2, 1), lambda *_: figure(50.0), lambda _: None)
    assert read is not None
    assert read.due == pytest.approx(120 * 31 / 91)
    assert read.is_cut
    share = replace(QUARTER, metric="win_rate", value=0.4)
    read = beside(share, CATALOGUE["win_rate"], date(2024, 2, 1), lambda *_: figure(0.3), lambda _: None)
    assert read is not None
    assert read.due == 0.4


def test_what_has_not_begun_or_is_not_known_is_no_row() -> None:
    metric = CATALOGUE["bookings"]
    assert beside(QUARTER, metric, date(2024, 1, 1), lambda *_: figure(50.0), lambda _: None) is None
    assert beside(QUARTER, metric, date(2024, 5, 1), lambda *_: figure(None), lambda _: None) is None


def test_a_team_s_plan_is_the_goals_of_its_members_beside_what_those_brought() -> None:
    """a brought 50 of 100 and b 30 of 20; c, of another team, does not count."""
    rows = [PlanRow(plan_row(50, 100, rep="a"), "loaded"), PlanRow(plan_row(30, 20, rep="b"), "set"),
            PlanRow(plan_row(9, 9, rep="c"), "loaded")]  # fmt: skip
    shown = of_members(rows, "north", "North", frozenset({"a", "b", "d"}))
    assert told(shown) == (80.0, 120.0, "members")
    assert shown is not None
    assert (shown.row.names, shown.row.n) == ({"team": "North"}, 2)
    assert of_members(rows, "south", None, frozenset({"d"})) is None
