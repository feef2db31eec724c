"""The append-only log of what the sources gave: Parquet files, and one manifest a load that commits them.

``raw/<source>/<stream>/<load>-<hash>.parquet`` holds the rows, ``raw/_loads/<load>.json`` says which files belong to
the load. A load counts once its manifest is in place; until then ``<load>.pending`` lists the files that are whole, so
that the next load takes them over instead of reading them again.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from efficace.errors import ProjectError


@dataclass(frozen=True)
class RawFile:
    """One file of one stream, as it lies in the log.

    Attributes:
        file: Name of the user's file, for messages.
        sha256: Of the user's file and of how it was read.
        path: Of the Parquet file, relative to the log.
        rows: Rows in the Parquet file.
        bad: Lines that are no row (wrong number of cells, broken quotes); they lie beside, in ``*.bad.parquet``.
        first_row: Row number of the first row in the user's file.
        columns: Column name -> engine type; text except where the user's file was Parquet.
        delimiter: Between the cells of the user's file, if it was delimited text.
    """

    source: str
    stream: str
    file: str
    sha256: str
    path: str
    rows: int
    bad: int
    first_row: int
    columns: Mapping[str, str]
    delimiter: str | None = None

    @property
    def bad_path(self) -> str:
        return self.path.removesuffix(".parquet") + ".bad.parquet"


@dataclass(frozen=True)
class RawLoad:
    """What one load brought.

    Attributes:
        mapping: Text of the mapping file it was loaded with; the last load of a source counts for all its rows.
        presented: Stream -> hashes of all files given for it, also those that the log already held.
    """

    number: int
    at: datetime
    source: str
    mapping: str | None = None
    files: tuple[RawFile, ...] = ()
    presented: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class RawLog:
    """The ``raw`` folder of a project."""

    def __init__(self, project: Path) -> None:
        self.folder = project / "raw"
        self._manifests = self.folder / "_loads"

    def loads(self) -> tuple[RawLoad, ...]:
        """All committed loads, oldest first.

        Raises:
            ProjectError: If a manifest is damaged.
        """
        return tuple(_read(path) for path in sorted(self._manifests.glob("[0-9]*.json")))

    def begin(self, source: str, at: datetime, mapping: str | None) -> RawLoad:
        """Open the next load; whole files of a load that was killed are taken over by their hash."""
        self._manifests.mkdir(parents=True, exist_ok=True)
        self._tidy()
        numbers = [int(path.name[:6]) for path in self._manifests.glob("[0-9]*.json*")]
        return RawLoad(max(numbers, default=0) + 1, at, source, mapping)

    def left_over(self, load: RawLoad) -> tuple[RawFile, ...]:
        """Whole files of a killed load that carried the same number."""
        path = self._manifests / f"{load.number:06d}.pending"
        if not path.exists():
            return ()
        return tuple(item for item in _read(path).files if self.file(item).exists())

    def target(self, load: RawLoad, stream: str, sha256: str) -> str:
        """Where a file of a stream is written, relative to the log; the name follows from the content."""
        return f"{load.source}/{folder_name(stream)}/{load.number:06d}-{sha256[:12]}.parquet"

    def file(self, item: RawFile) -> Path:
        return self.folder / item.path

    def bad_file(self, item: RawFile) -> Path:
        return self.folder / item.bad_path

    def note(self, load: RawLoad, item: RawFile) -> RawLoad:
        """Add a file that is whole; it survives a kill from here on."""
        load = replace(load, files=(*load.files, item))
        _write(self._manifests / f"{load.number:06d}.pending", load)
        return load

    def set_aside(self, load: RawLoad) -> None:
        """Take a load out of the log; its files and its manifest stay, so that nothing is lost."""
        manifest = self._manifests / f"{load.number:06d}.json"
        manifest.replace(manifest.with_name(manifest.name + ".undone"))

    def commit(self, load: RawLoad) -> None:
        """Make the load part of the log, all or nothing, and drop what earlier tries of its number left."""
        _write(self._manifests / f"{load.number:06d}.json", load)
        self._drop_tries(load)

    def _tidy(self) -> None:
        """Drop what a load left that was killed while it wrote down, or just after it had become part of the log."""
        for path in self._manifests.glob("[0-9]*.tmp"):
            path.unlink(missing_ok=True)
        for path in self._manifests.glob("[0-9]*.pending"):
            manifest = path.with_suffix(".json")
            if manifest.exists():
                self._drop_tries(_read(manifest))

    def _drop_tries(self, load: RawLoad) -> None:
        kept = {self.file(item) for item in load.files} | {self.bad_file(item) for item in load.files}
        for path in self.folder.glob(f"*/*/{load.number:06d}-*.parquet"):
            if path not in kept:
                path.unlink(missing_ok=True)
        (self._manifests / f"{load.number:06d}.pending").unlink(missing_ok=True)


def folder_name(stream: str) -> str:
    """A stream's name as a folder: letters, digits, ``-`` and ``_`` only."""
    return re.sub(r"[^\w-]+", "_", stream).strip("_") or "stream"


def _write(path: Path, load: RawLoad) -> None:
    content = asdict(load) | {"at": load.at.isoformat()}
    beside = path.with_name(path.name + ".tmp")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _read(path: Path) -> RawLoad:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return RawLoad(
            number=found["number"],
            at=datetime.fromisoformat(found["at"]),
            source=found["source"],
            mapping=found["mapping"],
            files=tuple(RawFile(**item) for item in found["files"]),
            presented={stream: tuple(hashes) for stream, hashes in found["presented"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjectError(
            "{path}: damaged record of a load ({error}). Remove it and load its files again.", path=path, error=error
        ) from error
