"""Lists for each canonical table the raw files that feed it, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from efficace.build.canonical import Origin
from efficace.build.report import Note
from efficace.errors import MappingError, nearest
from efficace.locale.said import Said, listed
from efficace.model.tables import BY_NAME, Table
from efficace.sources.canonical import canonical_table, match, near, refusal
from efficace.sources.compile import ROW, Rows
from efficace.sources.expression import Expression, Feed
from efficace.sources.mapping import SourceMapping, parse_mapping
from efficace.warehouse import sql
from efficace.warehouse.raw_log import RawFile, RawLoad, RawLog


@dataclass
class Plan:
    """What every table is made of.

    Attributes:
        by_table: Canonical table -> its origins, oldest load first.
        files: Number of an origin -> its raw file.
        refused: Tables that lack a required column -> why.
    """

    by_table: dict[str, list[Origin]] = field(default_factory=dict)
    files: dict[int, RawFile] = field(default_factory=dict)
    refused: dict[str, Said] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def add(self, feed: Feed, source: SourceMapping, load: RawLoad, item: RawFile, rows: Rows) -> None:
        """Add a raw file to the origins of a table."""
        number = len(self.files)
        at = load.at.isoformat(" ")
        is_mapped = bool(source.feeds)
        origin = Origin(
            number, load.number, source.name, item.file, feed, source.reading, rows, at, item.delimiter, is_mapped
        )
        self.by_table.setdefault(feed.table, []).append(origin)
        self.files[number] = item


def plan_tables(log: RawLog, loads: Sequence[RawLoad]) -> Plan:
    """Go through the log, oldest load first.

    Raises:
        MappingError: If a mapping names what the data does not have.
    """
    plan = Plan()
    sources = _mappings(loads)
    known = _known_columns(loads)
    for load in loads:
        source = sources[load.number]
        for item in load.files:
            rows = Rows(relation(log, item), {**item.columns, ROW: "BIGINT"}, known[item.source, item.stream])
            if source.feeds:
                for feed in source.feeds:
                    if feed.stream == item.stream:
                        plan.add(feed, source, load, item, rows)
            else:
                _add_canonical(plan, source, load, item, rows)
    for number in {load.source: load.number for load in loads}.values():
        source = sources[number]
        _add_queries(plan, source, log, [load for load in loads if load.source == source.name])
    _note_unmapped(plan, loads, sources)
    return plan


def relation(log: RawLog, item: RawFile) -> str:
    """The rows of a raw file as a parenthesised query, with their number in the user's file."""
    number = f"file_row_number + {item.first_row}"
    if item.bad:
        broken = sql.select("list(row_no ORDER BY row_no)", f"read_parquet({sql.text(log.bad_file(item))})")
        number += f" + len(list_filter(({broken}), (b, i) -> b - i + 1 <= file_row_number + {item.first_row}))"
    columns = ", ".join([*(sql.name(column) for column in item.columns), f"{number} AS {ROW}"])
    return f"({sql.select(columns, f'read_parquet({sql.text(log.file(item))}, file_row_number=true)')})"


def _mappings(loads: Sequence[RawLoad]) -> dict[int, SourceMapping]:
    """The mapping of each load, by its number: the source's last one, unless that is for the files of its load only."""
    last = {load.source: load for load in loads}
    read = {load.number: _mapping(load) for load in last.values()}
    return {
        load.number: _mapping(load) if read[last[load.source].number].own_files_only else read[last[load.source].number]
        for load in loads
    }


def _mapping(load: RawLoad) -> SourceMapping:
    return parse_mapping(load.mapping, f"{load.source}.yaml", load.source) if load.mapping else SourceMapping()


def _known_columns(loads: Iterable[RawLoad]) -> Mapping[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for load in loads:
        for item in load.files:
            found.setdefault((item.source, item.stream), set()).update(item.columns)
    return {key: frozenset(columns) for key, columns in found.items()}


def _add_canonical(plan: Plan, source: SourceMapping, load: RawLoad, item: RawFile, rows: Rows) -> None:
    table = canonical_table(item.stream)
    if table is None:
        return
    found = match(table, item.columns, item.file)
    if found.missing:
        plan.refused[table.name] = refusal(table.name, item.file, found.missing, item.columns)
        plan.notes.append(Note("table_refused", table.name, found.missing[0], item.rows, plan.refused[table.name]))
    if found.unknown:
        there = [column.name for column in table.stored_columns]
        names = listed(Said('"{name}"{near}', {"name": name, "near": near(name, there)}) for name in found.unknown)
        said = Said(
            "{file}: columns that {table} does not have stay in the raw log: {names}.",
            {"file": item.file, "table": table.name, "names": names},
        )
        plan.notes.append(Note("unknown_columns", table.name, found.unknown[0], len(found.unknown), said))
    plan.add(found.feed, source, load, item, rows)


def _add_queries(plan: Plan, source: SourceMapping, log: RawLog, loads: Sequence[RawLoad]) -> None:
    """Add the tables that a mapping's ``sql`` fills: one query over all that its streams ever gave."""
    for feed in source.feeds:
        if feed.sql is not None:
            used = _streams_in(feed.sql, loads)
            if not used:
                streams = {item.stream for load in loads for item in load.files}
                raise MappingError(
                    "{where}: sql: it reads none of the streams {streams}.",
                    where=feed.where,
                    streams=", ".join(sorted(streams)),
                )
            load, item = next(iter(used.values()))[-1]
            query = _with_streams(feed.sql, used, log)
            columns = _described(query, feed.where, log)
            rows = Rows(
                f"({sql.select(f'*, row_number() OVER () AS {ROW}', f'({query})')})", {**columns, ROW: "BIGINT"}
            )
            plan.add(_query_feed(feed, BY_NAME[feed.table], columns), source, load, replace(item, bad=0), rows)


def _streams_in(query: str, loads: Sequence[RawLoad]) -> dict[str, list[tuple[RawLoad, RawFile]]]:
    """The streams that a query names, with their raw files."""
    found: dict[str, list[tuple[RawLoad, RawFile]]] = {}
    for load in loads:
        for item in load.files:
            if re.search(rf"(?<!\w){re.escape(item.stream)}(?!\w)", query, re.IGNORECASE):
                found.setdefault(item.stream, []).append((load, item))
    return found


def _with_streams(query: str, used: Mapping[str, Sequence[tuple[RawLoad, RawFile]]], log: RawLog) -> str:
    parts = []
    for stream, files in used.items():
        union = " UNION ALL BY NAME ".join(sql.select("*", relation(log, item)) for _, item in files)
        parts.append(f"{sql.name(stream)} AS ({union})")
    return f"WITH {', '.join(parts)} {sql.select('*', f'({query})')}"


def _described(query: str, where: str, log: RawLog) -> dict[str, str]:
    """Columns and types of a query, which must be one question and nothing else."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        for setting in sql.only_below(log.folder):
            connection.execute(setting)
        try:
            found: list[Any] = connection.execute(f"DESCRIBE ({query})").fetchall()
        except duckdb.Error as error:
            raise MappingError(
                "{where}: sql: {error}", where=where, error=" ".join(str(error).split("LINE")[0].split())
            ) from error
    return {name: kind for name, kind, *_ in found}


def _query_feed(feed: Feed, table: Table, columns: Mapping[str, str]) -> Feed:
    found = match(table, columns, feed.where)
    if found.missing:
        raise MappingError(
            "{where}: table {name} is refused: sql must give {missing}; it gives {given}.",
            where=feed.where,
            name=table.name,
            missing=", ".join(found.missing),
            given=", ".join(columns),
        )
    if found.unknown:
        names = [column.name for column in table.stored_columns]
        raise MappingError(
            '{where}: table {name} has no column "{unknown}".{nearest}',
            where=feed.where,
            name=table.name,
            unknown=found.unknown[0],
            nearest=nearest(found.unknown[0], names),
        )
    return replace(found.feed, where=feed.where, sql=feed.sql)


def _note_unmapped(plan: Plan, loads: Sequence[RawLoad], sources: Mapping[int, SourceMapping]) -> None:
    """List columns that no table of the mapping takes."""
    for load in loads:
        source = sources[load.number]
        for item in load.files if source.feeds else ():
            read = {name.lower() for feed in source.feeds for name in _columns_read(feed, item)}
            left = [column for column in item.columns if column.lower() not in read]
            if left and load is _last_with(item.stream, load.source, loads):
                said = Said(
                    "{file}: columns that the mapping does not take stay in the raw log: {names}.",
                    {"file": item.file, "names": ", ".join(left)},
                )
                plan.notes.append(Note("unknown_columns", "", left[0], len(left), said))


def _last_with(stream: str, source: str, loads: Sequence[RawLoad]) -> RawLoad | None:
    fitting = [load for load in loads if load.source == source and any(item.stream == stream for item in load.files)]
    return fitting[-1] if fitting else None


def _columns_read(feed: Feed, item: RawFile) -> Iterable[str]:
    """Columns of a file that a feed may read; SQL is searched for their names."""
    if feed.sql is not None:
        yield from (column for column in item.columns if column.lower() in feed.sql.lower())
    elif feed.stream == item.stream:
        for expression in feed.columns.values():
            yield from _names(expression, item)
        for spread in feed.spread:
            yield from spread.columns
            yield from (column for column in item.columns if spread.prefix and column.startswith(spread.prefix))
            yield from _names(spread.value, item) if spread.value else ()
        yield from (column for column in item.columns if column in repr(feed.when))


def _names(expression: Expression, item: RawFile) -> Iterable[str]:
    if expression.origin == "sql":
        yield from (column for column in item.columns if column.lower() in expression.name.lower())
    elif expression.origin == "path":
        yield expression.name.split(".")[0]
    else:
        yield expression.name
    for part in expression.first_of:
        yield from _names(part, item)
    if expression.when is not None:
        yield from (column for column in item.columns if column in repr(expression.when))
