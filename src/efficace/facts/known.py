"""What was known at an instant: the only place where as-of meets the canonical tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

from efficace.facts.compiled import compiled, literals
from efficace.facts.fact import Fact, Moment
from efficace.model.tables import BY_NAME, Kind, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.warehouse.queryable import Queryable

PREFIX = "fact_"
"""A stored fact's table is named so, to stand apart from the canonical tables."""
ASIDE = "aside_"
"""A fact evaluated for one moment alone is named so."""


class Tables:
    """Canonical tables as they were known at a moment, and the facts built from them.

    ``tables.deals`` is a canonical table, ``tables.deal_spans`` a fact, anything else a helper table of the snapshot
    (``zone_days``, ``fx_days``...).
    """

    def __init__(self, engine: Queryable, moment: Moment, facts: Mapping[str, Fact], stored: bool) -> None:
        self._engine = engine
        self._facts = facts
        self.is_stored = stored
        self._seen: dict[str, ir.Table] = {}
        self._kept: frozenset[str] | None = None
        self._aside: list[str] = []
        self.moment = moment

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._seen:
            self._seen[name] = self._make(name)
        return self._seen[name]

    @cached_property
    def literals(self) -> tuple[str, str]:
        """As-of and its date as the engine writes them."""
        return literals(self._engine, self.moment)

    def elsewhere(self, moment: Moment) -> Self:
        """The tables of another moment, to compare queries alone: what was set aside remains that of this moment."""
        other = type(self)(self._engine, moment, self._facts, self.is_stored)
        other._kept = self._kept
        other._seen = {
            name: table for name, table in self._seen.items() if name in self._facts and self._facts[name].stored
        }
        return other

    def ever(self, name: str) -> ir.Table:
        """A canonical table with what happened later too, for a fact that must know what was not known yet."""
        return self._engine.table(name)

    def _make(self, name: str) -> ir.Table:
        if name in self._facts:
            fact = self._facts[name]
            return self._engine.table(PREFIX + name) if self._is_kept(name) else self._set_aside(fact)
        table = self._engine.table(name)
        return known(table, BY_NAME[name], self.moment) if name in BY_NAME else table

    def _set_aside(self, fact: Fact) -> ir.Table:
        """Evaluate a fact that is not stored: facts inside facts as one query grow too deep to compile."""
        if not fact.stored:
            return self.built(fact)
        return self.set_aside(fact.name, compiled(self._engine, self, fact))

    def set_aside(self, name: str, query: str) -> ir.Table:
        """Keep the rows of a query as those of a fact for this moment alone."""
        self._aside.append(ASIDE + name)
        return self._engine.set_aside(ASIDE + name, query)

    def has(self, name: str) -> bool:
        """Whether a table or fact was looked up already."""
        return name in self._seen

    def names_of(self, fact: Fact) -> tuple[str, ...]:
        """The names under which the engine finds the facts that a fact reads, made where they are not there yet."""
        names = []
        for name in fact.reads:
            if name not in self._facts:
                continue
            if self._is_kept(name):
                names.append(PREFIX + name)
            else:
                getattr(self, name)
                names += [name, *self.names_of(self._facts[name])]
        return tuple(names)

    def close(self) -> None:
        """Drop what was evaluated for this moment alone."""
        for name in self._aside:
            self._engine.drop_aside(name)
        self._aside, self._seen = [], {}

    def built(self, fact: Fact) -> ir.Table:
        """The fact as an expression; its instants in microseconds, as stored ones are, so that unions fit."""
        table = fact.build(self, self.moment)
        instants = [name for name, kind in table.schema().items() if kind.is_timestamp() and kind.scale != 6]
        return table.cast(dict.fromkeys(instants, "timestamp(6)")) if instants else table

    def _is_kept(self, name: str) -> bool:
        """Whether the snapshot stores the fact for this moment; one without rows is not stored."""
        return self.is_stored and PREFIX + name in self._stored_names()

    def _stored_names(self) -> frozenset[str]:
        if self._kept is None:
            self._kept = frozenset(self._engine.table_names())
        return self._kept

    def forget(self) -> None:
        """Look again at what is stored: something was added."""
        self._kept = None
        self._seen = {name: table for name, table in self._seen.items() if name not in self._facts}


def known(table: ir.Table, declared: Table, moment: Moment) -> ir.Table:
    """Drop rows that happened after as-of and empty columns that became known later."""
    import ibis

    if declared.happened is not None:
        happened = table[declared.happened]
        table = table.filter(happened.isnull() | (happened <= _instant(declared, declared.happened, moment)))
    changes: dict[str, ir.Value] = {}
    for column, effects in declared.later.items():
        is_later = (table[column] > _instant(declared, column, moment)).fill_null(False)
        for name, before in effects.items():
            hidden = ibis.null(table[name].type()) if before is None else ibis.literal(before)
            changes[name] = is_later.ifelse(hidden, table[name])
    return table.mutate(**changes) if changes else table


def _instant(declared: Table, column: str, moment: Moment) -> date | datetime:
    return moment.as_of_on if declared.column(column).kind is Kind.DATE else moment.as_of
