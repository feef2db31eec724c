"""Merged records: facts move to the survivor, the loser's id stays in ``identity_links`` alone."""

from __future__ import annotations

from collections.abc import Iterator

from efficace.build.report import Note
from efficace.locale.said import counted
from efficace.model.tables import BY_NAME, TABLES
from efficace.sources.mapping import FILES
from efficace.warehouse import sql
from efficace.warehouse.engine import Engine

ENTITIES = {
    "account": "accounts",
    "contact": "contacts",
    "rep": "reps",
    "product": "products",
    "lead": "leads",
    "deal": "deals",
}
"""Entity of a link -> the table whose key it joins."""

MOVED = "_moved"

BY_OBJECT = (("owners_over_time", "object_id"), ("touch_links", "object_id"))
"""Columns that hold the key of the entity that ``object`` names."""


def apply_merges(engine: Engine) -> list[Note]:
    """Carry out ``identity_links``: each id that was joined to another becomes that one, everywhere.

    The loser's own row is dropped where the survivor has one, else it takes the survivor's id.
    """
    notes = []
    for entity, table in ENTITIES.items():
        (count,) = engine.execute("SELECT count(*) FROM identity_links WHERE entity = ?", [entity]).fetchone()
        if count:
            notes.append(_merge(engine, entity, table))
    return notes


def _merge(engine: Engine, entity: str, table: str) -> Note:
    key = next(one for one in TABLES if one.name == table).key[0]
    own, quoted = sql.name(table), sql.name(key)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {MOVED} AS {_moved(entity, table, key)}")
    joined = sql.select("loser", MOVED, f"WHERE survivor IN ({sql.select(quoted, own)})")
    losers = f"{quoted} IN ({joined})"
    (dropped,) = engine.execute(sql.select("count(*)", own, f"WHERE {losers}")).fetchone()
    engine.execute(sql.delete(table, losers))
    for name, column, only in [(table, key, ""), *_references(table, entity)]:
        place = sql.name(column)
        where = f"FROM {MOVED} AS m WHERE {sql.name(name)}.{place} = m.loser{only}"
        engine.execute(sql.update(name, f"{place} = m.survivor", where))
    engine.execute(f"DROP TABLE {MOVED}")
    said = counted(
        "{table}: {n} merged row was joined to the one that goes on.",
        "{table}: {n} merged rows were joined to the one that goes on.",
        dropped,
        table=table,
    )
    return Note("merged", table, key, dropped, said)


def _moved(entity: str, table: str, key: str) -> str:
    """Which id becomes which.

    A source's id is ``source:id`` where another source had it first; the plain id is then that other source's and
    stays. Files named as canonical tables speak for no source, and leads do not tell theirs.
    """
    own, tells_source = sql.name(table), all(column.name != "source" for column in BY_NAME[table].columns)
    prefixed = "l.source || ':' || l.source_id"
    loser = f"CASE WHEN {prefixed} IN ({sql.select(sql.name(key), own)}) THEN {prefixed} ELSE l.source_id END"
    others = f"WHERE o.{sql.name(key)} = l.source_id AND o.source NOT IN (l.source, {sql.text(FILES)})"
    is_foreign = f"EXISTS ({sql.select('1', f'{own} AS o', others)})" if tells_source else "false"
    columns = {"source_id": "l.source_id", "survivor": "l.canonical_id", "loser": loser, "is_foreign": is_foreign}
    links = sql.select(columns, "identity_links AS l", f"WHERE l.entity = {sql.text(entity)}")
    moves = "WHERE loser <> survivor AND NOT (is_foreign AND loser = source_id)"
    return sql.select("loser, survivor", f"({links})", moves)


def _references(table: str, entity: str) -> Iterator[tuple[str, str, str]]:
    """Every column that holds a key of the table: its table, its name, a further condition."""
    for declared in TABLES:
        for column in declared.columns:
            if column.refers == table:
                yield declared.name, column.name, ""
    for name, column_name in BY_OBJECT:
        yield name, column_name, f" AND {sql.name(name)}.object = {sql.text(entity)}"
