"""What each figure needs of the data, how full that is, and what a column that is missing would open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from efficace.model.tables import BY_NAME

if TYPE_CHECKING:
    from efficace.metrics.doctor import Health
    from efficace.metrics.metric import Metric


@dataclass(frozen=True)
class Need:
    """A column that a figure reads.

    Attributes:
        rows: Of the table.
        filled: Rows that have it.
        instead: Columns any of which does as well, as ``table.column``.
    """

    table: str
    column: str
    rows: int
    filled: int
    instead: Sequence[str] = ()

    @property
    def is_missing(self) -> bool:
        """Whether no row has it."""
        return self.filled == 0

    @property
    def share(self) -> float:
        """Of the rows that have it, 0 to 1."""
        return self.filled / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Opening:
    """A table's columns that no file fills, and the figures that wait for them.

    Attributes:
        opens: Figures that these columns alone would open.
        helps: Figures that need columns of other tables too.
    """

    table: str
    columns: Sequence[str]
    opens: Sequence[str]
    helps: Sequence[str]


def needs_of(metric: Metric, health: Health) -> Sequence[Need]:
    """The columns that a metric reads; where any of several would do, the fullest."""
    return [_fullest(text.split("|"), health.columns) for text in metric.needs]


def openings(needs: Mapping[str, Sequence[Need]]) -> Sequence[Opening]:
    """What is missing by table, the one that opens most first.

    Args:
        needs: Of each figure, by its id.
    """
    lacking = {name: [need for need in found if need.is_missing] for name, found in needs.items()}
    tables = {need.table for found in lacking.values() for need in found}
    made = [_opening(table, lacking) for table in tables]
    return sorted(made, key=lambda one: (-len(one.opens), -len(one.helps), one.table))


def template_columns(table: str, missing: Sequence[str]) -> Sequence[str]:
    """The head of a file that would fill a table: what names and completes a row, then what is missing."""
    declared = BY_NAME[table]
    needed = [column.name for column in declared.columns if column.key or column.required]
    return list(dict.fromkeys([*needed, *missing]))


def _fullest(names: Sequence[str], columns: Mapping[tuple[str, str], tuple[int, int]]) -> Need:
    pairs = [(table, column) for table, _, column in (name.partition(".") for name in names)]
    best = max(pairs, key=lambda pair: columns.get(pair, (0, 0))[1])
    rows, filled = columns.get(best, (0, 0))
    return Need(*best, rows, filled, [".".join(pair) for pair in pairs if pair != best])


def _opening(table: str, lacking: Mapping[str, Sequence[Need]]) -> Opening:
    waiting = {name: found for name, found in lacking.items() if any(need.table == table for need in found)}
    columns = dict.fromkeys(need.column for found in waiting.values() for need in found if need.table == table)
    opens = [name for name, found in waiting.items() if all(need.table == table for need in found)]
    return Opening(table, list(columns), opens, [name for name in waiting if name not in opens])
