"""A step curve a cell: survival or incidence by age, read at an age or at a level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.durations import before, first_rows, pack, rows_at
from efficace.stats.estimate import Bools, Estimates, Floats, Ints, Scale, divide, floats, normal_quantile
from efficace.stats.rates import wilson

MET = 1e-9
"""A level counts as reached within this: one small curve in eight passes exactly one half."""


@dataclass(frozen=True)
class Curves:
    """One row for each distinct time of a cell at which a span ended or was censored.

    Attributes:
        cell: Number of the cell, shape (rows,), ascending.
        time: Age, shape (rows,), ascending in a cell.
        at_risk: Spans that lasted at least so long.
        value: The curve from this time on.
        low: Lower pointwise limit; NaN where the curve has ended at 0.
        high: Upper pointwise limit.
        effective: How many fully watched spans would leave the same uncertainty.
        cells: How many cells there are.
        start: Value before the first row: 1 for survival, 0 for incidence.
        level: Of the two-sided limits.
    """

    cell: Ints
    time: Ints
    at_risk: Floats
    value: Floats
    low: Floats
    high: Floats
    effective: Floats
    cells: int
    start: float
    level: float

    @cached_property
    def offsets(self) -> Ints:
        """First row of each cell and the end of the last, shape (cells + 1,)."""
        return np.searchsorted(self.cell, np.arange(self.cells + 1)).astype(np.int64)

    @property
    def is_empty(self) -> Bools:
        """Cells without a span."""
        return np.equal(self.offsets[:-1], self.offsets[1:])

    def at(self, time: ArrayLike) -> Estimates:
        """Read the curve at an age (one, or one a cell); its last value holds beyond the last row.

        Returns:
            A share a cell on the logit scale, successes and trials in effective spans; where the curve
            is still at its start or at an end, the limits are Wilson's on these. NaN in empty cells.
        """
        return self.at_points(np.arange(self.cells), time)

    def at_points(self, cell: ArrayLike, time: ArrayLike) -> Estimates:
        """Read the curve of the named cell at each point: both of shape (points,); else as ``at``."""
        cells = np.asarray(cell, dtype=np.int64)
        row = self.rows_at(cells, time)
        begun = row >= 0
        value = np.where(begun, self.picked(self.value, row), self.start)
        effective = np.where(begun, self.picked(self.effective, row), self.picked(self.at_risk, self.offsets[cells]))
        filled = ~self.is_empty[cells]
        trials = np.where(filled, effective, 0.0)
        score = wilson(np.where(filled, value, 0.0) * trials, trials, self.level)
        inside = begun & (value > 0) & (value < 1)
        low = np.where(inside, self.picked(self.low, row), score.low)
        high = np.where(inside, self.picked(self.high, row), score.high)
        return replace(score, value=value, low=low, high=high).where(filled)

    def last(self) -> Estimates:
        """Read the curve at the last observed age."""
        return self.at(np.inf)

    def last_time(self) -> Floats:
        """Give the longest age observed in each cell, NaN in empty ones."""
        return np.where(self.is_empty, np.nan, self.picked(floats(self.time), self.offsets[1:] - 1))

    def watched(self, time: ArrayLike) -> Bools:
        """Say in which cells anybody was watched for so long."""
        return np.asarray(self.last_time() >= floats(time), dtype=bool)

    def at_risk_at(self, time: ArrayLike) -> Floats:
        """Count the spans that lasted at least so long; 0 beyond the last and in empty cells."""
        cells = np.arange(self.cells, dtype=np.int64)
        row = np.searchsorted(pack(self.cell, self.time), pack(cells, _clipped(np.ceil(floats(time)))), side="left")
        return np.where(row < self.offsets[1:], self.picked(self.at_risk, row), 0.0)

    def quantile(self, share: ArrayLike) -> Estimates:
        """Find the first observed time by which a share has had the event: 0.5 for the median.

        No midpoint, no interpolation; a level is reached when it is met within 1e-9. Limits: where the
        pointwise limits reach it. NaN where it is not reached.

        Args:
            share: One, or one a cell, between 0 and 1.

        Returns:
            Times, with an approximate standard error on the log scale from the width of the interval;
            where the interval is open or has no width, from the number of spans and the scatter of all times.

        Source: Brookmeyer & Crowley (1982) Biometrics 38:29.
        """
        wanted = np.broadcast_to(floats(share), (self.cells,))
        target = wanted[self.cell]
        if self.start == 1:
            reached = [curve <= 1 - target + MET for curve in (self.value, self.low, self.high)]
        else:
            reached = [curve >= target - MET for curve in (self.value, self.high, self.low)]
        value, low, high = (self._times(first_rows(mask, self.offsets)) for mask in reached)
        spans = self.picked(self.at_risk, self.offsets[:-1])
        plain = np.sqrt(divide(wanted, (1 - wanted) * spans)) / -np.log1p(-np.clip(wanted, 1e-9, 1 - 1e-9))
        plain = plain * self._scatter()
        return Estimates(value, low, high, Scale.LOG, error_of_times(value, low, high, plain, self.level))

    def rows_at(self, cell: ArrayLike, time: ArrayLike) -> Ints:
        """Find the row that holds at each point: the last one not later; -1 before the first."""
        cells = np.asarray(cell, dtype=np.int64)
        wanted = np.broadcast_to(_clipped(np.floor(floats(time))), cells.shape)
        return rows_at(self.cell, self.time, self.offsets, cells, wanted)

    def picked(self, values: Floats, rows: Ints) -> Floats:
        """Take values by row; what a row that lies outside gives is for the caller to mask."""
        return values[np.clip(rows, 0, len(values) - 1)] if len(values) else np.full(len(rows), np.nan)

    def _scatter(self) -> float:
        """How much wider the times of all events scatter than under a constant hazard, at least as wide.

        Both on the log scale, where times under a constant hazard have the variance pi^2 / 6.
        """
        events = np.abs(self.value - before(self.value, self.offsets, self.start))
        events = events * self.picked(self.at_risk, self.offsets[:-1])[self.cell]
        if not events.sum() > 0 or not (self.time[events > 0] > 0).any():
            return 1.0
        logs = Scale.LOG.forward(np.maximum(self.time, self.time[(events > 0) & (self.time > 0)].min() / 2))
        centre = np.average(logs, weights=events)
        spread = np.average((logs - centre) ** 2, weights=events)
        return float(max(1.0, np.sqrt(spread * 6) / np.pi))

    def _times(self, rows: Ints) -> Floats:
        return np.where(rows >= 0, self.picked(floats(self.time), rows), np.nan)


def error_of_times(value: Floats, low: Floats, high: Floats, plain: Floats, level: float) -> Floats:
    """Standard errors of times on the log scale, from the width of their intervals.

    Args:
        value: Times.
        low: Lower limits, NaN or 0 where open.
        high: Upper limits, NaN where open.
        plain: What the error would be from the number of spans alone; used, scaled to the widths of the
            other cells, where an interval is open or has no width.
        level: Of the intervals.
    """
    logs = Scale.LOG.forward(high) - Scale.LOG.forward(low)
    width = np.where(logs > 0, logs / (2 * normal_quantile(level)), np.nan)
    both = ~np.isnan(width) & ~np.isnan(plain)
    usual = float(np.median(width[both] / plain[both])) if both.any() else 1.0
    return np.where(np.isnan(value), np.nan, np.where(np.isnan(width), usual * plain, width))


def _clipped(time: Floats) -> Ints:
    """Bring any age, infinity included, into the range that packs; before 0 nothing has happened."""
    return np.clip(np.nan_to_num(time, nan=0.0, posinf=2**32 - 1), 0, 2**32 - 1).astype(np.int64)
