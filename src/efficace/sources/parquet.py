"""Parquet files: copied as they are, with their types."""

from __future__ import annotations

import shutil

from efficace.errors import SourceError
from efficace.sources.stream import Output, Stream, Taken
from efficace.warehouse import sql


def read(stream: Stream, out: Output) -> Taken:
    """Copy a Parquet file.

    Raises:
        SourceError: If it is damaged.
    """
    import duckdb

    shutil.copyfile(stream.path, out.rows)
    source = f"read_parquet({sql.text(out.rows)})"
    try:
        described = out.connection.execute(f"DESCRIBE {sql.select('*', source)}").fetchall()
        rows = out.connection.execute(sql.select("count(*)", source)).fetchone()[0]
    except duckdb.Error as error:
        out.rows.unlink(missing_ok=True)
        raise SourceError(
            "{label}: cannot be read as Parquet: it is cut off, damaged or another kind of file. Copy or export it "
            "again.",
            label=stream.label,
        ) from error
    return Taken(rows, 0, 1, {name: kind for name, kind, *_ in described})
