"""What may be said of a row, for every face: beyond chance or not, better or worse, a target reached or not."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Literal

from efficace.metrics.answer import Row
from efficace.metrics.metric import Better

Side = Literal["", "better", "worse", "different"]
Reached = Literal["met", "not met", "too close to call"]

MOST_FALSE = 0.05
"""Of those named side by side, at most so many by chance alone."""


def side_of(row: Row, typical: float | None, better: Better) -> Side:
    """On which side of the typical a compared member lies beyond chance; empty where chance can explain it.

    Args:
        typical: The figure of all members together.
        better: Of the metric; where neither way is better, a member is merely ``different``.
    """
    q = row.estimates.get("q", {}).get("value")
    if q is None or q > MOST_FALSE or row.value is None:
        return ""
    if better is Better.NEITHER:
        return "different"
    if typical is None or row.value == typical:
        return ""
    return "better" if (row.value > typical) == (better is Better.HIGHER) else "worse"


def side_of_alarm(row: Row) -> Side:
    """A member whose figure is an alarm, controlled over all members watched, is worse; without one nothing is said."""
    return "worse" if row.value else ""


def middle_of(rows: Sequence[Row]) -> float | None:
    """The middle member's figure: what is typical of a metric that has no figure of all members together."""
    known = [row.value for row in rows if row.value is not None]
    return median(known) if known else None


def is_improvement(row: Row, better: Better) -> bool | None:
    """Whether the move since the compared period is for the better; None where there is none, or no better way."""
    change = (row.compared or {}).get("change")
    if not change or better is Better.NEITHER:
        return None
    return bool((change > 0) == (better is Better.HIGHER))


def is_move_beyond_chance(row: Row) -> bool | None:
    """Whether chance alone would seldom bring the move about; None where no interval is meant."""
    compared = row.compared or {}
    low, high = compared.get("change_low"), compared.get("change_high")
    return None if low is None or high is None else not low <= 0 <= high


def reached(row: Row, target: float, better: Better) -> Reached:
    """What can be said of a target, the interval considered; without one the figure itself decides.

    Raises:
        ValueError: If the row has no figure.
    """
    if row.value is None:
        raise ValueError("A row without a figure reaches nothing.")
    ends = (row.value, row.value) if row.low is None or row.high is None else (row.low, row.high)
    met = [end <= target if better is Better.LOWER else end >= target for end in ends]
    return "met" if all(met) else "too close to call" if any(met) else "not met"
