"""How far a goal is: what is reached, what is left, and whether that is ahead of the days that have passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from efficace.metrics.answer import Row
from efficace.metrics.catalogue.plan import LEVELS
from efficace.metrics.metric import Better, Metric
from efficace.metrics.verdicts import Reached, reached

State = Literal["ahead", "behind", "to come", "met", "not met", "too close to call"]


@dataclass(frozen=True)
class Goal:
    """What a metric should reach within ``[start, end)``."""

    metric: str
    start: date
    end: date
    value: float


@dataclass(frozen=True)
class Progress:
    """How far a goal is.

    Attributes:
        row: The figure over the goal's days so far; None where there is none.
        passed: Share of the goal's days that the data has reached.
        days_left: Days of the goal that are still to come.
        share: What is reached over the goal, for sums; for other figures None.
        left: How far the figure is from the goal, in its unit; 0 where it is reached; None where there is no figure.
        state: A running sum is ahead of its days or behind them; what is over, or no sum, is met or not.
    """

    goal: Goal
    row: Row | None
    passed: float
    days_left: int
    share: float | None
    left: float | None
    state: State


def adds_up(metric: Metric) -> bool:
    """Whether half of the days bring half of the figure: sums and counts do, levels and shares do not."""
    return metric.counts and metric.id not in LEVELS


def progress(goal: Goal, row: Row | None, metric: Metric, until: date) -> Progress:
    """Read how far a goal is from the figure over its days so far.

    Args:
        row: None, or without a value, where there is no figure yet.
        until: First day that the data has not reached in full.
    """
    days = (goal.end - goal.start).days
    gone = min(max((until - goal.start).days, 0), days)
    passed = gone / days
    known = row if row is not None and row.value is not None else None
    if known is None or known.value is None:
        return Progress(goal, None, passed, days - gone, None, None, "to come" if gone < days else "not met")
    is_sum = adds_up(metric) and metric.better is not Better.LOWER
    share = known.value / goal.value if is_sum and goal.value > 0 else None
    short = known.value - goal.value if metric.better is Better.LOWER else goal.value - known.value
    return Progress(
        goal, known, passed, days - gone, share, max(short, 0.0), _state(goal, known, metric, passed, share)
    )


def _state(goal: Goal, row: Row, metric: Metric, passed: float, share: float | None) -> State:
    if share is not None and passed < 1 and share < 1:
        return "ahead" if share >= passed else "behind"
    found: Reached = reached(row, goal.value, metric.better)
    # A full count over all its days is no estimate: chance does not enter.
    if share is not None:
        return "met" if share >= 1 else "not met"
    return found
