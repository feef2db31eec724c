"""Writes canonical tables as files, chunk by chunk, with the columns and types of their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from efficace.model.tables import BY_NAME, Kind, Table
from efficace.simulate.cells import ARROW_TYPES, Cells

GROUP_ROWS = 200_000


@dataclass
class Writer:
    """Open files of one company; each table may be written in several parts, in order.

    Attributes:
        rows: Rows written so far, by table.
        samples: The first rows of each table, from which wrong rows are made.
    """

    folder: Path
    file_format: Literal["parquet", "csv"]
    rows: dict[str, int] = field(default_factory=dict)
    samples: dict[str, Any] = field(default_factory=dict)
    _files: dict[str, Any] = field(default_factory=dict)

    def write(self, name: str, columns: Mapping[str, Cells]) -> None:
        """Append rows; columns that are not given are empty.

        Raises:
            KeyError: If a column is not declared for the table.
        """
        arranged = arrange(BY_NAME[name], columns)
        if arranged.num_rows == 0 and name in self.rows:
            return
        self.samples.setdefault(name, arranged.slice(0, GROUP_ROWS))
        self._append(name, as_text(arranged) if self.file_format == "csv" else arranged)

    def append_raw(self, name: str, rows: Any) -> None:
        """Append rows whose cells are already in the form of the file."""
        self._append(name, rows)

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, name: str, rows: Any) -> None:
        if name not in self._files:
            self._files[name] = self._open(name, rows.schema)
        if self.file_format == "csv":
            self._files[name].write_table(rows)
        else:
            self._files[name].write_table(rows, row_group_size=GROUP_ROWS)
        self.rows[name] = self.rows.get(name, 0) + rows.num_rows

    def _open(self, name: str, schema: Any) -> Any:
        path = self.folder / f"{name}.{self.file_format}"
        if self.file_format == "csv":
            options = pyarrow.csv.WriteOptions(quoting_style="needed")
            return pyarrow.csv.CSVWriter(path, schema, write_options=options)
        return pyarrow.parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1)


def arrange(table: Table, columns: Mapping[str, Cells]) -> Any:
    """Put columns in the order and types of the declaration, empty ones for those that are not given."""
    unknown = set(columns) - {column.name for column in table.columns}
    if unknown:
        raise KeyError(f"{table.name}: {', '.join(sorted(unknown))}")
    rows = len(next(iter(columns.values())))
    arrays = []
    for column in table.columns:
        kind = ARROW_TYPES[column.kind]
        arrays.append(columns[column.name].cast(kind) if column.name in columns else pa.nulls(rows, kind))
    return pa.table(arrays, names=[column.name for column in table.columns])


def as_text(rows: Any) -> Any:
    """The same rows as they stand in a CSV file: instants in ISO form with their zone, empty cells empty."""
    columns = [_text(rows.column(name)) for name in rows.column_names]
    return pa.table(columns, names=rows.column_names)


def _text(column: Any) -> Any:
    if column.type == ARROW_TYPES[Kind.INSTANT]:
        return pc.strftime(column.cast(pa.timestamp("s", tz="UTC")), format="%Y-%m-%dT%H:%M:%SZ")
    return column.cast(pa.string())
