"""Control charts: which points of a series lie outside what its own scatter explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.estimate import Bools, Floats, divide, floats

_RUN = 8


@dataclass(frozen=True)
class Limits:
    """Of one series, oldest point first; arrays of shape (points,), NaN where a point has no value.

    Attributes:
        value: The points.
        centre: The middle line.
        low: Lower limit of three standard deviations.
        high: Upper limit.
    """

    value: Floats
    centre: float
    low: Floats
    high: Floats

    @property
    def is_outside(self) -> Bools:
        """Points beyond a limit; rounding does not put them there."""
        slack = 1e-9 * (1 + np.abs(self.value))
        return np.asarray((self.value < self.low - slack) | (self.value > self.high + slack), dtype=bool)

    @property
    def is_run(self) -> Bools:
        """Points that close eight or more in a row on the same side of the centre."""
        flags, length, last = np.zeros(len(self.value), dtype=bool), 0, 0.0
        for point, side in enumerate(np.sign(self.value - self.centre).tolist()):
            if np.isnan(side):
                continue
            length = length + 1 if side == last and side != 0 else int(side != 0)
            last, flags[point] = side, length >= _RUN
        return flags


def individuals(values: ArrayLike) -> Limits:
    """Chart single values: mean plus and minus 2.66 mean moving ranges (XmR).

    Source: Wheeler (1993) Understanding Variation; Shewhart (1931).
    """
    series = floats(values)
    seen = series[~np.isnan(series)]
    if len(seen) < 2:
        return _flat(series, float("nan"), np.full(len(series), np.nan))
    return _flat(series, float(seen.mean()), np.full(len(series), 2.66 / 3 * np.abs(np.diff(seen)).mean()))


def shares(successes: ArrayLike, trials: ArrayLike, *, wander: bool = True) -> Limits:
    """Chart shares of changing numbers of trials (p chart).

    Args:
        successes: Shape (points,).
        trials: Shape (points,).
        wander: Widen the limits by what the share moves beyond chance from point to point (Laney's p'),
            without which large numbers of trials put every point outside.

    Source: Laney (2002) Quality Engineering 14:531.
    """
    k, n = floats(successes), floats(trials)
    centre = float(divide(k.sum(), n.sum()))
    deviation = np.sqrt(divide(centre * (1 - centre), n))
    limits = _flat(divide(k, n), centre, _wandering(divide(k, n), centre, deviation, wander))
    return Limits(limits.value, centre, np.clip(limits.low, 0, 1), np.clip(limits.high, 0, 1))


def rates(events: ArrayLike, exposure: ArrayLike = 1.0, *, wander: bool = True) -> Limits:
    """Chart events per exposure (u chart; c chart for an exposure of 1); ``wander`` as for ``shares``."""
    k, e = np.broadcast_arrays(floats(events), floats(exposure))
    centre = float(divide(k.sum(), e.sum()))
    limits = _flat(divide(k, e), centre, _wandering(divide(k, e), centre, np.sqrt(divide(centre, e)), wander))
    return Limits(limits.value, centre, np.clip(limits.low, 0, None), limits.high)


def averages(n: ArrayLike, total: ArrayLike, total_squares: ArrayLike) -> Limits:
    """Chart means of groups of changing size by the spread within groups (X-bar chart)."""
    count, sums = floats(n), floats(total)
    means = divide(sums, count)
    within = np.nansum(np.clip(floats(total_squares) - sums * means, 0, None))
    spread = np.sqrt(divide(within, np.clip(count - 1, 0, None).sum()))
    return _flat(means, float(divide(sums.sum(), count.sum())), spread * np.sqrt(divide(1, count)))


def _flat(value: Floats, centre: float, deviation: Floats) -> Limits:
    return Limits(value, centre, centre - 3 * deviation, centre + 3 * deviation)


def _wandering(value: Floats, centre: float, deviation: Floats, wander: bool) -> Floats:
    """Multiply by the scatter of the standardised points from one to the next, at least 1."""
    scores = divide(value - centre, deviation)
    moves = np.abs(np.diff(scores[~np.isnan(scores)]))
    if not wander or len(moves) == 0:
        return deviation
    return deviation * max(float(moves.mean()) / 1.128, 1.0)
