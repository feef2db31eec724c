"""What was known at an instant: the only place where as-of meets the canonical tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment
from efficace.model.tables import BY_NAME, Kind, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.warehouse.engine import Engine

PREFIX = "fact_"
"""A stored fact's table is named so, to stand apart from the canonical tables."""


class Tables:
    """Canonical tables as they were known at a moment, and the facts built from them.

    ``tables.deals`` is a canonical table, ``tables.deal_spans`` a fact, anything else a helper table of the snapshot
    (``zone_days``, ``fx_days``...).
    """

    def __init__(self, engine: Engine, moment: Moment, facts: Mapping[str, Fact], stored: bool) -> None:
        self._engine = engine
        self._facts = facts
        self._stored = stored
        self._seen: dict[str, ir.Table] = {}
        self._kept: frozenset[str] | None = None
        self.moment = moment

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._seen:
            self._seen[name] = self._make(name)
        return self._seen[name]

    def _make(self, name: str) -> ir.Table:
        if name in self._facts:
            fact = self._facts[name]
            return self._engine.table(PREFIX + name) if self._is_kept(name) else fact.build(self, self.moment)
        table = self._engine.table(name)
        return known(table, BY_NAME[name], self.moment) if name in BY_NAME else table

    def _is_kept(self, name: str) -> bool:
        """Whether the snapshot stores the fact for this moment; one without rows is not stored."""
        if not self._stored:
            return False
        if self._kept is None:
            self._kept = frozenset(self._engine.table_names())
        return PREFIX + name in self._kept

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
