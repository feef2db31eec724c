"""Spark as an engine: Parquet tables in a folder or object store, asked through Ibis, worked on by a cluster."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.config import SparkSettings
from efficace.errors import ProjectError, SourceError
from efficace.warehouse.building import Read
from efficace.warehouse.expressions import prepare
from efficace.warehouse.hadoop import Files
from efficace.warehouse.parquet_version import Version
from efficace.warehouse.snapshot import Snapshot
from efficace.warehouse.spark_steps import steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

_NAMED = re.compile(r"`(\w+)`")
_SHARED = "shared_"
_KINDS = {"VARCHAR": "string", "TIMESTAMP": "timestamp_ntz", "INTEGER": "int"}
"""Types of the project's own file that Spark spells in another way."""
_OWN = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}
"""Without these the figures would be others than another engine's."""


class SparkEngine:
    """One published version, asked in a session of its own.

    Tables are known to the session once they are first spoken of: opening a version reads nothing but its manifest.
    """

    dialect = "spark"

    def __init__(self, session: Any, version: Version) -> None:
        import ibis

        from efficace.warehouse.spark_compiler import Compiler

        prepare()
        self.session = session.newSession()
        for name, value in _OWN.items():
            self.session.conf.set(name, value)
        self.ibis = ibis.pyspark.connect(self.session)
        self.ibis.compiler = Compiler()
        self.version = version
        self._tables: dict[str, ir.Table] = {}
        self._found: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = {}

    def table(self, name: str) -> ir.Table:
        """A stored table as an expression."""
        if name not in self._tables:
            self._know(name, self.session.read.schema(self.version.schema(name)).parquet(self.version.folder(name)))
        return self._tables[name]

    def table_names(self) -> set[str]:
        return {*self.version.tables, *self._tables}

    def compile(self, expression: ir.Expr) -> str:
        """The engine's own query for an expression."""
        return str(self.ibis.compile(expression))

    def run(self, expression: ir.Table) -> pa.Table:
        """Evaluate an expression."""
        return self.fetch(self.compile(expression))

    def fetch(self, query: str) -> pa.Table:
        """The rows of a query in the engine's own language."""
        with self._rows(query) as rows:
            return rows.toArrow()

    def find(self, table: str, columns: Sequence[str], **equal: object) -> list[tuple[Any, ...]]:
        """Rows of a small stored table: these columns, where each named column has the value given.

        They are fetched once: a version never changes.
        """
        key = (table, (*columns, *equal))
        if key not in self._found:
            self.table(table)
            listed = ", ".join(f"`{column}` AS c{place}" for place, column in enumerate(key[1]))
            rows = self.fetch(f"SELECT {listed} FROM `{table}`")  # noqa: S608  (declared names)
            self._found[key] = list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
        size, wanted = len(columns), tuple(equal.values())
        return [row[:size] for row in self._found[key] if row[size:] == wanted]

    def set_aside(self, name: str, query: str) -> ir.Table:
        """Store the rows of a query on the workers under a name of this session alone, until it is dropped."""
        with self._rows(query) as rows:
            return self._know(name, self._worked_out(rows))

    def drop_aside(self, name: str) -> None:
        """Drop a table that was set aside; the workers let go of it when nothing speaks of it any more."""
        self.session.catalog.dropTempView(name)
        self._tables.pop(name, None)

    def give(self, name: str, rows: pa.Table) -> ir.Table:
        """Hand a small Arrow table to the engine under a name of this session alone."""
        return self._know(name, self.session.createDataFrame(rows))

    def close(self) -> None:
        """Forget the version; the cluster goes on for other sessions."""
        for name in tuple(self._tables):
            self.drop_aside(name)

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _rows(self, query: str) -> Iterator[Any]:
        """The rows of a query; what its parts share is kept while they are used.

        Raises:
            ProjectError: If the cluster cannot carry the query out.
        """
        from pyspark.errors import PySparkException

        for name in set(_NAMED.findall(query)):
            if name not in self._tables and name in self.version.tables:
                self.table(name)
        *shared, last = steps_of(query, _SHARED)
        try:
            for step in shared:
                self._worked_out(self.session.sql(step.query)).createOrReplaceTempView(step.name)
            yield self.session.sql(last.query)
        except PySparkException as error:
            raise ProjectError("engine: spark: {error}", error=str(error).splitlines()[0]) from error
        finally:
            for step in shared:
                self.session.catalog.dropTempView(step.name)

    def _worked_out(self, rows: Any) -> Any:
        """The rows themselves instead of the way to them: on the workers, or where the cluster keeps checkpoints."""
        has_folder = self.session.sparkContext.getCheckpointDir() is not None
        return rows.checkpoint(eager=True) if has_folder else rows.localCheckpoint(eager=True)

    def _know(self, name: str, rows: Any) -> ir.Table:
        rows.createOrReplaceTempView(name)
        self._tables[name] = _expression(self.ibis, name, rows.schema)
        return self._tables[name]


class SparkBuilding(SparkEngine):
    """A version that is being made; no reader finds it before it is published."""

    def take(self, name: str, file: Path) -> None:
        """Store the rows of a Parquet file on this machine as a table."""
        folder = self.version.own_folder(name)
        self.version.files.upload(file, f"{folder}/{file.name}")
        self._stored(name, folder)

    def folders(self, address: str) -> list[str]:
        """Names of what lies at an address."""
        return Files(self.session, address).names()

    def adopt(self, name: str, address: str, declared: Mapping[str, str]) -> None:
        """Take a table's files as they lie; columns that they have not are empty.

        Args:
            declared: Column -> type, as the project's own file spells it.

        Raises:
            SourceError: If a column has another type.
        """
        found = {field.name: field.dataType.simpleString() for field in self._of_files(address).fields}
        for column, kind in declared.items():
            right = _KINDS.get(kind, kind.lower())
            if found.get(column, right) != right:
                raise SourceError(
                    "{path}: {column} is {found}; it must be {right}.",
                    path=address, column=column, found=found[column], right=right,
                )  # fmt: skip
        written = ", ".join(f"`{column}` {_KINDS.get(kind, kind)}" for column, kind in declared.items())
        self.version.add(name, address, self._declared(written).jsonValue())
        self._tables.pop(name, None)

    def keep(self, name: str, query: str) -> None:
        """Store the rows of a query as a table; the workers write it."""
        folder = self.version.own_folder(name)
        with self._rows(query) as rows:
            rows.write.mode("overwrite").parquet(folder)
        self._stored(name, folder)

    def keep_read(self, name: str, query: str, read: Read, columns: Mapping[str, str]) -> None:
        """Store what Python reads in each row of a query; the workers read, nothing comes to this machine."""
        declared = ", ".join(f"{column} {_KINDS[kind]}" for column, kind in columns.items())
        folder = self.version.own_folder(name)
        with self._rows(query) as rows:
            rows.mapInArrow(_reading(read, columns), declared).write.mode("overwrite").parquet(folder)
        self._stored(name, folder)

    def publish(self, snapshot: Snapshot) -> None:
        """Show the version to readers, all or nothing."""
        self.version.publish(snapshot)

    def _stored(self, name: str, folder: str) -> None:
        self.version.add(name, folder, self._of_files(folder).jsonValue())
        self._tables.pop(name, None)

    def _of_files(self, folder: str) -> Any:
        from pyspark.errors import PySparkException

        try:
            return self.session.read.parquet(folder).schema
        except PySparkException as error:
            raise ProjectError("engine: spark: {error}", error=str(error).splitlines()[0]) from error

    @staticmethod
    def _declared(written: str) -> Any:
        from pyspark.sql.types import StructType

        return StructType.fromDDL(written)


class SparkVersions:
    """The published versions in a folder or object store: ``<number>/<table>/*.parquet``.

    A version counts once its manifest is there. It is written last and never changed, so that readers see a version
    whole or not at all, and one who reads an older version goes on undisturbed.
    """

    def __init__(self, settings: SparkSettings, project: Path) -> None:
        self.session = spark_session(settings)
        root = settings.tables or str(project.resolve() / "versions")
        self.files = Files(self.session, root.rstrip("/"))

    def current(self) -> Snapshot | None:
        """The newest published version, or None before the first."""
        number = Version.newest(self.files)
        return Version.read(self.files, number).snapshot if number else None

    def open(self, snapshot: Snapshot) -> SparkEngine:
        """Open a published version.

        Raises:
            ProjectError: If it is gone.
        """
        return SparkEngine(self.session, Version.read(self.files, snapshot.number))

    def next_number(self) -> int:
        """A number that no version, published or left by a killed load, has carried."""
        return max(Version.numbers(self.files), default=0) + 1

    def begin(self, number: int) -> SparkBuilding:
        """Start a version."""
        return SparkBuilding(self.session, Version(self.files, number))

    def clean(self) -> None:
        """Remove what killed loads left, and all but the newest versions."""
        Version.clean(self.files)


@cache
def spark_session(settings: SparkSettings) -> Any:
    """The way to the cluster, opened once.

    Raises:
        ProjectError: If PySpark is not installed, a setting cannot be read or Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ProjectError(
            "engine: spark: PySpark is not installed. pip install 'efficace[spark]' brings it."
        ) from error
    builder = SparkSession.builder.appName("efficace")
    if settings.master:
        builder = builder.master(settings.master)
    if settings.master.startswith("local") or not settings.master:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name, value in _pairs(settings.settings):
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, RuntimeError) as error:
        raise ProjectError("engine: spark: Spark does not start: {error}", error=str(error).splitlines()[0]) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _pairs(settings: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in settings:
        name, is_pair, value = one.partition("=")
        if not is_pair:
            raise ProjectError(
                'spark: settings: "{one}" has no value. Write for example spark.executor.memory=8g.', one=one
            )
        yield name.strip(), value.strip()


def _expression(backend: Any, name: str, schema: Any) -> ir.Table:
    """A table of the session, its instants in microseconds as those of expressions are, so that unions fit."""
    import ibis
    import ibis.expr.operations as ops
    from ibis.backends.pyspark.datatypes import PySparkType

    kinds = {field.name: PySparkType.to_ibis(field.dataType) for field in schema.fields}
    columns = {column: "timestamp(6)" if kind.is_timestamp() else kind for column, kind in kinds.items()}
    expression: ir.Table = ops.DatabaseTable(name, ibis.schema(columns), backend, ops.Namespace()).to_expr()
    return expression


def _reading(read: Read, columns: Mapping[str, str]) -> Any:
    """What a worker does with the batches of rows that are its own."""

    def batches(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        kinds = {"VARCHAR": pa.string(), "INTEGER": pa.int32()}
        schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
        for batch in given:
            yield pa.RecordBatch.from_pylist([dict(row) for row in read(batch.to_pylist())], schema=schema)

    return batches
