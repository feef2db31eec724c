"""PostgreSQL as an engine: each published version is a schema of its own, and one row names the present one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from efficace.config import PostgresqlSettings
from efficace.errors import ConfigError, ProjectError
from efficace.warehouse import postgresql_types as types
from efficace.warehouse import sql
from efficace.warehouse.building import Read
from efficace.warehouse.expressions import prepare
from efficace.warehouse.snapshot import KEPT, Snapshot, as_json, from_json

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

VARIABLE = "EFFICACE_POSTGRESQL_URL"
BATCH = 5000
"""Rows that are in memory at once."""

_TYPES = {"VARCHAR": "text", "INTEGER": "integer"}
_SETTINGS = ("SET TIME ZONE 'UTC'", "SET jit = off", "SET work_mem = '256MB'", "SET client_min_messages = warning")
"""Compiling our long queries to machine code takes longer than running them."""


class PostgresEngine:
    """One version on the server; it is asked over a connection of its own."""

    dialect = "postgres"

    def __init__(self, address: str, schema: str) -> None:
        import ibis

        from efficace.warehouse.postgresql_compiler import Compiler

        prepare()
        self.raw = connect(address)
        self.schema = schema
        self.raw.execute(f"SET search_path = pg_temp, {sql.name(schema)}, pg_catalog")
        self.ibis = ibis.postgres.from_connection(self.raw)
        self.ibis.compiler = Compiler()
        self._tables: dict[str, ir.Table] = {}

    def table(self, name: str) -> ir.Table:
        """A stored table as an expression."""
        if name not in self._tables:
            self._tables[name] = self._expression(name)
        return self._tables[name]

    def table_names(self) -> set[str]:
        rows = self.raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [self.schema]).fetchall()
        return {str(name) for (name,) in rows} | set(self._tables)

    def compile(self, expression: ir.Expr) -> str:
        """The engine's own query for an expression."""
        return str(self.ibis.compile(expression))

    def run(self, expression: ir.Table) -> pa.Table:
        """Evaluate an expression."""
        return self.fetch(self.compile(expression))

    def fetch(self, query: str) -> pa.Table:
        """The rows of a query in the engine's own language."""
        import pyarrow as pa

        with self.raw.cursor(binary=True) as cursor:
            cursor.execute(query)
            kinds = {item.name: types.from_server(item.type_code) for item in cursor.description}
            rows = cursor.fetchall()
        values = zip(*rows, strict=True) if rows else ((),) * len(kinds)
        arrays = [types.column(own, kind) for own, kind in zip(values, kinds.values(), strict=True)]
        return pa.table(arrays, names=list(kinds))

    def find(self, table: str, columns: Sequence[str], **equal: object) -> list[tuple[Any, ...]]:
        """Rows of a small stored table: these columns, where each named column has the value given."""
        where = " AND ".join(f"{sql.name(column)} = %s" for column in equal)
        listed = ", ".join(sql.name(column) for column in columns)
        query = sql.select(listed, sql.name(table), *(["WHERE", where] if where else []))
        found: list[tuple[Any, ...]] = self.raw.execute(query, list(equal.values())).fetchall()
        return found

    def set_aside(self, name: str, query: str) -> ir.Table:
        """Store the rows of a query in a table that only this connection sees, until it is dropped."""
        self.drop_aside(name)
        self.raw.execute(f"CREATE TEMP TABLE {sql.name(name)} AS {query}")
        self.raw.execute(f"ANALYZE {sql.name(name)}")
        return self.table(name)

    def drop_aside(self, name: str) -> None:
        """Drop a table that was set aside."""
        self.raw.execute(f"DROP TABLE IF EXISTS pg_temp.{sql.name(name)}")
        self._tables.pop(name, None)

    def give(self, name: str, rows: pa.Table) -> ir.Table:
        """Hand a small Arrow table to the engine under a name of this connection alone."""
        self.drop_aside(name)
        columns = {field.name: types.to_server(field.type) for field in rows.schema}
        self.raw.execute(sql.create(name, columns).replace("CREATE TABLE", "CREATE TEMP TABLE"))
        self._copy(f"pg_temp.{sql.name(name)}", rows.to_pylist())
        self.raw.execute(f"ANALYZE {sql.name(name)}")
        return self.table(name)

    def close(self) -> None:
        self.raw.close()

    def __enter__(self) -> PostgresEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _copy(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        with self.raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))

    def _expression(self, name: str) -> ir.Table:
        """A table of the version, its instants in microseconds as those of expressions are, so that unions fit."""
        import ibis
        import ibis.expr.operations as ops

        columns = self.raw.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [sql.name(name)],
        ).fetchall()
        schema = ibis.schema({column: types.to_ibis(kind) for column, kind in columns})
        expression: ir.Table = ops.DatabaseTable(name, schema, self.ibis, ops.Namespace()).to_expr()
        return expression


class PostgresBuilding(PostgresEngine):
    """A version that is being made in a schema that no reader knows yet."""

    def __init__(self, address: str, schema: str, pointer: str) -> None:
        super().__init__(address, schema)
        self._pointer = pointer
        self.raw.execute(f"CREATE SCHEMA {sql.name(schema)}")

    def take(self, name: str, file: Path) -> None:
        """Store the rows of a Parquet file as a table."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as parquet:
            columns = {field.name: types.to_server(field.type) for field in parquet.schema_arrow}
            self.raw.execute(sql.create(name, columns).replace(sql.name(name), self._stored(name), 1))
            for batch in parquet.iter_batches(BATCH):
                self._copy(self._stored(name), batch.to_pylist())
        self.raw.execute(f"ANALYZE {self._stored(name)}")

    def keep(self, name: str, query: str) -> None:
        """Store the rows of a query as a table."""
        self.raw.execute(f"CREATE TABLE {self._stored(name)} AS {query}")
        self.raw.execute(f"ANALYZE {self._stored(name)}")

    def keep_read(self, name: str, query: str, read: Read, columns: Mapping[str, str]) -> None:
        """Store what Python reads in each row of a query, some rows at a time."""
        declared = {column: _TYPES[kind] for column, kind in columns.items()}
        self.raw.execute(sql.create(name, declared).replace(sql.name(name), self._stored(name), 1))
        for rows in self._batches(query):
            found = [{column: row.get(column) for column in columns} for row in read(rows)]
            self._copy(self._stored(name), found)
        self.raw.execute(f"ANALYZE {self._stored(name)}")

    def publish(self, snapshot: Snapshot) -> None:
        """Show the version to readers, all or nothing."""
        statement = f"INSERT INTO {self._pointer} (number, content) VALUES (%s, %s)"  # noqa: S608  (a quoted name)
        self.raw.execute(statement, [snapshot.number, json.dumps(as_json(snapshot))])

    def _stored(self, name: str) -> str:
        return f"{sql.name(self.schema)}.{sql.name(name)}"

    def _batches(self, query: str) -> Iterator[list[dict[str, Any]]]:
        from psycopg.rows import dict_row

        with self.raw.transaction(), self.raw.cursor("texts", row_factory=dict_row) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(BATCH):
                yield rows


class PostgresVersions:
    """The published versions on a server: schemas ``<name>_<number>``, and a table ``<name>.published``."""

    def __init__(self, address: str, name: str) -> None:
        self._address = address
        self._name = name
        self._pointer = f"{sql.name(name)}.published"

    def current(self) -> Snapshot | None:
        """The newest published version, or None before the first."""
        with connect(self._address) as connection:
            if connection.execute("SELECT to_regclass(%s)", [self._pointer]).fetchone()[0] is None:
                return None
            found = connection.execute(sql.select("content", self._pointer, "ORDER BY number DESC LIMIT 1")).fetchone()
        return from_json(json.loads(found[0])) if found else None

    def open(self, snapshot: Snapshot) -> PostgresEngine:
        """Open a published version for reading.

        Raises:
            ProjectError: If it is gone or the server cannot be reached.
        """
        engine = PostgresEngine(self._address, self._schema(snapshot.number))
        if not engine.table_names():
            engine.close()
            raise ProjectError(
                "{schema}: the published version is missing. Load the data again to rebuild it.",
                schema=self._schema(snapshot.number),
            )
        return engine

    def next_number(self) -> int:
        """A number that no version, published or left by a killed load, has carried."""
        with connect(self._address) as connection:
            present = self.current()
            return max([present.number if present else 0, *self._numbers(connection)]) + 1

    def begin(self, number: int) -> PostgresBuilding:
        """Start a version."""
        with connect(self._address) as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {sql.name(self._name)}")
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._pointer} (number bigint PRIMARY KEY, content text NOT NULL)"
            )
        return PostgresBuilding(self._address, self._schema(number), self._pointer)

    def clean(self) -> None:
        """Remove what killed loads left, and all but the newest versions."""
        present = self.current()
        last = present.number if present else 0
        with connect(self._address) as connection:
            for number in self._numbers(connection):
                if number > last or number <= last - KEPT:
                    connection.execute(f"DROP SCHEMA {sql.name(self._schema(number))} CASCADE")

    def _schema(self, number: int) -> str:
        return f"{self._name}_{number:06d}"

    def _numbers(self, connection: Any) -> list[int]:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [f"{self._name}_"])
        ends = [name.removeprefix(f"{self._name}_") for (name,) in rows.fetchall()]
        return [int(end) for end in ends if end.isdigit()]


def connect(address: str) -> Any:
    """A connection that commits each statement.

    Raises:
        ProjectError: If the driver is not installed or the server cannot be reached; the message names no password.
    """
    try:
        import psycopg
    except ImportError as error:
        raise ProjectError(
            "engine: postgresql: the driver is not installed. pip install 'efficace[postgresql]' brings it."
        ) from error
    try:
        connection = psycopg.connect(address, autocommit=True)
    except psycopg.ProgrammingError:
        # What the driver says of an address that it cannot read repeats it, with the password.
        raise ProjectError("engine: postgresql: the address of the server cannot be read.") from None
    except psycopg.Error as error:
        raise ProjectError(
            "engine: postgresql: the server cannot be reached: {error}", error=str(error).splitlines()[0]
        ) from error
    for setting in _SETTINGS:
        connection.execute(setting)
    return connection


def address_of(settings: PostgresqlSettings) -> str:
    """The server's address from the settings or the environment, with the password where a variable holds it.

    Raises:
        ConfigError: If there is none, it is of another kind, or a variable is not set.
    """
    address = settings.url or os.environ.get(VARIABLE, "")
    if not address:
        raise ConfigError(
            "postgresql: url is missing. Write postgresql://user@host/database, or set {variable}.", variable=VARIABLE
        )
    if not address.startswith(("postgresql://", "postgres://")):
        raise ConfigError("postgresql: url: write postgresql://user@host/database.")
    if not settings.password_from:
        return address
    if settings.password_from not in os.environ:
        raise ConfigError(
            "postgresql: password_from: the environment variable {variable} is not set.",
            variable=settings.password_from,
        )
    return _with_password(address, os.environ[settings.password_from])


def _with_password(address: str, password: str) -> str:
    scheme, _, rest = address.partition("://")
    user, is_named, place = rest.rpartition("@")
    if not is_named:
        raise ConfigError("postgresql: url: name the user whose password it is: postgresql://user@host/database.")
    return f"{scheme}://{user.partition(':')[0]}:{quote(password, safe='')}@{place}"
