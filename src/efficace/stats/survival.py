"""Time until something happens, censored spans included: survival, incidence by cause and what is read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.curves import Curves
from efficace.stats.durations import DurationCounts, accumulate, before, cell_sums
from efficace.stats.error_sums import ErrorSums
from efficace.stats.estimate import Estimates, Floats, Ints, Scale, divide, floats, normal_quantile
from efficace.stats.half_time import half_of_last
from efficace.stats.log_rank import log_rank, log_rank_one_sided
from efficace.stats.product_limit import cumulative_incidence, kaplan_meier
from efficace.stats.rates import wilson

__all__ = [
    "Curves",
    "DurationCounts",
    "Hazards",
    "conditional_chance",
    "cumulative_incidence",
    "half_of_last",
    "hazard",
    "kaplan_meier",
    "log_rank",
    "log_rank_one_sided",
    "restricted_mean",
    "share_open",
]


def share_open(counts: DurationCounts) -> Estimates:
    """Estimate the share still open at the last observed age of each cell."""
    return kaplan_meier(counts).last()


def restricted_mean(curves: Curves, horizon: ArrayLike) -> Estimates:
    """Estimate the mean time open, counted up to a horizon: the area under survival.

    Args:
        curves: Survival from ``kaplan_meier``.
        horizon: One, or one a cell.

    Returns:
        Means in the unit of time, limits normal within [0, horizon]. NaN where the horizon lies beyond
        the last observed age and spans are still open there.

    Source: Irwin (1949) J Hygiene 47:188; variance Klein & Moeschberger (2003) 4.5.
    """
    over = curves.last().value == 0
    wanted = np.broadcast_to(floats(horizon), (curves.cells,))
    until = np.where(over, np.fmin(wanted, curves.last_time()), wanted)
    supported = over | curves.watched(wanted)
    until = np.where(supported, until, 0.0)
    rows = np.minimum(floats(curves.time), until[curves.cell])
    nexts = np.append(rows[1:], 0.0)[: len(rows)]
    is_last = np.append(curves.cell[1:] != curves.cell[:-1], True)[: len(rows)]
    nexts = np.where(is_last, until[curves.cell], nexts)
    after = accumulate(np.add, curves.value * (nexts - rows), curves.offsets, backwards=True)
    opens = before(curves.value, curves.offsets, 1.0)
    gone = 1 - divide(curves.value, opens)
    counted = (curves.time <= until[curves.cell]) & (gone < 1)
    terms = np.where(counted, after**2 * divide(gone, curves.at_risk * np.where(gone < 1, 1 - gone, 1)), 0.0)
    start = curves.offsets[:-1]
    area = np.minimum(curves.picked(floats(curves.time), start), until) + curves.picked(after, start)
    se = np.sqrt(cell_sums(terms, curves.offsets))
    half = normal_quantile(curves.level) * se
    limits = np.clip(area - half, 0, None), np.minimum(area + half, until)
    return Estimates(area, *limits, Scale.IDENTITY, se).where(supported & ~curves.is_empty)


def conditional_chance(
    incidence: Curves, survival: Curves, ages: ArrayLike, window: ArrayLike, cell: ArrayLike = 0
) -> Estimates:
    """Estimate the chance that a span open at an age ends by the cause within a window after it.

    Args:
        incidence: Of the cause, from ``cumulative_incidence``.
        survival: From ``kaplan_meier`` of the same counts.
        ages: Shape (points,).
        window: One, or one a point; infinity = in the end, as far as observed.
        cell: Whose curves to read: one, or one a point.

    Returns:
        (F(age + window) - F(age)) / S(age), shape (points,), on the logit scale with effective counts
        and Wilson limits on these; NaN where no span lasted beyond that age.
    """
    points = np.atleast_1d(floats(ages))
    cells = np.broadcast_to(np.asarray(cell, dtype=np.int64), points.shape)
    early, late = incidence.rows_at(cells, points), incidence.rows_at(cells, points + floats(window))
    opens = _read(survival, early)
    later = _read(incidence, late)
    chance = np.clip(divide(later - _read(incidence, early), opens), 0, 1)
    sums = ErrorSums.of(incidence.value, survival.value, incidence.at_risk, incidence.offsets)
    gained = sums.each(lambda column: _gain(column, early, late))
    variance = divide(gained.variance(later), opens**2)
    beyond = np.where(early >= 0, early + 1, incidence.offsets[cells])
    remaining = np.where(beyond < incidence.offsets[cells + 1], incidence.picked(incidence.at_risk, beyond), 0.0)
    trials = np.where((chance > 0) & (chance < 1) & (variance > 0), divide(chance * (1 - chance), variance), remaining)
    trials = np.where(remaining > 0, trials, 0.0)
    return wilson(np.where(remaining > 0, chance, 0.0) * trials, trials, incidence.level)


@dataclass(frozen=True)
class Hazards:
    """The chance to end at each age among those that lasted so long; one row a distinct time of a cell."""

    cell: Ints
    time: Ints
    at_risk: Floats
    events: Floats
    chance: Estimates


def hazard(counts: DurationCounts, cause: str | None = None, level: float = 0.95) -> Hazards:
    """Estimate the chance to end (by one cause, or by any) at each age, given that the age was reached.

    Returns:
        One row for each distinct time, with Wilson limits.
    """
    events = counts.of_cause(cause)
    return Hazards(counts.cell, counts.time, counts.at_risk, events, wilson(events, counts.at_risk, level))


def _read(curve: Curves, rows: Ints) -> Floats:
    return np.where(rows >= 0, curve.picked(curve.value, rows), curve.start)


def _gain(column: Floats, early: Ints, late: Ints) -> Floats:
    """Difference of running sums between two rows; nothing has run before the first."""
    padded = np.concatenate(([0.0], column))
    return padded[late + 1] - padded[early + 1]
