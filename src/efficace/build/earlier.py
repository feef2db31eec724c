"""What the published snapshot already holds of a table, so that a load works on what is new alone.

A table whose inputs are the same is copied. One that only got further files takes their rows in by key, which gives the
rows that filling it anew would give. Tables with rules between rows are always filled anew, and so is every table where
records were merged: a merge is carried out on all rows at once.

Where little is new, the file of the published snapshot is copied as it is, and its tables are changed in place.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from efficace.build import rules
from efficace.build.canonical import Origin
from efficace.build.extras import keep
from efficace.build.fill import GONE, Fill
from efficace.build.identity import Identity
from efficace.build.origins import Plan
from efficace.build.rejected import REJECTED
from efficace.build.report import Note
from efficace.config import Config
from efficace.facts.changes import TOUCHED
from efficace.locale.said import Said
from efficace.model.tables import BY_NAME, Table
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

BEFORE = "before"
"""Name under which the published snapshot is attached."""

STATE = "table_origins"
MERGES = "identity_links"

MOST_NEW = 0.2
"""Part of all rows that may be new, or replaced since the file was last written whole, for changes in place: what is
replaced leaves gaps in the file."""

ALL = 1 << 60
"""More rows than a table has."""

HELD = "_held"
"""A table under change, put aside."""

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
        replaced: Rows replaced since the file was last written whole.
        is_copied: Whether the snapshot that is being made began as a copy of the file.
    """

    parts: Mapping[str, Sequence[Part]] = field(default_factory=dict)
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    replaced: int = 0
    is_copied: bool = False

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


def begin_from(file: Path, target: Path, plan: Plan, settings: str) -> bool:
    """Begin a snapshot as a copy of the published one, where so little is new that changing it in place pays.

    Args:
        target: The file of the snapshot, not there yet.
        settings: What all tables depend on beside their files and the ids of other sources.
    """
    with Engine.open(file, read_only=True) as engine:
        found = _read(engine.execute, "", settings)
    if found is None or MERGES in plan.by_table or _share_new(found, plan) > MOST_NEW:
        return False
    shutil.copyfile(file, target)
    return True


def _share_new(earlier: Earlier, plan: Plan) -> float:
    """The part of all rows that changes or was changed since the file was last written whole."""
    every, new = 0, earlier.replaced
    for name, origins in plan.by_table.items():
        held = sum(part.taken for part in earlier.parts.get(name, ()))
        known = earlier.known(BY_NAME[name], origins)
        every += held
        new += sum(plan.files[origin.number].rows for origin in origins[known:])
    return new / every if every else 1.0


def attach(engine: Engine, file: Path | None, context: str, plan: Plan, *, is_copied: bool = False) -> Earlier:
    """Look into the published snapshot; ``context`` tells what else its tables depend on."""
    if file is None or not file.exists():
        return Earlier()
    engine.execute(f"ATTACH {sql.text(file)} AS {BEFORE} (READ_ONLY)")
    if MERGES in plan.by_table:
        return Earlier()
    found = _read(engine.execute, BEFORE, context)
    # a copied file that can serve nothing is full of gaps: the next load writes it whole
    return replace(found, is_copied=is_copied) if found else Earlier(replaced=ALL, is_copied=is_copied)


def _read(run: Any, database: str, context: str) -> Earlier | None:
    """What a snapshot says of its tables; None where it depends on something else than ``context``."""
    place = f"{database}." if database else ""
    tables = run(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = coalesce(nullif(?, ''), current_database())",
        [database],
    ).fetchall()
    if (STATE,) not in tables:
        return None
    found = run(sql.select(", ".join(_COLUMNS), f"{place}{STATE}", "ORDER BY table_name, place")).fetchall()
    if not found or found[0][:2] != ("", 0) or not found[0][2].startswith(context):
        return None
    parts: dict[str, list[Part]] = {}
    for name, _, mark, taken, rejected, newest in found[1:]:
        parts.setdefault(name, []).append(Part(mark, taken, rejected, newest))
    kinds = f"WHERE kind IN {sql.texts(OWN_NOTES)}"
    columns = "kind, table_name, column_name, count, said"
    notes: dict[str, list[Note]] = {}
    kept = run(sql.select(columns, f"{place}load_notes", kinds)).fetchall()
    for kind, table, column, count, said in kept:
        notes.setdefault(table, []).append(Note(kind, table, column, count, Said.from_json(said)))
    return Earlier(parts, notes, replaced=found[0][3])


def detach(engine: Engine) -> None:
    """Let go of the published snapshot."""
    engine.execute(f"DETACH DATABASE IF EXISTS {BEFORE}")


def put_aside(run: Any, table: Table) -> None:
    """Rename a table of a copied file, so that its new rows can be made under its name."""
    run(f"ALTER TABLE {sql.name(table.name)} RENAME TO {HELD}")


def take_over(run: Any, earlier: Earlier, done: Fill, known: int) -> int:
    """Add the rows that the published snapshot holds of a table to those of its new origins.

    Args:
        done: The table, filled with the origins that come after the known ones; in a copied file the rows of the known
            ones were put aside.

    Returns:
        How many rows were replaced in place.
    """
    replaced = 0
    keys = ", ".join(sql.name(column) for column in done.table.key)
    if len(done.origins) > known:
        touched = f"{sql.select(keys, sql.name(done.table.name))} UNION ALL {sql.select(keys, GONE)}"
        run(f"CREATE OR REPLACE TEMP TABLE {TOUCHED}{done.table.name} AS {touched}")
        replaced = _replace(run, done.table, keys) if earlier.is_copied else _add_held(run, done.table, keys)
    elif not earlier.is_copied:
        run(f"CREATE OR REPLACE TABLE {sql.name(done.table.name)} AS FROM {BEFORE}.{sql.name(done.table.name)}")
    if len(done.origins) == known:
        nothing = sql.select(keys, f"{BEFORE}.{sql.name(done.table.name)}", "LIMIT 0")
        run(f"CREATE OR REPLACE TEMP TABLE {TOUCHED}{done.table.name} AS {nothing}")
    rejected = sql.select("*", f"{BEFORE}.{REJECTED}", f"WHERE table_name = {sql.text(done.table.name)}")
    run(sql.insert(REJECTED, rejected))
    for origin, part in zip(done.origins, earlier.parts[done.table.name], strict=False):
        done.taken[origin.number] = part.taken
        done.rejected[origin.number] = part.rejected
        done.newest[origin.number] = part.newest
    done.notes += earlier.notes.get(done.table.name, ())
    return replaced


def _replace(run: Any, table: Table, keys: str) -> int:
    """Put the new rows into the table that was put aside, in place of those with the same keys."""
    name = sql.name(table.name)
    (count,) = run(sql.delete(HELD, f"({keys}) IN ({sql.select(keys, TOUCHED + table.name)})")).fetchone()
    run(sql.insert(HELD, sql.select("*", name)))
    run(f"DROP TABLE {name}")
    run(f"ALTER TABLE {HELD} RENAME TO {name}")
    return int(count)


def _add_held(run: Any, table: Table, keys: str) -> int:
    held = f"{BEFORE}.{sql.name(table.name)} AS o ANTI JOIN {TOUCHED}{table.name} AS n USING ({keys})"
    run(sql.insert(table.name, sql.select("o.*", held)))
    return 0


def keep_state(engine: Engine, fills: Mapping[str, Fill], context: str, replaced: int) -> None:
    """Store what the next load asks; ``replaced`` rows were, since the file was last written whole."""
    import pyarrow as pa

    rows: list[tuple[Any, ...]] = [("", 0, context, replaced, 0, None)]
    for name, done in fills.items():
        for place, origin in enumerate(done.origins):
            at = origin.number
            counts = (done.taken.get(at, 0), done.rejected.get(at, 0), done.newest.get(at))
            rows.append((name, place, mark_of(origin), *counts))
    types = (pa.string(), pa.int64(), pa.string(), pa.int64(), pa.int64(), pa.timestamp("us"))
    schema = pa.schema(list(zip(_COLUMNS, types, strict=True)))
    keep(engine, STATE, pa.Table.from_pylist([dict(zip(_COLUMNS, row, strict=True)) for row in rows], schema=schema))


def settings_of(form: str, config: Config) -> str:
    """The settings that all tables depend on beside their own files."""
    company = config.company
    return repr((form, company.timezone, company.currency, config.fx_max_age)) + "\n"


def context_of(form: str, config: Config, identity: Identity) -> str:
    """What all tables depend on beside their own files."""
    return settings_of(form, config) + identity.mark


def mark_of(origin: Origin) -> str:
    """Tells whether an origin gives the same rows in the same way."""
    rows = origin.rows
    parts = (
        origin.load, origin.source, origin.file, origin.loaded_at, origin.delimiter, origin.is_mapped,
        repr(origin.feed), repr(origin.reading), sorted(origin.lookups.items()),
        rows.relation, sorted(rows.columns.items()), sorted(rows.known),
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()
