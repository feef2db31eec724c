"""Grades against the limits of the rubrics."""

from __future__ import annotations

import numpy as np
import pytest

from efficace.config import Rubrics
from efficace.metrics.grades import at_least, at_most, nearest, points


def test_a_limit_itself_earns_its_grade() -> None:
    limits = Rubrics().promptness
    seconds = np.array([0, 300, 301, 3600, 86400, 604800, 604801, np.nan])
    assert at_most(seconds, limits) == ["A", "A", "B", "B", "C", "D", "F", None]


def test_attempts_are_graded_from_many_to_none() -> None:
    more = np.array([8, 7.9, 5, 3, 1, 0.5, 0])
    assert at_least(more, Rubrics().persistence) == ["A", "B", "B", "C", "D", "F", "F"]


def test_points_run_from_four_to_zero_and_a_missing_grade_has_none() -> None:
    assert points(["A", "B", "C", "D", "F"]).tolist() == [4, 3, 2, 1, 0]
    assert np.isnan(points([None]))[0]


@pytest.mark.parametrize(("average", "grade"), [(4, "A"), (3.5, "A"), (3.49, "B"), (0.5, "D"), (0.49, "F"), (0, "F")])
def test_the_nearest_grade_half_way_is_the_better_one(average: float, grade: str) -> None:
    assert nearest(np.array([average])) == [grade]


def test_no_mean_has_no_grade() -> None:
    assert nearest(np.array([np.nan])) == [None]
