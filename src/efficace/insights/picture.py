"""The one small picture of a finding: the figure that is meant beside what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from efficace.locale import LANGUAGES
from efficace.locale.said import Said
from efficace.metrics.answer import Row

Kind = Literal["rows", "parts", "columns"]


@dataclass(frozen=True)
class Mark:
    """One line or column of a picture.

    Attributes:
        value: None where there is no figure.
        tick: What it is held against: what was promised, expected or aimed at; of ``parts`` the whole.
        is_meant: Whether the claim is about it; the others are context.
    """

    label: Said | str
    value: float | None
    low: float | None = None
    high: float | None = None
    tick: float | None = None
    is_meant: bool = False

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the label in every language."""
        told = {spoken: self.label.into(spoken) if isinstance(self.label, Said) else self.label for spoken in LANGUAGES}
        return {**vars(self), "label": told}


@dataclass(frozen=True)
class Picture:
    """A picture that is small enough for a card.

    Attributes:
        kind: ``rows``: figures with intervals on one scale. ``parts``: each a part of its own whole. ``columns``:
            periods in their order, from zero.
        unit: Of all figures.
        tick_is: What the ticks are.
    """

    kind: Kind
    marks: Sequence[Mark]
    unit: str
    tick_is: Said | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        told = None if self.tick_is is None else {spoken: self.tick_is.into(spoken) for spoken in LANGUAGES}
        return {
            "kind": self.kind, "unit": self.unit, "tick_is": told, "marks": [mark.to_dict() for mark in self.marks],
        }  # fmt: skip


def mark_of(label: Said | str, row: Row, tick: float | None = None, *, is_meant: bool = False) -> Mark:
    """A row of an answer as a mark."""
    return Mark(label, row.value, row.low, row.high, tick, is_meant)


def beside_all(own: Mark, usual: float, unit: str) -> Picture:
    """A member beside the figure of all: other members by name might be persons whom the reader may not see."""
    return Picture("rows", (replace(own, is_meant=True), Mark(Said("all"), usual)), unit)
