"""Texts read by rules once: a further load reads only those that are new or have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from efficace.facts.changes import EARLIER, is_held
from efficace.facts.compiled import compiled_once
from efficace.facts.refresh import narrowed, reach

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from efficace.facts.changes import Changes
    from efficace.facts.known import Tables
    from efficace.facts.part import Part
    from efficace.warehouse.engine import Engine

BATCH = 5000
"""Texts that are in memory at once."""


@dataclass(frozen=True)
class Reading:
    """How the texts of a canonical table are read.

    Attributes:
        table: Table of the snapshot that keeps what was read, with ``key`` and ``mark``: of the text and all that its
            reading depends on.
        of: The canonical table; ``key`` names its rows and ``texts`` its columns of text.
        inputs: The rows that have a text, with all that their reading depends on.
        columns: What is read, by name: types of the engine, ``VARCHAR`` or ``INTEGER``.
        read: The rows that each of many texts gives.
        rules: Raised where the rules change, so that texts are read anew.
        reads: Canonical tables that ``inputs`` reads.
        part: How changes of these reach texts; None = the inputs of all texts are compared.
    """

    table: str
    of: str
    key: str
    texts: tuple[str, ...]
    inputs: Callable[[Tables], ir.Table]
    columns: Mapping[str, str]
    read: Callable[[Sequence[Mapping[str, Any]]], Iterable[Iterable[Mapping[str, Any]]]]
    rules: int = 1
    reads: tuple[str, ...] = ()
    part: Part | None = None


def store_reading(engine: Engine, tables: Tables, reading: Reading, changes: Changes | None = None) -> int:
    """Make the table of a snapshot; texts that the one before has read are not read again.

    Args:
        engine: Open for writing, the snapshot before attached as ``earlier`` where there is one.
        tables: The canonical tables as known at the snapshot's as-of.
        changes: Since the snapshot before, where its table can be of use.

    Returns:
        How many texts were read.
    """
    if changes is not None and reading.part is not None and is_held(engine, EARLIER, reading.table):
        affected = reach(engine, reading.reads, reading.part, changes, reading.table)
        if affected is not None:
            return _read_in_part(engine, tables, reading, reading.part, affected)
    declared = ", ".join(f"{name} {kind}" for name, kind in reading.columns.items())
    engine.execute(f"CREATE OR REPLACE TABLE {reading.table} ({reading.key} VARCHAR, mark UBIGINT, {declared})")
    is_there = " OR ".join(f"{name} <> ''" for name in reading.texts)
    if engine.execute(f"SELECT 1 FROM {reading.of} WHERE {is_there} LIMIT 1").fetchone() is None:  # noqa: S608  (declared names)
        return 0
    engine.execute(f"CREATE OR REPLACE TABLE {_marks(reading)} AS {_inputs(engine, tables, reading)}")
    return _read_new(engine, reading)


def _read_in_part(engine: Engine, tables: Tables, reading: Reading, part: Part, affected: str) -> int:
    """Read anew the texts whose reading depends on a change, and leave the others."""
    engine.execute(f"CREATE TABLE IF NOT EXISTS {reading.table} AS FROM {EARLIER}.{reading.table}")
    if not affected:
        return 0
    inputs = _inputs(engine, tables, reading)
    with narrowed(engine, part):
        own = f"FROM ({inputs}) SEMI JOIN {affected} USING ({reading.key})"
        engine.execute(f"CREATE OR REPLACE TABLE {_marks(reading)} AS {own}")
    engine.execute(f"DELETE FROM {reading.table} WHERE {reading.key} IN (FROM {affected})")  # noqa: S608  (declared names)
    return _read_new(engine, reading)


def _inputs(engine: Engine, tables: Tables, reading: Reading) -> str:
    """The query of what readings depend on, with a mark of it in place of the texts."""
    columns = f"* EXCLUDE ({', '.join(reading.texts)}), hash(t, {reading.rules}) AS mark"
    query = compiled_once(engine, tables, reading.table, (), lambda: reading.inputs(tables))
    return f"SELECT {columns} FROM ({query}) AS t"  # noqa: S608  (declared names)


def _read_new(engine: Engine, reading: Reading) -> int:
    """Read the texts whose marks were made and that the snapshot before has not read."""
    _take_over(engine, reading)
    number = 0
    reader = engine.cursor()
    for batch in _unread(reader, reading):
        engine.raw.register("_read", _rows(batch, reading))
        engine.execute(f"INSERT INTO {reading.table} FROM _read")
        engine.raw.unregister("_read")
        number += batch.num_rows
    reader.close()
    engine.execute(f"DROP TABLE {_marks(reading)}")
    return number


def _marks(reading: Reading) -> str:
    return f"{reading.table}_inputs"


def _take_over(engine: Engine, reading: Reading) -> None:
    """Copy what the snapshot before has read of the same texts by the same rules."""
    found = engine.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = 'earlier' AND table_name = ?", [reading.table]
    ).fetchall()
    names = [reading.key, "mark", *reading.columns]
    # Other rules may have read other columns: none of those readings can be used.
    if {name for (name,) in found}.issuperset(names):
        key, taken = reading.key, ", ".join(f"e.{name}" for name in names)
        engine.execute(
            f"INSERT INTO {reading.table} SELECT {taken} FROM earlier.{reading.table} AS e "  # noqa: S608  (declared names)
            f"SEMI JOIN {_marks(reading)} AS i ON e.{key} = i.{key} AND e.mark = i.mark"
        )


def _unread(reader: Engine, reading: Reading) -> Iterator[pa.RecordBatch]:
    """Texts that no earlier load has read, a batch at a time."""
    texts = ", ".join(f"t.{name}" for name in reading.texts)
    yield from reader.execute(
        f"SELECT i.*, {texts} FROM {_marks(reading)} AS i JOIN {reading.of} AS t USING ({reading.key}) "  # noqa: S608  (declared names)
        f"WHERE NOT EXISTS (FROM {reading.table} AS m WHERE m.{reading.key} = i.{reading.key})"
    ).to_arrow_reader(BATCH)


def _rows(batch: pa.RecordBatch, reading: Reading) -> pa.Table:
    import pyarrow as pa

    kinds = {"VARCHAR": pa.string(), "INTEGER": pa.int32()}
    read = [(name, kinds[kind]) for name, kind in reading.columns.items()]
    schema = pa.schema([(reading.key, pa.string()), ("mark", pa.uint64()), *read])
    texts = batch.to_pylist()
    rows = [
        {reading.key: text[reading.key], "mark": text["mark"], **row}
        for text, found in zip(texts, reading.read(texts), strict=True)
        for row in found
    ]
    return pa.Table.from_pylist(rows, schema=schema)
