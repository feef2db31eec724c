"""What a snapshot remembers of the load that made it, so that the same load again has nothing to do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from efficace.build.census import newest_instant
from efficace.build.extras import keep
from efficace.build.fill import Fill
from efficace.build.origins import Plan
from efficace.build.report import LoadReport, Note, TableCount
from efficace.config import Config
from efficace.facts.form import form
from efficace.locale.said import Said
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine
from efficace.warehouse.raw_log import RawLoad
from efficace.warehouse.snapshot import Snapshots

INPUTS, COUNTS, NOTES = "build_inputs", "load_counts", "load_notes"
_COUNTS = ("table_name", "source", "stream", "sha256", "loaded", "rejected")
_NOTES = ("kind", "table_name", "column_name", "count", "said")

Given = frozenset[tuple[str, str, str]]
"""(source, stream, hash) of the files that a load was given."""
Count = tuple[str, str, str, str, int, int]
"""Table, source, stream, hash, loaded, rejected."""


def mark_of(loads: Sequence[RawLoad], config: Config) -> str:
    """Tells two sets of inputs of a snapshot apart."""
    files = [(load.number, load.source, load.mapping, [item.path for item in load.files]) for load in loads]
    return hashlib.sha256(repr((form(), files, config)).encode()).hexdigest()


def keep_record(engine: Engine, counts: Sequence[Count], notes: Sequence[Note], mark: str) -> None:
    """Store counts by file, notes and inputs in the snapshot that is being made."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    told = [(note.kind, note.table, note.column, note.count, note.said.to_json()) for note in notes]
    _keep_rows(engine, COUNTS, counts, pa.schema(zip(_COUNTS, (text, text, text, text, number, number), strict=True)))
    _keep_rows(engine, NOTES, told, pa.schema(zip(_NOTES, (text, text, text, number, text), strict=True)))
    _keep_rows(engine, INPUTS, [(mark,)], pa.schema([("mark", text)]))


def unchanged(snapshots: Snapshots, mark: str, given: Given, config: Config, now: datetime) -> LoadReport | None:
    """The report of a load that changes nothing; None where the published snapshot is not what it would make."""
    present = snapshots.current()
    if present is None or present.form != form() or not snapshots.file(present.number).exists():
        return None
    with snapshots.open(present) as engine:
        if INPUTS not in engine.table_names() or _only(engine, INPUTS, ("mark",)) != [(mark,)]:
            return None
        if newest_instant(engine, config, now) not in (None, present.as_of):
            return None
        counts = count_tables(_only(engine, COUNTS, _COUNTS), given)
        kept = _only(engine, NOTES, _NOTES)
        notes = tuple(
            Note(kind, table, column, count, Said.from_json(said)) for kind, table, column, count, said in kept
        )
    return LoadReport(counts, notes, present.number, present.as_of, changed=False)


def count_rows(fills: Mapping[str, Fill], plan: Plan) -> list[Count]:
    """What each file gave for each table, oldest load first."""
    return [
        (
            table,
            origin.source,
            plan.files[origin.number].stream,
            plan.files[origin.number].sha256,
            done.taken.get(origin.number, 0),
            done.rejected.get(origin.number, 0),
        )
        for table, done in fills.items()
        for origin in done.origins
    ]


def count_tables(counts: Iterable[Count], given: Given) -> dict[str, TableCount]:
    """Sum up the files that this load was given, each as it was taken in last."""
    last = {count[:4]: count[4:] for count in counts}
    found: dict[str, TableCount] = {}
    for (table, source, stream, sha256), (loaded, rejected) in last.items():
        if (source, stream, sha256) in given:
            old = found.get(table, TableCount(0, 0, 0))
            read = old.read + loaded + rejected
            found[table] = TableCount(read, old.loaded + loaded, old.rejected + rejected)
    return found


def _keep_rows(engine: Engine, name: str, rows: Sequence[tuple[object, ...]], schema: Any) -> None:
    import pyarrow as pa

    names = schema.names
    keep(engine, name, pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema))


def _only(engine: Engine, table: str, columns: Sequence[str]) -> list[Any]:
    return list(engine.execute(sql.select(", ".join(columns), table)).fetchall())
