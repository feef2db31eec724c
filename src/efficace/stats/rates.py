"""Shares of a number of trials: their intervals, differences and the test of one common share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from efficace.errors import InvalidCounts
from efficace.stats.estimate import Estimates, Floats, Ints, Scale, divide, floats, normal_quantile

_ENOUGH_EXPECTED = 5
_SEED = 1904
_MOST_DRAWS, _LEAST_DRAWS, _NUMBERS_DRAWN = 9_999, 999, 400_000
_NUMBERS_FIRST, _PLAINLY_ALIKE = 50_000, 0.2
"""Numbers drawn before it is looked whether the chance is so large that more would not change what is said."""


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Estimates:
    """Estimate shares with Wilson's score interval.

    With fractional counts (split credit) the interval is an approximation.

    Args:
        successes: How many had it, shape (cells,), between 0 and ``trials``.
        trials: How many could, shape (cells,); 0 gives no estimate.
        level: Of the two-sided interval.

    Returns:
        Shares in [0, 1] with successes and trials kept; the standard error on the logit scale adds half
        a success and half a failure, so that it exists at 0 and 1 (Haldane, Anscombe).

    Raises:
        InvalidCounts: If a count is negative or successes exceed trials.

    Source: Wilson (1927) JASA 22:209.
    """
    k, n = _counted(successes, trials)
    share = divide(k, n)
    z = normal_quantile(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (k + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * np.sqrt(np.clip(k * (n - k), 0, None) / n + z * z / 4)
        se = np.sqrt(1 / (k + 0.5) + 1 / (n - k + 0.5))
    low = np.where(k == 0, 0.0, np.clip(centre - half, 0, 1))
    high = np.where(k == n, 1.0, np.clip(centre + half, 0, 1))
    return Estimates(share, low, high, Scale.LOGIT, se, k, n).where(n > 0)


def difference_of_rates(
    successes: ArrayLike, trials: ArrayLike, other_successes: ArrayLike, other_trials: ArrayLike, level: float = 0.95
) -> Estimates:
    """Estimate share - other share with Newcombe's hybrid of two score intervals.

    Returns:
        Differences in [-1, 1]; the standard error is the interval's width over twice the normal quantile.

    Raises:
        InvalidCounts: As ``wilson``.

    Source: Newcombe (1998) Statistics in Medicine 17:873, method 10.
    """
    one, other = wilson(successes, trials, level), wilson(other_successes, other_trials, level)
    value = one.value - other.value
    low = value - np.hypot(one.value - one.low, other.high - other.value)
    high = value + np.hypot(one.high - one.value, other.value - other.low)
    return Estimates(value, low, high, Scale.IDENTITY, (high - low) / (2 * normal_quantile(level)))


def same_rate_test(successes: ArrayLike, trials: ArrayLike) -> float:
    """Test whether all cells share one rate: Pearson's chi-squared of homogeneity.

    Where a cell would expect fewer than five successes or failures, the statistic is no chi-squared: its chance then
    comes from drawing the same successes at random among all trials (fractions of trials rounded), with a fixed seed;
    where it is plainly no small one, fewer draws do.

    Returns:
        The p value; 1 where nobody or everybody succeeded; NaN under two cells with trials.

    Source: Pearson (1900); the rule of five Cochran (1954) Biometrics 10:417; the drawn test
    Hope (1968) JRSS B 30:582, ended early as in Besag & Clifford (1991) Biometrika 78:301.
    """
    k, n = _counted(successes, trials)
    k, n = k[n > 0], n[n > 0]
    if len(n) < 2:
        return float("nan")
    pooled = k.sum() / n.sum()
    if pooled in (0.0, 1.0):
        return 1.0
    if n.min() * min(pooled, 1 - pooled) < _ENOUGH_EXPECTED:
        return _drawn_rate_test(np.rint(k).astype(np.int64), np.rint(n).astype(np.int64))
    return float(chdtrc(len(n) - 1, _homogeneity(k, n)))


def _drawn_rate_test(k: Ints, n: Ints) -> float:
    """The chance of a statistic as large when the same successes fall on any of the trials."""
    k = np.minimum(k, n)
    hits = int(k.sum())
    if hits in (0, int(n.sum())):
        return 1.0
    draws = int(np.clip(_NUMBERS_DRAWN // len(n), _LEAST_DRAWS, _MOST_DRAWS))
    first = int(np.clip(_NUMBERS_FIRST // len(n), _LEAST_DRAWS, draws))
    random, least = np.random.default_rng(_SEED), _homogeneity(k, n) - 1e-9
    done, as_large = 0, 0
    for size in (first, draws - first):
        drawn = random.multivariate_hypergeometric(n, hits, size=size, method="marginals")
        done, as_large = done + size, as_large + int((_homogeneity(drawn, n) >= least).sum())
        if as_large >= _PLAINLY_ALIKE * done:
            break
    return (1 + as_large) / (1 + done)


def _homogeneity(k: Floats | Ints, n: Floats | Ints) -> Floats:
    """Pearson's statistic over the last axis; cells without trials add nothing."""
    pooled = k.sum(axis=-1, keepdims=True) / n.sum()
    return floats(np.nan_to_num(divide((k - n * pooled) ** 2, n * pooled * (1 - pooled))).sum(axis=-1))


def _counted(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Read and check both counts; split credit may overshoot by rounding, and only by that."""
    k, n = np.broadcast_arrays(np.atleast_1d(floats(successes)), np.atleast_1d(floats(trials)))
    slack = 1e-9 * (1 + np.abs(n))
    if (k < 0).any() or (n < 0).any():
        raise InvalidCounts("A rate was given a negative count. Successes and trials must be 0 or more.")
    if (k > n + slack).any():
        worst = int(np.argmax(k - n))
        raise InvalidCounts(
            "A rate was given {k:g} successes in {n:g} trials. It must be at most that.", k=k[worst], n=n[worst]
        )
    return np.minimum(k, n), np.array(n)
