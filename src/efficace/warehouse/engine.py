"""Opens an engine: compiles Ibis expressions, runs them, gives Arrow tables back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.errors import ProjectError
from efficace.warehouse import sql
from efficace.warehouse.expressions import prepare
from efficace.warehouse.shared_scans import with_scans_repeated

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

MEMORY_LIMIT = "1300MB"
READING_LIMIT = "800MB"
"""Of who only reads: a server keeps what it read as long as there is room, and has its answers to hold beside that."""
FORMAT = "latest"
"""Of files that are made: the engine's newest, which packs texts a quarter faster than the one for all its releases."""
FEW = 20_000
FOUND_KEPT = 500
"""Look-ups in a published snapshot that a connection remembers."""
_HANDED = "_handed"
_AS_TEXT = {"date32[day]": "DATE", "int64": "BIGINT"}


class Engine:
    """One DuckDB connection with a session in UTC.

    A connection serves one thread; ``cursor`` opens another on the same database (a shared
    Ibis connection deadlocks).
    """

    dialect = "duckdb"

    def __init__(self, connection: Any, *, is_published: bool = False) -> None:
        """Take a connection.

        Args:
            is_published: Nobody writes to its tables any more: what was found once need not be looked up again.
        """
        self.raw = connection
        self._is_published = is_published
        self._found: dict[str, Sequence[tuple[Any, ...]]] = {}
        self._given: dict[str, str] = {}
        # What takes long would draw a bar into the log of a server.
        self.raw.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")

    @cached_property
    def ibis(self) -> Any:
        """Ibis on this connection; importing it takes a fifth of a second, and much is asked without it."""
        import ibis

        prepare()
        return ibis.duckdb.from_connection(self.raw)

    @classmethod
    def open(
        cls, path: Path | None, *, read_only: bool = False, temp: Path | None = None, threads: int | None = None
    ) -> Engine:
        """Open a database file, or a database in memory where ``path`` is None.

        Args:
            threads: At work on one query, in all connections to the file; None = as many as there are cores.

        Raises:
            ProjectError: If the file is not a readable database or is held by another process.
        """
        import duckdb

        config = {"memory_limit": READING_LIMIT if read_only else MEMORY_LIMIT, "storage_compatibility_version": FORMAT}
        if temp is not None:
            config["temp_directory"] = str(temp)
        try:
            connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
        except duckdb.Error as error:
            raise ProjectError("{path}: cannot be opened: {error}", path=path, error=_first_line(error)) from error
        if threads is not None:
            # No part of the configuration: connections to one file must agree on that.
            connection.execute(f"SET threads = {threads:d}")
        return cls(connection, is_published=read_only)

    def cursor(self) -> Engine:
        """Open a further connection to the same database, for another thread."""
        return Engine(self.raw.cursor(), is_published=self._is_published)

    def table(self, name: str) -> ir.Table:
        """A stored table as an expression."""
        return self.ibis.table(name)

    def table_names(self) -> set[str]:
        """The tables of the database itself, not of others that are attached."""
        query = "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database()"
        rows = self.raw.execute(query).fetchall()
        return {str(name) for (name,) in rows}

    def compile(self, expression: ir.Expr) -> str:
        """The engine's own query for an expression."""
        return with_scans_repeated(str(self.ibis.compile(expression)))

    def run(self, expression: ir.Table) -> pa.Table:
        """Evaluate an expression.

        Compiles with Ibis and runs on the raw cursor: Ibis' own ``to_pyarrow`` imports pandas, a third of a cold start.
        """
        return self.fetch(self.compile(expression))

    def fetch(self, query: str) -> pa.Table:
        """The rows of a query in the engine's own language."""
        return self.raw.execute(query).to_arrow_table()

    def find(self, table: str, columns: Sequence[str], **equal: object) -> list[tuple[Any, ...]]:
        """Rows of a small stored table: these columns, where each named column has the value given.

        The values stand in the query: binding one makes DuckDB import pandas, a third of a second of a cold start.
        """
        where = " AND ".join(f"{sql.name(column)} = {sql.text(str(value))}" for column, value in equal.items())
        listed = ", ".join(sql.name(column) for column in columns)
        query = sql.select(listed, sql.name(table), *(["WHERE", where] if where else []))
        known = self._found.get(query)
        if known is None:
            known = self.raw.execute(query).fetchall()
            if self._is_published and len(known) <= FEW and len(self._found) < FOUND_KEPT:
                self._found[query] = known
        return [*known]

    def create(self, name: str, query: str) -> None:
        """Store the rows of a query as a table, in place of an earlier one of the name."""
        self.raw.execute(f'CREATE OR REPLACE TABLE "{name}" AS {query}')

    def set_aside(self, name: str, query: str) -> ir.Table:
        """Store the rows of a query in a table that only this connection sees, until it is dropped."""
        self._keep_aside(name, query)
        return self.ibis.table(name)

    def _keep_aside(self, name: str, query: str) -> None:
        self._given.pop(name, None)
        self.raw.execute(f"CREATE OR REPLACE TEMP TABLE {sql.name(name)} AS {query}")

    def drop_aside(self, name: str) -> None:
        """Drop a table that was set aside."""
        self._given.pop(name, None)
        self.raw.execute(f'DROP TABLE IF EXISTS temp."{name}"')

    def give(self, name: str, rows: pa.Table) -> ir.Table:
        """Hand a small Arrow table to the engine under a name of this connection alone.

        Days and whole numbers travel as text: taking a Python object, DuckDB imports pandas and PyArrow's data sets,
        a quarter of a second of a cold start. The same rows again, as for every term of a question, are there already.
        """
        import ibis

        if rows.num_rows <= FEW and all(str(kind) in _AS_TEXT for kind in rows.schema.types):
            query = _as_text(rows)
            if self._given.get(name) != query:
                self._keep_aside(name, query)
                self._given[name] = query
        else:
            self.raw.register(_HANDED, rows)
            self._keep_aside(name, sql.select("*", sql.name(_HANDED)))
            self.raw.unregister(_HANDED)
        return ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=name)

    def execute(self, statement: str, parameters: Sequence[object] | Mapping[str, object] | None = None) -> Any:
        """Run one statement of the engine's own language, with bound parameters."""
        return self.raw.execute(statement, parameters) if parameters is not None else self.raw.execute(statement)

    def close(self) -> None:
        self.raw.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _as_text(rows: pa.Table) -> str:
    """A query that yields the rows; an empty place is a missing value."""
    columns = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        listed = ",".join("" if value is None else str(value) for value in column.to_pylist())
        values = f"unnest(string_split({sql.text(listed)}, ','))"
        columns[name] = f"CAST(nullif({values}, '') AS {_AS_TEXT[str(column.type)]})"
    return sql.select(columns, "(SELECT 1)", *([] if rows.num_rows else ["LIMIT 0"]))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
