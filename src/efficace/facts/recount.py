"""Counts again by difference: takes away what changed rows gave before and adds what they give now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.changes import EARLIER, Changes, database_of
from efficace.facts.compiled import compiled
from efficace.facts.fact import Fact
from efficace.facts.known import PREFIX, Tables
from efficace.facts.part import Part
from efficace.warehouse import sql

if TYPE_CHECKING:
    from efficace.warehouse.engine import Engine

GONE, CAME = "_gone_counts", "_new_counts"


def recount(engine: Engine, tables: Tables, fact: Fact, part: Part, changes: Changes, affected: str) -> None:
    """Make a fact of counts from the one before and the counts of the affected rows, as they were and as they are.

    Args:
        affected: Table of the keys of these rows.
    """
    before = Tables(engine, changes.before, {}, stored=True)
    _count(engine, part, EARLIER, affected, compiled(engine, before, fact), GONE)
    _count(engine, part, database_of(engine), affected, compiled(engine, tables, fact), CAME)
    name = PREFIX + fact.name
    columns = [row[0] for row in engine.execute(f"DESCRIBE {EARLIER}.{name}").fetchall()]
    keys = ", ".join(column for column in columns if column not in (part.counts, part.share))
    signed = ((f"{EARLIER}.{name}", "+"), (GONE, "-"), (CAME, "+"))
    parts = [sql.select(f"{keys}, {sign}{part.counts} AS counted", place) for place, sign in signed]
    total = f"CAST(sum(counted) AS BIGINT) AS {part.counts}"
    summed = sql.select(f"{keys}, {total}", f"({' UNION ALL '.join(parts)})", "GROUP BY ALL", "HAVING sum(counted) > 0")
    whole = f"sum({part.counts}) OVER (PARTITION BY {', '.join(part.share_of)})"
    shared = f"*, CAST({part.counts} AS DOUBLE) / {whole} AS {part.share}"
    engine.create(name, sql.select(", ".join(columns), f"({sql.select(shared, f'({summed})')})"))


def _count(engine: Engine, part: Part, database: str, affected: str, query: str, into: str) -> None:
    for name, narrowed in part.narrowed.items():
        rows = narrowed.replace("{database}", database).replace("{affected}", affected)
        engine.execute(f'CREATE TEMP VIEW "{name}" AS {rows}')
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {query}")
    finally:
        for name in part.narrowed:
            engine.execute(f'DROP VIEW temp."{name}"')
