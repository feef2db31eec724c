"""The room for what a server keeps: bounded by rows, whatever the answers are, and left to the published snapshot."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import pytest

from efficace.web.kept import Kept, weight_of


def keep(kept: Kept, name: Hashable, rows: int, snapshot: int = 1) -> bool:
    """Ask for a value of so many rows; whether it was reckoned for that."""
    found, is_new = kept.of(snapshot, name)
    if is_new:
        kept.reckon(snapshot, name, found, lambda: [0] * rows)
    assert len(found.result()) == rows
    return is_new


def broken() -> Callable[[], object]:
    def fail() -> object:
        raise ValueError("no")

    return fail


def test_what_is_kept_is_not_reckoned_again() -> None:
    kept = Kept()
    assert keep(kept, "a", 3)
    assert not keep(kept, "a", 3)
    assert kept.weight == 4


def test_no_more_rows_are_kept_than_there_is_room_for() -> None:
    kept = Kept(100)
    for number in range(50):
        keep(kept, number, number % 17)
        assert kept.weight <= 100


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept = Kept(30)
    keep(kept, "a", 9)
    keep(kept, "b", 9)
    keep(kept, "c", 9)
    keep(kept, "a", 9)
    keep(kept, "d", 9)
    assert not keep(kept, "a", 9)
    assert keep(kept, "b", 9)


def test_what_would_take_more_than_half_of_the_room_is_given_but_not_kept_where_others_would_have_to_go() -> None:
    kept = Kept(30)
    keep(kept, "a", 9)
    keep(kept, "large", 40)
    assert not keep(kept, "a", 9)
    assert keep(kept, "large", 40)


def test_what_is_being_reckoned_stays_until_it_is_there() -> None:
    kept = Kept(10)
    slow, is_new = kept.of(1, "slow")
    assert is_new
    keep(kept, "a", 9)
    keep(kept, "b", 9)
    again, is_new = kept.of(1, "slow")
    assert again is slow
    assert not is_new
    kept.reckon(1, "slow", slow, lambda: [0])
    assert slow.result() == [0]


@pytest.mark.parametrize("then", [2, 4])
def test_what_was_kept_of_another_snapshot_is_let_go(then: int) -> None:
    kept = Kept()
    keep(kept, "a", 5, snapshot=3)
    assert keep(kept, "a", 5, snapshot=then)
    assert not keep(kept, "a", 5, snapshot=then)
    assert kept.weight == 6


def test_what_an_earlier_snapshot_still_reckons_is_told_to_those_who_wait() -> None:
    kept = Kept()
    slow, _is_new = kept.of(1, "slow")
    keep(kept, "a", 5, snapshot=2)
    kept.reckon(1, "slow", slow, lambda: [0])
    assert slow.result() == [0]
    assert kept.weight == 6


def test_what_fails_is_told_and_reckoned_again() -> None:
    kept = Kept()
    found, _is_new = kept.of(1, "a")
    kept.reckon(1, "a", found, broken())
    with pytest.raises(ValueError, match="no"):
        found.result()
    assert kept.weight == 0
    assert keep(kept, "a", 2)


def test_a_value_weighs_its_rows() -> None:
    @dataclass(frozen=True)
    class Answer:
        rows: tuple[int, ...]
        missing: Sequence[str]
        unit: str = "days"
        n: int = 7

    assert weight_of(Answer((1, 2, 3), ["a reason"])) == 5
    assert weight_of([1, 2]) == 3
    assert weight_of(frozenset("abc")) == 4
    assert weight_of("a long text") == 1
    assert weight_of(None) == 1
