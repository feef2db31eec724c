"""What we promise of speed and size, and whether a measurement keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measured import Spread


@dataclass(frozen=True)
class Bound:
    """A promise and what was measured.

    Attributes:
        limit: What the middle of the measurements may be at most; at least where ``is_least``. None = it is only told.
    """

    name: str
    measured: Spread
    limit: float | None
    unit: str
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        middle = self.measured.middle
        if self.limit is None:
            return True
        return middle >= self.limit if self.is_least else middle <= self.limit


def table(bounds: Sequence[Bound]) -> str:
    """The promises as a Markdown table: measured (least to most), bound, met or not."""
    head = ["| what | measured | bound | |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *map(line, bounds)])


def line(bound: Bound) -> str:
    """One promise as a line of the table."""
    return f"| {bound.name} | {bound.measured} {bound.unit} | {_promise(bound)} |"


def _promise(bound: Bound) -> str:
    """What is promised, and whether it is kept."""
    if bound.limit is None:
        return "|"
    side = "at least" if bound.is_least else "at most"
    verdict = "met" if bound.is_met else "**not met**"
    return f"{side} {bound.limit:g} {bound.unit} | {verdict}"
