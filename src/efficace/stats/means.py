"""Means and ratios of sums from sufficient statistics: n, sums of powers and of products."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, stdtrit

from efficace.stats.estimate import Estimates, Floats, Scale, divide, floats

_STEADY = 4.0
"""Degrees of freedom lent to a cell's variance by the spread pooled over all cells."""


_HEAVY_SKEWNESS = 1.0
"""Sample skewness beyond which a mean does not err evenly to both sides: Bulmer (1979), 'highly skewed'."""
_TELLING = 8
"""Values below which a sample says too little about skewness: of a normal law eight pass 1 nearly one time in five."""


def mean(
    n: ArrayLike,
    total: ArrayLike,
    total_squares: ArrayLike,
    total_cubes: ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> Estimates:
    """Estimate means with Student's t interval, stretched on the side of a long tail.

    Args:
        n: How many values, shape (cells,); may be fractional.
        total: Their sum.
        total_squares: The sum of their squares.
        total_cubes: The sum of their cubes; without it the interval is Student's whatever the skewness.
        level: Of the two-sided interval.

    Returns:
        Means; no limits under two values. Where at least 8 values have a sample skewness beyond 1, the
        limit on the side of the tail is that of ``stretched``. ``se`` is steadied: the variance of a cell
        counts with its n - 1 degrees of freedom, the variance pooled over the cells with 4 more, so that
        two equal values do not claim to be certain. The limits use the cell's own variance alone.

    Source: Student (1908); Hall (1992) JRSS B 54:221; the steadied variance after Smyth (2004) SAGMB 3:3 with
    fixed weight.
    """
    count, sums = floats(n), floats(total)
    value = divide(sums, count)
    squares = _squares_about(count, sums * value, floats(total_squares))
    quantile = student(count - 1, level)
    se = np.sqrt(divide(_variance(count, squares), count))
    below = above = quantile
    if total_cubes is not None:
        skewness = _skewness(count, value, squares, floats(total_squares), floats(total_cubes))
        below, above = stretched(quantile, -skewness, count), stretched(quantile, skewness, count)
    return Estimates(value, value - below * se, value + above * se, Scale.IDENTITY, _steadied_error(count, squares))


def stretched(quantile: Floats, skewness: Floats, n: Floats) -> Floats:
    """Distance, in standard errors, of the limit of a mean on the side where the skewness is positive.

    The limit lies on a log scale whose origin the skewness sets: (exp(a t) - 1) / a with a = 2/3 r (1 + 4 r),
    r = skewness / sqrt(n), which removes what skewness does to Student's t. The skewness of n values cannot pass
    sqrt(n): the nearer it comes, the more it understates that of the law they are drawn from, and 1 + 4 r makes
    up for that (docs/recovery.md has the coverage). Beyond a = 1 the limit runs away and covers no more: it is held
    there. Up to a skewness of 1, and under 8 values, it is the quantile itself.

    Args:
        quantile: Of Student's t, shape (cells,).
        skewness: Adjusted Fisher-Pearson coefficient of the values.
        n: How many values.

    Source: Hall (1992) JRSS B 54:221, exponential transformation; the factor 1 + 4 r and the end of a are ours, from
    simulation.
    """
    is_heavy = (skewness > _HEAVY_SKEWNESS) & (n >= _TELLING)
    nearness = np.where(is_heavy, skewness, 1.0) / np.sqrt(np.where(is_heavy, n, 1.0))
    bend = np.minimum(2 / 3 * nearness * (1 + 4 * nearness), 1.0)
    return np.where(is_heavy, np.expm1(bend * np.where(is_heavy, quantile, 0.0)) / bend, quantile)


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


def _variance(count: Floats, squares: Floats) -> Floats:
    return divide(squares, np.where(count > 1, count - 1, 0))


def _skewness(count: Floats, value: Floats, squares: Floats, total_squares: Floats, total_cubes: Floats) -> Floats:
    """Adjusted Fisher-Pearson coefficients; 0 where the spread is too small beside the mean to tell from rounding."""
    variance = _variance(count, squares)
    cubes = total_cubes - 3 * value * total_squares + 2 * count * value**3
    told = (variance > 1e-8 * value**2) & (count > 2)
    spread = np.where(told, variance, 1.0) ** 1.5
    free = np.where(told, (count - 1) * (count - 2), 1.0)
    return np.where(told, count * cubes / free / spread, 0.0)


def _steadied_error(count: Floats, squares: Floats) -> Floats:
    """Standard errors whose variance leans on the one pooled over cells; NaN when no cell shows any spread."""
    free = np.where(count > 1, count - 1, 0.0)
    pooled = divide(np.nansum(np.where(free > 0, squares, 0.0)), free.sum())
    variance = (np.where(free > 0, squares, 0.0) + _STEADY * pooled) / (free + _STEADY)
    return np.sqrt(divide(np.where(variance > 0, variance, np.nan), count))
