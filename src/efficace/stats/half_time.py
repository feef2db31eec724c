"""When half of those that will have had the event have had it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from efficace.stats.curves import MET, error_of_times
from efficace.stats.durations import DurationCounts, cell_sums, first_rows, rows_at
from efficace.stats.error_sums import ErrorSums
from efficace.stats.estimate import Bools, Estimates, Floats, Ints, Scale, divide, floats, normal_quantile
from efficace.stats.product_limit import incidence_of, survival_of


def half_of_last(counts: DurationCounts, cause: str, level: float = 0.95) -> Estimates:
    """Find the first time at which the incidence of a cause reaches half of its last estimated value.

    The interval holds the times at which a score test does not reject that the incidence there is half
    of the last one; the variance of their quotient knows that both come from the same spans. What is still
    open at the last age makes the last value a lower bound of what the incidence comes to: the upper limit
    is that of half of what it would be if the open spans ended as the others did, so that the interval also
    covers the time by which half of all that will have had the event have had it.

    Returns:
        Times; NaN where the cause never happened. ``low`` is 0 where nothing excludes an early time,
        ``high`` NaN where nothing excludes a late one. ``se`` on the log scale, of the value alone.

    Raises:
        InvalidCounts: If the cause was never counted.

    Source: Aalen & Johansen (1978) by the functional delta method; interval as Brookmeyer & Crowley (1982), its
        two ends at the two ends of what the open spans leave possible as Imbens & Manski (2004) Econometrica 72:1845.
    """
    happened = cell_sums(counts.of_cause(cause), counts.offsets)
    quotient, effective = _quotient_to_last(counts, cause, happened)
    value = _first_time(quotient >= 0.5 - MET, counts)
    low, high = _not_rejected(quotient, effective, counts, level, _in_the_end(counts))
    low = np.where((happened > 0) & (np.sqrt(happened) <= normal_quantile(level)), 0.0, low)
    # at the interval's own level: nearer to its half a curve may be steep, or flat, by chance
    alone = _not_rejected(quotient, effective, counts, level, np.ones(counts.cells))
    plain = divide(1.44, np.sqrt(happened))
    return Estimates(value, low, high, Scale.LOG, error_of_times(value, *alone, plain, level))


def same_half_test(counts: DurationCounts, cause: str, cells: ArrayLike) -> float:
    """Test whether several cells come to half of their last incidence at the same time.

    Returns:
        The p value of the chi-squared test on the shares of each cell's incidence that were there at the common time;
        NaN under two cells in which the cause happened.

    Source: the score test of Brookmeyer & Crowley (1982) Biometrics 38:29, for several groups.
    """
    share, effective = _shares_at_common_half(counts, cause, np.asarray(cells, dtype=np.int64))
    usable = effective > 0
    if usable.sum() < 2:
        return float("nan")
    share, effective = share[usable], effective[usable]
    middle = (effective * share).sum() / effective.sum()
    return float(chdtrc(usable.sum() - 1, (effective * (share - middle) ** 2).sum() / 0.25))


def half_apart(counts: DurationCounts, cause: str, cells: ArrayLike) -> Floats:
    """Test for each of several cells whether it comes to half of its last incidence when the others together do.

    The share of its incidence that was there at the common time is compared with that of the others. Comparing the
    times themselves by their errors would take a curve that is steep at its own half for a sure one, however flat it
    is beside (two kinds of deals): every second company without any difference had somebody named.

    Returns:
        Two-sided p values, shape (cells,), corrected for continuity; NaN where the cause never happened, and where
        there are no others.

    Source: as ``same_half_test``, each cell against the rest.
    """
    share, effective = _shares_at_common_half(counts, cause, np.asarray(cells, dtype=np.int64))
    all_events = effective.sum()
    rest = all_events - effective
    middle = divide((effective * share).sum(), np.array([all_events]))
    distance = divide(np.abs(share - middle) * all_events, rest)
    distance = np.maximum(distance - divide(0.5, effective), 0.0)
    p: Floats = 2 * ndtr(-distance / np.sqrt(divide(0.25, effective) + divide(0.25, rest)))
    return np.where((effective > 0) & (rest > 0), np.minimum(p, 1.0), np.nan)


def _shares_at_common_half(counts: DurationCounts, cause: str, cells: Ints) -> tuple[Floats, Floats]:
    """Share of each cell's last incidence that was there at the half time of all, and of how many events it is sure."""
    rows = np.flatnonzero(np.isin(counts.cell, cells))
    one = np.zeros(len(rows), dtype=np.int64)
    events = {name: count[rows] for name, count in counts.events.items()}
    everyone = DurationCounts.of(one, counts.time[rows], events, counts.censored[rows], 1)
    common = half_of_last(everyone, cause).value[0]
    happened = cell_sums(counts.of_cause(cause), counts.offsets)[cells]
    if not np.isfinite(common):
        return np.zeros(len(cells)), np.zeros(len(cells))
    quotient, effective = _quotient_to_last(counts, cause, cell_sums(counts.of_cause(cause), counts.offsets))
    at = rows_at(counts.cell, counts.time, counts.offsets, cells, np.full(len(cells), int(common)))
    is_there = (at >= 0) & (happened > 0)
    share = np.where(is_there, quotient[np.clip(at, 0, None)], 0.0)
    return share, np.where(happened > 0, np.where(is_there, effective[np.clip(at, 0, None)], happened), 0.0)


def _quotient_to_last(counts: DurationCounts, cause: str, happened: Floats) -> tuple[Floats, Floats]:
    """Incidence by its last value at each row, and of how many events it is as sure as a share is."""
    survival = survival_of(counts)
    incidence = incidence_of(counts, cause, survival)
    ends = counts.offsets[1:][counts.cell] - 1
    last = incidence[ends]
    quotient = divide(incidence, last)
    sums = ErrorSums.of(incidence, survival, counts.at_risk, counts.offsets, thin_tail=True)
    spread = (
        sums.variance(incidence)
        - 2 * quotient * sums.covariance(incidence, last)
        + quotient**2 * sums.each(lambda column: column[ends]).variance(last)
    )
    inside = (quotient > 0) & (quotient < 1) & (spread > 0)
    effective = np.where(inside, divide(quotient * (1 - quotient) * last**2, spread), happened[counts.cell])
    return quotient, effective


def _in_the_end(counts: DurationCounts) -> Floats:
    """What the incidence comes to, by its last value, if those still open end as the others did; shape (cells,)."""
    ends = counts.offsets[1:] - 1
    open_at_last = survival_of(counts)[np.clip(ends, 0, None)] if len(counts.time) else np.zeros(counts.cells)
    return divide(1, 1 - open_at_last)


def _not_rejected(
    quotient: Floats, effective: Floats, counts: DurationCounts, level: float, in_the_end: Floats
) -> tuple[Floats, Floats]:
    """First times at which one half of the last value is no longer too high, and one half of the end's too low."""
    z = normal_quantile(level)
    latest = np.minimum(0.5 * in_the_end, 1.0)[counts.cell]
    early = 0.5 - z * np.sqrt(divide(0.25, effective))
    late = latest + z * np.sqrt(divide(latest * (1 - latest), effective))
    is_late = (quotient >= late - MET) & (latest < 1)
    return _first_time(quotient >= early, counts), _first_time(is_late, counts)


def _first_time(mask: Bools, counts: DurationCounts) -> Floats:
    rows = first_rows(mask, counts.offsets)
    times = floats(counts.time)[np.clip(rows, 0, None)] if len(counts.time) else np.full(len(rows), np.nan)
    return np.where(rows >= 0, times, np.nan)
