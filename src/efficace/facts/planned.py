"""Facts of another instant than the snapshot's, each with no more columns than are asked for.

A fact is as wide as any question may need. One that a question needs for another instant is built for that question:
first it is planned with facts that are not there yet, then those are built, with the columns that the plan reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from efficace.facts.column_needs import used_columns
from efficace.facts.compiled import compiled_once
from efficace.facts.fact import Fact
from efficace.facts.known import ASIDE, PREFIX, Tables
from efficace.facts.narrowed import narrowed
from efficace.model.tables import BY_NAME as CANONICAL

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.warehouse.queryable import Queryable

Columns = Mapping[str, frozenset[str]]
"""By fact, those of its columns that are needed."""
HELPERS = {"zone_days": ("utc_day",), "fx_days": ("currency", "day")}
"""Keys of tables that are made at load beside the canonical ones."""


class Planned(Tables):
    """Tables of a moment whose facts are only named: what is said of them is not evaluated."""

    @classmethod
    def of(cls, tables: Tables) -> Planned:
        """The same moment, with facts that are only named."""
        return cls(tables._engine, tables.moment, tables._facts, tables.is_stored)

    def _set_aside(self, fact: Fact) -> ir.Table:
        """The fact by name; its columns have the types that the engine gave those of the snapshot's instant."""
        import ibis

        if not fact.stored:
            return self.built(fact)
        stored = PREFIX + fact.name
        known = self._engine.table(stored) if stored in self._stored_names() else self.built(fact)
        return ibis.table(known.schema(), name=ASIDE + fact.name)

    def fitted(self, table: ir.Table, columns: Iterable[str] = ()) -> ir.Table:
        """An expression that works out no more than these of its columns need, by default all."""
        return narrowed(table, columns or table.columns, self.key_of)

    def needs(self, tables: Iterable[ir.Table]) -> Columns:
        """The facts that expressions read and the columns that these need."""
        used = used_columns(tables, self.key_of)
        return {name.removeprefix(ASIDE): names for name, names in used.items() if name.startswith(ASIDE)}

    def building_order(self) -> tuple[str, ...]:
        """The facts, each after those that it reads."""
        return tuple(self._facts)

    def fact(self, name: str) -> ir.Table:
        """The expression that builds a fact."""
        return self.built(self._facts[name])

    def key_of(self, name: str) -> tuple[str, ...]:
        """The columns that name a row of a table of the engine; empty where that is not known."""
        fact = self._facts.get(name.removeprefix(PREFIX).removeprefix(ASIDE))
        if fact is not None:
            return fact.key
        return CANONICAL[name].key if name in CANONICAL else HELPERS.get(name, ())


class Aside:
    """The facts of one moment that were built for questions, each with the columns asked so far."""

    def __init__(self, engine: Queryable, tables: Tables) -> None:
        self.tables = tables
        self._engine = engine
        self._columns: dict[str, frozenset[str]] = {}
        self._expressions: dict[tuple[str, frozenset[str]], ir.Table] = {}

    @cached_property
    def planned(self) -> Planned:
        """The same tables, their facts only named."""
        return Planned.of(self.tables)

    def provide(self, needs: Columns) -> None:
        """Have facts ready with at least some columns; one that stands aside whole has all."""
        wanted = dict(needs)
        late: list[str] = []
        for name in reversed(self.planned.building_order()):
            have = self._columns.get(name)
            if name not in wanted or self.tables.has(name) or (have is not None and have >= wanted[name]):
                continue
            # whoever reads a fact comes after it: all that is needed of it is known here
            wanted[name] |= have or frozenset()
            late.append(name)
            for read, columns in self._reads(name, wanted[name]).items():
                wanted[read] = wanted.get(read, frozenset()) | columns
        for name in reversed(late):
            self._build(name, wanted[name])

    def _reads(self, name: str, columns: frozenset[str]) -> Columns:
        """What some columns of a fact need of other facts."""
        key = (repr(self.tables.moment.config), name, columns)
        if key not in _NEEDS:
            _NEEDS[key] = self.planned.needs([self._fact(name, columns)])
        return _NEEDS[key]

    def _build(self, name: str, columns: frozenset[str]) -> None:
        reads = (ASIDE, *sorted(columns))
        text = compiled_once(self._engine, self.tables, name, reads, lambda: self._fact(name, columns))
        self.tables.set_aside(name, text)
        self._columns[name] = columns

    def _fact(self, name: str, columns: frozenset[str]) -> ir.Table:
        """A fact with some of its columns as an expression: first read for what it needs, then compiled."""
        if (name, columns) not in self._expressions:
            self._expressions[name, columns] = self.planned.fitted(self.planned.fact(name), columns)
        return self._expressions[name, columns]


_NEEDS: dict[tuple[str, str, frozenset[str]], Columns] = {}
"""Of this process: by settings, fact and columns, the facts that it reads."""
