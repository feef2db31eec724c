"""Counts by duration: what travels from the engine, sorted and merged once, and sums that stay in their cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from efficace.errors import InvalidCounts
from efficace.stats.estimate import Bools, Floats, Ints, floats

_LONGEST = 2**32 - 1


@dataclass(frozen=True)
class DurationCounts:
    """How many spans of a cell ended after so long, by cause, and how many were still open then.

    Rows are sorted by cell, then time, without repetition and without empty rows. An event happens
    before a censoring at the same time. Build with ``of``, which sorts and merges.

    Attributes:
        cell: Number of the cell, shape (rows,), 0 to cells - 1.
        time: Duration in whole units (seconds), shape (rows,).
        events: Ended spans by cause, each of shape (rows,).
        censored: Spans still open, shape (rows,).
        cells: How many cells there are, those without rows included.

    Raises:
        InvalidCounts: If rows are unsorted or repeated, or a number is negative or no number.
    """

    cell: Ints
    time: Ints
    events: Mapping[str, Floats]
    censored: Floats
    cells: int

    def __post_init__(self) -> None:
        _check_counts(self.cell, self.time, self.events, self.censored, self.cells)
        key = pack(self.cell, self.time)
        if (key[1:] <= key[:-1]).any():
            row = int(np.argmax(key[1:] <= key[:-1])) + 1
            raise InvalidCounts("Durations are not sorted by cell and time, each once: see row {row}.", row=row)

    @classmethod
    def of(
        cls, cell: ArrayLike, time: ArrayLike, events: Mapping[str, ArrayLike], censored: ArrayLike, cells: int
    ) -> DurationCounts:
        """Sort rows in any order, add up rows of the same cell and time, drop rows without any span."""
        numbers, times = _whole(cell, "cell"), _whole(time, "duration")
        counts = {cause: floats(count) for cause, count in events.items()}
        still = floats(censored)
        _check_counts(numbers, times, counts, still, cells)
        key = pack(numbers, times)
        if (key[1:] <= key[:-1]).any():
            order = np.argsort(key)
            key, still = key[order], still[order]
            counts = {cause: count[order] for cause, count in counts.items()}
            first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
            key, still = key[first], np.add.reduceat(still, first)
            counts = {cause: np.add.reduceat(count, first) for cause, count in counts.items()}
        kept = still + sum(counts.values()) > 0
        if not kept.all():
            key, still = key[kept], still[kept]
            counts = {cause: count[kept] for cause, count in counts.items()}
        return cls(key >> 32, key & _LONGEST, counts, still, cells)

    @cached_property
    def offsets(self) -> Ints:
        """First row of each cell and the end of the last, shape (cells + 1,)."""
        return np.searchsorted(self.cell, np.arange(self.cells + 1)).astype(np.int64)

    @cached_property
    def ended(self) -> Floats:
        """Spans that ended at each row, of whatever cause."""
        return np.sum(list(self.events.values()), axis=0) if self.events else np.zeros(len(self.cell))

    @cached_property
    def at_risk(self) -> Floats:
        """Spans of the cell that lasted at least as long, those that end there included."""
        return accumulate(np.add, self.ended + self.censored, self.offsets, backwards=True)

    @cached_property
    def spans(self) -> Floats:
        """How many spans each cell has, shape (cells,)."""
        return cell_sums(self.ended + self.censored, self.offsets)

    def of_cause(self, cause: str | None) -> Floats:
        """Give the events of one cause; None = all together.

        Raises:
            InvalidCounts: If the cause was never counted.
        """
        if cause is None:
            return self.ended
        if cause not in self.events:
            raise InvalidCounts(
                'No duration was counted as ended by "{cause}". Counted: {choices}.',
                cause=cause,
                choices=", ".join(self.events),
            )
        return self.events[cause]


def pack(cell: Ints, time: Ints) -> Ints:
    """Make one sortable number of cell and time: sorting it is several times faster than sorting by both."""
    return (cell << 32) | time


def accumulate(ufunc: np.ufunc, values: Floats, offsets: Ints, *, backwards: bool = False) -> Floats:
    """Accumulate within each cell and start afresh in the next, so that no cell carries another's rounding."""
    out = np.empty_like(values, dtype=np.float64)
    step = -1 if backwards else 1
    for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        if end > start:
            ufunc.accumulate(values[start:end][::step], out=out[start:end][::step])
    return out


def before(values: Floats, offsets: Ints, start: float) -> Floats:
    """Give each row the value of the row before it in its cell; the first row of a cell gets ``start``."""
    shifted = np.empty_like(values)
    shifted[1:] = values[:-1]
    shifted[offsets[:-1][offsets[:-1] < offsets[1:]]] = start
    return shifted


def rows_at(cell: Ints, time: Ints, offsets: Ints, wanted_cell: Ints, wanted_time: Ints) -> Ints:
    """Find the row of a cell that holds at each wanted time: the last one not later; -1 before the first."""
    row = np.searchsorted(pack(cell, time), pack(wanted_cell, wanted_time), side="right") - 1
    return np.where(row >= offsets[wanted_cell], row, -1)


def cell_sums(values: Floats, offsets: Ints) -> Floats:
    """Add up the rows of each cell; 0 for a cell without rows."""
    sums = np.zeros(len(offsets) - 1)
    filled = offsets[:-1] < offsets[1:]
    if filled.any():
        sums[filled] = np.add.reduceat(values, offsets[:-1][filled])
    return sums


def first_rows(mask: Bools, offsets: Ints) -> Ints:
    """Find the first row of each cell where the mask holds; -1 where none does."""
    rows = np.full(len(offsets) - 1, -1, dtype=np.int64)
    hits = np.flatnonzero(mask)
    if len(hits):
        position = np.searchsorted(hits, offsets[:-1])
        nearest = hits[np.minimum(position, len(hits) - 1)]
        found = (position < len(hits)) & (nearest < offsets[1:])
        rows[found] = nearest[found]
    return rows


def _whole(values: ArrayLike, name: str) -> Ints:
    numbers = np.asarray(values)
    if numbers.dtype.kind == "f":
        wrong = ~np.isfinite(numbers) | (numbers != np.floor(numbers))
        if wrong.any():
            raise InvalidCounts(
                "A {name} is {numbers}. It must be a whole number.", name=name, numbers=numbers[wrong][0]
            )
    return numbers.astype(np.int64)


def _check_counts(cell: Ints, time: Ints, events: Mapping[str, Floats], censored: Floats, cells: int) -> None:
    if len(time) and (time.min() < 0 or time.max() > _LONGEST):
        raise InvalidCounts(
            "Durations run from {min} to {max}. They must lie in 0 to {longest}.",
            min=time.min(),
            max=time.max(),
            longest=_LONGEST,
        )
    if len(cell) and (cell.min() < 0 or cell.max() >= cells):
        raise InvalidCounts(
            "Cells run from {min} to {max}. With {cells} cells: 0 to {value}.",
            min=cell.min(),
            max=cell.max(),
            cells=cells,
            value=cells - 1,
        )
    for name, count in (*events.items(), ("censored", censored)):
        if count.shape != cell.shape or time.shape != cell.shape:
            raise InvalidCounts(
                '"{name}" has {size} counts for {cells} cells and {times} durations.',
                name=name,
                size=count.size,
                cells=cell.size,
                times=time.size,
            )
        if not (count >= 0).all():
            raise InvalidCounts('A count of "{name}" is negative or missing. Counts must be 0 or more.', name=name)
