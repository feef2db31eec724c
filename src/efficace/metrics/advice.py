"""What the messages of somebody lack most, beside those of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from efficace.metrics.answer import Row
from efficace.metrics.four_ps import ELEMENT


@dataclass(frozen=True)
class Advice:
    """One element of personalization in somebody's messages.

    Attributes:
        row: The share of the messages that have it, of those to whose reader it can apply.
        typical: The same of the others; None where it is not known.
        is_behind: Whether the whole interval lies below the typical share.
    """

    element: str
    row: Row
    typical: float | None
    is_behind: bool


def advice(own: Sequence[Row], others: Sequence[Row]) -> list[Advice]:
    """What to write more about, the first matters most: what lies farthest behind the others, then what is rarest.

    Args:
        own: Rows of ``personalization`` by element.
        others: The same of whom to compare with.
    """
    typical = {row.members[ELEMENT]: row.value for row in others}
    told = [_of(row, typical.get(row.members[ELEMENT])) for row in own if row.value is not None]
    return sorted(told, key=lambda one: (not one.is_behind, -_gap(one) if one.is_behind else one.row.value))


def _of(row: Row, typical: float | None) -> Advice:
    is_behind = typical is not None and row.high is not None and row.high < typical
    return Advice(str(row.members[ELEMENT]), row, typical, is_behind)


def _gap(one: Advice) -> float:
    return (one.typical or 0.0) - (one.row.value or 0.0)
