"""Counts what a snapshot holds: how full each column is, its newest and oldest instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from efficace.build.extras import keep
from efficace.build.fill import Fill
from efficace.build.report import Note
from efficace.config import Config
from efficace.locale.said import counted, quoted
from efficace.model.tables import AS_OF_COLUMNS, BY_NAME, TABLES, Column, Kind, Table
from efficace.model.time import company_day, start_of_day
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

EXAMPLES = 3


@dataclass(frozen=True)
class Census:
    """What one canonical table holds.

    Attributes:
        filled: Column -> rows that have a value.
        newest: Of ``AS_OF_COLUMNS``, not later than the load; zone-less UTC.
        oldest: Of its instants.
    """

    rows: int
    filled: Mapping[str, int]
    newest: datetime | None
    oldest: datetime | None


def take_census(engine: Engine, config: Config, now: datetime, filled_tables: Iterable[str]) -> dict[str, Census]:
    """Count every canonical table, each in one pass."""
    held = set(filled_tables)
    return {
        table.name: _census(engine, table, config, now)
        if table.name in held
        else Census(0, {column.name: 0 for column in table.stored_columns}, None, None)
        for table in TABLES
    }


def default_as_of(census: Iterable[Census], now: datetime) -> datetime:
    """The newest instant of any table that is not later than the load; the load itself where there is none."""
    return max((item.newest for item in census if item.newest is not None), default=now)


def newest_instant(engine: Engine, config: Config, now: datetime) -> datetime | None:
    """The newest instant of a finished snapshot that is not later than ``now``."""
    today = company_day(now, config.zone)
    questions = [
        sql.select(
            f"CAST({_newest(column, now, today)} AS TIMESTAMP), {column.kind is Kind.DATE}", sql.name(table.name)
        )
        for table in TABLES
        for column in table.columns
        if column.name in AS_OF_COLUMNS
    ]
    found = engine.execute(" UNION ALL ".join(questions)).fetchall()
    instants = [_as_instant(at.date() if is_date else at, config) for at, is_date in found if at is not None]
    return max(instants, default=None)


def keep_column_fill(engine: Engine, census: Mapping[str, Census]) -> None:
    """Make ``column_fill``: rows and filled rows of each column."""
    import pyarrow as pa

    found = [
        (table, column, item.rows, count) for table, item in census.items() for column, count in item.filled.items()
    ]
    names = ("table_name", "column_name", "rows", "filled")
    keep(engine, "column_fill", pa.table([list(column) for column in zip(*found, strict=True)], names=list(names)))


def unknown_references(engine: Engine, census: Mapping[str, Census]) -> list[Note]:
    """List values that point to rows which are not there; they were loaded all the same."""
    questions = [
        _missing(table, column)
        for table in TABLES
        for column in table.columns
        if column.refers and census[table.name].filled.get(column.name)
    ]
    notes = []
    # One after the other: dozens of joins in one query share the memory, and of ten million touches they waited for
    # one another for ever.
    for question in questions:
        name, column, rows, members, examples = engine.execute(question).fetchone()
        if rows:
            refers = BY_NAME[name].column(column).refers
            shown = quoted(sorted(set(examples))[:EXAMPLES])
            said = counted(
                "{table}.{column}: {n} row points to {members} {refers} that are not there, such as {shown}.",
                "{table}.{column}: {n} rows point to {members} {refers} that are not there, such as {shown}.",
                rows,
                **{"table": name, "column": column, "members": members, "refers": refers, "shown": shown},
            )
            notes.append(Note("unknown_reference", name, column, rows, said))
    return notes


def keep_source_status(
    engine: Engine, fills: Iterable[Fill], streams: Mapping[int, str], last: Mapping[tuple[str, str], datetime]
) -> None:
    """Add to ``source_status`` how new and how large each stream of each source is.

    Args:
        streams: Number of an origin -> its stream.
        last: (source, stream) -> when it was given last.
    """
    found: dict[tuple[str, str], list[Any]] = {}
    for done in fills:
        for origin in done.origins:
            row = found.setdefault((origin.source, streams[origin.number]), [None, 0, 0])
            row[0] = max((at for at in (row[0], done.newest.get(origin.number)) if at is not None), default=None)
            row[1] += done.taken.get(origin.number, 0)
            row[2] += done.rejected.get(origin.number, 0)
    for (source, stream), (newest, rows, rejected) in sorted(found.items()):
        at = last[source, stream]
        values = [source, stream, newest, at, rows, rejected, at, source, stream]
        engine.execute(_ADD_STATUS, values)


_ADD_STATUS = (
    "INSERT INTO source_status (source, stream, newest_record_at, last_success_at, rows, rejected, loaded_at) "
    "SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM source_status WHERE source = ? AND stream = ?)"
)


def _census(engine: Engine, table: Table, config: Config, now: datetime) -> Census:
    columns = table.stored_columns
    counted = [f"count({sql.name(column.name)})" for column in columns]
    times = [column for column in columns if column.name in AS_OF_COLUMNS]
    today = company_day(now, config.zone)
    newest = [_newest(column, now, today) for column in times]
    oldest = [f"min({sql.name(column.name)})" for column in times]
    found = engine.execute(
        sql.select(", ".join(["count(*)", *counted, *newest, *oldest]), sql.name(table.name))
    ).fetchone()
    rows, rest = found[0], found[1 + len(columns) :]
    return Census(
        rows,
        dict(zip((column.name for column in columns), found[1 : 1 + len(columns)], strict=True)),
        max((_as_instant(value, config) for value in rest[: len(times)] if value is not None), default=None),
        min((_as_instant(v, config) for v in rest[len(times) : 2 * len(times)] if v is not None), default=None),
    )


def _newest(column: Column, now: datetime, today: date) -> str:
    name = sql.name(column.name)
    limit = f"DATE '{today}'" if column.kind is Kind.DATE else f"TIMESTAMP '{now.isoformat(' ')}'"
    return f"max({name}) FILTER ({name} <= {limit})"


def _as_instant(value: date | datetime, config: Config) -> datetime:
    return value if isinstance(value, datetime) else start_of_day(value, config.zone)


def _missing(table: Table, column: Column) -> str:
    target = BY_NAME[str(column.refers)]
    name, key = sql.name(column.name), sql.name(target.key[0])
    absent = sql.select(
        f"{name} AS v",
        f"{sql.name(table.name)} AS t",
        f"ANTI JOIN {sql.name(target.name)} AS x ON x.{key} = t.{name} WHERE {name} IS NOT NULL",
    )
    columns = f"{sql.text(table.name)}, {sql.text(column.name)}, count(*), count(DISTINCT v), min(v, {EXAMPLES})"
    return sql.select(columns, f"({absent})")
