"""What we promise of speed and size, and whether a measurement keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measured import Spread


@dataclass(frozen=True)
class Bound:
    """A promise and what was measured.

    Attributes:
        limit: What the middle of the measurements may be at most; at least where ``is_least``.
    """

    name: str
    measured: Spread
    limit: float
    unit: str
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        middle = self.measured.middle
        return middle >= self.limit if self.is_least else middle <= self.limit


def table(bounds: Sequence[Bound]) -> str:
    """The promises as a Markdown table: measured (least to most), bound, met or not."""
    lines = ["| what | measured | bound | |", "| --- | --- | --- | --- |"]
    for bound in bounds:
        side = "at least" if bound.is_least else "at most"
        verdict = "met" if bound.is_met else "**not met**"
        lines.append(
            f"| {bound.name} | {bound.measured} {bound.unit} | {side} {bound.limit:g} {bound.unit} | {verdict} |"
        )
    return "\n".join(lines)
