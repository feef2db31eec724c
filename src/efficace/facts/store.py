"""Builds the facts of a snapshot, and takes over from the one before what no input has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from efficace.config import Config
from efficace.facts import BY_NAME, FACTS
from efficace.facts.changes import EARLIER, Changes, Extent, database_of, differs, is_held
from efficace.facts.comment_themes import COMMENT_READINGS
from efficace.facts.compiled import compiled
from efficace.facts.fact import Fact, Moment
from efficace.facts.form import form
from efficace.facts.kept_queries import keep_queries, take_queries
from efficace.facts.known import PREFIX, Tables
from efficace.facts.message_elements import MESSAGE_ELEMENTS
from efficace.facts.refresh import refresh
from efficace.facts.text_readings import TextReader
from efficace.locale.said import Said
from efficace.model.tables import BY_NAME as CANONICAL

if TYPE_CHECKING:
    from efficace.warehouse.engine import Engine

READINGS = (COMMENT_READINGS, MESSAGE_ELEMENTS)
"""Texts that rules read, the few before the many."""

INPUTS = "built_for"
"""Table of a snapshot: what its facts were built for."""


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
        engine: Open for writing on the snapshot that already holds the canonical and helper tables, and perhaps the
            facts of the one before.
        earlier: The published snapshot's file; of facts only what depends on a change is built anew.
        progress: Told which fact is being built and the share done.

    Returns:
        Names of the facts that had to be built anew, in whole or in part.
    """
    now = moment(as_of, config)
    tables = Tables(engine, now, BY_NAME, stored=True)
    fresh = Tables(engine, now, BY_NAME, stored=False)
    changes = _changes(engine, earlier, now)
    take_queries(engine)
    tell = progress or _silent
    built: list[str] = []
    empty = {name for name in _canonical_reads() if _is_empty(engine, name)}
    with TextReader(engine, fresh, changes) as texts:
        for reading in READINGS:
            texts.begin(reading)
        for number, fact in enumerate(FACTS):
            if empty.issuperset(fact.drivers):
                empty.add(fact.name)
                _leave_out(engine, fact, changes)
                continue
            tell(Said("fact {name}", {"name": fact.name}), number / len(FACTS))
            if texts.is_busy_with(fact.texts):
                tell(Said("reading texts"), number / len(FACTS))
            texts.wait_for(fact.texts)
            if _refresh(engine, tables, fact, changes) is not Extent.NOTHING and fact.stored:
                built.append(fact.name)
            tables.forget()
        texts.wait_for(reading.table for reading in READINGS)
    _keep(engine, now)
    keep_queries(engine, repr(config))
    engine.execute(f"DETACH DATABASE IF EXISTS {EARLIER}")
    return tuple(built)


def _leave_out(engine: Engine, fact: Fact, changes: Changes | None) -> None:
    """A fact without rows is not stored."""
    engine.execute(f'DROP TABLE IF EXISTS {database_of(engine)}."{PREFIX}{fact.name}"')
    if changes:
        changes.note(fact.name, _joined(changes, fact.drivers))


def forget_facts(engine: Engine) -> None:
    """Let no later load take over facts that a copied file still holds of an earlier state."""
    engine.execute(f"DROP TABLE IF EXISTS {INPUTS}")


def _canonical_reads() -> set[str]:
    reads = [*(fact.reads for fact in FACTS), *(reading.reads for reading in READINGS)]
    return {name for names in reads for name in names if name in CANONICAL}


def _is_empty(engine: Engine, name: str) -> bool:
    return engine.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is None  # noqa: S608  (a declared name)


def _refresh(engine: Engine, tables: Tables, fact: Fact, changes: Changes | None) -> Extent:
    """Make a fact of what the snapshot before has of it and what changed; tell how much differs."""
    extent = _extent(fact, changes)
    if changes and fact.stored and extent is Extent.ALL:
        extent = _in_part(engine, tables, fact, changes)
    elif fact.stored and extent is Extent.ALL:
        engine.create(PREFIX + fact.name, compiled(engine, tables, fact))
    elif fact.stored:
        _take_over(engine, fact)
    if changes:
        changes.note(fact.name, extent)
    return extent


def _extent(fact: Fact, changes: Changes | None) -> Extent:
    if changes is None or (fact.ages and changes.has_aged):
        return Extent.ALL
    return _joined(changes, fact.reads)


def _in_part(engine: Engine, tables: Tables, fact: Fact, changes: Changes) -> Extent:
    if fact.part is not None and is_held(engine, EARLIER, PREFIX + fact.name):
        _take_over(engine, fact)
        extent = refresh(engine, tables, fact, changes)
        if extent is not None:
            return extent
    engine.create(PREFIX + fact.name, compiled(engine, tables, fact))
    return Extent.ALL


def _joined(changes: Changes, names: Iterable[str]) -> Extent:
    return Extent.NOTHING if all(changes.of(name) is Extent.NOTHING for name in names) else Extent.ALL


def _take_over(engine: Engine, fact: Fact) -> None:
    """Leave a fact as the snapshot before has it: a copied file holds it already."""
    name = f'"{PREFIX}{fact.name}"'
    engine.execute(f"CREATE TABLE IF NOT EXISTS {name} AS FROM {EARLIER}.{name}")


def _changes(engine: Engine, earlier: Path | None, now: Moment) -> Changes | None:
    """What differs from the snapshot before; None where its facts are of no use."""
    if earlier is None:
        return None
    quoted = str(earlier).replace("'", "''")
    engine.execute(f"ATTACH '{quoted}' AS {EARLIER} (READ_ONLY)")
    if not is_held(engine, EARLIER, INPUTS):
        return None
    at, settings = engine.execute(f"SELECT as_of, settings FROM {EARLIER}.{INPUTS}").fetchone()  # noqa: S608  (declared names)
    if settings != _settings(now.config) or at > now.as_of or differs(engine, "zone_days"):
        return None
    read_by_facts = frozenset(name for fact in FACTS for name in fact.reads)
    return Changes(engine, moment(at, now.config), now, _canonical_reads(), read_by_facts)


def _settings(config: Config) -> str:
    return repr((form(), [(reading.table, reading.rules) for reading in READINGS], config))


def _keep(engine: Engine, now: Moment) -> None:
    engine.execute(f"CREATE OR REPLACE TABLE {INPUTS} (as_of TIMESTAMP, settings VARCHAR)")
    engine.execute(f"INSERT INTO {INPUTS} VALUES (?, ?)", [now.as_of, _settings(now.config)])  # noqa: S608  (declared names)


def _silent(stage: Said, share: float | None) -> None:
    """Show no progress."""
