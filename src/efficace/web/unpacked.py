"""Packed files that would unpack to far more than they are: told before anything reads them."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
import zlib
from contextlib import closing
from itertools import count
from pathlib import Path

from efficace.sources.stream import SUFFIXES, suffix_of

SQLITE = tuple(suffix for suffix, kind in SUFFIXES.items() if kind == "sqlite")

MOST_TIMES = 200
"""What tables pack to: text of any table stays far below, a bomb is at about 1,000."""
HARMLESS = 100_000_000
"""Bytes that may unpack from however little."""
MOST_BOOK = 4_000_000_000
"""Bytes of a workbook, which is read into memory."""
MOST_OF_VIEW = 10_000_000
"""Rows of a view of SQLite."""
MOST_STEPS = 1_000_000_000
"""Instructions that its views may take to tell whether they have more; some seconds."""
STEP = 1_000_000
_PIECE = 1 << 20


def is_bomb(path: Path) -> bool:
    """Whether a workbook, a gzip or a Parquet file unpacks to more than this machine should be asked to read.

    What CSV, JSON Lines and the tables of SQLite hold is no larger than the file: the limit of a request bounds them;
    the views of SQLite may go on without end.
    """
    if path.suffix.lower() == ".parquet":
        return _parquet_is_bomb(path)
    if suffix_of(path) in SQLITE:
        return _sqlite_is_bomb(path)
    if path.suffix.lower() == ".gz":
        return _gzip_is_bomb(path)
    return zipfile.is_zipfile(path) and _zip_is_bomb(path)


def _zip_is_bomb(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False  # what reads it tells what is wrong
    return size > MOST_BOOK or _is_too_much(size, path.stat().st_size)


def _gzip_is_bomb(path: Path) -> bool:
    """By what comes out of it, as the size at its end can be anything; a tenth of a gigabyte tells."""
    size = 0
    try:
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as packed:
            while size <= HARMLESS and (piece := packed.read(_PIECE)):
                size += len(piece)
            return _is_too_much(size, file.tell())
    except (OSError, EOFError, zlib.error):
        return False


def _parquet_is_bomb(path: Path) -> bool:
    """By what the file says of itself, which every reader goes by; nothing of its rows is read.

    Values that are the same in millions of rows pack to nothing, so that rows are counted too: no table of ours has so
    many for so few bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            told = file.metadata
            size = sum(told.row_group(group).total_byte_size for group in range(told.num_row_groups))
    except (pa.ArrowException, OSError, ValueError):
        return False  # what reads it tells what is wrong
    cells = told.num_rows * max(told.num_columns, 1)
    packed = path.stat().st_size
    return _is_too_much(size, packed) or _is_too_much(cells, packed)


def _sqlite_is_bomb(path: Path) -> bool:
    """Whether a view gives more rows, or takes more steps to give them, than any of ours."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        steps = count(1)
        database.set_progress_handler(lambda: next(steps) > MOST_STEPS // STEP, STEP)
        try:
            views = database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
            for (name,) in views:
                quoted = name.replace('"', '""')
                asked = f'SELECT count(*) FROM (SELECT 1 FROM "{quoted}" LIMIT {MOST_OF_VIEW + 1})'  # noqa: S608  (its own name, quoted)
                if database.execute(asked).fetchone()[0] > MOST_OF_VIEW:
                    return True
        except sqlite3.OperationalError as error:
            return "interrupted" in str(error)
        except sqlite3.Error:
            return False  # what reads it tells what is wrong
    return False


def _is_too_much(size: int, packed: int) -> bool:
    return size > HARMLESS and size > MOST_TIMES * packed
