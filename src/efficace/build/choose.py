"""Which streams of a folder or file a source takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from efficace.build.report import Note
from efficace.errors import SourceError
from efficace.model.tables import BY_NAME
from efficace.sources.canonical import canonical_table
from efficace.sources.files import data_files, streams_of
from efficace.sources.mapping import SourceMapping
from efficace.sources.stream import Stream


@dataclass(frozen=True)
class Chosen:
    """Streams to read, and notes on those that are left."""

    streams: tuple[Stream, ...]
    notes: tuple[Note, ...]


def choose(path: Path, source: SourceMapping) -> Chosen:
    """Take the streams that the mapping names, or those named as canonical tables.

    Raises:
        SourceError: If there is none.
    """
    if source.streams:
        return _choose_mapped(path, source)
    found = [stream for file in data_files(path) for stream in streams_of(file)]
    taken = [stream for stream in found if canonical_table(stream.name)]
    if not taken:
        names = ", ".join(stream.label for stream in found[:10])
        raise SourceError(
            f"{path}: no file is named as a canonical table ({', '.join(list(BY_NAME)[:4])}...); there are: {names}. "
            f"Map them: efficace init {path} proposes a mapping, efficace load {path} --mapping FILE uses it."
        )
    return Chosen(tuple(taken), tuple(_ignored([stream for stream in found if stream not in taken])))


def _choose_mapped(path: Path, source: SourceMapping) -> Chosen:
    raise NotImplementedError


def _ignored(streams: Sequence[Stream]) -> list[Note]:
    if not streams:
        return []
    names = ", ".join(stream.label for stream in streams)
    text = f"Not read, because no canonical table is called so: {names}."
    return [Note("ignored_file", "", "", len(streams), text)]
