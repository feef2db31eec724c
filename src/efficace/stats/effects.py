"""Fair differences: members weighted to a common mix, and the difference of two estimates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from efficace.errors import InvalidCounts
from efficace.stats.estimate import Estimates, Floats, Scale, divide, floats, normal_quantile


def post_stratification_weights(member: ArrayLike, stratum: ArrayLike, n: ArrayLike) -> Floats:
    """Weight each member's facts so that its mix of strata equals everybody's.

    Args:
        member: Number of the member, shape (rows,); one row for each member and stratum.
        stratum: Number of the stratum.
        n: How many facts it holds.

    Returns:
        The weight of each fact of a row. A member is brought to the overall mix over the strata that it
        has; its weights add up to Kish's effective number of facts, so that weighted sums carry no more
        certainty than there is. 0 for an empty row.

    Raises:
        InvalidCounts: If a number is negative.

    Source: direct standardisation; Kish (1965) Survey Sampling 11.7.
    """
    members, strata, count = _numbered(member), _numbered(stratum), floats(n)
    if (count < 0).any():
        raise InvalidCounts("A stratum holds a negative number of facts. It must be 0 or more.")
    overall = np.bincount(strata, count)[strata]
    weight = np.where(count > 0, divide(overall, count), 0.0)
    sums = np.bincount(members, weight * count)
    squares = np.bincount(members, weight**2 * count)
    return weight * np.nan_to_num(divide(sums, squares))[members]


def covered_mix(member: ArrayLike, stratum: ArrayLike, n: ArrayLike) -> Floats:
    """Say for each row which share of everybody's facts lies in strata that its member has."""
    members, strata, count = _numbered(member), _numbered(stratum), floats(n)
    overall = np.bincount(strata, count)[strata]
    covered = np.bincount(members, np.where(count > 0, overall, 0.0))[members]
    return divide(covered, count.sum())


def difference(one: Estimates, other: Estimates, level: float = 0.95) -> Estimates:
    """Estimate one minus other from two independent estimates by adding their limits in squares.

    Args:
        one: Any estimates with limits, shape (cells,).
        other: The same number, or one.
        level: Of both intervals.

    Source: Zou & Donner (2008) Statistics in Medicine 27:1693 (MOVER).
    """
    value = one.value - other.value
    low = value - np.hypot(one.value - one.low, other.high - other.value)
    high = value + np.hypot(one.high - one.value, other.value - other.low)
    return Estimates(value, low, high, Scale.IDENTITY, (high - low) / (2 * normal_quantile(level)))


def _numbered(labels: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number labels of any kind from 0, without gaps."""
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)
