"""Time until something happens, censored spans included: survival, incidence by cause and what is read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.curves import MET, Curves, error_of_times
from efficace.stats.durations import DurationCounts, accumulate, before, cell_sums, first_rows
from efficace.stats.error_sums import ErrorSums
from efficace.stats.estimate import Bools, Estimates, Floats, Ints, Scale, divide, floats, normal_quantile
from efficace.stats.log_rank import log_rank, log_rank_one_sided
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


def kaplan_meier(counts: DurationCounts, level: float = 0.95) -> Curves:
    """Estimate the share still open at each age; all causes of ending together.

    Args:
        counts: Ended and open spans of each cell.
        level: Of the two-sided pointwise log-log limits.

    Returns:
        Survival in [0, 1]. Limits 1 before the first event; NaN once survival is 0.

    Source: Kaplan & Meier (1958) JASA 53:457; Greenwood's variance; Borgan & Liestøl (1990) SJS 17:35.
    """
    survival = _survival(counts)
    staying = counts.at_risk - counts.ended
    steps = np.where(staying > 0, divide(counts.ended, counts.at_risk * staying), 0.0)
    variance = survival**2 * accumulate(np.add, steps, counts.offsets)
    return _curves(counts, survival, variance, 1.0, level)


def cumulative_incidence(counts: DurationCounts, cause: str, level: float = 0.95) -> Curves:
    """Estimate the share ended by one cause at each age, the other causes competing.

    Returns:
        Incidence in [0, 1] with pointwise limits on the log-log scale of the incidence. With a single
        cause it is one minus Kaplan-Meier, and its variance Greenwood's.

    Raises:
        InvalidCounts: If the cause was never counted.

    Source: Aalen & Johansen (1978) SJS 5:141; variance Marubini & Valsecchi (1995) 10.12.
    """
    survival = _survival(counts)
    steps = before(survival, counts.offsets, 1.0) * counts.of_cause(cause) / counts.at_risk
    incidence = accumulate(np.add, steps, counts.offsets)
    sums = ErrorSums.of(incidence, survival, counts.at_risk, counts.offsets)
    return _curves(counts, incidence, sums.variance(incidence), 0.0, level)


def share_open(counts: DurationCounts) -> Estimates:
    """Estimate the share still open at the last observed age of each cell."""
    return kaplan_meier(counts).last()


def half_of_last(counts: DurationCounts, cause: str, level: float = 0.95) -> Estimates:
    """Find the first time at which the incidence of a cause reaches half of its last estimated value.

    The interval holds the times at which a score test does not reject that the incidence there is half
    of the last one; the variance of their quotient knows that both come from the same spans.

    Returns:
        Times; NaN where the cause never happened. ``low`` is 0 where nothing excludes an early time,
        ``high`` NaN where nothing excludes a late one. ``se`` on the log scale.

    Raises:
        InvalidCounts: If the cause was never counted.

    Source: Aalen & Johansen (1978) by the functional delta method; interval as Brookmeyer & Crowley (1982).
    """
    curve = cumulative_incidence(counts, cause, level)
    ends = counts.offsets[1:][counts.cell] - 1
    last = curve.value[ends]
    quotient = divide(curve.value, last)
    sums = ErrorSums.of(curve.value, _survival(counts), counts.at_risk, counts.offsets)
    spread = (
        sums.variance(curve.value)
        - 2 * quotient * sums.covariance(curve.value, last)
        + quotient**2 * sums.each(lambda column: column[ends]).variance(last)
    )
    happened = cell_sums(counts.of_cause(cause), counts.offsets)
    inside = (quotient > 0) & (quotient < 1) & (spread > 0)
    effective = np.where(inside, divide(quotient * (1 - quotient) * last**2, spread), happened[counts.cell])
    half_width = 0.5 * normal_quantile(level)
    slack = half_width * divide(1, np.sqrt(effective))
    value = _first_time(quotient >= 0.5 - MET, counts)
    low = _first_time(quotient >= 0.5 - slack, counts)
    high = _first_time(quotient >= 0.5 + slack - MET, counts)
    low = np.where((happened > 0) & (half_width >= 0.5 * np.sqrt(happened)), 0.0, low)
    plain = divide(1.44, np.sqrt(happened))
    return Estimates(value, low, high, Scale.LOG, error_of_times(value, low, high, plain, level))


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


def _survival(counts: DurationCounts) -> Floats:
    staying = np.clip(counts.at_risk - counts.ended, 0, None)
    return accumulate(np.multiply, staying / counts.at_risk, counts.offsets)


def _curves(counts: DurationCounts, value: Floats, variance: Floats, start: float, level: float) -> Curves:
    """Put log-log limits and the effective number of spans to a curve."""
    z = normal_quantile(level)
    inside = (value > 0) & (value < 1) & (variance > 0)
    logs = np.log(np.where(inside, value, 0.5))
    power = np.exp(z * np.sqrt(np.where(inside, variance, 0.0)) / (np.where(inside, value, 0.5) * logs))
    # at the start nothing has happened and the limits are the start; once survival is 0 they are unknown
    edge = np.where(value == start, start, np.nan)
    low, high = np.where(inside, np.exp(logs / power), edge), np.where(inside, np.exp(logs * power), edge)
    represented = divide(counts.at_risk, before(_survival(counts), counts.offsets, 1.0))
    effective = np.where(inside, divide(value * (1 - value), variance), represented)
    return Curves(counts.cell, counts.time, counts.at_risk, value, low, high, effective, counts.cells, start, level)


def _first_time(mask: Bools, counts: DurationCounts) -> Floats:
    rows = first_rows(mask, counts.offsets)
    times = floats(counts.time)[np.clip(rows, 0, None)] if len(counts.time) else np.full(len(rows), np.nan)
    return np.where(rows >= 0, times, np.nan)


def _read(curve: Curves, rows: Ints) -> Floats:
    return np.where(rows >= 0, curve.picked(curve.value, rows), curve.start)


def _gain(column: Floats, early: Ints, late: Ints) -> Floats:
    """Difference of running sums between two rows; nothing has run before the first."""
    padded = np.concatenate(([0.0], column))
    return padded[late + 1] - padded[early + 1]
