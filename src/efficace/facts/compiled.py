"""The queries of facts, compiled once: compiling one takes longer than running it on a small company.

A fact's query depends on the settings and on as-of, which stands in it as a literal. The first two queries for two
instants show whether they differ in nothing but that literal; then it is filled in for every further instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from efficace.facts.fact import Fact, Moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables
    from efficace.warehouse.queryable import Queryable

AT, ON = "\x00at\x00", "\x00on\x00"


class Key(NamedTuple):
    """What a query depends on beside as-of.

    Attributes:
        dialect: The engine's language.
        name: Of the fact.
        settings: The company's.
        reads: Names under which the engine finds the facts that it reads.
    """

    dialect: str
    name: str
    settings: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A compiled query with as-of cut out.

    Attributes:
        literals: As-of and its date as they stood in it.
        is_proved: Whether a second one, for another instant, was the same.
    """

    text: str
    literals: tuple[str, str]
    is_proved: bool

    def serves(self, literals: tuple[str, str]) -> bool:
        """Whether it is known to be the query for an instant."""
        return self.is_proved or self.literals == literals


QUERIES: dict[Key, Query | None] = {}
"""Those of this process; None = the query depends on as-of in other ways."""


def compiled(engine: Queryable, tables: Tables, fact: Fact) -> str:
    """The engine's own query that builds a fact for the moment of the tables."""
    return compiled_once(engine, tables, fact.name, tables.names_of(fact), lambda: tables.built(fact))


def compiled_once(
    engine: Queryable, tables: Tables, name: str, reads: tuple[str, ...], expression: Callable[[], ir.Table]
) -> str:
    """The engine's own query for an expression that depends on nothing but the tables' moment and its settings.

    Args:
        name: Tells it from other queries.
        reads: Names under which the engine finds the facts that it reads.
    """
    key = Key(engine.dialect, name, repr(tables.moment.config), reads)
    kept = QUERIES.get(key)
    if kept is not None and kept.serves(tables.literals):
        return filled(kept.text, tables)
    query = engine.compile(expression())
    text = cut(query, tables)
    if key not in QUERIES:
        QUERIES[key] = Query(text, tables.literals, is_proved=False)
    elif kept is not None:
        QUERIES[key] = Query(text, tables.literals, is_proved=True) if kept.text == text else None
    return query


def cut(query: str, tables: Tables) -> str:
    """A query with as-of cut out."""
    at, on = tables.literals
    return query.replace(at, AT).replace(on, ON)


def filled(text: str, tables: Tables) -> str:
    """A query with the as-of of the tables filled in."""
    at, on = tables.literals
    return text.replace(AT, at).replace(ON, on)


def literals(engine: Queryable, moment: Moment) -> tuple[str, str]:
    """As-of and its date as the engine writes them."""
    import ibis

    at, on = (engine.compile(ibis.literal(value)) for value in (moment.as_of, moment.as_of_on))
    return _value(at), _value(on)


def _value(query: str) -> str:
    """The literal of ``SELECT literal AS "name"``."""
    return query.removeprefix("SELECT ").rpartition(" AS ")[0].strip()
