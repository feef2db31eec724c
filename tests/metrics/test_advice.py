"""What messages lack most: behind the others first, the farthest first, then the rarest."""

from __future__ import annotations

from efficace.metrics.advice import advice
from efficace.metrics.answer import Row


def row(element: str, value: float | None, low: float | None = None, high: float | None = None) -> Row:
    return Row(period=None, members={"element": element}, value=value, low=low, high=high, n=40, partial=False)


def test_what_lies_behind_the_others_beyond_its_interval_comes_first() -> None:
    own = [
        row("signature", 0.9, 0.8, 0.95),
        row("next_step", 0.2, 0.1, 0.35),  # below the others, but their share lies within its interval
        row("asked_for", 0.5, 0.4, 0.6),
        row("name_in_greeting", 0.3, 0.2, 0.4),
        row("earlier_exchange", None),
        row("company_or_role", 0.1, 0.0, 0.2),  # nothing to compare with
    ]
    others = [
        row("signature", 0.85), row("next_step", 0.3), row("asked_for", 0.65), row("name_in_greeting", 0.6),
        row("company_or_role", None),
    ]  # fmt: skip
    found = advice(own, others)
    assert [(one.element, one.is_behind) for one in found] == [
        ("name_in_greeting", True), ("asked_for", True), ("company_or_role", False), ("next_step", False),
        ("signature", False),
    ]  # fmt: skip
    assert [one.typical for one in found] == [0.6, 0.65, None, 0.3, 0.85]


def test_without_messages_there_is_no_advice() -> None:
    assert advice([], [row("signature", 0.5)]) == []
    assert advice([row("signature", None)], []) == []
