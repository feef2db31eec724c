"""Fills one canonical table: typed rows, rejected rows apart with their reason, the last row of a key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from efficace.build.canonical import MARKS, OUTSIDE, Origin, defaulted, filled
from efficace.build.decide import decide
from efficace.build.identity import Identity
from efficace.build.rejected import keep_rejected
from efficace.build.report import Note
from efficace.build.typed import ENGINE_TYPE, How
from efficace.build.walls import Walls
from efficace.errors import MappingError
from efficace.locale.said import Said, counted, listed
from efficace.model.calendar_rows import zone_named
from efficace.model.money import is_currency
from efficace.model.tables import Table
from efficace.sources.compile import ROW
from efficace.warehouse import sql

ORDER_LINE_COLUMNS = {"ordered_on": "DATE", "family": "VARCHAR", "amount": "DOUBLE", "rate_missing": "BOOLEAN"}
"""What an order line carries beside its own columns, so that questions need no join."""

GONE = "_gone"
"""Temporary table with the keys of the rows that their source deleted, of the table filled last."""

UNREAD = ("not_a_date", "not_a_number", "out_of_range")
"""Reasons that another way to read a column may mend; 05/01/26 alone is a day of the year 5."""

Added = Callable[[str], str]
"""Turns a query into one with further columns."""


@dataclass
class Fill:
    """A table under construction.

    Attributes:
        taken: (origin number, rows that were not rejected).
        rejected: (origin number, rows that were).
        newest: Origin number -> its newest instant.
    """

    table: Table
    origins: Sequence[Origin]
    taken: dict[int, int] = field(default_factory=dict)
    rejected: dict[int, int] = field(default_factory=dict)
    newest: dict[int, datetime] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def empty_tables(tables: Iterable[Table]) -> str:
    """Statements that make tables without rows."""
    return ";\n".join(sql.create(table.name, _types(table)) for table in tables)


def _types(table: Table) -> dict[str, str]:
    own = {column.name: ENGINE_TYPE[column.kind] for column in table.stored_columns}
    return own | (ORDER_LINE_COLUMNS if table.name == "order_lines" else {})


def fill(
    run: Any,
    table: Table,
    origins: Sequence[Origin],
    walls: Walls,
    identity: Identity,
    added: Added = str,
    known: Sequence[Origin] = (),
) -> Fill:
    """Make a canonical table from all that was ever given for it, and set aside what cannot be used.

    Args:
        run: The engine's ``execute``.
        walls: Offsets of the zones that wall times are read in.
        identity: How ids are written that two sources have.
        added: Turns the query of the rows into one with further columns.
        known: Origins that are in already; their values help to understand the others.

    Raises:
        SourceError: If no value of a column tells day from month.
    """
    done = Fill(table, origins)
    decided: dict[int, Mapping[str, How]] = {}

    def create() -> dict[tuple[int, str], int]:
        parts = [
            filled(table, item, walls.zone(item.reading), decided.get(item.number, {}), identity.written)
            for item in origins
        ]
        with _own_sql_errors(origins):
            run(f"CREATE OR REPLACE TABLE {sql.name(table.name)} AS {added(' UNION ALL '.join(parts))}")
        _check_codes(run, table)
        return _reasons(run, table)

    reasons = create()
    if any(reason == OUTSIDE for _, reason in reasons):
        walls.widen()
        reasons = create()
    unread = [item for item in origins if reasons.keys() & {(item.number, why) for why in UNREAD}]
    decided |= {origin.number: decide(run, table, origin, [*known, *origins]) for origin in unread}
    if any(decided.values()):
        reasons = create()
    for (number, reason), count in reasons.items():
        target = done.rejected if reason else done.taken
        target[number] = target.get(number, 0) + count
    _set_aside(run, done, done.rejected)
    _note_newest(run, done)
    _keep_last(run, done)
    _count_shifted(run, done)
    for origin in origins:
        _note_defaults(run, done, origin)
    return done


def _note_defaults(run: Any, done: Fill, origin: Origin) -> None:
    for column, query in defaulted(origin).items():
        found = sorted(run(query).fetchall(), key=lambda row: -row[1])
        if found:
            rows = sum(count for _, count in found)
            shown = listed(
                Said('"{text}" ({beside})', {"text": value or "", "beside": count}) for value, count in found[:5]
            )
            said = counted(
                "{file}: {n} value of {table}.{column} fell to the default: {shown}.",
                "{file}: {n} values of {table}.{column} fell to the default: {shown}.",
                rows,
                **{"file": origin.file, "table": done.table.name, "column": column, "shown": shown},
            )
            done.notes.append(Note("fell_to_default", done.table.name, column, rows, said))


def finish(run: Any, table: Table) -> None:
    """Drop what only the making of a table needed."""
    for mark in MARKS:
        run(f"ALTER TABLE {sql.name(table.name)} DROP COLUMN {sql.name(mark)}")


def reject(run: Any, done: Fill, where: str, column: str, reason: str) -> int:
    """Set rows of a finished table aside for what other rows say.

    Returns:
        How many.
    """
    name = sql.name(done.table.name)
    text = f"'{column}|{reason}|' || coalesce(CAST({sql.name(column)} AS VARCHAR), '')"
    run(sql.update(done.table.name, f"_reason = {text}", f"WHERE {where}"))
    counts = run(sql.select("_file, count(*)", name, "WHERE _reason IS NOT NULL", "GROUP BY _file")).fetchall()
    for number, count in counts:
        done.taken[number] -= count
        done.rejected[number] = done.rejected.get(number, 0) + count
    _set_aside(run, done, [number for number, _ in counts])
    return sum(count for _, count in counts)


def _set_aside(run: Any, done: Fill, numbers: Collection[int]) -> None:
    if numbers:
        keep_rejected(run, done.table, [origin for origin in done.origins if origin.number in numbers])


@contextmanager
def _own_sql_errors(origins: Sequence[Origin]) -> Iterator[None]:
    """What the engine says against the SQL of a mapping is its author's to mend."""
    import duckdb

    try:
        yield
    except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
        written = [origin.feed.where for origin in origins if origin.feed.has_sql]
        if not written:
            raise
        raise MappingError(
            "{where}: sql: {error}", where=written[0], error=" ".join(str(error).split("LINE")[0].split())
        ) from error


def _check_codes(run: Any, table: Table) -> None:
    """Test codes that are few and whose list is long: one look at each distinct one."""
    for column, is_known, reason in _CODES:
        if any(item.name == column for item in table.columns):
            name = sql.name(table.name)
            found = run(sql.select(f"DISTINCT {column}", name, f"WHERE _reason IS NULL AND {column} IS NOT NULL"))
            wrong = [code for (code,) in found.fetchall() if not is_known(code)]
            if wrong:
                text = f"'{column}|{reason}|' || {column}"
                where = f"WHERE _reason IS NULL AND {column} IN {sql.texts(wrong)}"
                run(sql.update(table.name, f"_reason = {text}", where))


_CODES: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("currency", is_currency, "unknown_currency"),
    ("timezone", lambda code: zone_named(code) is not None, "unknown_timezone"),
)


def _reasons(run: Any, table: Table) -> dict[tuple[int, str], int]:
    """Rows by origin and reason; the reason is empty for good rows."""
    columns = "_file, coalesce(split_part(_reason, '|', 2), ''), count(*)"
    found = run(sql.select(columns, sql.name(table.name), "GROUP BY ALL")).fetchall()
    return {(number, reason): count for number, reason, count in found}


def _keep_last(run: Any, done: Fill) -> None:
    """Of the rows with the same key keep the last: of the later load, then further down in the file."""
    name = sql.name(done.table.name)
    keys = ", ".join(sql.name(column) for column in done.table.key)
    repeated = sql.select(keys, name, f"GROUP BY {keys}", "HAVING count(*) > 1")
    if run(sql.select("1", f"({repeated})", "LIMIT 1")).fetchone() is None:
        return
    last = f"row_number() OVER (PARTITION BY {keys} ORDER BY _load DESC, _file DESC, {ROW} DESC)"
    same = f"_load = first_value(_load) OVER (PARTITION BY {keys} ORDER BY _load DESC, _file DESC, {ROW} DESC)"
    ranked = sql.select({"id": "rowid", "place": last, "same": same}, name, f"WHERE ({keys}) IN ({repeated})")
    run(f"CREATE OR REPLACE TEMP TABLE _earlier AS {sql.select('id, same', f'({ranked})', 'WHERE place > 1')}")
    twice = run("SELECT count(*) FILTER (same) FROM _earlier").fetchone()[0]
    run(sql.delete(done.table.name, "rowid IN (SELECT id FROM _earlier)"))
    if twice:
        said = counted(
            "{table}: {n} row was replaced by a later row of the same load with the same key.",
            "{table}: {n} rows were replaced by a later row of the same load with the same key.",
            twice,
            table=done.table.name,
        )
        done.notes.append(Note("duplicate_keys", done.table.name, ", ".join(done.table.key), twice, said))


def _note_newest(run: Any, done: Fill) -> None:
    if done.table.happened is not None:
        columns = f"_file, max(CAST({sql.name(done.table.happened)} AS TIMESTAMP))"
        done.newest = dict(run(sql.select(columns, sql.name(done.table.name), "GROUP BY _file")).fetchall())


def _count_shifted(run: Any, done: Fill) -> None:
    name = sql.name(done.table.name)
    keys = ", ".join(sql.name(column) for column in done.table.key)
    gone = sql.select(keys, name, "WHERE deleted_at IS NOT NULL")
    run(f"CREATE OR REPLACE TEMP TABLE {GONE} AS {gone}")
    shifted, deleted = run(sql.select("coalesce(sum(_shifted), 0), count(deleted_at)", name)).fetchone()
    if shifted:
        said = counted(
            "{table}: {n} time that daylight saving skipped or doubled took the earlier reading.",
            "{table}: {n} times that daylight saving skipped or doubled took the earlier reading.",
            int(shifted),
            table=done.table.name,
        )
        done.notes.append(Note("daylight_saving", done.table.name, "", int(shifted), said))
    if deleted:
        run(sql.delete(done.table.name, "deleted_at IS NOT NULL"))
        said = counted(
            "{table}: {n} row that its source deleted is left out, for every as-of.",
            "{table}: {n} rows that their source deleted are left out, for every as-of.",
            deleted,
            table=done.table.name,
        )
        done.notes.append(Note("deleted", done.table.name, "deleted_at", deleted, said))
