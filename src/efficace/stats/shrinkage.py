"""Compare members fairly: draw each towards the others as far as chance alone could have set it apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from efficace.stats.estimate import Bools, Estimates, Floats, Ints, Scale, floats
from efficace.stats.rates import same_rate_test
from efficace.stats.spread import BetaSpread, GammaSpread, NormalSpread, Posterior


def shrink(estimates: Estimates, group: ArrayLike | None = None, level: float = 0.95) -> Estimates:
    """Draw each member towards its group, averaging over what the spread between members may be.

    Args:
        estimates: One cell a member; shares with successes and trials go through the beta-binomial,
            counts with exposure (log scale) through the gamma-Poisson, all else through the normal on
            its own scale with ``se``.
        group: Which members belong together (the period), shape (cells,); None = all.
        level: Of the two-sided credible limits.

    Returns:
        Posterior means (on the estimates' own scale for the normal) with credible limits; NaN for a
        member without value or standard error. A single member stays (almost) where it is.
    """
    value, low, high = (np.full(len(estimates), np.nan) for _ in range(3))
    for members in _groups(estimates, group):
        posterior, scale = _posterior(estimates.take(members))
        value[members] = scale.back(posterior.mean())
        low[members], high[members] = (scale.back(limit) for limit in posterior.limits(level))
    return replace(Estimates(value, low, high), scale=estimates.scale)


def best_quarter(
    estimates: Estimates,
    *,
    higher_is_better: bool = True,
    group: ArrayLike | None = None,
    seed: int = 0,
    draws: int = 4000,
) -> Floats:
    """Estimate each member's probability to be among the best quarter of its group, ceil(members / 4) of them.

    Args:
        estimates: As for ``shrink``.
        higher_is_better: Which end is best.
        group: As for ``shrink``.
        seed: Of the draws from the joint posterior.
        draws: How many.

    Returns:
        Probabilities that add up to ceil(members / 4) in each group; NaN for members without estimate.
    """
    chance = np.full(len(estimates), np.nan)
    for members in _groups(estimates, group):
        posterior, _ = _posterior(estimates.take(members))
        random = np.random.default_rng(seed)
        drawn = posterior.draws(draws, random)
        chance[members] = _among_first(-drawn if higher_is_better else drawn, -(-len(members) // 4), random)
    return chance


def _among_first(drawn: Floats, first: int, random: np.random.Generator) -> Floats:
    """How often each member is among the ``first`` least of a draw, draws in rows."""
    is_first = drawn <= np.partition(drawn, first - 1, axis=1)[:, first - 1 : first]
    if is_first.sum() > first * len(drawn):
        # Draws can be equal (shares so close to 1 that they are 1): chance, not the order of members, breaks the tie.
        order = np.lexsort((random.random(drawn.shape), drawn), axis=1)[:, :first]
        return np.bincount(order.ravel(), minlength=drawn.shape[1]) / len(drawn)
    return floats(is_first.mean(axis=0))


def same_test(estimates: Estimates) -> tuple[str, float]:
    """Test whether the members differ at all.

    Returns:
        ``chi_squared`` for shares and ``cochran_q`` for all else, with the p value; NaN under two members.

    Source: Pearson (1900); Cochran (1954) Biometrics 10:101.
    """
    usable = estimates.take(_usable(estimates))
    if _is_share(estimates) and usable.successes is not None and usable.trials is not None:
        return "chi_squared", same_rate_test(usable.successes, usable.trials)
    if len(usable) < 2 or usable.se is None:
        return "cochran_q", float("nan")
    values, weights = _on_scale(usable), usable.se**-2
    centre = (weights * values).sum() / weights.sum()
    return "cochran_q", float(chdtrc(len(usable) - 1, (weights * (values - centre) ** 2).sum()))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Turn p values into q values: the share of false discoveries when all up to this one are named.

    Returns:
        Same shape and order; NaN stays and does not count.

    Source: Benjamini & Hochberg (1995) JRSS B 57:289.
    """
    chances = floats(p)
    q = np.full(chances.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(chances))
    order = tested[np.argsort(-chances[tested], kind="stable")]
    if len(order):
        q[order] = np.minimum(np.minimum.accumulate(chances[order] * len(order) / np.arange(len(order), 0, -1)), 1)
    return q


def _groups(estimates: Estimates, group: ArrayLike | None) -> Iterator[Ints]:
    """Give the usable members of each group."""
    usable = np.flatnonzero(_usable(estimates)).astype(np.int64)
    if group is None:
        yield from [usable] if len(usable) else []
        return
    labels = np.asarray(group)[usable]
    for label in np.unique(labels):
        yield usable[labels == label]


def _usable(estimates: Estimates) -> Bools:
    known = ~np.isnan(estimates.value)
    if _is_share(estimates) or _is_count(estimates):
        return known & ((estimates.trials if estimates.trials is not None else estimates.value) > 0)
    if estimates.se is None:
        return np.zeros(len(known), dtype=bool)
    return known & ~np.isnan(_on_scale(estimates)) & (estimates.se > 0) & np.isfinite(estimates.se)


def _posterior(members: Estimates) -> tuple[Posterior, Scale]:
    if members.successes is not None and members.trials is not None and members.scale is not Scale.IDENTITY:
        kind = BetaSpread if _is_share(members) else GammaSpread
        return kind.of(members.successes, members.trials), Scale.IDENTITY
    errors = members.se if members.se is not None else np.full(len(members), np.nan)
    return NormalSpread.of(_on_scale(members), errors), members.scale


def _on_scale(estimates: Estimates) -> Floats:
    """Values on their scale; a time of 0 counts as half the shortest one seen."""
    value = estimates.value
    if estimates.scale is Scale.LOG and (value == 0).any() and (value > 0).any():
        value = np.where(value == 0, value[value > 0].min() / 2, value)
    return estimates.scale.forward(value)


def _is_share(estimates: Estimates) -> bool:
    return estimates.scale is Scale.LOGIT and estimates.successes is not None


def _is_count(estimates: Estimates) -> bool:
    return estimates.scale is Scale.LOG and estimates.successes is not None
