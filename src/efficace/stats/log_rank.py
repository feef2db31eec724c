"""Log-rank tests: do groups end at the same pace?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from efficace.stats.durations import DurationCounts
from efficace.stats.estimate import Floats, Ints

_CHUNK = 2_000_000
Spread = Callable[[Floats, Floats], Floats]
"""How far the groups' excess spreads, from each group's share at risk at each instant and the instants' weights."""


def log_rank(counts: DurationCounts, group_cells: ArrayLike, cause: str | None = None) -> float:
    """Test whether the hazards of several cells are equal.

    Args:
        counts: Ended and open spans of each cell.
        group_cells: The cells to compare, each a group; those without spans take no part.
        cause: Whose hazard; None = any end. Other causes then censor.

    Returns:
        The p value of the chi-squared test; NaN under two groups or without an event.

    Source: Mantel (1966); Peto & Peto (1972) JRSS A 135:185.
    """
    excess, spread = _compare(counts, np.asarray(group_cells, dtype=np.int64), cause, _covariance)
    rank = int(np.linalg.matrix_rank(spread, hermitian=True)) if len(excess) else 0
    if rank == 0:
        return float("nan")
    return float(chdtrc(rank, excess @ np.linalg.pinv(spread, hermitian=True) @ excess))


def log_rank_apart(counts: DurationCounts, group_cells: ArrayLike, cause: str | None = None) -> Floats:
    """Test for each of several cells whether it ends at the pace of all of them together.

    Args:
        counts: Ended and open spans of each cell.
        group_cells: The cells to compare, shape (groups,).
        cause: Whose hazard; None = any end. Other causes then censor.

    Returns:
        Two-sided p values, shape (groups,); NaN for a cell without spans, and where nothing ended.

    Source: as ``log_rank``; each group's excess by its own variance.
    """
    cells = np.asarray(group_cells, dtype=np.int64)
    excess, variance = _compare(counts, cells, cause, _variance)
    p = np.full(len(cells), np.nan)
    z = np.abs(excess) / np.sqrt(np.where(variance > 0, variance, np.nan))
    has_spans = counts.offsets[cells] < counts.offsets[cells + 1]
    if len(excess) == has_spans.sum():
        p[has_spans] = 2 * ndtr(-z)
    return p


def log_rank_one_sided(counts: DurationCounts, earlier_cell: int, later_cell: int, cause: str | None = None) -> float:
    """Test whether one cell ends earlier than another: a small p value says it does.

    Returns:
        The p value; NaN where a cell has no spans or nothing ended.
    """
    excess, variance = _compare(counts, np.array([earlier_cell, later_cell], dtype=np.int64), cause, _variance)
    if len(excess) < 2 or variance[0] <= 0:
        return float("nan")
    return float(ndtr(-excess[0] / np.sqrt(variance[0])))


def _compare(counts: DurationCounts, groups: Ints, cause: str | None, spread_of: Spread) -> tuple[Floats, Floats]:
    """Observed minus expected events of each group that has spans, and how these spread; empty for fewer than two."""
    rows = [np.arange(counts.offsets[cell], counts.offsets[cell + 1]) for cell in groups]
    rows = [row for row in rows if len(row)]
    if len(rows) < 2:
        return np.zeros(0), np.zeros(0)
    events = counts.of_cause(cause)
    together = np.concatenate(rows)
    times, place = np.unique(counts.time[together], return_inverse=True)
    ended = np.bincount(place, events[together])
    times, ended = times[ended > 0], ended[ended > 0]
    expected, spread = np.zeros(len(rows)), spread_of(np.zeros((len(rows), 1)), np.zeros(1))
    size = max(1, _CHUNK // len(rows))
    for start in range(0, len(times), size):
        some, deaths = times[start : start + size], ended[start : start + size]
        at_risk = np.stack([_at_risk_of(counts, row, some) for row in rows])
        everyone = at_risk.sum(axis=0)
        share = at_risk / everyone
        expected += (share * deaths).sum(axis=1)
        weight = deaths * np.clip(everyone - deaths, 0, None) / np.where(everyone > 1, everyone - 1, np.inf)
        spread += spread_of(share, weight)
    observed = np.array([events[row].sum() for row in rows])
    return observed - expected, spread


def _covariance(share: Floats, weight: Floats) -> Floats:
    return np.diag(share @ weight) - (share * weight) @ share.T


def _variance(share: Floats, weight: Floats) -> Floats:
    """The diagonal of the covariance alone."""
    variance: Floats = ((share - share**2) * weight).sum(axis=1)
    return variance


def _at_risk_of(counts: DurationCounts, rows: Ints, times: Ints) -> Floats:
    """Spans of one group that lasted at least so long, 0 beyond its last."""
    place = np.searchsorted(counts.time[rows], times)
    return np.append(counts.at_risk[rows], 0.0)[place]
