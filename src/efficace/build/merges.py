"""Merged records: facts move to the survivor, the loser's id stays in ``identity_links`` alone."""

from __future__ import annotations

from collections.abc import Iterator

from efficace.build.report import Note
from efficace.locale.said import Said
from efficace.model.tables import TABLES
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

BY_OBJECT = (("owners_over_time", "object_id"), ("touch_links", "object_id"))
"""Columns that hold the key of the entity that ``object`` names."""


def apply_merges(engine: Engine) -> list[Note]:
    """Carry out ``identity_links``: each id that was joined to another becomes that one, everywhere.

    The loser's own row is dropped where the survivor has one, else it takes the survivor's id.
    """
    notes = []
    for entity, table in ENTITIES.items():
        joined = "entity = ? AND source_id <> canonical_id"
        (count,) = engine.execute(f"SELECT count(*) FROM identity_links WHERE {joined}", [entity]).fetchone()  # noqa: S608
        if count:
            notes.append(_merge(engine, entity, table))
    return notes


def _merge(engine: Engine, entity: str, table: str) -> Note:
    key = next(one for one in TABLES if one.name == table).key[0]
    links = f"SELECT source_id AS loser, canonical_id AS survivor FROM identity_links WHERE entity = {sql.text(entity)}"  # noqa: S608
    moved = f"({links} AND source_id <> canonical_id)"
    own, quoted = sql.name(table), sql.name(key)
    losers = f"{quoted} IN (SELECT loser FROM {moved} WHERE survivor IN (SELECT {quoted} FROM {own}))"  # noqa: S608
    (dropped,) = engine.execute(f"SELECT count(*) FROM {own} WHERE {losers}").fetchone()  # noqa: S608
    engine.execute(sql.delete(table, losers))
    for name, column, only in [(table, key, ""), *_references(table, entity)]:
        place = sql.name(column)
        engine.execute(
            f"UPDATE {sql.name(name)} AS t SET {place} = m.survivor FROM {moved} AS m WHERE t.{place} = m.loser{only}"  # noqa: S608
        )
    said = Said("{table}: {rows} merged rows were joined to the one that goes on.", {"table": table, "rows": dropped})
    return Note("merged", table, key, dropped, said)


def _references(table: str, entity: str) -> Iterator[tuple[str, str, str]]:
    """Every column that holds a key of the table: its table, its name, a further condition."""
    for declared in TABLES:
        for column in declared.columns:
            if column.refers == table:
                yield declared.name, column.name, ""
    for name, column_name in BY_OBJECT:
        yield name, column_name, f" AND t.object = {sql.text(entity)}"
