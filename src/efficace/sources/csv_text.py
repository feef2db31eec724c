"""Delimited text of any dialect: decode, find delimiter and header, write all cells as text."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from efficace.errors import SourceError, refused
from efficace.sources.stream import Output, Stream, Taken, given_columns, is_disk_error, unique_columns
from efficace.warehouse import sql

LONGEST_LINE = 16 * 1024 * 1024
SAMPLE = 120_000
TAIL = 16_384
_CHUNK = 4 * 1024 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Shape:
    """How a text file is laid out.

    Attributes:
        skip: Rows before the first one of data, blank lines and the header among them.
    """

    delimiter: str
    columns: tuple[str, ...]
    skip: int


def read(stream: Stream, out: Output) -> Taken:
    """Write the rows of a text file to Parquet, every cell as text.

    Raises:
        SourceError: If the file is empty, binary, undecodable, has a line over 16 MB or two columns of one name.
    """
    plain = plain_text(stream, out.temp)
    try:
        shape = find_shape(plain, stream)
        plain = _without_footer(plain, stream, shape, out.temp)
        try:
            return _write(plain, stream, shape, out)
        except _MixedLineEnds:
            plain = _with_one_line_end(plain, stream, out.temp)
            return _write(plain, stream, shape, out)
    finally:
        if plain != stream.path:
            plain.unlink(missing_ok=True)


def sample(stream: Stream, size: int = SAMPLE) -> tuple[Shape, list[list[str]]]:
    """The layout and the first rows of a file, without reading all of it."""
    with _opened(stream) as file:
        head = file.read(size * 2)
    text = _decode_head(head, stream)
    lines = _whole_lines(text[:size], len(text) > size)
    shape = _shape(lines, stream)
    rows = list(csv.reader(lines, delimiter=shape.delimiter))
    return shape, [row for row in rows[shape.skip :] if row]


def find_shape(plain: Path, stream: Stream) -> Shape:
    """Find delimiter, header and first row of a UTF-8 file.

    Raises:
        SourceError: If it holds no header or two columns of one name.
    """
    with plain.open("rb") as file:
        head = file.read(SAMPLE)
        more = bool(file.read(1))
    text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    return _shape(_whole_lines(text, more), stream)


def _shape(lines: list[str], stream: Stream) -> Shape:
    if not any(line.strip() for line in lines):
        raise SourceError("{label}: the file is empty: there is no line that names the columns.", label=stream.label)
    delimiter = stream.delimiter or max(_DELIMITERS, key=lambda mark: _fit(lines, mark))
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        if not rows:
            raise SourceError(
                "{label}, line {line}: {error}.", label=stream.label, line=reader.line_num, error=error
            ) from error
    width = _width(rows)
    if stream.columns is not None:
        blank = next(place for place, row in enumerate(rows) if row)
        return Shape(delimiter, unique_columns(given_columns(stream, width), stream.label), blank)
    place = _header_place(rows, width, stream.header_row)
    header = rows[place] + [""] * (width - len(rows[place]))
    return Shape(delimiter, unique_columns(header, stream.label), place + 1)


def _fit(lines: list[str], delimiter: str) -> tuple[bool, float]:
    """How well a delimiter explains the lines: it parts the first one, into many cells, the same number on each."""
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # what was read before the broken line still tells
        rows.extend(row for row in csv.reader(lines, delimiter=delimiter) if row)
    if not rows:
        return False, 0.0
    width = _width(rows)
    same = sum(len(row) == width for row in rows) / len(rows)
    return len(rows[0]) > 1 and same >= 0.5, same * (width - 1)


def _width(rows: list[list[str]]) -> int:
    counts = Counter(len(row) for row in rows if row)
    return max(counts, key=lambda width: (counts[width], width)) if counts else 1


def _header_place(rows: list[list[str]], width: int, header_row: int | None) -> int:
    """The header is the first line that is neither blank nor a title (a single cell above wider rows)."""
    if header_row is not None:
        return min(header_row, len(rows)) - 1
    for place, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row)
        if filled > 1 or (filled == 1 and width == 1):
            return place
    return next(place for place, row in enumerate(rows) if any(cell.strip() for cell in row))


def _whole_lines(text: str, more: bool) -> list[str]:
    lines = list(io.StringIO(text, newline=""))
    lines = [part for line in lines for part in line.splitlines(keepends=True)] if "\r" in text else lines
    return lines[:-1] if more and len(lines) > 1 else lines


def _opened(stream: Stream) -> BinaryIO:
    try:
        raw = stream.path.open("rb")
    except OSError as error:
        raise SourceError("{path}: cannot be read: {strerror}.", path=stream.path, strerror=refused(error)) from error
    if stream.path.suffix.lower() == ".gz":
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]  # a binary file in all but name
    return raw


def _encoding(head: bytes, stream: Stream) -> str | None:
    """The encoding that the mapping or a byte-order mark names; None = to be found."""
    return stream.encoding or next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _decode_head(head: bytes, stream: Stream) -> str:
    encoding = _encoding(head, stream)
    if encoding is None:
        _refuse_binary(head, 0, stream)
        _refuse_web_page(head, stream)
    for name in (encoding,) if encoding else ("utf-8-sig", "cp1252"):
        try:
            return codecs.getincrementaldecoder(name)().decode(head)
        except (UnicodeDecodeError, LookupError):
            continue
    raise SourceError(
        "{label}: not readable as text. Name its encoding in the mapping (encoding: ...).", label=stream.label
    )


def plain_text(stream: Stream, temp: Path) -> Path:
    """The file itself where it is plain UTF-8, else a decoded copy."""
    try:
        with _opened(stream) as file:
            encoding = _encoding(file.read(4), stream)
        if encoding in (None, "utf-8", "utf-8-sig"):
            if _is_utf8(stream):
                return stream.path if stream.path.suffix.lower() != ".gz" else _decoded(stream, "utf-8-sig", temp)
            encoding = "cp1252"
        return _decoded(stream, encoding, temp)
    except (gzip.BadGzipFile, EOFError) as error:
        raise SourceError(
            "{label}: the compressed file is damaged: {error}.", label=stream.label, error=error
        ) from error


def _is_utf8(stream: Stream) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = _LineGuard(stream)
    valid = True
    with _opened(stream) as file:
        for start, chunk in _chunks(file):
            _refuse_binary(chunk, start, stream)
            if start == 0:
                _refuse_web_page(chunk, stream)
            line.pass_over(chunk)
            if (valid and not chunk.isascii()) or decoder.getstate()[0]:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    valid = False
                    decoder.reset()
    return valid and not decoder.getstate()[0]


def _decoded(stream: Stream, encoding: str, temp: Path) -> Path:
    target = temp / f"{stream.path.name}.utf8"
    line = _LineGuard(stream)
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        with _opened(stream) as file, target.open("wb") as out:
            for _, chunk in _chunks(file):
                plain = decoder.decode(chunk).encode()
                line.pass_over(plain)
                out.write(plain)
            out.write(decoder.decode(b"", final=True).encode())
    except (UnicodeError, LookupError) as error:
        target.unlink(missing_ok=True)
        raise SourceError(
            "{label}: not readable as {encoding} ({error}). Name its encoding in the mapping (encoding: ...).",
            label=stream.label,
            encoding=encoding,
            error=error,
        ) from error
    return target


def _chunks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    start = 0
    while chunk := file.read(_CHUNK):
        yield start, chunk
        start += len(chunk)


def _refuse_binary(chunk: bytes, start: int, stream: Stream) -> None:
    found = chunk.find(b"\0")
    if found >= 0:
        raise SourceError(
            "{label}: this is no text file (a zero byte at position {position}). Save it as CSV, Excel, "
            "Parquet, JSON Lines or SQLite under the right ending.",
            label=stream.label,
            position=start + found,
        )


def _refuse_web_page(head: bytes, stream: Stream) -> None:
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise SourceError(
            "{label}: this is a web page and no table: a sign-in was asked for, or the export was saved as a page. "
            "Export it again as CSV.",
            label=stream.label,
        )


class _LineGuard:
    """Stops at the first line that is too long to be one, without keeping it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._lines = 0
        self._length = 0

    def pass_over(self, chunk: bytes) -> None:
        mark = b"\n" if b"\n" in chunk or b"\r" not in chunk else b"\r"
        first, last = chunk.find(mark), chunk.rfind(mark)
        self._check(self._length + (first if first >= 0 else len(chunk)))
        if first >= 0:
            self._lines += chunk.count(mark)
            self._length = len(chunk) - last - 1
        else:
            self._length += len(chunk)

    def _check(self, length: int) -> None:
        if length > LONGEST_LINE:
            raise SourceError(
                "{label}, line {line}: longer than 16 MB. Is a line end or a closing quote missing there?",
                label=self._stream.label,
                line=self._lines + 1,
            )


def _without_footer(plain: Path, stream: Stream, shape: Shape, temp: Path) -> Path:
    """Cut the lines below a blank one that hold a single cell: the footer of a report."""
    end = _footer_start(plain, shape)
    if end is None:
        return plain
    if plain == stream.path:
        plain = temp / f"{stream.path.name}.utf8"
        shutil.copyfile(stream.path, plain)
    with plain.open("r+b") as file:
        file.truncate(end)
    return plain


def _footer_start(plain: Path, shape: Shape) -> int | None:
    if len(shape.columns) < 2:
        return None
    size = plain.stat().st_size
    with plain.open("rb") as file:
        file.seek(max(0, size - TAIL))
        tail = file.read().splitlines(keepends=True)
    place = len(tail)
    while place and (not tail[place - 1].strip() or _cells(tail[place - 1], shape.delimiter) == 1):
        place -= 1
    blank = next((at for at in range(place, len(tail)) if not tail[at].strip()), None)
    if blank is None or not b"".join(tail[blank:]).strip():
        return None
    return size - sum(len(line) for line in tail[blank:])


class _MixedLineEnds(SourceError):
    """Some lines end in CR LF, others in LF or CR alone, which the engine does not read."""


def _with_one_line_end(plain: Path, stream: Stream, temp: Path) -> Path:
    target = temp / f"{stream.path.name}.lf"
    with plain.open("r", encoding="utf-8", newline=None) as file, target.open("w", encoding="utf-8", newline="") as out:
        shutil.copyfileobj(file, out, _CHUNK)
    if plain != stream.path:
        plain.unlink()
    return target


def _cells(line: bytes, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line.decode("utf-8", "replace")], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0


def _write(plain: Path, stream: Stream, shape: Shape, out: Output) -> Taken:
    import duckdb

    types = ", ".join(f"{sql.text(column)}: 'VARCHAR'" for column in shape.columns)
    source = (
        f"read_csv({sql.text(plain)}, delim={sql.text(shape.delimiter)}, quote='\"', escape='\"', header=false, "
        f"auto_detect=false, skip={shape.skip}, columns={{{types}}}, max_line_size={LONGEST_LINE}, "
        "store_rejects=true, rejects_table='no_rows', rejects_scan='no_rows_scan')"
    )
    try:
        copied = out.connection.execute(copy_to(sql.select("*", source), out.rows)).fetchone()[0]
        lines = out.connection.execute("SELECT count(DISTINCT line) FROM no_rows").fetchone()[0]
        if lines:
            out.connection.execute(copy_to(_BAD_LINES, out.bad))
    except duckdb.Error as error:
        if is_disk_error(error):
            raise
        if "state machine" in str(error):
            raise _MixedLineEnds(
                "{label}: cannot be read as CSV: its line ends are mixed.", label=stream.label
            ) from error
        raise SourceError(
            "{label}: cannot be read as CSV: {error}", label=stream.label, error=str(error).splitlines()[0]
        ) from error
    finally:
        out.connection.execute("DROP TABLE IF EXISTS no_rows; DROP TABLE IF EXISTS no_rows_scan")
    return Taken(copied, lines, shape.skip + 1, dict.fromkeys(shape.columns, "VARCHAR"), shape.delimiter)


_BAD_LINES = (
    "SELECT line AS row_no, CASE WHEN any_value(error_type)::VARCHAR LIKE '%COLUMNS' THEN 'wrong_number_of_cells' "
    "ELSE 'broken_quotes' END AS reason, ltrim(any_value(csv_line), chr(10) || chr(13)) AS original "
    "FROM no_rows GROUP BY line ORDER BY line"
)


def copy_to(query: str, target: Path) -> str:
    """Spell the writing of a query's rows to a compressed Parquet file."""
    return f"COPY ({query}) TO {sql.text(target)} (FORMAT parquet, COMPRESSION zstd)"
