"""Finds the streams in a folder or file, and writes each to Parquet for the raw log."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from efficace.errors import SourceError, refused
from efficace.sources import csv_text, excel, json_lines, parquet, sqlite
from efficace.sources.stream import SUFFIXES, Format, Output, Stream, Taken, stem_of, suffix_of

Reader = Callable[[Stream, Output], Taken]

PACKED = (".zip", ".7z", ".rar", ".tar", ".tar.gz", ".tgz")
"""Endings of archives: what they hold is read once it is unpacked."""

READERS: Mapping[Format, Reader] = {
    "csv": csv_text.read,
    "parquet": parquet.read,
    "excel": excel.read,
    "json": json_lines.read,
    "sqlite": sqlite.read,
}


def data_files(path: Path) -> tuple[Path, ...]:
    """The readable files of a folder by name, or the one file.

    Raises:
        SourceError: If there is nothing to read.
    """
    if not path.exists():
        raise SourceError("{path}: there is no such file or folder.", path=path)
    if path.is_file():
        _refuse_packed(path, [path])
        if suffix_of(path) not in SUFFIXES:
            raise SourceError(
                '{path}: the ending "{ending}" is none of {choices}.',
                path=path,
                ending=suffix_of(path),
                choices=", ".join(SUFFIXES),
            )
        return (path,)
    try:
        found = sorted(item for item in path.iterdir() if item.is_file() and _is_data(item))
    except OSError as error:
        raise SourceError("{path}: cannot be read: {strerror}.", path=path, strerror=refused(error)) from error
    if not found:
        _refuse_packed(path, sorted(path.iterdir()))
        raise SourceError("{path}: holds no file that ends in {choices}.", path=path, choices=", ".join(SUFFIXES))
    return tuple(found)


def streams_of(path: Path) -> tuple[Stream, ...]:
    """The tables of rows in one file: sheets of a workbook, tables of a database, else the file itself.

    Raises:
        SourceError: If the file cannot be read.
    """
    kind = SUFFIXES[suffix_of(path)]
    stem = stem_of(path)
    if kind == "excel":
        sheets = excel.sheets(path)
        if len(sheets) == 1:
            return (Stream(stem, path, kind, sheets[0]),)
        return tuple(Stream(sheet, path, kind, sheet) for sheet in sheets)
    if kind == "sqlite":
        return tuple(Stream(table, path, kind, table) for table in sqlite.tables(path))
    return (Stream(stem, path, kind),)


def take_in(stream: Stream, target: Path, bad: Path, temp: Path, connection: Any) -> Taken:
    """Write a stream's rows to a Parquet file; it appears under its name when it is whole.

    Raises:
        SourceError: If the stream cannot be read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = temp / (target.name + ".part")
    bad_beside = temp / (bad.name + ".part")
    taken = READERS[stream.format](stream, Output(beside, bad_beside, temp, connection))
    if taken.bad:
        shutil.move(bad_beside, bad)
    shutil.move(beside, target)
    return taken


def _refuse_packed(path: Path, files: Sequence[Path]) -> None:
    packed = next((file for file in files if file.name.lower().endswith(PACKED)), None)
    if packed is not None:
        raise SourceError("{path}: {name} is packed. Unpack it, and give its folder.", path=path, name=packed.name)


def _is_data(path: Path) -> bool:
    return suffix_of(path) in SUFFIXES and not path.name.startswith((".", "~$"))
