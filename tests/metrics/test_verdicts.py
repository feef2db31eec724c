"""What is said of a row: only what its interval and chance allow."""

from __future__ import annotations

import pytest

from efficace.metrics.answer import Row
from efficace.metrics.metric import Better
from efficace.metrics.verdicts import is_improvement, is_move_beyond_chance, middle_of, reached, side_of, side_of_alarm


def _row(value: float | None, low: float | None = None, high: float | None = None, **more: object) -> Row:
    return Row(None, {"rep": "r"}, value, low, high, 10, False, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("q", "value", "better", "expected"),
    [
        (0.05, 0.6, Better.HIGHER, "better"),
        (0.05, 0.4, Better.HIGHER, "worse"),
        (0.05, 0.4, Better.LOWER, "better"),
        (0.051, 0.9, Better.HIGHER, ""),
        (None, 0.9, Better.HIGHER, ""),
        (0.001, 0.5, Better.HIGHER, ""),
        (0.001, 0.9, Better.NEITHER, "different"),
    ],
)
def test_a_side_is_named_only_beyond_chance(q: float | None, value: float, better: Better, expected: str) -> None:
    assert side_of(_row(value, estimates={"q": {"value": q}}), 0.5, better) == expected


def test_of_an_alarm_a_member_is_worse_and_without_one_nothing_is_said() -> None:
    told = {"q": {"value": 0.001}}
    assert [side_of_alarm(_row(value, estimates=told)) for value in (1.0, 0.0, None)] == ["worse", "", ""]


def test_without_a_typical_figure_nobody_is_better_or_worse() -> None:
    assert side_of(_row(0.9, estimates={"q": {"value": 0.001}}), None, Better.HIGHER) == ""
    assert middle_of([_row(3.0), _row(None), _row(1.0), _row(8.0)]) == 3.0
    assert middle_of([_row(None)]) is None


@pytest.mark.parametrize(
    ("low", "high", "better", "expected"),
    [
        (0.41, 0.6, Better.HIGHER, "met"),
        (0.3, 0.39, Better.HIGHER, "not met"),
        (0.3, 0.6, Better.HIGHER, "too close to call"),
        (0.3, 0.39, Better.LOWER, "met"),
        (0.41, 0.6, Better.LOWER, "not met"),
        (None, None, Better.HIGHER, "met"),
        (None, None, Better.LOWER, "not met"),
    ],
)
def test_a_target_is_reached_only_where_the_whole_interval_is(
    low: float | None, high: float | None, better: Better, expected: str
) -> None:
    assert reached(_row(0.45, low, high), 0.4, better) == expected


def test_a_move_is_beyond_chance_where_its_interval_leaves_out_zero() -> None:
    told = {"change": 0.2, "change_low": 0.1, "change_high": 0.3}
    row = _row(0.5, compared=told)
    assert (is_move_beyond_chance(row), is_improvement(row, Better.HIGHER)) == (True, True)
    assert is_improvement(row, Better.LOWER) is False
    assert is_improvement(row, Better.NEITHER) is None
    assert is_move_beyond_chance(_row(0.5, compared={**told, "change_low": -0.1})) is False
    assert is_move_beyond_chance(_row(0.5, compared={"change": 0.2, "change_low": None, "change_high": None})) is None
    assert is_improvement(_row(0.5), Better.HIGHER) is None
