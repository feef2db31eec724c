"""What has no formula for its error: counts drawn again, and the age at which a chance turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from efficace.stats.durations import DurationCounts, rows_at
from efficace.stats.estimate import Estimates, Floats, Ints, divide
from efficace.stats.product_limit import incidence_of, survival_of


def resamples(counts: DurationCounts, draws: int, seed: int) -> Iterator[DurationCounts]:
    """Draw the spans again and again: each is taken a Poisson number of times, one on average.

    Source: Hanley & MacGibbon (2006) Computer Methods and Programs in Biomedicine 83:57.
    """
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        events = {cause: rng.poisson(count).astype(np.float64) for cause, count in counts.events.items()}
        censored = rng.poisson(counts.censored).astype(np.float64)
        yield DurationCounts.of(counts.cell, counts.time, events, censored, counts.cells)


def turning_age(
    counts: DurationCounts,
    cause: str,
    *,
    window: int,
    step: int = 1,
    min_at_risk: float = 20,
    min_spans: float = 50,
    draws: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> Estimates:
    """Find the age from which the chance to end by a cause within a window stays below half its peak.

    Read at whole steps where at least ``min_at_risk`` spans lasted so long and did not leave our sight
    within the window, and only where the whole window was watched (or every span has ended): a window cut
    short would look like a falling chance.

    Args:
        counts: Ended and open spans of each cell.
        cause: Of the end.
        window: Length of the window, in the unit of time (30 days in seconds).
        step: Distance of the ages looked at, in the unit of time (a day in seconds).
        min_at_risk: How many spans there must be.
        min_spans: A cell with fewer has no answer.
        draws: Bootstrap draws for the limits.
        seed: Of the draws.
        level: Of the percentile interval.

    Returns:
        Ages in the unit of time; NaN where the chance does not turn, and where the interval is open or
        wider than the answer, because the data cannot tell.
    """
    points = _ages(counts, window, step, min_at_risk, min_spans)
    value = _turns(points, counts, cause, window)
    drawn = np.array([_turns(points, again, cause, window) for again in resamples(counts, draws, seed)])
    drawn = np.where(np.isnan(drawn), np.inf, drawn)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(drawn, tails, axis=0, method="nearest") if draws else np.full((2, counts.cells), np.inf)
    told = np.isfinite(low) & np.isfinite(high)
    told[told] = high[told] - low[told] <= value[told]
    return Estimates(value, low, high).where(told)


@dataclass(frozen=True)
class _Points:
    """Ages to look at, sorted by cell and age."""

    cell: Ints
    age: Ints


def _ages(counts: DurationCounts, window: int, step: int, min_at_risk: float, min_spans: float) -> _Points:
    none = np.zeros(0, dtype=np.int64)
    cells, ages = [none], [none]
    for cell in np.flatnonzero(counts.spans >= max(min_spans, 1)).tolist():
        rows = slice(counts.offsets[cell], counts.offsets[cell + 1])
        some = _ages_of_cell(counts, rows, window, step, min_at_risk)
        cells.append(np.full(len(some), cell, dtype=np.int64))
        ages.append(some)
    return _Points(np.concatenate(cells), np.concatenate(ages))


def _ages_of_cell(counts: DurationCounts, rows: slice, window: int, step: int, min_at_risk: float) -> Ints:
    """Whole steps at which enough spans are at risk whose fate within the window is known."""
    time, at_risk = counts.time[rows], np.append(counts.at_risk[rows], 0.0)
    lost_sight = np.append(0.0, np.cumsum(counts.censored[rows]))
    is_over = counts.censored[rows][-1] == 0
    ages = np.arange(0, time[-1] + 1 - (0 if is_over else window), step, dtype=np.int64)
    early, late = np.searchsorted(time, ages), np.searchsorted(time, ages + window)
    known: Floats = at_risk[early] - (lost_sight[late] - lost_sight[early])
    return ages[known >= min_at_risk]


def _turns(points: _Points, counts: DurationCounts, cause: str, window: int) -> Floats:
    """Find in each cell the age after the last one whose chance is at least half the peak."""
    chance = _chances(points, counts, cause, window)
    peak = np.zeros(counts.cells)
    np.maximum.at(peak, points.cell, chance)
    high = np.flatnonzero((chance >= peak[points.cell] / 2) & (peak[points.cell] > 0))
    last = np.full(counts.cells, -1)
    last[points.cell[high]] = high
    after = np.minimum(last + 1, len(points.age) - 1)
    turned = np.full(counts.cells, np.nan)
    if len(high):
        is_same = (last >= 0) & (after > last) & (points.cell[after] == np.arange(counts.cells))
        turned[is_same] = points.age[after[is_same]]
    return turned


def _chances(points: _Points, counts: DurationCounts, cause: str, window: int) -> Floats:
    survival = survival_of(counts)
    incidence = incidence_of(counts, cause, survival)
    early = rows_at(counts.cell, counts.time, counts.offsets, points.cell, points.age)
    late = rows_at(counts.cell, counts.time, counts.offsets, points.cell, points.age + window)
    opens = np.append(survival, 1.0)[early]
    gained = np.append(incidence, 0.0)[late] - np.append(incidence, 0.0)[early]
    return np.nan_to_num(divide(gained, opens))
