"""Texts read by rules once: a further load reads only those that are new or have changed.

Rules take one core for as long as the engine takes both for all facts: texts are therefore read in a thread of their
own, beside the engine.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Union

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

Inputs = Union[str, "pa.Table"]
"""What readings depend on with their marks: the query of it, or its rows."""


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


class TextReader:
    """Makes the tables of texts that rules read, one after the other in a thread, while the engine does other work.

    Used as a context: what is not read when it ends is left unread.
    """

    def __init__(self, engine: Engine, tables: Tables, changes: Changes | None = None) -> None:
        """Read into a snapshot that is being made.

        Args:
            engine: Open for writing, the snapshot before attached as ``earlier`` where there is one.
            tables: The canonical tables as known at the snapshot's as-of.
            changes: Since the snapshot before, where its tables can be of use.
        """
        self._engine, self._tables, self._changes = engine, tables, changes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="texts")
        self._reading: dict[str, Future[None]] = {}
        self._is_over = Event()

    def begin(self, reading: Reading) -> None:
        """Make the table with what the snapshot before has read of the same texts, and have the others read."""
        inputs = _inputs_of_unread(self._engine, self._tables, reading, self._changes)
        if inputs is not None:
            cursor = self._engine.cursor()
            self._reading[reading.table] = self._thread.submit(_read_new, cursor, reading, inputs, self._is_over)

    def is_busy_with(self, tables: Iterable[str]) -> bool:
        """Whether one of the tables still lacks rows."""
        return any(name in self._reading and not self._reading[name].done() for name in tables)

    def wait_for(self, tables: Iterable[str]) -> None:
        """Return when these tables are whole; raises what went wrong with them."""
        for name in tables:
            if name in self._reading:
                self._reading[name].result()

    def __enter__(self) -> TextReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.shutdown()


def _inputs_of_unread(engine: Engine, tables: Tables, reading: Reading, changes: Changes | None) -> Inputs | None:
    """Make the table of a reading, and tell what is to be read or taken over; None where that is nothing."""
    if changes is not None and reading.part is not None and is_held(engine, EARLIER, reading.table):
        affected = reach(engine, reading.reads, reading.part, changes, reading.table)
        if affected is not None:
            return _inputs_in_part(engine, tables, reading, reading.part, affected)
    declared = ", ".join(f"{name} {kind}" for name, kind in reading.columns.items())
    engine.execute(f"CREATE OR REPLACE TABLE {reading.table} ({reading.key} VARCHAR, mark UBIGINT, {declared})")
    is_there = " OR ".join(f"{name} <> ''" for name in reading.texts)
    if engine.execute(f"SELECT 1 FROM {reading.of} WHERE {is_there} LIMIT 1").fetchone() is None:  # noqa: S608  (declared names)
        return None
    return _inputs(engine, tables, reading)


def _inputs_in_part(engine: Engine, tables: Tables, reading: Reading, part: Part, affected: str) -> Inputs | None:
    """What the texts whose reading depends on a change are read from; the others stay as they were read."""
    engine.execute(f"CREATE TABLE IF NOT EXISTS {reading.table} AS FROM {EARLIER}.{reading.table}")
    if not affected:
        return None
    inputs = _inputs(engine, tables, reading)
    with narrowed(engine, part):
        rows = engine.fetch(f"FROM ({inputs}) SEMI JOIN {affected} USING ({reading.key})")
    engine.execute(f"DELETE FROM {reading.table} WHERE {reading.key} IN (FROM {affected})")  # noqa: S608  (declared names)
    return rows


def _inputs(engine: Engine, tables: Tables, reading: Reading) -> str:
    """The query of what readings depend on, with a mark of it in place of the texts."""
    columns = f"* EXCLUDE ({', '.join(reading.texts)}), hash(t, {reading.rules}) AS mark"
    query = compiled_once(engine, tables, reading.table, (), lambda: reading.inputs(tables))
    return f"SELECT {columns} FROM ({query}) AS t"  # noqa: S608  (declared names)


def _read_new(reader: Engine, reading: Reading, inputs: Inputs, is_over: Event) -> None:
    """Take over what was read before, and read the other texts, until the work is over.

    The marks stand in a table of this connection alone: in the snapshot they would leave a hole.
    """
    with reader, reader.cursor() as writer, _untouched_by_gc():
        if isinstance(inputs, str):
            reader.execute(f"CREATE OR REPLACE TEMP TABLE {_marks(reading)} AS {inputs}")
        else:
            reader.raw.register(_marks(reading), inputs)
        _take_over(reader, reading)
        for batch in _unread(reader, reading):
            if is_over.is_set():
                return
            writer.raw.register("_read", _rows(batch, reading))
            writer.execute(f"INSERT INTO {reading.table} FROM _read")
            writer.raw.unregister("_read")


@contextmanager
def _untouched_by_gc() -> Iterator[None]:
    """Keep the collector from going through all modules and queries again and again: rules make many small objects."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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
