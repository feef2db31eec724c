"""Grades of the four Ps: a group's figure against the limits of the rubrics (METRICS 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from efficace.metrics.metric import Further
from efficace.stats.estimate import Estimates, Floats

LETTERS = ("A", "B", "C", "D", "F")
POINTS = {letter: float(len(LETTERS) - 1 - place) for place, letter in enumerate(LETTERS)}

Grades = list[str | None]
"""One letter a row; None = no grade."""


def at_most(values: Floats, limits: Sequence[float]) -> Grades:
    """The grade of values of which less is better; what lies beyond the last limit is F."""
    return [_letter([value <= limit for limit in limits]) if np.isfinite(value) else None for value in values]


def at_least(values: Floats, limits: Sequence[float]) -> Grades:
    """The grade of values of which more is better; what lies below the last limit is F."""
    return [_letter([value >= limit for limit in limits]) if np.isfinite(value) else None for value in values]


def points(grades: Grades) -> Floats:
    """A 4, B 3, C 2, D 1, F 0; NaN without a grade."""
    return np.array([POINTS[grade] if grade else np.nan for grade in grades], dtype=np.float64)


def nearest(average: Floats) -> Grades:
    """The grade nearest to a mean of points; half-way it is the better one."""
    by_points = {value: letter for letter, value in POINTS.items()}
    return [by_points[float(np.floor(value + 0.5))] if np.isfinite(value) else None for value in average]


def worded(grades: Grades) -> Further:
    """Grades as an estimate beside the value."""
    return Further(Estimates.nowhere(len(grades)), words=grades)


def _letter(holds: Sequence[bool]) -> str:
    return LETTERS[holds.index(True)] if any(holds) else LETTERS[-1]
