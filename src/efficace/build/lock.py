"""One writer at a time: a lock of the operating system, which a killed process gives back by itself."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from efficace.errors import ProjectError
from efficace.locale.said import Said

LOCK_FILE = "load.lock"


@contextmanager
def only_writer(project: Path, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the project's lock while loading.

    Args:
        wait_seconds: How long to wait for another load to end.

    Raises:
        ProjectError: If another process holds it; says which.
    """
    path = project / LOCK_FILE
    with path.open("a+", encoding="utf-8") as file:
        deadline = time.monotonic() + wait_seconds
        while not _lock(file):
            if time.monotonic() >= deadline:
                raise ProjectError(
                    "{project}: another load is running ({holder}). Wait until it has ended.",
                    project=project,
                    holder=_holder(path),
                )
            time.sleep(0.1)
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}")
        file.flush()
        yield


def _holder(path: Path) -> str | Said:
    try:
        return path.read_text(encoding="utf-8").strip() or Said("process unknown")
    except OSError:
        return Said("process unknown")


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> bool:
        file.seek(1 << 30)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
