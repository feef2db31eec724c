"""Which two things come together more often than chance puts them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from efficace.errors import InvalidCounts
from efficace.stats.estimate import Estimates, Floats, Scale, divide, floats, normal_quantile
from efficace.stats.rates import wilson
from efficace.stats.shrinkage import benjamini_hochberg


@dataclass(frozen=True)
class Association:
    """Of pairs "who has A also has B"; arrays of shape (pairs,).

    Attributes:
        support: Share of all that have both.
        confidence: Share of those with A that have B.
        lift: ``confidence`` by the share of all that have B; 1 = unrelated.
        p: Chance of so many with both if A and B were unrelated (Fisher, one-sided).
        q: The same after naming all pairs looked at (Benjamini-Hochberg).
    """

    support: Estimates
    confidence: Estimates
    lift: Estimates
    p: Floats
    q: Floats


def associate(both: ArrayLike, a: ArrayLike, b: ArrayLike, everyone: ArrayLike, level: float = 0.95) -> Association:
    """Measure pairs from counts of baskets or accounts.

    Args:
        both: How many have A and B, shape (pairs,).
        a: How many have A.
        b: How many have B.
        everyone: How many there are.
        level: Of the intervals.

    Raises:
        InvalidCounts: If more have both than have either, or more have either than there are.

    Source: Brin, Motwani & Silverstein (1997) for lift; its variance by the delta method.
    """
    from scipy.stats import hypergeom

    k, with_a, with_b, n = np.broadcast_arrays(*(np.atleast_1d(floats(x)) for x in (both, a, b, everyone)))
    either = with_a + with_b - k
    if (k < 0).any() or (k > np.minimum(with_a, with_b)).any() or (either > n).any():
        raise InvalidCounts("Pairs need 0 <= both <= A and B, and no more with A or B than there are in all.")
    p = np.where(n > 0, hypergeom.sf(k - 1, n, with_a, with_b), np.nan)
    return Association(
        wilson(k, n, level), wilson(k, with_a, level), _lift(k, with_a, with_b, n, level), p, benjamini_hochberg(p)
    )


def _lift(k: Floats, a: Floats, b: Floats, n: Floats, level: float) -> Estimates:
    """Lift with limits on the log scale; where nobody has both, half a case stands in for the upper limit."""
    value = divide(k * n, a * b)
    some = np.where(k > 0, k, 0.5)
    # influence of each of the four kinds of case on log(k n / a b)
    by_both = divide(1, some) - divide(1, a) - divide(1, b)
    variance = some * by_both**2 + divide(a - k, a**2) + divide(b - k, b**2) - divide(1, n)
    se = np.sqrt(np.clip(variance, 0, None))
    reach = np.exp(normal_quantile(level) * se)
    high = divide(some * n, a * b) * reach
    return Estimates(value, np.where(k > 0, value / reach, np.where(np.isnan(value), np.nan, 0.0)), high, Scale.LOG, se)
