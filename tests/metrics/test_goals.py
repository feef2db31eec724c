"""How far a goal is, worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from efficace.metrics.answer import Row
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.goals import Goal, adds_up, progress

QUARTER = (date(2026, 1, 1), date(2026, 4, 1))
"""90 days."""


def row(value: float | None, low: float | None = None, high: float | None = None) -> Row:
    return Row(period=None, members={}, value=value, low=low, high=high, n=1, partial=False, left_out={})


@pytest.mark.parametrize(
    ("value", "until", "share", "left", "state"),
    [
        (50_000.0, date(2026, 2, 15), 0.5, 50_000.0, "ahead"),  # half of the days have passed
        (49_000.0, date(2026, 2, 15), 0.49, 51_000.0, "behind"),
        (120_000.0, date(2026, 2, 15), 1.2, 0.0, "met"),
        (99_999.0, date(2026, 4, 1), 0.99999, 1.0, "not met"),
        (100_000.0, date(2026, 6, 1), 1.0, 0.0, "met"),
        (0.0, date(2026, 1, 1), 0.0, 100_000.0, "ahead"),  # nothing is due on the first day
    ],
)
def test_a_sum_is_ahead_or_behind_of_its_days(value: float, until: date, share: float, left: float, state: str) -> None:
    found = progress(Goal("bookings", *QUARTER, 100_000.0), row(value), CATALOGUE["bookings"], until)
    assert (found.share, found.left, found.state) == (pytest.approx(share), pytest.approx(left), state)
    assert found.passed == pytest.approx(min((until - QUARTER[0]).days, 90) / 90)
    assert found.days_left == max((QUARTER[1] - until).days, 0)


@pytest.mark.parametrize(
    ("metric", "figure", "goal", "left", "state"),
    [
        ("win_rate", (0.30, 0.25, 0.36), 0.24, 0.0, "met"),
        ("win_rate", (0.30, 0.25, 0.36), 0.33, 0.03, "too close to call"),
        ("win_rate", (0.30, 0.25, 0.36), 0.40, 0.10, "not met"),
        ("sales_cycle_length", (50.0, 45.0, 55.0), 42.0, 8.0, "not met"),
        ("sales_cycle_length", (40.0, 38.0, 41.0), 42.0, 0.0, "met"),
    ],
)
def test_an_estimate_meets_its_goal_as_far_as_its_interval_tells(
    metric: str, figure: tuple[float, float, float], goal: float, left: float, state: str
) -> None:
    found = progress(Goal(metric, *QUARTER, goal), row(*figure), CATALOGUE[metric], date(2026, 2, 1))
    assert (found.share, found.left, found.state) == (None, pytest.approx(left), state)


@pytest.mark.parametrize(("until", "state"), [(date(2025, 12, 1), "to come"), (date(2026, 5, 1), "not met")])
def test_without_a_figure_a_goal_is_to_come_or_not_met(until: date, state: str) -> None:
    for nothing in (None, row(None)):
        found = progress(Goal("bookings", *QUARTER, 1.0), nothing, CATALOGUE["bookings"], until)
        assert (found.share, found.left, found.state) == (None, None, state)


def test_sums_add_up_and_levels_do_not() -> None:
    told = {name: adds_up(CATALOGUE[name]) for name in ("bookings", "units_sold", "new_customers", "mrr", "win_rate")}
    assert told == {"bookings": True, "units_sold": True, "new_customers": True, "mrr": False, "win_rate": False}
