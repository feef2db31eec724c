"""The first step of a load: every file that is new goes into the raw log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from efficace.build.report import Progress
from efficace.locale.said import Said
from efficace.sources.files import take_in
from efficace.sources.mapping import SourceMapping
from efficace.sources.stream import Stream, hash_of
from efficace.warehouse.raw_log import RawFile, RawLoad, RawLog


@dataclass(frozen=True)
class TakenIn:
    """What a load adds to the log.

    Attributes:
        load: Not committed yet; None where the log already holds all of it.
        presented: (stream, hash) of every file given.
    """

    load: RawLoad | None
    presented: frozenset[tuple[str, str]]


def take_all(
    log: RawLog, source: SourceMapping, streams: Sequence[Stream], now: datetime, temp: Path, tell: Progress
) -> TakenIn:
    """Write the streams that the log does not hold yet.

    A file is held when the last load that was given files for its stream was given the same one; files of a load that
    was killed are taken over.

    Raises:
        SourceError: If a file cannot be read; nothing of the load counts then.
    """
    import duckdb

    before = log.loads()
    load = log.begin(source.name, now, source.text)
    left_over = {(item.source, item.stream, item.sha256): item for item in log.left_over(load)}
    with duckdb.connect(":memory:") as connection:
        for number, stream in enumerate(streams):
            tell(Said("reading {file}", {"file": stream.label}), number / len(streams))
            sha256 = hash_of(stream)
            held = _presented_last(before, source.name, stream.name)
            load = _presenting(load, stream.name, sha256)
            if sha256 in held:
                continue
            item = left_over.get((source.name, stream.name, sha256)) or _take(
                log, load, stream, sha256, temp, connection
            )
            load = log.note(load, item)
    presented = frozenset((stream, sha256) for stream, hashes in load.presented.items() for sha256 in hashes)
    return TakenIn(load if _is_news(load, before) else None, presented)


def _presented_last(loads: Sequence[RawLoad], source: str, stream: str) -> tuple[str, ...]:
    for load in reversed(loads):
        if load.source == source and stream in load.presented:
            return load.presented[stream]
    return ()


def _presenting(load: RawLoad, stream: str, sha256: str) -> RawLoad:
    known = load.presented.get(stream, ())
    return load if sha256 in known else replace(load, presented={**load.presented, stream: (*known, sha256)})


def _is_news(load: RawLoad, before: Sequence[RawLoad]) -> bool:
    """Whether the load brings a file, or another mapping for files that are in."""
    mapping = next((item.mapping for item in reversed(before) if item.source == load.source), None)
    is_known = any(item.source == load.source for item in before)
    return bool(load.files) or not is_known or mapping != load.mapping


def _take(log: RawLog, load: RawLoad, stream: Stream, sha256: str, temp: Path, connection: object) -> RawFile:
    path = log.target(load, stream.name, sha256)
    item = RawFile(load.source, stream.name, stream.label, sha256, path, 0, 0, 1, {})
    taken = take_in(stream, log.file(item), log.bad_file(item), temp, connection)
    return replace(
        item,
        rows=taken.rows,
        bad=taken.bad,
        first_row=taken.first_row,
        columns=taken.columns,
        delimiter=taken.delimiter,
    )
