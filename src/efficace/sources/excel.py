"""Workbooks: each sheet is a stream; the header is the first row that is no title."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from efficace.errors import SourceError
from efficace.sources import text_rows
from efficace.sources.stream import Output, Stream, Taken, given_columns, unique_columns


def sheets(path: Path) -> tuple[str, ...]:
    """Names of the sheets that hold anything.

    Raises:
        SourceError: If the file is no workbook.
    """
    book = _open(path)
    found = tuple(name for name in book.sheet_names if _has_cells(book, name))
    if not found:
        raise SourceError("{name}: the workbook is empty.", name=path.name)
    return found


def read(stream: Stream, out: Output) -> Taken:
    """Write a sheet's rows to Parquet, every cell as text.

    Raises:
        SourceError: If the sheet is not there, is empty or has two columns of one name.
    """
    book = _open(stream.path)
    names = book.sheet_names
    wanted = stream.inner or names[0]
    if wanted not in names:
        raise SourceError(
            '{name}: there is no sheet "{wanted}". Sheets: {choices}.',
            name=stream.path.name,
            wanted=wanted,
            choices=", ".join(names),
        )
    rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    place = header_place(rows, stream)
    header = _without_empty_end(rows[place]) if stream.columns is None else given_columns(stream, _width(rows))
    columns = unique_columns([text_rows.as_text(cell) or "" for cell in header], stream.label)
    body = [row[: len(columns)] for row in rows[place + 1 :]]
    while body and not any(cell not in (None, "") for cell in body[-1]):
        body.pop()
    count = text_rows.write(body, columns, out.rows)
    return Taken(count, 0, place + 2, dict.fromkeys(columns, "VARCHAR"))


def header_place(rows: Sequence[Sequence[object]], stream: Stream) -> int:
    """Index of the row that names the columns: the first that fills at least half of the widest row.

    Raises:
        SourceError: If the sheet is empty.
    """
    if stream.columns is not None:
        return -1
    if stream.header_row is not None:
        return min(stream.header_row, len(rows)) - 1
    filled = [sum(cell not in (None, "") for cell in row) for row in rows[:50]]
    widest = max(filled, default=0)
    if not widest:
        raise SourceError("{label}: the sheet is empty: there is no row that names the columns.", label=stream.label)
    return next(place for place, count in enumerate(filled) if count * 2 >= widest)


def _width(rows: Sequence[Sequence[object]]) -> int:
    return max((len(_without_empty_end(row)) for row in rows), default=0)


def _without_empty_end(row: Sequence[object]) -> list[object]:
    cells = list(row)
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def _open(path: Path) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(path)
    except (python_calamine.CalamineError, OSError) as error:
        raise SourceError(
            "{name}: cannot be read as a workbook ({error}): it is cut off, locked by a password or another kind of "
            "file. Save it again as .xlsx.",
            name=path.name,
            error=error,
        ) from error


def _has_cells(book: Any, name: str) -> bool:
    return bool(book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=1))
