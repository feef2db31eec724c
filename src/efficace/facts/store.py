"""Builds the facts of a snapshot, and takes over from the one before what no input has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from efficace.config import Config
from efficace.facts import BY_NAME, FACTS
from efficace.facts.comment_themes import COMMENT_READINGS
from efficace.facts.compiled import compiled
from efficace.facts.fact import Fact, Moment
from efficace.facts.known import PREFIX, Tables
from efficace.facts.message_elements import MESSAGE_ELEMENTS
from efficace.facts.text_readings import store_reading
from efficace.locale.said import Said
from efficace.model.tables import BY_NAME as CANONICAL

if TYPE_CHECKING:
    from efficace.warehouse.engine import Engine

READINGS = (MESSAGE_ELEMENTS, COMMENT_READINGS)
"""Texts that rules read, before the facts that speak of them."""

INPUTS = "fact_inputs"
"""Table of a snapshot: fingerprint of what each stored fact was built from."""


def moment(as_of: datetime, config: Config) -> Moment:
    """The moment of an as-of instant (zone-less UTC) under the company's settings."""
    local = as_of.replace(tzinfo=ZoneInfo("UTC")).astimezone(config.zone)
    return Moment(as_of, date(local.year, local.month, local.day), config)


def store(
    engine: Engine,
    config: Config,
    as_of: datetime,
    earlier: Path | None = None,
    progress: Callable[[Said, float | None], None] | None = None,
) -> tuple[str, ...]:
    """Build every fact into a snapshot that is being made.

    Args:
        engine: Open for writing on the snapshot that already holds the canonical and helper tables.
        earlier: The published snapshot's file; facts whose inputs are the same are copied from it.
        progress: Told which fact is being built and the share done.

    Returns:
        Names of the facts that had to be built anew.
    """
    now = moment(as_of, config)
    tables = Tables(engine, now, BY_NAME, stored=True)
    fresh = Tables(engine, now, BY_NAME, stored=False)
    marks = {name: _fingerprint(engine, fresh, name) for name in sorted(_canonical_reads())}
    before = _attach(engine, earlier)
    for reading in READINGS:
        store_reading(engine, fresh, reading)
    built: list[str] = []
    inputs: dict[str, str] = {}
    empty = {name for name in marks if _is_empty(engine, name)}
    for number, fact in enumerate(FACTS):
        if empty.issuperset(fact.drivers):
            empty.add(fact.name)
            continue
        if progress:
            progress(Said("fact {name}", {"name": fact.name}), number / len(FACTS))
        inputs[fact.name] = _input_mark(fact, marks, inputs, now)
        if not fact.stored:
            continue
        if before.get(fact.name) == inputs[fact.name]:
            engine.execute(f'CREATE TABLE "{PREFIX}{fact.name}" AS FROM earlier."{PREFIX}{fact.name}"')
        else:
            engine.create(PREFIX + fact.name, compiled(engine, tables, fact))
            built.append(fact.name)
        tables.forget()
    _keep(engine, inputs)
    if earlier is not None:
        engine.execute("DETACH DATABASE IF EXISTS earlier")
    return tuple(built)


def _canonical_reads() -> set[str]:
    return {name for fact in FACTS for name in fact.reads if name in CANONICAL}


def _is_empty(engine: Engine, name: str) -> bool:
    return engine.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is None  # noqa: S608  (a declared name)


def _fingerprint(engine: Engine, tables: Tables, name: str) -> str:
    query = engine.compile(getattr(tables, name).drop("loaded_at"))
    found = engine.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t) % 1000003) FROM ({query}) AS t")  # noqa: S608  (declared names)
    return str(found.fetchone())


def _input_mark(fact: Fact, marks: Mapping[str, str], inputs: Mapping[str, str], now: Moment) -> str:
    read = [marks.get(name) or inputs.get(name, "") for name in fact.reads]
    aged = now.as_of.isoformat() if fact.ages else ""
    return "|".join([*read, aged, repr(now.config)])


def _attach(engine: Engine, earlier: Path | None) -> dict[str, str]:
    if earlier is None:
        return {}
    quoted = str(earlier).replace("'", "''")
    engine.execute(f"ATTACH '{quoted}' AS earlier (READ_ONLY)")
    names = engine.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'earlier' AND table_name = ?", [INPUTS]
    ).fetchone()
    if not names[0]:
        return {}
    return dict(engine.execute(f"SELECT fact, inputs FROM earlier.{INPUTS}").fetchall())  # noqa: S608  (declared names)


def _keep(engine: Engine, inputs: Mapping[str, str]) -> None:
    engine.execute(f"CREATE OR REPLACE TABLE {INPUTS} (fact VARCHAR, inputs VARCHAR)")
    for name, mark in inputs.items():
        engine.execute(f"INSERT INTO {INPUTS} VALUES (?, ?)", [name, mark])  # noqa: S608  (declared names)
