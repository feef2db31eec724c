"""Which members depart from all others together: one test a member, to be read with their false discoveries."""

from __future__ import annotations

import numpy as np
from scipy.special import bdtr, chdtrc, gammaln, ndtr, stdtr

from efficace.stats.estimate import Estimates, Floats, Ints, Scale, floats

_ENOUGH_EXPECTED = 100
"""With fewer the tails of Pearson's test are too light for the smallest of many p."""


def departures(estimates: Estimates, n: Floats | None = None) -> Floats:
    """Say how likely chance alone would set each member as far apart from the others taken together.

    Args:
        estimates: One cell a member. Shares with successes and trials are tested as two proportions (exactly where
            fewer than 100 are expected, fractions of trials rounded), counts with exposure as a part of all events,
            all else by the difference from the others' mean on its own scale.
        n: Facts behind each member. With them the others' mean is that of all their facts, and few facts of a member
            weigh less (Student); without them the others are weighed by their precision, which draws their mean
            towards members whose facts vary little.

    Returns:
        Two-sided p values, shape (cells,); NaN for a member without estimate, and where there are no others.

    Source: Fisher (1934) for shares; Przyborowski & Wilenski (1940) Biometrika 31:313 for counts.
    """
    if estimates.successes is None or estimates.trials is None or estimates.scale is Scale.IDENTITY:
        return _of_errors(estimates, n)
    test = _of_share if estimates.scale is Scale.LOGIT else _of_count
    usable = np.nan_to_num(estimates.trials) > 0
    k, n = np.where(usable, estimates.successes, 0.0), np.where(usable, estimates.trials, 0.0)
    p = [test(k[one], n[one], k.sum(), n.sum()) if usable[one] else np.nan for one in range(len(k))]
    return np.array(p) if usable.sum() > 1 else np.full(len(k), np.nan)


def _of_share(k: float, n: float, all_k: float, all_n: float) -> float:
    rest = all_n - n
    share = all_k / all_n
    if share in (0.0, 1.0):
        return 1.0
    if min(n, rest) * min(share, 1 - share) >= _ENOUGH_EXPECTED:
        return float(chdtrc(1, (k - n * share) ** 2 / (n * share * (1 - share) * rest / all_n)))
    return _hypergeometric(round(k), round(n), round(all_k), max(round(all_n), round(n) + 1))


def _hypergeometric(k: int, n: int, all_k: int, all_n: int) -> float:
    """The chance of all numbers of successes that are no likelier than the one seen."""
    every = np.arange(max(0, n + all_k - all_n), min(n, all_k) + 1, dtype=np.int64)
    logs = _log_choices(n, every) + _log_choices(all_n - n, all_k - every) - _log_choices(all_n, np.array([all_k]))
    chances = np.exp(logs)
    seen = chances[np.clip(k - every[0], 0, len(every) - 1)]
    return float(min(1.0, chances[chances <= seen * (1 + 1e-7)].sum()))


def _log_choices(n: int, k: Ints) -> Floats:
    return floats(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _of_count(events: float, exposure: float, all_events: float, all_exposure: float) -> float:
    """Twice the smaller tail of the member's part of all events."""
    whole, part = round(all_events), exposure / all_exposure
    if whole == 0 or part >= 1:
        return 1.0 if part < 1 else float("nan")
    seen = min(round(events), whole)
    below = float(bdtr(seen, whole, part))
    above = 1.0 - float(bdtr(seen - 1, whole, part)) if seen > 0 else 1.0
    return min(1.0, 2 * min(below, above))


def _of_errors(estimates: Estimates, n: Floats | None) -> Floats:
    p = np.full(len(estimates), np.nan)
    if estimates.se is None:
        return p
    values = estimates.scale.forward(estimates.value)
    is_known = np.isfinite(values) & (estimates.se > 0) & np.isfinite(estimates.se)
    known = np.flatnonzero(is_known if n is None else is_known & (n > 1))
    if len(known) < 2:
        return p
    value, variance = values[known], estimates.se[known] ** 2
    weight = 1 / variance if n is None else n[known]
    others = weight.sum() - weight
    centre = ((weight * value).sum() - weight * value) / others
    error = np.sqrt(variance + ((weight**2 * variance).sum() - weight**2 * variance) / others**2)
    distance = -np.abs(value - centre) / error
    p[known] = 2 * (ndtr(distance) if n is None else stdtr(n[known] - 1, distance))
    return p


def clustered_ratios(clusters: Floats, members: Floats) -> Floats:
    """Say how likely chance alone would set a group's clusters per member as far apart as seen from all others.

    Members come in clusters (the touches that follow a lead), so that their number is no surer than that of the
    clusters: the logarithm of the ratio varies by 1 / clusters for each of the two.

    Args:
        clusters: Counts above 0, shape (groups,).
        members: Counts above 0, shape (groups,).

    Returns:
        Two-sided p values; NaN under two groups.

    Source: delta method; variance of clustered counts, Cochran (1977) Sampling Techniques, ch. 9.
    """
    if len(clusters) < 2:
        return np.full(len(clusters), np.nan)
    others = clusters.sum() - clusters
    distance = np.log(clusters / members) - np.log(others / (members.sum() - members))
    return floats(2 * ndtr(-np.abs(distance) / np.sqrt(2 / clusters + 2 / others)))
