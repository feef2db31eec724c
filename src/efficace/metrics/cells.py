"""Cells: what the engine summed, one cell a period and member, as arrays that estimators read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from efficace.model.time import Period
from efficace.stats.estimate import Floats, Ints

Member = tuple[object, ...]
"""A member of the asked dimensions: one id (or None) for each, in the order asked."""


def summed(cell: Ints, values: Floats, size: int) -> Floats:
    """Add values up by cell, shape (size,)."""
    return np.asarray(np.bincount(cell, weights=values, minlength=size), dtype=np.float64)


@dataclass(frozen=True)
class TermCells:
    """The sums of one term.

    Attributes:
        cell: Cell of each row, shape (rows,); a cell has several rows where the term has keys.
        n: Weighted number of facts in each row.
        sums: By name, shape (rows,).
        keys: By name, shape (rows,).
        reasons: ``(reason, cell, number)`` of left-out facts; cell -1 = in no period.
        size: Number of cells.
    """

    cell: Ints
    n: Floats
    sums: Mapping[str, Floats]
    keys: Mapping[str, NDArray[Any]]
    reasons: Sequence[tuple[str, int, float]]
    size: int

    def count(self) -> Floats:
        """Facts used in each cell, shape (cells,)."""
        return summed(self.cell, self.n, self.size)

    def total(self, name: str) -> Floats:
        """A sum in each cell, shape (cells,)."""
        return summed(self.cell, self.sums[name], self.size)

    def onto(self, cell_of: Ints, weight_of: Floats, size: int) -> TermCells:
        """Add cells together: cell ``i`` becomes ``cell_of[i]`` with all its sums times ``weight_of[i]``."""
        weight = weight_of[self.cell]
        return replace(
            self,
            cell=cell_of[self.cell],
            n=self.n * weight,
            sums={name: values * weight for name, values in self.sums.items()},
            reasons=[(why, int(cell_of[cell]) if cell >= 0 else cell, count) for why, cell, count in self.reasons],
            size=size,
        )


@dataclass(frozen=True)
class Cells:
    """All terms of a question on the same cells.

    Cell number = period number x number of members + member number.

    Attributes:
        members: The members seen in any period, sorted.
    """

    terms: Mapping[str, TermCells]
    periods: Sequence[Period]
    members: Sequence[Member]

    @property
    def size(self) -> int:
        return len(self.periods) * len(self.members)

    def __getitem__(self, term: str) -> TermCells:
        return self.terms[term]

    def part(self, name: str) -> Cells:
        """The cells of one part of a composed estimator, its terms under their own names."""
        prefix = name + "."
        own = {key.removeprefix(prefix): term for key, term in self.terms.items() if key.startswith(prefix)}
        return replace(self, terms=own)

    def period(self, cell: int) -> Period:
        return self.periods[cell // len(self.members)]

    def member(self, cell: int) -> Member:
        return self.members[cell % len(self.members)]

    def known_days(self) -> Floats:
        """Days of each cell's period that as-of has reached, shape (cells,)."""
        days = [(period.known_end - period.start).days for period in self.periods]
        return np.repeat(np.array(days, dtype=np.float64), len(self.members))

    def onto(self, members: Sequence[Member], member_of: Ints, weight_of: Floats) -> Cells:
        """Add members together; ``weight_of`` has one weight a cell."""
        old, new = len(self.members), len(members)
        periods = np.repeat(np.arange(len(self.periods)), old)
        cell_of = periods * new + np.tile(member_of, len(self.periods))
        terms = {name: term.onto(cell_of, weight_of, len(self.periods) * new) for name, term in self.terms.items()}
        return Cells(terms, self.periods, members)
