"""Builds again the rows of a fact that a change reaches, and leaves the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from efficace.facts.changes import CHANGED, EARLIER, Changes, Extent, database_of, is_held, keep_differing
from efficace.facts.compiled import compiled
from efficace.facts.fact import Fact
from efficace.facts.known import PREFIX, Tables
from efficace.facts.part import Part
from efficace.facts.recount import recount
from efficace.warehouse import sql

if TYPE_CHECKING:
    from efficace.warehouse.engine import Engine

MOST = 0.4
"""Part of a fact's rows above which it is built whole: that is faster."""

LEAST = 300_000
"""Rows of a fact under which it is built whole: looking for what is reached takes longer."""

HIT, AFFECTED, NEAR = "_hit", "_affected_", "_near_"


def refresh(engine: Engine, tables: Tables, fact: Fact, changes: Changes) -> Extent | None:
    """Build again what changed of a fact that the snapshot in the making holds as the one before had it.

    Returns:
        How much of it differs now; None where it must be built whole.
    """
    part = fact.part
    affected = reach(engine, fact.reads, part, changes, PREFIX + fact.name) if part else None
    if part is None or affected is None:
        return None
    if not affected:
        return Extent.NOTHING
    if part.counts:
        recount(engine, tables, fact, part, changes, affected)
        return Extent.ALL
    query = compiled(engine, tables, fact)
    with narrowed(engine, part):
        _put(engine, fact, part, affected, query)
    if fact.name not in changes.read_by_facts:
        return Extent.ROWS
    return _compare(engine, fact, part, affected)


def reach(engine: Engine, reads: Iterable[str], part: Part, changes: Changes, name: str) -> str | None:
    """Look for the rows of a table that changes reach, and narrow the inputs to what these need.

    Args:
        name: The table that is to be built again in part.

    Returns:
        The table of their keys; empty where nothing is reached; None where the whole table must be built.
    """
    queries = _queries(engine, reads, part, changes)
    if not queries:
        return None if queries is None else ""
    held = f"{EARLIER}.{part.counted_of or name}"
    rows = _counted(engine, held)
    if rows < LEAST:
        return None
    affected = _affect(engine, part, queries, changes)
    reached = _counted(engine, f"{held} SEMI JOIN {affected} USING ({_listed(part)})")
    return affected if reached <= MOST * rows else None


def _queries(engine: Engine, reads: Iterable[str], part: Part, changes: Changes) -> list[str] | None:
    """The queries of all that changes reach; None where a change reaches it in a way that is not declared."""
    queries = []
    for name in reads:
        extent = changes.of(name)
        if extent is Extent.ALL and name in part.looks:
            extent = changes.look(name, part.looks[name])
        if extent is Extent.ALL or (extent is Extent.ROWS and name not in part.reached):
            return None
        if extent is Extent.ROWS:
            queries.append(part.reached[name].replace("{changed}", CHANGED + name))
    if changes.has_aged:
        held = (name for name in part.unsettled if is_held(engine, EARLIER, PREFIX + name))
        queries += [part.unsettled[name] for name in held]
    return queries


def _affect(engine: Engine, part: Part, queries: list[str], changes: Changes) -> str:
    """Make the table of the keys to build again; that of the family where it has them all."""
    before, now = changes.instants
    together = " UNION ".join(queries).replace("{before}", before).replace("{now}", now)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {HIT} AS {together}")
    found = part.affected.replace("{hit}", HIT) or sql.select("*", HIT)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {AFFECTED} AS {sql.select('DISTINCT *', f'({found})')}")
    of_family = AFFECTED + part.family
    if is_held(engine, "temp", of_family):
        missing = f"{AFFECTED} ANTI JOIN {of_family} USING ({_listed(part)})"
        if not _counted(engine, missing):
            return of_family
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {of_family} AS FROM {AFFECTED}")
    for name, query in part.narrowed.items() if not part.counts else ():
        near = query.replace("{affected}", of_family).replace("{near}", NEAR + part.family)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {NEAR}{part.family}_{name} AS {near}")
    return of_family


@contextmanager
def narrowed(engine: Engine, part: Part) -> Iterator[None]:
    """Let the narrowed rows stand in place of their tables: temporary names come before those of the database."""
    shown = {name: f"FROM {NEAR}{part.family}_{name}" for name in part.narrowed if not name.startswith("_")}
    for name in part.keyed:
        if PREFIX + name in engine.table_names():
            held = f"{database_of(engine)}.{PREFIX}{name}"
            shown[PREFIX + name] = f"FROM {held} SEMI JOIN {AFFECTED}{part.family} USING ({_listed(part)})"
    for name, query in shown.items():
        engine.execute(f'CREATE TEMP VIEW "{name}" AS {query}')
    try:
        yield
    finally:
        for name in shown:
            engine.execute(f'DROP VIEW temp."{name}"')


def _put(engine: Engine, fact: Fact, part: Part, affected: str, query: str) -> None:
    name = f'{database_of(engine)}."{PREFIX}{fact.name}"'
    among = sql.select(_listed(part), affected)
    engine.execute(f"DELETE FROM {name} WHERE ({_listed(part)}) IN ({among})")  # noqa: S608  (declared names)
    engine.execute(f"INSERT INTO {name} SELECT r.* FROM ({query}) AS r SEMI JOIN {affected} USING ({_listed(part)})")  # noqa: S608  (declared names)


def _compare(engine: Engine, fact: Fact, part: Part, affected: str) -> Extent:
    old, new = (
        sql.select("*", f"{database}.{PREFIX}{fact.name} SEMI JOIN {affected} USING ({_listed(part)})")
        for database in (EARLIER, database_of(engine))
    )
    keep_differing(engine, fact.name, old, new)
    return Extent.ROWS if _counted(engine, CHANGED + fact.name) else Extent.NOTHING


def _listed(part: Part) -> str:
    return ", ".join(part.key)


def _counted(engine: Engine, source: str) -> int:
    return int(engine.execute(sql.select("count(*)", source)).fetchone()[0])
