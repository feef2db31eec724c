"""Means and ratios of sums from sufficient statistics: n, sums, sums of squares and products."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, stdtrit

from efficace.stats.estimate import Estimates, Floats, Scale, divide, floats

_STEADY = 4.0
"""Degrees of freedom lent to a cell's variance by the spread pooled over all cells."""


def mean(n: ArrayLike, total: ArrayLike, total_squares: ArrayLike, level: float = 0.95) -> Estimates:
    """Estimate means with Student's t interval.

    Args:
        n: How many values, shape (cells,); may be fractional.
        total: Their sum.
        total_squares: The sum of their squares.
        level: Of the two-sided interval.

    Returns:
        Means; no limits under two values. ``se`` is steadied: the variance of a cell counts with its
        n - 1 degrees of freedom, the variance pooled over the cells with 4 more, so that two equal
        values do not claim to be certain. The limits use the cell's own variance alone.

    Source: Student (1908); the steadied variance after Smyth (2004) SAGMB 3:3 with fixed weight.
    """
    count, sums = floats(n), floats(total)
    value = divide(sums, count)
    squares = _squares_about(count, sums * value, floats(total_squares))
    free = count - 1
    half = student(free, level) * np.sqrt(divide(divide(squares, np.where(free > 0, free, 0)), count))
    return Estimates(value, value - half, value + half, Scale.IDENTITY, _steadied_error(count, squares))


def ratio(
    n: ArrayLike, x: ArrayLike, y: ArrayLike, xx: ArrayLike, yy: ArrayLike, xy: ArrayLike, level: float = 0.95
) -> Estimates:
    """Estimate a ratio of sums x / y by the delta method over the natural unit (account, person).

    Args:
        n: How many units, shape (cells,).
        x: Sum of the numerator over the units.
        y: Sum of the denominator; 0 gives no estimate.
        xx: Sum of the squares of the numerator.
        yy: Sum of the squares of the denominator.
        xy: Sum of the products.
        level: Of the two-sided interval (Student's t with n - 1 degrees of freedom).

    Returns:
        Ratios; limits on the log scale where the ratio is positive. ``se`` is on the log scale when no
        ratio is 0 or less, else on the identity scale.

    Source: Cochran (1977) Sampling Techniques, chapter 6.
    """
    count, below = floats(n), floats(y)
    value = divide(x, below)
    spread = floats(xx) - 2 * value * floats(xy) + value**2 * floats(yy)
    spread = np.where(spread < 1e-12 * floats(xx), 0.0, spread)
    free = count - 1
    se = np.sqrt(divide(spread * count, np.where(free > 0, free, 0))) / np.abs(np.where(below == 0, np.nan, below))
    half = student(free, level) * se
    relative = divide(half, np.where(value > 0, value, 0))
    low = np.where(value > 0, value * np.exp(-relative), value - half)
    with np.errstate(over="ignore"):
        high = np.where(value > 0, value * np.exp(relative), value + half)
    if (value[~np.isnan(value)] > 0).all():
        return Estimates(value, low, high, Scale.LOG, divide(se, np.nan_to_num(value)))
    return Estimates(value, low, high, Scale.IDENTITY, se)


def same_mean_test(n: ArrayLike, total: ArrayLike, total_squares: ArrayLike) -> float:
    """Test whether all cells share one mean, with unequal variances.

    Returns:
        The p value; cells under two values or without any spread take no part; NaN under two cells.

    Source: Welch (1951) Biometrika 38:330.
    """
    count, sums = floats(n), floats(total)
    averages = divide(sums, count)
    variance = divide(_squares_about(count, sums * averages, floats(total_squares)), np.where(count > 1, count - 1, 0))
    usable = variance > 0
    if usable.sum() < 2:
        return float("nan")
    count, averages, weight = count[usable], averages[usable], count[usable] / variance[usable]
    k, share = len(count), weight / weight.sum()
    between = (weight * (averages - (share * averages).sum()) ** 2).sum() / (k - 1)
    unevenness = ((1 - share) ** 2 / (count - 1)).sum()
    statistic = between / (1 + 2 * (k - 2) / (k * k - 1) * unevenness)
    return float(fdtrc(k - 1, (k * k - 1) / (3 * unevenness), statistic))


def student(free: Floats, level: float) -> Floats:
    """Give the half-width of a two-sided interval in standard errors; NaN without a degree of freedom."""
    with np.errstate(invalid="ignore"):
        return np.where(free > 0, stdtrit(np.where(free > 0, free, 1.0), 0.5 + level / 2), np.nan)


def _squares_about(count: Floats, squared_total_share: Floats, total_squares: Floats) -> Floats:
    """Sum of squares about the mean; what is below rounding is 0, not a tiny negative."""
    squares = total_squares - squared_total_share
    return np.where(squares < 1e-13 * count * total_squares, 0.0, squares)


def _steadied_error(count: Floats, squares: Floats) -> Floats:
    """Standard errors whose variance leans on the one pooled over cells; NaN when no cell shows any spread."""
    free = np.where(count > 1, count - 1, 0.0)
    pooled = divide(np.nansum(np.where(free > 0, squares, 0.0)), free.sum())
    variance = (np.where(free > 0, squares, 0.0) + _STEADY * pooled) / (free + _STEADY)
    return np.sqrt(divide(np.where(variance > 0, variance, np.nan), count))
