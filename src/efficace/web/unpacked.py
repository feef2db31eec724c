"""Packed files that would unpack to far more than they are: told before anything reads them."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

MOST_TIMES = 200
"""What tables pack to: text of any table stays far below, a bomb is at about 1,000."""
HARMLESS = 100_000_000
"""Bytes that may unpack from however little."""
MOST_BOOK = 4_000_000_000
"""Bytes of a workbook, which is read into memory."""
_PIECE = 1 << 20


def is_bomb(path: Path) -> bool:
    """Whether a workbook or a gzip file unpacks to more than this machine should be asked to read."""
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


def _is_too_much(size: int, packed: int) -> bool:
    return size > HARMLESS and size > MOST_TIMES * packed
