"""One share less another of the same answers: promoters less detractors, praise less complaint."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from efficace.stats.estimate import Estimates, Floats, Scale, divide, floats, normal_quantile


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


def same_net_test(good: ArrayLike, bad: ArrayLike, n: ArrayLike) -> float:
    """Test whether the net shares of all cells are alike.

    Args:
        good, bad, n: As ``net_share`` takes them, shape (cells,).

    Returns:
        The p value: how often the same answers, dealt out to the cells by chance, lie as far apart; of many answers by
        the chi-squared distribution. NaN under two cells with answers, 1 where all answers are alike.

    Source: Pitman (1937) Supplement to the Journal of the Royal Statistical Society 4:119.
    """
    net, count = _dealt(good, bad, n)
    if (count > 0).sum() < 2:
        return float("nan")
    centre, variance = _pooled(good, bad, n)
    if variance == 0:
        return 1.0
    apart = _between(net, count, centre)
    if count.sum() > _MOST_DEALT:
        return float(chdtrc((count > 0).sum() - 1, apart / variance))
    return _part_as_large(_between(_deals(good, bad, count), count, centre), apart)


def net_apart(good: ArrayLike, bad: ArrayLike, n: ArrayLike) -> Floats:
    """Test each cell's net share against that of all other cells together.

    Returns:
        p values as ``same_net_test`` tells them, shape (cells,); NaN for cells without answers, or with all there are.
    """
    net, count = _dealt(good, bad, n)
    centre, variance = _pooled(good, bad, n)
    testable = (count > 0) & (count < count.sum())
    off = np.abs(net - count * centre)
    if variance == 0:
        found = np.ones(len(count))
    elif count.sum() > _MOST_DEALT:
        spread = np.sqrt(variance * count * (1 - count / count.sum()))
        found = 2 * ndtr(-divide(off, spread))
    else:
        dealt = np.abs(_deals(good, bad, count) - count * centre)
        found = np.array([_part_as_large(dealt[:, cell], off[cell]) for cell in range(len(count))])
    return np.where(testable, found, np.nan)


_MOST_DEALT = 500
"""Answers up to which they are dealt out by chance; of more, sums are as good as normal."""
_DEALS = 1999
_SEED = 20_240_229


def _dealt(good: ArrayLike, bad: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Good less bad answers, and all answers, by cell; split credit is rounded to whole answers."""
    return floats(np.rint(floats(good)) - np.rint(floats(bad))), floats(np.rint(floats(n)))


def _pooled(good: ArrayLike, bad: ArrayLike, n: ArrayLike) -> tuple[float, float]:
    """Mean of all answers as 1, 0 and -1, and their variance, as that of a draw without return."""
    ups, downs, total = (float(np.rint(floats(one)).sum()) for one in (good, bad, n))
    centre = (ups - downs) / total if total else 0.0
    return centre, ((ups + downs) - total * centre**2) / (total - 1) if total > 1 else 0.0


def _between(net: Floats, count: Floats, centre: float) -> Any:
    """Squares between cells, over the last axis."""
    return np.nan_to_num(divide((net - count * centre) ** 2, np.broadcast_to(count, net.shape))).sum(axis=-1)


def _deals(good: ArrayLike, bad: ArrayLike, count: Floats) -> Floats:
    """Net sums of cells, shape (deals, cells), where all answers fall on any of them."""
    ups, downs, total = (int(np.rint(floats(one)).sum()) for one in (good, bad, count))
    answers = np.zeros(total, dtype=np.int8)
    answers[:ups], answers[ups : ups + downs] = 1, -1
    random = np.random.default_rng(_SEED)
    mixed = random.permuted(np.tile(answers, (_DEALS, 1)), axis=1)
    reached = np.concatenate([np.zeros((_DEALS, 1)), mixed.cumsum(axis=1)], axis=1)
    ends = np.concatenate([[0], count.cumsum()]).astype(np.int64)
    return floats(np.diff(reached[:, ends], axis=1))


def _part_as_large(dealt: Floats, seen: float) -> float:
    return float((1 + (dealt >= seen - 1e-9).sum()) / (1 + _DEALS))
