"""References by something else than the key, as exports write them: a rep's name in place of the id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from efficace.build.canonical import Origin, given
from efficace.build.origins import Plan
from efficace.errors import MappingError
from efficace.model.tables import BY_NAME
from efficace.warehouse import sql


def with_lookups(plan: Plan) -> None:
    """Give each origin the queries that its references by name need; a name that two rows have stands for neither.

    Raises:
        MappingError: If the mapping does not fill the table that is referred to.
    """
    for name, origins in plan.by_table.items():
        plan.by_table[name] = [_with_lookups(origin, plan) for origin in origins]


def _with_lookups(origin: Origin, plan: Plan) -> Origin:
    lookups = {
        column: _lookup(str(expression.ref), expression.ref_by, origin, plan)
        for column, expression in origin.feed.columns.items()
        if expression.ref_by is not None
    }
    return replace(origin, lookups=lookups) if lookups else origin


def _lookup(table: str, by: str, origin: Origin, plan: Plan) -> str:
    key = BY_NAME[table].key[0]
    parts = _named_rows([item for item in plan.by_table.get(table, ()) if item.source == origin.source], table, key, by)
    if not parts:
        raise MappingError(
            "{where}: ref: the mapping fills no {table} with {key} and {by}.",
            where=origin.feed.where,
            table=table,
            key=key,
            by=by,
        )
    columns = {"name": "lower(name)", "id": "min(id)"}
    return sql.select(
        columns, f"({' UNION ALL '.join(parts)})", "GROUP BY lower(name)", "HAVING count(DISTINCT id) = 1"
    )


def _named_rows(origins: Sequence[Origin], table: str, key: str, by: str) -> list[str]:
    parts = []
    for origin in origins:
        query, types = given(BY_NAME[table], replace(origin, lookups={}))
        if key in types and by in types:
            columns = {"id": f"CAST({sql.name(key)} AS VARCHAR)", "name": f"CAST({sql.name(by)} AS VARCHAR)"}
            parts.append(sql.select(columns, f"({query})"))
    return parts
