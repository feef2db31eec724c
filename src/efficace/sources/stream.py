"""A stream: one table of rows inside one file, and what reading it gives."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from efficace.errors import SourceError, refused
from efficace.locale.said import Said, counted, quoted

Format = Literal["csv", "parquet", "excel", "json", "sqlite"]

SUFFIXES: Mapping[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".csv.gz": "csv",
    ".tsv.gz": "csv",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".jsonl.gz": "json",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}


@dataclass(frozen=True)
class Stream:
    """One table of rows in one file.

    Attributes:
        name: What mappings call it.
        inner: Sheet of a workbook or table of a database; None where the file is one table.
        header_row: Row that names the columns, counted from 1; None = found by looking.
        delimiter: Between the cells of a CSV file; None = found by looking.
        encoding: Of a text file; None = byte-order mark, else UTF-8, else Windows-1252.
        columns: Names of the columns of a file whose first row is data already; those beyond are numbered. None = a
            row names them.
    """

    name: str
    path: Path
    format: Format
    inner: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.path.name}, {self.inner}" if self.inner else self.path.name


@dataclass(frozen=True)
class Taken:
    """What reading one stream into a Parquet file gave; see ``RawFile``."""

    rows: int
    bad: int
    first_row: int
    columns: Mapping[str, str]
    delimiter: str | None = None


@dataclass(frozen=True)
class Output:
    """Where a stream is written, and what with.

    Attributes:
        rows: The Parquet file of its rows.
        bad: The Parquet file of lines that are no row (``row_no``, ``reason``, ``original``), if there are any.
        temp: Folder for what is needed meanwhile.
        connection: A DuckDB connection.
    """

    rows: Path
    bad: Path
    temp: Path
    connection: Any


def suffix_of(path: Path) -> str:
    """The ending that tells the format, lower case: ``.csv``, ``.csv.gz``."""
    endings = [part.lower() for part in path.suffixes[-2:]]
    return "".join(endings) if endings[-1:] == [".gz"] else "".join(endings[-1:])


def stem_of(path: Path) -> str:
    """The file's name without the ending that tells the format."""
    return path.name[: len(path.name) - len(suffix_of(path))]


def hash_of(stream: Stream) -> str:
    """SHA-256 of the file's content and of how it is read.

    Raises:
        SourceError: If the file cannot be read.
    """
    try:
        with stream.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise SourceError("{path}: cannot be read: {strerror}.", path=stream.path, strerror=refused(error)) from error
    how = (stream.inner, stream.header_row, stream.delimiter, stream.encoding)
    if any(item is not None for item in how):
        digest.update(repr(how).encode())
    if stream.columns is not None:
        digest.update(repr(stream.columns).encode())
    return digest.hexdigest()


def is_disk_error(error: Exception) -> bool:
    """Whether an engine's error is about writing, not about the file that is read."""
    return any(words in str(error) for words in ("No space left", "Could not write", "File too large"))


def given_columns(stream: Stream, width: int) -> list[str]:
    """The names given to the columns of a file without a header, as many as it has.

    Raises:
        SourceError: If there are more names than columns.
    """
    names = list(stream.columns or ())
    if len(names) > width:
        said = counted(
            "{label}: {n} column is named, the file has {columns}.",
            "{label}: {n} columns are named, the file has {columns}.",
            len(names),
            label=stream.label,
            columns=width,
        )
        raise SourceError(said)
    return names + [""] * (width - len(names))


def unique_columns(header: list[str], label: str) -> tuple[str, ...]:
    """Clean a header line: trimmed, empty names numbered.

    Raises:
        SourceError: If two columns have the same name.
    """
    names = [" ".join(cell.replace("\ufeff", "").split()) or f"column_{place}" for place, cell in enumerate(header, 1)]
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            first = seen[name.lower()]
            both = Said('"{one}" and "{other}"', {"one": first, "other": name}) if first != name else quoted([name])
            raise SourceError(
                "{label}: two columns are called {both}. Rename one of them and load again.", label=label, both=both
            )
        seen[name.lower()] = name
    return tuple(names)
