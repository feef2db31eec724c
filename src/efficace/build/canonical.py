"""Spells the query that fills one canonical table from the raw log: typed values, and the reason against a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from efficace.build.typed import ENGINE_TYPE, How, Typed, typed
from efficace.model.tables import LINEAGE, Column, Kind, Table
from efficace.sources.compile import ROW, Rows, Value, as_text, fell_to_default, spread_rows, value, where_clause
from efficace.sources.expression import Expression, Feed, Reading
from efficace.warehouse import sql

UTC_ZONES = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu"})
MARKS = ("_reason", "_load", "_file", ROW, "_shifted")
"""Columns of a table that is being built: reason against the row (``column|reason|text``), where it came from, and the
number of its wall times that daylight saving skipped or doubled."""

OUTSIDE = "outside_zone_table"
"""Reason of a wall time on a day that the table of offsets does not reach yet; the table is then made wider."""

_TIME = r"^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00(:00)?$"


@dataclass(frozen=True)
class Origin:
    """Where the rows of one part of a table came from.

    Attributes:
        number: Place in the list of origins, kept with each row while the table is built.
        rows: The raw rows, before they are spread.
        loaded_at: Instant of the load, ISO.
        delimiter: Between the cells of the file, if it is delimited text.
        is_mapped: The ids are the source's own; otherwise they are canonical ones.
        lookups: Column that names another table's row by something else than its key -> query of ``name`` and ``id``.
    """

    number: int
    load: int
    source: str
    file: str
    feed: Feed
    reading: Reading
    rows: Rows
    loaded_at: str
    delimiter: str | None = None
    is_mapped: bool = False
    lookups: Mapping[str, str] = field(default_factory=dict)


def given(table: Table, origin: Origin) -> tuple[str, dict[str, str]]:
    """What the mapping gives for a table: a query of texts and native values, and the type of each of its columns."""
    rows = _spread(origin)
    values: dict[str, Value] = {}
    for column in table.stored_columns:
        expression = origin.feed.columns.get(column.name)
        if expression is not None:
            values[column.name] = value(expression, rows, f"{origin.feed.where}: {column.name}")
    if origin.reading.currency and any(column.name == "currency" for column in table.columns):
        own = values["currency"].sql if "currency" in values else "NULL"
        values["currency"] = Value(f"coalesce({own}, {sql.text(origin.reading.currency)})")
    columns = {name: item.sql for name, item in values.items()} | {ROW: ROW}
    query = sql.select(columns, f"{rows.relation} AS r", where_clause(origin.feed, rows))
    types = {name: item.type for name, item in values.items()}
    for name, lookup in origin.lookups.items():
        query = _looked_up(query, name, types[name], lookup)
        types[name] = "VARCHAR"
    return query, types


def defaulted(origin: Origin) -> Mapping[str, str]:
    """Column -> query of the values that fell to the default of its map, with their number."""
    rows = _spread(origin)
    found = {}
    for name, expression in origin.feed.columns.items():
        query = fell_to_default(expression, rows, where_clause(origin.feed, rows), origin.feed.where)
        if query is not None:
            found[name] = query
    return found


def _spread(origin: Origin) -> Rows:
    rows = origin.rows
    for spread in origin.feed.spread:
        rows = spread_rows(rows, spread, origin.feed.where)
    return rows


def _looked_up(query: str, column: str, kind: str, lookup: str) -> str:
    """Replace names by the ids of their rows; a name without a row stays, to be listed as unknown."""
    name = sql.name(column)
    text = as_text(Value(f"g.{name}", kind))
    found = f"g.* REPLACE (coalesce(l.id, {text}) AS {name})"
    return sql.select(found, f"({query}) AS g LEFT JOIN ({lookup}) AS l ON l.name = lower({text})")


def how_read(column: Column, expression: Expression | None, reading: Reading, decided: Mapping[str, How]) -> How:
    """How a column's texts are read: what its values decided, else the mapping's word."""
    if column.name in decided:
        return decided[column.name]
    order = (expression and expression.date_order) or reading.date_order
    decimal = (expression and expression.decimal) or reading.decimal
    kind = expression.type if expression else None
    return How(order, decimal, kind == "date_end", kind == "seconds_from_ms", minor_units=kind == "minor_units")


def filled(
    table: Table, origin: Origin, zone: str, decided: Mapping[str, How], written: Callable[[str, str, str], str]
) -> str:
    """The query of one origin's rows of a table, typed, with the marks of a table that is being built.

    Args:
        zone: Of wall times.
        decided: How columns are read whose values had to be asked.
        written: (table, source, expression) -> the expression of the canonical id.
    """
    query, types = given(table, origin)
    parts: dict[str, Typed] = {}
    for column in table.stored_columns:
        if column.name in types:
            how = how_read(column, origin.feed.columns.get(column.name), origin.reading, decided)
            parts[column.name] = typed(column, Value(sql.name(column.name), types[column.name]), how)
    first = {ROW: ROW} | {name: item for part in parts.values() for name, item in part.first.items()}
    walled = [] if zone in UTC_ZONES else [name for name, part in parts.items() if not part.last]
    second = {name: f"f.{sql.name(name)}" for name in first} | {
        name: part.last or _instant(name, zone) for name, part in parts.items()
    }
    second["_shifted"] = " + ".join(_is_shifted(name) for name in walled) or "0"
    joined = " ".join((f"({sql.select(first, f'({query})')}) AS f", *(_wall_join(name, zone) for name in walled)))
    third = {column.name: _column(table, column, origin, parts, written) for column in table.stored_columns}
    third |= {
        "_reason": _reason(table, parts),
        "_load": str(origin.load),
        "_file": str(origin.number),
        ROW: ROW,
        "_shifted": "CAST(_shifted AS UTINYINT)",
    }
    return sql.select(third, f"({sql.select(second, joined)})")


def wall_table(zone: str) -> str:
    """Name of the table of a zone's offsets for wall times."""
    return f"_wall {zone}"


def _column(
    table: Table,
    column: Column,
    origin: Origin,
    parts: Mapping[str, Typed],
    written: Callable[[str, str, str], str],
) -> str:
    if column.name == "loaded_at":
        return f"TIMESTAMP {sql.text(origin.loaded_at)}"
    if column.name in parts:
        held = table.name if column.name == table.key[0] else column.refers
        name = sql.name(column.name)
        return written(held, origin.source, name) if held and origin.is_mapped else name
    if column.name == "source_id" and origin.is_mapped and table.key[0] in parts:
        key = sql.name(table.key[0])
        return f"CASE WHEN {written(table.name, origin.source, key)} <> {key} THEN {key} END"
    if column.name == "source":
        return sql.text(origin.source) if column in LINEAGE else "CAST(NULL AS VARCHAR)"
    return f"CAST(NULL AS {ENGINE_TYPE[column.kind]})"


def _instant(name: str, zone: str) -> str:
    wall, moment = (sql.name(name + mark) for mark in ("~w", "~m"))
    if zone in UTC_ZONES:
        return f"coalesce(f.{moment}, f.{wall})"
    day = sql.name(name + "~d")
    offset = (
        f"CASE WHEN {_second(wall)} < {day}.change_second_local THEN {day}.offset_seconds ELSE {day}.offset_after END"
    )
    return f"coalesce(f.{moment}, make_timestamp(epoch_us(f.{wall}) - ({offset}) * 1000000))"


def _second(wall: str) -> str:
    return f"(epoch_us(f.{wall}) // 1000000 - epoch_us(date_trunc('day', f.{wall})) // 1000000)"


def _is_shifted(name: str) -> str:
    wall, day = sql.name(name + "~w"), sql.name(name + "~d")
    inside = " OR ".join(
        f"({_second(wall)} >= {day}.{kind}_from AND {_second(wall)} < {day}.{kind}_to)" for kind in ("gap", "double")
    )
    return f"CASE WHEN {day}.gap_to + {day}.double_to > 0 AND ({inside}) THEN 1 ELSE 0 END"


def _wall_join(name: str, zone: str) -> str:
    day = sql.name(name + "~d")
    wall = sql.name(name + "~w")
    return f"LEFT JOIN {sql.name(wall_table(zone))} AS {day} ON {day}.local_day = CAST(f.{wall} AS DATE)"


def _reason(table: Table, parts: Mapping[str, Typed]) -> str:
    """The first reason against a row, ``column|reason|text``; null for a good row."""
    cases = []
    for column in table.columns:
        if column.required:
            missing = f"{parts[column.name].given} IS NULL" if column.name in parts else "true"
            reason = "missing_column" if column.name not in parts else "no_key" if column.key else "missing_required"
            cases.append((missing, f"'{column.name}|{reason}|'"))
    for column in table.stored_columns:
        if column.name in parts:
            part = parts[column.name]
            shown = f"coalesce(CAST({part.given} AS VARCHAR), '')"
            for test, reason in (*part.checks, *_special(table, column, part)):
                cases.append((test, f"'{column.name}|' || {reason} || '|' || {shown}"))
    return "CASE " + " ".join(f"WHEN {test} THEN {text}" for test, text in cases) + " END"


def _special(table: Table, column: Column, part: Typed) -> list[tuple[str, str]]:
    """Tests of a column beyond its kind."""
    name = sql.name(column.name)
    if column.kind is Kind.INSTANT:
        return [(f"{part.given} IS NOT NULL AND {name} IS NULL", f"'{OUTSIDE}'")]
    if (table.name, column.name) == ("subscription_periods", "mrr"):
        return [(f"{name} < 0", "'negative_mrr'")]
    if column.name == "weekday":
        return [(f"{name} NOT BETWEEN 1 AND 7", "'out_of_range'")]
    if column.name in ("opens", "closes"):
        return [(f"NOT regexp_matches({name}, {sql.text(_TIME)})", "'not_a_time'")]
    return []
