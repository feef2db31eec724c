"""How often intervals cover the truth, and how far values lie from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from efficace.stats.rates import wilson

LEAST, MOST = 0.93, 0.97
"""Where the coverage of a 95 % interval should lie."""


@dataclass(frozen=True)
class Found:
    """One answer beside the truth; limits are None where the interval is open to that side."""

    value: float
    low: float | None
    high: float | None
    truth: float

    @property
    def is_below(self) -> bool:
        """The whole interval lies below the truth."""
        return self.high is not None and self.high < self.truth

    @property
    def is_above(self) -> bool:
        """The whole interval lies above the truth."""
        return self.low is not None and self.low > self.truth


@dataclass(frozen=True)
class Tally:
    """All answers of one metric on one process.

    Attributes:
        metric: Id; with ``:name`` for an estimate beside the value.
        process: What was drawn, in words.
        found: Answers with an interval.
        mute: Answers without a value or an interval.
        why: Why an interval covers more or less than it says, where that is known and cannot be mended.
    """

    metric: str
    process: str
    found: Sequence[Found]
    mute: int = 0
    why: str = ""

    @property
    def covered(self) -> int:
        return sum(not one.is_below and not one.is_above for one in self.found)

    @property
    def below(self) -> float:
        """Share of intervals that lie below the truth."""
        return sum(one.is_below for one in self.found) / max(len(self.found), 1)

    @property
    def above(self) -> float:
        """Share of intervals that lie above the truth."""
        return sum(one.is_above for one in self.found) / max(len(self.found), 1)

    def coverage(self) -> tuple[float, float, float]:
        """Share of intervals that cover the truth, with its own Wilson interval."""
        share = wilson([self.covered], [len(self.found)])
        return float(share.value[0]), float(share.low[0]), float(share.high[0])

    def bias(self) -> tuple[float, float]:
        """Mean of value less truth over the mean size of the truths, and twice its standard error."""
        size = np.mean([abs(one.truth) for one in self.found])
        apart = np.array([one.value - one.truth for one in self.found]) / size
        return float(apart.mean()), float(2 * apart.std() / len(apart) ** 0.5)

    def verdict(self) -> str:
        """``holds``; ``within chance``: not to be told apart from 93 to 97 %; ``too narrow`` or ``too wide``."""
        if not self.found:
            return "no interval"
        share, low, high = self.coverage()
        if LEAST <= share <= MOST:
            return "holds"
        if low <= MOST and high >= LEAST:
            return "within chance"
        return "too narrow" if share < LEAST else "too wide"
