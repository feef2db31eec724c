"""Writes rows of cells to Parquet as text: what workbooks and databases give row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

BATCH = 20_000


def write(rows: Iterable[Sequence[object]], columns: Sequence[str], target: Path) -> int:
    """Write rows as columns of text.

    Returns:
        How many rows there were.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            arrays = [pa.array([as_text(row[place]) for row in batch], pa.string()) for place in range(len(columns))]
            writer.write_table(pa.table(arrays, schema=schema))
            count += len(batch)
    return count


def as_text(cell: object) -> str | None:
    """A cell as a person would write it in a plain text file: ISO dates, a point, no ``.0`` on whole numbers."""
    if cell is None or cell == "":
        return None
    for kind, write_one in _WRITERS:
        if isinstance(cell, kind):
            return write_one(cell)
    return str(cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)


def _moment(cell: datetime) -> str:
    return cell.date().isoformat() if cell.time() == time(0) and cell.tzinfo is None else cell.isoformat(" ")


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda cell: "true" if cell else "false"),
    (float, _number),
    (datetime, _moment),
    ((date, time), lambda cell: str(cell.isoformat())),
    (timedelta, lambda cell: repr(cell.total_seconds())),
    (Decimal, lambda cell: format(cell, "f")),
    (bytes, lambda cell: str(cell.decode("utf-8", "replace"))),
    ((dict, list), lambda cell: json.dumps(cell, ensure_ascii=False)),
)
"""In this order: a bool is an int, a datetime is a date."""


def _batches(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
