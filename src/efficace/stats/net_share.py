"""One share less another of the same answers: promoters less detractors, praise less complaint."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.estimate import Estimates, Scale, divide, floats, normal_quantile


def net_share(good: ArrayLike, bad: ArrayLike, n: ArrayLike, level: float = 0.95) -> Estimates:
    """Estimate the share of good answers less that of bad ones, with an interval that stays open for few answers.

    Args:
        good: Good answers, shape (cells,).
        bad: Bad answers; those that are neither make up the rest of ``n``.
        n: All answers.
        level: Of the two-sided interval.

    Returns:
        Differences from -1 to 1 with adjusted Wald limits (one answer more on either side); NaN where n is 0.

    Source: Bonett & Price (2012) Journal of Educational and Behavioral Statistics 37:479.
    """
    all_answers = floats(n)
    value = divide(floats(good) - floats(bad), all_answers)
    up, down = (floats(good) + 1) / (all_answers + 2), (floats(bad) + 1) / (all_answers + 2)
    centre = up - down
    error = np.sqrt((up + down - centre**2) / (all_answers + 2))
    half = normal_quantile(level) * error
    limits = np.maximum(centre - half, -1.0), np.minimum(centre + half, 1.0)
    return Estimates(value, *limits, Scale.IDENTITY, error).where(all_answers > 0)
