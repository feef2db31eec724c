"""SQLite databases: each table is a stream."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from efficace.errors import SourceError
from efficace.sources import text_rows
from efficace.sources.stream import Output, Stream, Taken, unique_columns
from efficace.warehouse import sql


def tables(path: Path) -> tuple[str, ...]:
    """Names of the tables and views.

    Raises:
        SourceError: If the file is no SQLite database.
    """
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
    try:
        with closing(_open(path)) as database:
            return tuple(name for (name,) in database.execute(query))
    except sqlite3.Error as error:
        raise SourceError(
            "{name}: cannot be read as a SQLite database: {error}.", name=path.name, error=error
        ) from error


def read(stream: Stream, out: Output) -> Taken:
    """Write a table's rows to Parquet, every cell as text.

    Raises:
        SourceError: If the table is not there or the file is damaged.
    """
    try:
        with closing(_open(stream.path)) as database:
            cursor = database.execute(sql.select("*", sql.name(stream.inner or stream.name)))
            columns = unique_columns([item[0] for item in cursor.description], stream.label)
            rows = text_rows.write(_rows(cursor), columns, out.rows)
    except sqlite3.Error as error:
        raise SourceError("{label}: cannot be read: {error}.", label=stream.label, error=error) from error
    return Taken(rows, 0, 1, dict.fromkeys(columns, "VARCHAR"))


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise SourceError("{path}: there is no such file.", path=path)
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return database


def _rows(cursor: sqlite3.Cursor) -> Iterator[Sequence[object]]:
    while batch := cursor.fetchmany(10_000):
        yield from batch
