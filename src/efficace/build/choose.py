"""Which streams of a folder or file a source takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path

from efficace.build.report import Note
from efficace.errors import SourceError, nearest
from efficace.locale.said import NOTHING, Said
from efficace.model.tables import BY_NAME
from efficace.sources.canonical import canonical_table
from efficace.sources.files import data_files, streams_of
from efficace.sources.mapping import SourceMapping, StreamFile
from efficace.sources.stream import Stream


@dataclass(frozen=True)
class Chosen:
    """Streams to read, and notes on those that are left."""

    streams: tuple[Stream, ...]
    notes: tuple[Note, ...]


def choose(path: Path, source: SourceMapping) -> Chosen:
    """Take the streams that the mapping names, or those named as canonical tables.

    Raises:
        SourceError: If there is none, or a file that the mapping names is not there.
    """
    if source.streams:
        return _named(path, source.streams)
    wanted = {feed.stream for feed in source.feeds if feed.stream}
    found = [stream for file in data_files(path) for stream in streams_of(file)]
    taken = [stream for stream in found if (stream.name in wanted if wanted else canonical_table(stream.name))]
    if not taken:
        raise _nothing_to_take(path, found, sorted(wanted))
    for name in sorted(wanted - {stream.name for stream in taken}):
        if path.is_dir():
            raise SourceError(
                '{path}: no file is called "{name}".{nearest}',
                path=path,
                name=name,
                nearest=nearest(name, (stream.name for stream in found)),
            )
    return Chosen(tuple(taken), tuple(_ignored([stream for stream in found if stream not in taken])))


def _named(path: Path, wanted: dict[str, StreamFile] | object) -> Chosen:
    assert isinstance(wanted, dict)
    files = data_files(path)
    taken = []
    for name, item in wanted.items():
        fitting = [file for file in files if fnmatch(file.name.lower(), item.pattern.lower())]
        if not fitting and path.is_dir() and not item.optional:
            raise SourceError(
                '{path}: the mapping\'s stream "{name}" is the file "{pattern}", which is not there.{nearest}',
                path=path,
                name=name,
                pattern=item.pattern,
                nearest=nearest(item.pattern, (file.name for file in files)),
            )
        taken += [_stream(name, file, item) for file in fitting]
    if not taken:
        patterns = ", ".join(item.pattern for item in wanted.values())
        raise SourceError("{path}: the mapping is for {patterns}.", path=path, patterns=patterns)
    read = {stream.path for stream in taken}
    left = [stream for file in files if file not in read for stream in (Stream(file.name, file, "csv"),)]
    return Chosen(tuple(taken), tuple(_ignored(left)))


def _stream(name: str, file: Path, item: StreamFile) -> Stream:
    inner = item.inner
    first = streams_of(file)[0]
    how = {
        "header_row": item.header_row,
        "delimiter": item.delimiter,
        "encoding": item.encoding,
        "columns": item.columns,
    }
    if item.columns is not None and first.format not in ("csv", "excel"):
        raise SourceError("{label}: `header: none` is for text files and workbooks.", label=first.label)
    return replace(first, name=name, inner=inner or first.inner, **how)  # type: ignore[arg-type]  # fields of Stream


def _nothing_to_take(path: Path, found: Sequence[Stream], wanted: Sequence[str]) -> SourceError:
    names = ", ".join(stream.label for stream in found[:10]) or Said("none")
    if wanted:
        return SourceError(
            "{path}: the mapping is for the streams {streams}; there are: {names}.",
            path=path,
            streams=", ".join(wanted),
            names=names,
        )
    return SourceError(
        "{path}: no file is named as a canonical table ({tables}...); there are: {names}.{meant} "
        "Map them: efficace init {path} proposes a mapping, efficace load {path} --mapping FILE uses it.",
        path=path,
        tables=", ".join(list(BY_NAME)[:4]),
        names=names,
        meant=next((said for stream in found if (said := _meant(stream)) is not None), NOTHING),
    )


def _meant(stream: Stream) -> Said | None:
    """The table whose name a file's nearly is: ``deal.csv``, ``deals (1).csv``."""
    stem = re.sub(r"\W*\d*\W*$", "", stream.name.lower())
    table = next(iter(get_close_matches(stem, list(BY_NAME), n=1, cutoff=0.85)), None)
    return (
        Said(" Is {file} meant for {table}? Then call it so.", {"file": stream.label, "table": table})
        if table
        else None
    )


def _ignored(streams: Iterable[Stream]) -> list[Note]:
    names = [stream.label for stream in streams]
    if not names:
        return []
    said = Said("Not read, because nothing asks for them: {names}.", {"names": ", ".join(names)})
    return [Note("ignored_file", "", "", len(names), said)]
