"""Ids of several sources in one table: the source that brought an id first keeps it plain.

A row of another source with the same id becomes ``source:id``, and so do the references to it from its own source:
where a source fills a table itself, its references to that table mean its own rows, never another's. Ids never change
afterwards: the log is append-only, and who came first is read from it. Files named as canonical tables speak canonical
ids and are taken as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from efficace.build.canonical import Origin, given
from efficace.build.origins import Plan
from efficace.build.report import Note
from efficace.locale.said import counted
from efficace.model.tables import BY_NAME, Table
from efficace.warehouse import sql

TAKEN = "_taken"


@dataclass
class Identity:
    """Which ids belong to another source.

    Attributes:
        clashes: (table, source) for which there are such ids; they are in the temporary table ``_taken``.
        mark: Tells these ids from others.
    """

    clashes: set[tuple[str, str]] = field(default_factory=set)
    mark: str = ""

    def written(self, table: str, source: str, column: str) -> str:
        """A key or reference of a source as canonical id.

        Args:
            table: The table whose key the column holds.
            column: The engine's expression.
        """
        if (table, source) not in self.clashes:
            return column
        mine = sql.select("id", TAKEN, f"WHERE of_table = {sql.text(table)} AND source = {sql.text(source)}")
        return f"CASE WHEN {column} IN ({mine}) THEN {sql.text(source + ':')} || {column} ELSE {column} END"


def find_clashes(run: Any, plan: Plan) -> tuple[Identity, list[Note]]:
    """Look for ids that two mapped sources have in one table."""
    found, notes = Identity(), []
    shared = {name: origins for name, origins in _mapped(plan).items() if _has_rival(BY_NAME[name], origins)}
    if shared:
        run(f"CREATE OR REPLACE TEMP TABLE {TAKEN} (of_table VARCHAR, source VARCHAR, id VARCHAR, is_own BOOLEAN)")
    for name, origins in shared.items():
        run(sql.insert(TAKEN, _clashing(BY_NAME[name], origins)))
    if shared:
        found.mark = str(
            run(sql.select("count(*), bit_xor(hash(t)), sum(hash(t) % 1000003)", f"{TAKEN} AS t")).fetchone()
        )
        columns = "of_table, source, count(*) FILTER (is_own), min(id) FILTER (is_own)"
        for name, source, count, example in run(sql.select(columns, TAKEN, "GROUP BY ALL", "ORDER BY ALL")).fetchall():
            found.clashes.add((name, source))
            if count:
                said = counted(
                    '{table}: {n} id of {source} belongs to another source; it is "{source}:{example}"...',
                    '{table}: {n} ids of {source} belong to another source; they are "{source}:{example}"...',
                    count,
                    **{"table": name, "source": source, "example": example},
                )
                notes.append(Note("id_taken", name, BY_NAME[name].key[0], count, said))
    return found, notes


def _mapped(plan: Plan) -> Mapping[str, list[Origin]]:
    return {name: [item for item in origins if item.is_mapped] for name, origins in plan.by_table.items()}


def _has_rival(table: Table, origins: Iterable[Origin]) -> bool:
    is_named_by_id = len(table.key) == 1 and table.key[0].endswith("_id")
    return is_named_by_id and len({origin.source for origin in origins}) > 1


def _clashing(table: Table, origins: Iterable[Origin]) -> str:
    key = table.key[0]
    parts = []
    for origin in origins:
        query, types = given(table, origin)
        ids = {"id": f"CAST({sql.name(key)} AS VARCHAR)", "source": sql.text(origin.source), "load": str(origin.load)}
        if key in types:
            parts.append(sql.select(ids, f"({query})", f"WHERE {sql.name(key)} IS NOT NULL"))
    rows = f"({' UNION ALL '.join(parts)})"
    owners = f"({sql.select('id, arg_min(source, load) AS owner', rows, 'GROUP BY id')})"
    columns = f"{sql.text(table.name)}, s.source, o.id, i.id IS NOT NULL"
    joined = (
        f"{owners} AS o JOIN ({sql.select('DISTINCT source', rows)}) AS s ON s.source <> o.owner "
        f"LEFT JOIN ({sql.select('DISTINCT id, source', rows)}) AS i ON i.id = o.id AND i.source = s.source"
    )
    return sql.select(columns, joined)
