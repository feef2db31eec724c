"""Whether each metric's data is there, which column is missing, and how fresh and complete the rest is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from efficace.locale.said import Said
from efficace.metrics.metric import Metric
from efficace.model.tables import AS_OF_COLUMNS, TABLES, Kind

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable


@dataclass(frozen=True)
class MetricHealth:
    """Whether a metric can be answered; ``missing`` names the columns that would fill it."""

    id: str
    is_ready: bool
    missing: Sequence[str]


@dataclass(frozen=True)
class TableHealth:
    """A canonical table that holds rows.

    Attributes:
        newest: The newest instant of its time columns, zone-less UTC.
        gaps: Columns that hold something but not in every row: column -> share of rows filled.
    """

    name: str
    rows: int
    rejected: int
    newest: datetime | None
    gaps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """The state of a project's data.

    Attributes:
        columns: Table and column -> rows of the table, and how many of them hold something there.
    """

    metrics: Sequence[MetricHealth]
    tables: Sequence[TableHealth]
    notes: Sequence[Said]
    columns: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; of the columns what ``tables`` tells."""
        told = asdict(replace(self, notes=(), columns={}))
        del told["columns"]
        return {**told, "notes": [note.into() for note in self.notes]}


def examine(engine: Queryable, catalogue: Mapping[str, Metric]) -> Health:
    """Look at what a snapshot holds."""
    filled = _filled(engine)
    metrics = [_metric(metric, filled) for metric in catalogue.values()]
    rejected = _rejected(engine)
    tables = [_table(engine, table.name, filled, rejected.get(table.name, 0)) for table in TABLES]
    notes = [Said.from_json(text) for (text,) in engine.find("load_notes", ("said",))]
    return Health(metrics, [table for table in tables if table.rows or table.rejected], notes, filled)


def _rejected(engine: Queryable) -> dict[str, int]:
    rows = engine.table("rejected_rows")
    counted = engine.run(rows.group_by("table_name").agg(rows=rows.count()))
    return {str(row["table_name"]): int(row["rows"]) for row in counted.to_pylist()}


def _filled(engine: Queryable) -> dict[tuple[str, str], tuple[int, int]]:
    rows = engine.find("column_fill", ("table_name", "column_name", "rows", "filled"))
    return {(table, column): (count, full) for table, column, count, full in rows}


def _metric(metric: Metric, filled: Mapping[tuple[str, str], tuple[int, int]]) -> MetricHealth:
    def holds(need: str) -> bool:
        table, column = need.split(".")
        return filled.get((table, column), (0, 0))[1] > 0

    missing = [need.replace("|", " or ") for need in metric.needs if not any(holds(one) for one in need.split("|"))]
    return MetricHealth(metric.id, not missing, missing)


def _table(
    engine: Queryable, name: str, filled: Mapping[tuple[str, str], tuple[int, int]], rejected: int
) -> TableHealth:
    declared = next(table for table in TABLES if table.name == name)
    counts = {column.name: filled.get((name, column.name), (0, 0)) for column in declared.columns}
    rows = max(count for count, _ in counts.values())
    gaps = {column: full / count for column, (count, full) in counts.items() if 0 < full < count}
    times = [c.name for c in declared.columns if c.name in AS_OF_COLUMNS and c.kind is Kind.INSTANT]
    newest = None
    if rows and times:
        stored = engine.table(name)
        found = engine.run(stored.agg(**{column: stored[column].max() for column in times})).to_pylist()[0]
        newest = max((value for value in found.values() if value is not None), default=None)
    return TableHealth(name, rows, rejected, newest, gaps)
