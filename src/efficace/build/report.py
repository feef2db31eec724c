"""What a load says of itself: rows by table, and notes on what was understood, passed over or put right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from efficace.locale.said import Said

Progress = Callable[[Said, float | None], None]
"""Told what is being done, and the share done where it is known."""


@dataclass(frozen=True)
class TableCount:
    """Rows that a load's files gave for a table; ``read`` = ``loaded`` + ``rejected``, always.

    Attributes:
        loaded: Rows taken, those among them that a later row of the same key replaced.
    """

    read: int
    loaded: int
    rejected: int


@dataclass(frozen=True)
class Note:
    """One thing that a load wants known.

    Attributes:
        kind: ``unknown_columns``, ``unknown_reference``, ``daylight_saving``, ``fell_to_default``,
            ``duplicate_keys``, ``merged``, ``overlaps``, ``deleted``, ``table_refused``, ``ignored_file``,
            ``id_taken``, ``set_aside``, ``settings_taken``.
        count: How many rows or columns it is about.
        said: What it says, in the language of whoever reads it; ``str(note)`` is English.
    """

    kind: str
    table: str
    column: str
    count: int
    said: Said

    def __str__(self) -> str:
        return str(self.said)


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Attributes:
        tables: Of the files given; a file that was in already counts with what it brought then.
        snapshot: Number of the published snapshot.
        as_of: Default as-of of questions, zone-less UTC.
        changed: Whether a new snapshot was published.
    """

    tables: Mapping[str, TableCount]
    notes: tuple[Note, ...]
    snapshot: int
    as_of: datetime
    changed: bool
