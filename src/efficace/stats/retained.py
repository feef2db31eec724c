"""What customers still pay of what they paid: few leave, few grow, and they differ much in size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from efficace.stats.estimate import Estimates, Floats, Scale, divide, normal_quantile
from efficace.stats.rates import wilson

_STEADY = 2.0
"""Losers lent to the spread of what is kept, as if each lost all: one small loss says little about the next."""


@dataclass(frozen=True)
class Retained:
    """Sums over the customers of a start, each shape (cells,).

    Attributes:
        n: How many customers.
        start: What they paid; start_squares: sum of its squares.
        kept: What they still pay, each at most what it paid.
        part: Sum of kept over start of each customer; part_squares: sum of its squares.
        losers: How many pay less than before.
        gain: What they pay beyond what they paid; gain_squares: sum of its squares.
        growth_squares: Sum of the squares of gain over start of each customer.
    """

    n: Floats
    start: Floats
    start_squares: Floats
    kept: Floats
    part: Floats
    part_squares: Floats
    losers: Floats
    gain: Floats
    gain_squares: Floats
    growth_squares: Floats

    def customers(self) -> Floats:
        """Effective number of customers: as many of one size would make the total as sure."""
        return np.nan_to_num(divide(self.start**2, self.start_squares))


def kept_share(of: Retained, level: float = 0.95) -> Estimates:
    """Estimate the share of the money that is kept, with Wilson's interval on an effective number of customers.

    That number is Kish's for customers of different size, more where customers lose parts and not all: by the spread
    of what each keeps, lent two losers of everything. The delta method sees no error at all until somebody leaves.

    Returns:
        Shares in [0, 1]; successes and trials are effective numbers.

    Source: Wilson (1927) JASA 22:209; Kish (1965) Survey Sampling; lending and coverage: docs/recovery.md.
    """
    share, alike = np.clip(np.nan_to_num(divide(of.kept, of.start)), 0, 1), of.customers()
    part = divide(of.part, of.n)
    spread = (divide(of.part_squares, of.n) - part**2) * divide(of.n, np.maximum(of.n - 1, 0))
    is_spread = spread > 1e-12
    shown = np.where(is_spread, alike * part * (1 - part) / np.where(is_spread, spread, 1.0), alike)
    effective = np.nan_to_num(divide(of.losers + _STEADY, divide(of.losers, shown) + divide(_STEADY, alike)))
    return wilson(share * effective, effective, level)


def kept_with_gain(of: Retained, level: float = 0.95) -> Estimates:
    """Estimate what is paid over what was paid, gains included, by adding the limits of both in squares.

    The gain is taken as the sum of a chance number of events of unlike size: gamma limits on their effective number.
    Their variance is the mean of what money tells (blind to a large customer that might still grow) and what the parts
    of each customer tell (as if all grew alike, whatever their size). Where nobody gained its limits are both 0.

    Returns:
        Ratios; ``se`` is the width of the interval over twice the normal quantile, on the log scale unless a limit
        is 0.

    Source: Zou & Donner (2008) Statistics in Medicine 27:1693 (MOVER); Fay & Feuer (1997) Statistics in Medicine
    16:791 (gamma limits of weighted events).
    """
    kept, gain = kept_share(of, level), divide(of.gain, of.start)
    by_parts, by_money = divide(divide(of.growth_squares, of.n), of.customers()), divide(of.gain_squares, of.start**2)
    events = np.nan_to_num(divide(2 * gain**2, by_parts + by_money))
    low, high = _gamma_limits(np.nan_to_num(gain), events, level)
    value = kept.value + gain
    below, above = np.hypot(kept.value - kept.low, gain - low), np.hypot(kept.high - kept.value, high - gain)
    return _with_error(value, np.maximum(value - below, 0.0), value + above, level)


def _gamma_limits(total: Floats, events: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of a total of so many events; half an event more above, for what has not been seen."""
    tail, each = (1 - level) / 2, np.nan_to_num(divide(total, events))
    some = np.where(events > 0, events, 1.0)
    low, high = gammaincinv(some, tail) * each, gammaincinv(some + 0.5, 1 - tail) * each
    return np.where(events > 0, low, total), np.where(events > 0, high, total)


def _with_error(value: Floats, low: Floats, high: Floats, level: float) -> Estimates:
    known = ~np.isnan(value)
    scale = Scale.LOG if (low[known] > 0).all() else Scale.IDENTITY
    return Estimates(value, low, high, scale, (scale.forward(high) - scale.forward(low)) / (2 * normal_quantile(level)))
