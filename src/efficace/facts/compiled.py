"""The queries of facts, compiled once: compiling one takes longer than running it on a small company.

A fact's query depends on the settings and on as-of, which stands in it as a literal. The first two queries for two
instants show whether they differ in nothing but that literal; then it is filled in for every further instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment

if TYPE_CHECKING:
    from efficace.facts.known import Tables
    from efficace.warehouse.queryable import Queryable

Key = tuple[str, str, str, tuple[str, ...]]
AT, ON = "\x00at\x00", "\x00on\x00"


@dataclass(frozen=True)
class _Query:
    """A compiled query with as-of cut out, and whether a second one was the same."""

    text: str
    is_proved: bool


_queries: dict[Key, _Query | None] = {}
"""By engine, fact, settings and the tables that it reads; None = the query depends on as-of in other ways."""


def compiled(engine: Queryable, tables: Tables, fact: Fact) -> str:
    """The engine's own query that builds a fact for the moment of the tables."""
    key = (engine.dialect, fact.name, repr(tables.moment.config), tables.names_of(fact))
    kept = _queries.get(key)
    if kept is not None and kept.is_proved:
        return filled(kept.text, tables)
    query = engine.compile(tables.built(fact))
    text = cut(query, tables)
    if key not in _queries:
        _queries[key] = _Query(text, is_proved=False)
    elif kept is not None:
        _queries[key] = _Query(text, is_proved=True) if kept.text == text else None
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
