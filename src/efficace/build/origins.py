"""Lists for each canonical table the raw files that feed it, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from efficace.build.canonical import Origin
from efficace.build.report import Note
from efficace.errors import nearest
from efficace.sources.canonical import canonical_table, match, refusal
from efficace.sources.compile import ROW, Rows
from efficace.sources.expression import Feed
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
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def add(self, feed: Feed, source: SourceMapping, load: RawLoad, item: RawFile, rows: Rows) -> None:
        """Add a raw file to the origins of a table."""
        number = len(self.files)
        origin = Origin(number, load.number, source.name, item.file, feed, source.reading, rows, load.at.isoformat(" "))
        self.by_table.setdefault(feed.table, []).append(origin)
        self.files[number] = item


def plan_tables(log: RawLog, loads: Sequence[RawLoad]) -> Plan:
    """Go through the log, oldest load first.

    Raises:
        MappingError: If a mapping names what the data does not have.
    """
    plan = Plan()
    sources = {
        load.source: parse_mapping(load.mapping, load.source) if load.mapping else SourceMapping() for load in loads
    }
    known = _known_columns(loads)
    for load in loads:
        source = sources[load.source]
        for item in load.files:
            rows = Rows(relation(log, item), {**item.columns, ROW: "BIGINT"}, known[item.source, item.stream])
            if source.feeds:
                for feed in source.feeds:
                    if feed.stream == item.stream:
                        plan.add(feed, source, load, item, rows)
            else:
                _add_canonical(plan, source, load, item, rows)
    return plan


def _mapping(load: RawLoad) -> SourceMapping:
    return parse_mapping(load.mapping, load.source) if load.mapping else SourceMapping()


def relation(log: RawLog, item: RawFile) -> str:
    """The rows of a raw file as a parenthesised query, with their number in the user's file."""
    number = f"file_row_number + {item.first_row}"
    if item.bad:
        broken = sql.select("list(row_no ORDER BY row_no)", f"read_parquet({sql.text(log.bad_file(item))})")
        number += f" + len(list_filter(({broken}), (b, i) -> b - i + 1 <= file_row_number + {item.first_row}))"
    columns = ", ".join([*(sql.name(column) for column in item.columns), f"{number} AS {ROW}"])
    return f"({sql.select(columns, f'read_parquet({sql.text(log.file(item))}, file_row_number=true)')})"


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
        names = ", ".join(f'"{name}"{_near(name, table.stored_columns)}' for name in found.unknown)
        text = f"{item.file}: columns that {table.name} does not have stay in the raw log: {names}."
        plan.notes.append(Note("unknown_columns", table.name, found.unknown[0], len(found.unknown), text))
    plan.add(found.feed, source, load, item, rows)


def _near(name: str, columns: Iterable[object]) -> str:
    found = nearest(name, (getattr(column, "name", "") for column in columns))
    return f" ({found.strip().rstrip('.').replace('Nearest: ', 'nearest: ')})" if "Nearest" in found else ""
