"""Streams named as canonical tables: their columns are taken by name, without any mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from efficace.errors import closest
from efficace.locale.said import NOTHING, Said, listed, quoted
from efficace.model.tables import BY_NAME, Table
from efficace.sources.expression import Expression, Feed

_NEVER_GIVEN = frozenset({"loaded_at"})


@dataclass(frozen=True)
class Match:
    """How a stream's columns fit a canonical table.

    Attributes:
        unknown: Columns that the table does not have; they stay in the raw log.
        missing: Required columns that the stream does not have.
    """

    feed: Feed
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


def canonical_table(stream: str) -> Table | None:
    """The canonical table that a stream is named after."""
    return BY_NAME.get(_plain(stream))


def match(table: Table, columns: Iterable[str], where: str) -> Match:
    """Take the columns that the table knows, by name without regard to case, spaces and hyphens."""
    known = {column.name for column in table.stored_columns} - _NEVER_GIVEN
    taken: dict[str, Expression] = {}
    unknown = []
    for column in columns:
        name = _plain(column)
        if name in known and name not in taken:
            taken[name] = Expression("column", column)
        else:
            unknown.append(column)
    missing = tuple(name for name in table.required if name not in taken)
    return Match(Feed(table.name, where, where, taken), tuple(unknown), missing)


def refusal(table: str, file: str, missing: Iterable[str], found: Mapping[str, object] | Iterable[str]) -> Said:
    """Why a table is refused: which required columns are not there, what is, and what comes near."""
    there = list(found)
    gaps = listed(Said('"{name}"{near}', {"name": name, "near": near(name, there)}) for name in missing)
    hint = NOTHING
    if len(there) == 1 and len(there[0]) > 20:
        hint = Said(" The header is a single cell: is the delimiter another than , ; tab or | ? Name it in a mapping.")
    shown = quoted(there[:20]) if there else Said("nothing")
    return Said(
        "{file}: table {table} is refused: it needs the columns {gaps}. There are: {shown}.{hint}",
        {"file": file, "table": table, "gaps": gaps, "shown": shown, "hint": hint},
    )


def near(name: str, there: Iterable[str]) -> Said:
    """The nearest names to one that is not there, in brackets; nothing where none is close."""
    found = closest(name, there)
    return Said(" (nearest: {choices})", {"choices": ", ".join(found)}) if found else NOTHING


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())
