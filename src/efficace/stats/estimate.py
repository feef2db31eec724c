"""What every statistic answers: one value a cell, its limits and the scale on which its error is even."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Scale(StrEnum):
    """The scale on which an estimate errs evenly to both sides."""

    IDENTITY = "identity"
    LOG = "log"
    LOGIT = "logit"

    def forward(self, value: Floats) -> Floats:
        """Carry values to this scale; what does not fit it (a log of 0) becomes NaN."""
        with np.errstate(all="ignore"):
            if self is Scale.LOG:
                carried = np.log(value)
            elif self is Scale.LOGIT:
                carried = np.log(value) - np.log1p(-value)
            else:
                return value
        return np.where(np.isfinite(carried), carried, np.nan)

    def back(self, carried: Floats) -> Floats:
        """Carry values from this scale back to their own unit."""
        with np.errstate(over="ignore"):
            if self is Scale.LOG:
                return np.exp(carried)
            if self is Scale.LOGIT:
                return 1 / (1 + np.exp(-carried))
        return carried


@dataclass(frozen=True)
class Estimates:
    """One estimate a cell; NaN = no estimate. All arrays have the shape (cells,).

    Attributes:
        value: The estimate.
        low: Lower limit of its two-sided interval.
        high: Upper limit.
        scale: Where ``se`` is measured.
        se: Standard error on that scale, for shrinking and comparing members.
        successes: Of a share (logit): how many had it. Of a rate (log): how many events.
        trials: Of a share: how many could. Of a rate: the exposure.
    """

    value: Floats
    low: Floats
    high: Floats
    scale: Scale = Scale.IDENTITY
    se: Floats | None = None
    successes: Floats | None = None
    trials: Floats | None = None

    @classmethod
    def bare(cls, value: ArrayLike) -> Estimates:
        """Values for which no interval is meant."""
        values = floats(value)
        return cls(values, np.full_like(values, np.nan), np.full_like(values, np.nan))

    @classmethod
    def nowhere(cls, cells: int) -> Estimates:
        """No estimate in any cell."""
        return cls.bare(np.full(cells, np.nan))

    def __len__(self) -> int:
        return len(self.value)

    def times(self, factor: ArrayLike) -> Estimates:
        """Change the unit: multiply by a positive factor (one, or one a cell).

        A share times a factor is no share any more: it leaves the logit scale and its counts behind.
        """
        by = floats(factor)
        value, low, high = self.value * by, self.low * by, self.high * by
        if self.scale is Scale.LOG:
            exposure = None if self.trials is None else self.trials / by
            return replace(self, value=value, low=low, high=high, trials=exposure)
        se = None if self.se is None else self.se * by
        if self.scale is Scale.LOGIT and se is not None:
            se = se * self.value * (1 - self.value)
        return Estimates(value, low, high, Scale.IDENTITY, se)

    def where(self, mask: ArrayLike) -> Estimates:
        """Keep the cells of the mask; the others have no estimate."""
        kept = np.asarray(mask, dtype=bool)

        def keep(values: Floats | None) -> Floats | None:
            return None if values is None else np.where(kept, values, np.nan)

        return replace(
            self,
            value=np.where(kept, self.value, np.nan),
            low=np.where(kept, self.low, np.nan),
            high=np.where(kept, self.high, np.nan),
            se=keep(self.se),
            successes=keep(self.successes),
            trials=keep(self.trials),
        )

    def take(self, cell: ArrayLike) -> Estimates:
        """Pick cells by number or mask, in the order given."""
        picked = np.atleast_1d(np.asarray(cell))

        def pick(values: Floats | None) -> Floats | None:
            return None if values is None else values[picked]

        return replace(
            self,
            value=self.value[picked],
            low=self.low[picked],
            high=self.high[picked],
            se=pick(self.se),
            successes=pick(self.successes),
            trials=pick(self.trials),
        )


def floats(values: ArrayLike) -> Floats:
    """Read numbers as an array of float64."""
    return np.asarray(values, dtype=np.float64)


def divide(above: ArrayLike, below: ArrayLike) -> Floats:
    """Divide; where the denominator is 0 there is no estimate."""
    over, under = floats(above), floats(below)
    with np.errstate(all="ignore"):
        return np.where(under == 0, np.nan, over / under)


def settled(totals: ArrayLike) -> Floats:
    """Sums without the last digits, which change with the order of adding up: 12 figures, at most 9 of them decimals.

    What is dropped is below 1e-9 of a sum of money; a sum that cancels out is 0, without sign.
    """
    sums = floats(totals)
    with np.errstate(divide="ignore"):
        size = np.floor(np.log10(np.abs(sums)))
    scale = 10.0 ** np.clip(np.nan_to_num(11 - size, nan=9, posinf=9), 0, 9)
    return floats(np.round(sums * scale) / scale + 0.0)


def normal_quantile(level: float) -> float:
    """Give the half-width, in standard errors, of a two-sided normal interval: 1.96 for 0.95."""
    return float(ndtri(0.5 + level / 2))
