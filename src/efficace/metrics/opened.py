"""What stands behind an answer, as data: the rows, the parts that read them and what each adds to n."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class RowsBehind:
    """Rows of the fact behind an answer.

    Attributes:
        total: Rows there are; ``rows`` holds at most the limit of them.
        rows: ``period``, the asked dimensions, ``weight`` (share of a split row), ``left_out`` and the fact's columns.
    """

    metric: str
    fact: str
    as_of: datetime
    total: int
    rows: pa.Table

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "fact": self.fact,
            "as_of": self.as_of.isoformat(),
            "total": self.total,
            "shown": self.rows.num_rows,
            "rows": self.rows.to_pylist(),
        }


@dataclass(frozen=True)
class Part:
    """One part of an opened answer: the rows of one term.

    Attributes:
        rows: Number of rows, used and left out.
        n: What its used rows add to the answer's n; 0 for a part that is only read beside.
        left_out: Reason -> weight of the rows left out for it, as the answer tells it.
    """

    name: str
    fact: str
    rows: int
    n: float
    left_out: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """The rows behind an answer, of all its parts.

    Attributes:
        n_counts: What n counts where it counts no rows; else empty.
        total: Rows there are; ``rows`` holds at most the limit of them.
        rows: ``part``, ``period``, the asked dimensions, ``counted`` (what the row adds to n), ``weight`` (share of a
            split row), ``left_out`` and the columns of the facts; what a fact lacks is null.
    """

    metric: str
    as_of: datetime
    n_counts: str
    parts: Sequence[Part]
    total: int
    rows: pa.Table

    @property
    def n(self) -> float:
        """What the rows add up to."""
        return sum(part.n for part in self.parts)

    @property
    def left_out(self) -> dict[str, float]:
        """Reason -> rows left out, over all parts."""
        found: dict[str, float] = {}
        for part in self.parts:
            for why, number in part.left_out.items():
                found[why] = found.get(why, 0.0) + number
        return found

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        parts = [
            {"part": one.name, "fact": one.fact, "rows": one.rows, "n": one.n, "left_out": dict(one.left_out)}
            for one in self.parts
        ]
        return {
            "metric": self.metric,
            "as_of": self.as_of.isoformat(),
            "n_counts": self.n_counts or "rows",
            "parts": parts,
            "total": self.total,
            "shown": self.rows.num_rows,
            "rows": self.rows.to_pylist(),
        }
