"""What the published snapshot already holds of a table, so that a load works on what is new alone.

A table whose inputs are the same is copied. One that only got further files takes their rows in by key, which gives the
rows that filling it anew would give. Tables with rules between rows are always filled anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from efficace.build import rules
from efficace.build.canonical import Origin
from efficace.build.extras import keep
from efficace.build.fill import GONE, Fill
from efficace.build.identity import Identity
from efficace.build.rejected import REJECTED
from efficace.build.report import Note
from efficace.locale.said import Said
from efficace.model.tables import Table
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

BEFORE = "before"
"""Name under which the published snapshot is attached."""

STATE = "table_origins"
OWN_NOTES = ("duplicate_keys", "overlaps", "daylight_saving", "deleted", "fell_to_default")
"""Kinds of notes that filling a table makes."""

_COLUMNS = ("table_name", "place", "mark", "taken", "rejected", "newest")


@dataclass(frozen=True)
class Part:
    """One origin of a table as the published snapshot took it in."""

    mark: str
    taken: int
    rejected: int
    newest: Any


@dataclass(frozen=True)
class Earlier:
    """The tables of the published snapshot.

    Attributes:
        parts: Table -> its origins in their order; empty where nothing can be taken over.
    """

    parts: Mapping[str, Sequence[Part]] = field(default_factory=dict)
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)

    def known(self, table: Table, origins: Sequence[Origin]) -> int:
        """How many of a table's origins, from the first on, the snapshot holds; 0 = fill it anew."""
        parts = self.parts.get(table.name, ())
        if table.name == "source_status":  # every load adds to it
            return 0
        is_ruled = table.name in (*rules.OVERLAPS, *rules.TREES, "deal_credits")
        marks = [mark_of(origin) for origin in origins[: len(parts)]]
        if marks != [part.mark for part in parts] or (is_ruled and len(parts) < len(origins)):
            return 0
        return len(parts)


def attach(engine: Engine, file: Path | None, context: str) -> Earlier:
    """Look into the published snapshot; ``context`` tells what else its tables depend on."""
    if file is None or not file.exists():
        return Earlier()
    run = engine.execute
    run(f"ATTACH {sql.text(file)} AS {BEFORE} (READ_ONLY)")
    tables = run("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [BEFORE]).fetchall()
    if (STATE,) not in tables:
        return Earlier()
    found = run(sql.select(", ".join(_COLUMNS), f"{BEFORE}.{STATE}", "ORDER BY table_name, place")).fetchall()
    if not found or found[0][:3] != ("", 0, context):
        return Earlier()
    parts: dict[str, list[Part]] = {}
    for name, _, mark, taken, rejected, newest in found[1:]:
        parts.setdefault(name, []).append(Part(mark, taken, rejected, newest))
    kinds = f"WHERE kind IN {sql.texts(OWN_NOTES)}"
    columns = "kind, table_name, column_name, count, said"
    notes: dict[str, list[Note]] = {}
    kept = run(sql.select(columns, f"{BEFORE}.load_notes", kinds)).fetchall()
    for kind, table, column, count, said in kept:
        notes.setdefault(table, []).append(Note(kind, table, column, count, Said.from_json(said)))
    return Earlier(parts, notes)


def detach(engine: Engine) -> None:
    """Let go of the published snapshot."""
    engine.execute(f"DETACH DATABASE IF EXISTS {BEFORE}")


def take_over(run: Any, earlier: Earlier, done: Fill, known: int) -> None:
    """Add the rows that the published snapshot holds of a table to those of its new origins.

    Args:
        done: The table, filled with the origins that come after the known ones; None of them = an empty table.
    """
    name = sql.name(done.table.name)
    held = f"{BEFORE}.{name}"
    if len(done.origins) == known:
        run(f"CREATE OR REPLACE TABLE {name} AS FROM {held}")
    else:
        keys = ", ".join(sql.name(column) for column in done.table.key)
        replaced = f"{sql.select(keys, name)} UNION ALL {sql.select(keys, GONE)}"
        run(sql.insert(done.table.name, sql.select("o.*", f"{held} AS o ANTI JOIN ({replaced}) AS n USING ({keys})")))
    rejected = sql.select("*", f"{BEFORE}.{REJECTED}", f"WHERE table_name = {sql.text(done.table.name)}")
    run(sql.insert(REJECTED, rejected))
    for origin, part in zip(done.origins, earlier.parts[done.table.name], strict=False):
        done.taken[origin.number] = part.taken
        done.rejected[origin.number] = part.rejected
        done.newest[origin.number] = part.newest
    done.notes += earlier.notes.get(done.table.name, ())


def keep_state(engine: Engine, fills: Mapping[str, Fill], context: str) -> None:
    """Store what the next load asks."""
    import pyarrow as pa

    rows: list[tuple[Any, ...]] = [("", 0, context, 0, 0, None)]
    for name, done in fills.items():
        for place, origin in enumerate(done.origins):
            at = origin.number
            counts = (done.taken.get(at, 0), done.rejected.get(at, 0), done.newest.get(at))
            rows.append((name, place, mark_of(origin), *counts))
    types = (pa.string(), pa.int64(), pa.string(), pa.int64(), pa.int64(), pa.timestamp("us"))
    schema = pa.schema(list(zip(_COLUMNS, types, strict=True)))
    keep(engine, STATE, pa.Table.from_pylist([dict(zip(_COLUMNS, row, strict=True)) for row in rows], schema=schema))


def context_of(version: int, zone: str, currency: str, max_age_days: int, identity: Identity) -> str:
    """What all tables depend on beside their own files."""
    return repr((version, zone, currency, max_age_days, identity.mark))


def mark_of(origin: Origin) -> str:
    """Tells whether an origin gives the same rows in the same way."""
    rows = origin.rows
    parts = (
        origin.load, origin.source, origin.file, origin.loaded_at, origin.delimiter, origin.is_mapped,
        repr(origin.feed), repr(origin.reading), sorted(origin.lookups.items()),
        rows.relation, sorted(rows.columns.items()), sorted(rows.known),
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()
