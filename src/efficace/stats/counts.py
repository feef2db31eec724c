"""Counts of events: exact intervals, tails, and what a series' own past leads one to expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, gammainc, gammaincinv

from efficace.errors import InvalidCounts
from efficace.stats.estimate import Estimates, Floats, Ints, Scale, divide, floats


def poisson_interval(count: ArrayLike, exposure: ArrayLike = 1.0, level: float = 0.95) -> Estimates:
    """Estimate events per exposure with the exact (Garwood) interval.

    Args:
        count: Events, shape (cells,); may be fractional.
        exposure: What they are divided by; 0 gives no estimate.
        level: Of the two-sided interval.

    Returns:
        Rates with count and exposure kept; the standard error on the log scale adds half an event.

    Source: Garwood (1936) Biometrika 28:437.
    """
    k, e = np.broadcast_arrays(np.atleast_1d(floats(count)), np.atleast_1d(floats(exposure)))
    if (k < 0).any() or (e < 0).any():
        raise InvalidCounts("A count of events or its exposure is negative. Both must be 0 or more.")
    tail = (1 - level) / 2
    low = np.where(k > 0, gammaincinv(np.where(k > 0, k, 1.0), tail), 0.0)
    high = gammaincinv(k + 1, 1 - tail)
    return Estimates(divide(k, e), divide(low, e), divide(high, e), Scale.LOG, 1 / np.sqrt(k + 0.5), k, e).where(e > 0)


def rate_ratio(
    count: ArrayLike, exposure: ArrayLike, other_count: ArrayLike, other_exposure: ArrayLike, level: float = 0.95
) -> Estimates:
    """Estimate (count / exposure) / (other count / other exposure), exact given the sum of both counts.

    Returns:
        Ratios; no value where the other count is 0 (the lower limit still stands).

    Source: Clopper & Pearson (1934) on the share of the first count.
    """
    a, b = floats(count), floats(other_count)
    per = divide(other_exposure, exposure)
    tail = (1 - level) / 2
    low = np.where(a > 0, betaincinv(np.where(a > 0, a, 1.0), b + 1, tail), 0.0)
    high = np.where(b > 0, betaincinv(a + 1, np.where(b > 0, b, 1.0), 1 - tail), np.nan)
    value = divide(a, b) * per
    se = np.sqrt(1 / (a + 0.5) + 1 / (b + 0.5))
    watched = (a + b > 0) & ~np.isnan(per)
    limits = (np.where(watched, low / (1 - low), np.nan) * per, np.where(watched, divide(high, 1 - high), np.nan) * per)
    return Estimates(value, *limits, Scale.LOG, se)


def poisson_tail(observed: ArrayLike, expected: ArrayLike) -> Floats:
    """Give the chance of at least so many events when so many are expected."""
    k, mean = floats(observed), floats(expected)
    return np.where(k > 0, gammainc(np.where(k > 0, k, 1.0), mean), np.where(np.isnan(mean), np.nan, 1.0))


def negative_binomial_tail(observed: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Give the chance of at least so many events; variance = mean + dispersion x mean squared.

    Dispersion 0 is the Poisson tail.
    """
    k, m, spread = np.broadcast_arrays(floats(observed), floats(mean), floats(dispersion))
    plain = poisson_tail(k, m)
    mixed = (spread > 0) & (k > 0)
    shape = 1 / np.where(mixed, spread, 1.0)
    tail = betainc(np.where(mixed, k, 1.0), shape, m / (shape + m))
    return np.where(mixed, tail, plain)


@dataclass(frozen=True)
class ExpectedCounts:
    """What each series' own past leads one to expect of its newest period; arrays of shape (series,).

    Attributes:
        mean: Expected events.
        dispersion: Variance beyond Poisson's, as a share of the squared mean; includes what is not
            known about the mean itself.
    """

    mean: Floats
    dispersion: Floats

    def tail(self, observed: ArrayLike) -> Floats:
        """Give the chance of at least so many events if nothing had changed."""
        return negative_binomial_tail(observed, self.mean, self.dispersion)


def expected_count(
    history: ArrayLike, exposure: ArrayLike | None = None, season: ArrayLike | None = None
) -> ExpectedCounts:
    """Expect each series' newest count from its own past, scaled by exposure and season.

    Args:
        history: Events of the past periods, shape (series, periods), oldest first, without the newest.
        exposure: How many could have had the event, shape (series, periods + 1), the newest last;
            default 1 each.
        season: The season (say 1 to 12) of each period, shape (periods + 1,), the newest last; the
            effect of a season is pooled over all series and drawn towards none.

    Returns:
        Mean and dispersion of the newest period. A series without any event is given half of one.
        Dispersion = that of its own past beyond Poisson (by moments, pooled over the series in part)
        + 1 / (past events + 1/2), what a gamma posterior of the mean adds.

    Raises:
        InvalidCounts: If the shapes do not fit or a number is negative.
    """
    past = np.atleast_2d(floats(history))
    series, periods = past.shape
    size = np.ones((series, periods + 1)) if exposure is None else np.atleast_2d(floats(exposure))
    if size.shape != (series, periods + 1) or (past < 0).any() or (size < 0).any():
        raise InvalidCounts(
            "Expected counts need exposures of shape ({series}, {value}), all 0 or more.",
            series=series,
            value=periods + 1,
        )
    if season is not None:
        size = size * _season_factors(past, size, np.asarray(season, dtype=np.int64))
    events, watched = past.sum(axis=1), size[:, :-1].sum(axis=1)
    rate = divide(np.maximum(events, 0.5), watched)
    dispersion = _dispersion(past, rate[:, None] * size[:, :-1])
    return ExpectedCounts(rate * size[:, -1], dispersion + 1 / (events + 0.5))


def _season_factors(past: Floats, size: Floats, season: Ints) -> Floats:
    """Observed over expected events of each season over all series, with ten expected events of no effect."""
    if season.shape != (size.shape[1],):
        raise InvalidCounts(
            "Expected counts need one season a period: {shape}, not {size}.", shape=size.shape[1], size=season.size
        )
    level = divide(past.sum(axis=1), size[:, :-1].sum(axis=1))
    expected = np.nansum(level[:, None] * size[:, :-1], axis=0)
    _, number = np.unique(season, return_inverse=True)
    seasons = int(number.max()) + 1
    seen = np.bincount(number[:-1], past.sum(axis=0), seasons)
    due = np.bincount(number[:-1], expected, seasons)
    factors: Floats = ((seen + 10) / (due + 10))[number]
    return factors


def _dispersion(past: Floats, expected: Floats) -> Floats:
    """Dispersion by moments; a series counts with its periods, the pool with twelve more."""
    excess = ((past - expected) ** 2 - expected).sum(axis=1)
    squares = np.nan_to_num((expected**2).sum(axis=1))
    excess = np.nan_to_num(excess)
    pooled = max(float(divide(excess.sum(), squares.sum())), 0.0) if squares.sum() > 0 else 0.0
    periods = past.shape[1]
    own = np.clip(np.nan_to_num(divide(excess, squares)), 0, None)
    return np.asarray((periods * own + 12 * pooled) / (periods + 12))
