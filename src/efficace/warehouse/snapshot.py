"""Published snapshots: numbered database files whose names are never used twice, and the pointer to the present one.

Renaming over a path that a process has open serves it stale data, and a killed writer's ``.wal`` is replayed into the
new file; so a name is used once, and only the small pointer file is replaced.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from efficace.errors import ProjectError
from efficace.warehouse.engine import Engine

KEPT = 5


@dataclass(frozen=True)
class Snapshot:
    """One published state of all tables.

    Attributes:
        as_of: Default as-of of questions, zone-less UTC.
        loaded_at: When the load that made it began, zone-less UTC.
        form: Of its tables, see ``facts.form``; empty where the program that made it did not say.
    """

    number: int
    as_of: datetime
    loaded_at: datetime
    form: str = ""


class Snapshots:
    """The ``snapshots`` folder of a project."""

    def __init__(self, project: Path, threads: int | None = None) -> None:
        """Take a project's folder.

        Args:
            threads: At work on one question; None = as many as there are cores.
        """
        self.folder = project / "snapshots"
        self._threads = threads
        self.pointer = self.folder / "current.json"

    def current(self) -> Snapshot | None:
        """The published snapshot, or None before the first load.

        Raises:
            ProjectError: If the pointer is damaged.
        """
        try:
            state = self.pointer.stat()
            return _pointed(self.pointer, (state.st_ino, state.st_mtime_ns, state.st_size))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ProjectError(
                "{pointer}: cannot be read ({error}). Load the data again to mend it.",
                pointer=self.pointer,
                error=error,
            ) from error

    def file(self, number: int) -> Path:
        return self.folder / f"{number:06d}.duckdb"

    def open(self, snapshot: Snapshot) -> Engine:
        """Open a snapshot for reading; writers never touch it again.

        Raises:
            ProjectError: If its file is gone or damaged.
        """
        path = self.file(snapshot.number)
        if not path.exists():
            raise ProjectError(
                "{path}: the published snapshot is missing. Load the data again to rebuild it.", path=path
            )
        return Engine.open(path, read_only=True, threads=self._threads)

    def next_number(self) -> int:
        """A number that no file, published or left by a killed load, has carried."""
        present = self.current()
        numbers = [int(path.name[:6]) for path in self.folder.glob("[0-9]" * 6 + ".*")]
        return max([present.number if present else 0, *numbers]) + 1

    def publish(self, snapshot: Snapshot) -> None:
        """Make a finished file the one that readers open; all or nothing."""
        _sync(self.file(snapshot.number))
        content = as_json(snapshot)
        beside = self.pointer.with_name(f"current.{snapshot.number}.tmp")
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.pointer)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        _sync(self.folder)

    def clean(self) -> None:
        """Delete leftovers of killed loads and all but the newest published files."""
        present = self.current()
        last = present.number if present else 0
        for path in self.folder.glob("[0-9]" * 6 + ".*"):
            number = int(path.name[:6])
            if number > last or number <= last - KEPT or path.suffix != ".duckdb":
                path.unlink(missing_ok=True)
        for path in self.folder.glob("current.*.tmp"):
            path.unlink(missing_ok=True)


@lru_cache(maxsize=16)
def _pointed(pointer: Path, _state: tuple[int, int, int]) -> Snapshot:
    """What the pointer says; servers look at it many times a page, and a new one is another file."""
    return _snapshot(json.loads(pointer.read_text(encoding="utf-8")))


def as_json(snapshot: Snapshot) -> dict[str, object]:
    """What a pointer or manifest says of a snapshot."""
    return asdict(snapshot) | {"as_of": snapshot.as_of.isoformat(), "loaded_at": snapshot.loaded_at.isoformat()}


def from_json(found: Mapping[str, object]) -> Snapshot:
    """Read what ``as_json`` has written.

    Raises:
        KeyError: If something is missing.
        ValueError: If a number or an instant cannot be read.
    """
    return Snapshot(
        number=int(str(found["number"])),
        as_of=datetime.fromisoformat(str(found["as_of"])),
        loaded_at=datetime.fromisoformat(str(found["loaded_at"])),
        form=str(found.get("form", "")),
    )


def _snapshot(found: Mapping[str, object]) -> Snapshot:
    try:
        return from_json(found)
    except (KeyError, TypeError, ValueError) as error:
        raise ProjectError(
            "snapshots/current.json is damaged ({error}). Load the data again to mend it.", error=error
        ) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
