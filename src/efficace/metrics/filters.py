"""Filters made exact: names turned into ids, parents into all that they include, unknown values refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from efficace.errors import QuestionError, nearest
from efficace.facts import BY_NAME as FACTS
from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.facts.fact import Added, Own, Shared, Via
from efficace.metrics.cells import Cells
from efficace.metrics.question import Filter, Question, facts_of

if TYPE_CHECKING:
    from efficace.facts.known import Tables
    from efficace.warehouse.queryable import Queryable


def resolved(engine: Queryable, tables: Tables, question: Question) -> tuple[Filter, ...]:
    """Check the values of each filter against the data and carry them to ids.

    Raises:
        QuestionError: If a value is no member of its dimension, naming the nearest.
    """
    return tuple(_resolved(engine, tables, question, item) for item in question.filters)


def excluded(cells: Cells, question: Question, dimensions: Collection[str]) -> frozenset[int]:
    """The cells that filters exclude on dimensions whose filters a term ignores."""
    filters = [item for item in question.filters if item.dimension in dimensions and item.dimension in question.by]
    return frozenset(
        cell for cell in range(cells.size if filters else 0) if _is_excluded(cells, question, cell, filters)
    )


def _is_excluded(cells: Cells, question: Question, cell: int, filters: list[Filter]) -> bool:
    member = dict(zip(question.by, cells.member(cell), strict=True))
    for item in filters:
        own = member[item.dimension]
        is_named = own is not None and str(own) in item.values if item.values else own is None
        if is_named == item.negated:
            return True
    return False


def _resolved(engine: Queryable, tables: Tables, question: Question, item: Filter) -> Filter:
    if not item.values:
        return item
    named = _named(engine, item.dimension)
    members = {*named, *_members(engine, tables, question, item.dimension)}
    by_name: dict[str, list[str]] = {}
    for member, name in named.items():
        by_name.setdefault(name, []).append(member)
    ids: list[str] = []
    for value in item.values:
        if value in members:
            ids.append(value)
        elif value in by_name:
            ids += by_name[value]
        else:
            choices = [*members, *by_name]
            raise QuestionError(
                '--where: no {dimension} "{value}".{nearest}',
                dimension=item.dimension,
                value=value,
                nearest=nearest(value, choices),
            )
    tree = DIMENSIONS[item.dimension].tree
    return Filter(item.dimension, tuple(_below(engine, tree, ids) if tree else ids), item.negated)


def _named(engine: Queryable, dimension: str) -> dict[str, str]:
    names = DIMENSIONS[dimension].names
    if names is None:
        return {}
    table, key, column = names
    return {str(member): str(name) for member, name in engine.find(table, (key, column))}


def _members(engine: Queryable, tables: Tables, question: Question, dimension: str) -> set[str]:
    """The members that the facts of the metric hold."""
    found: set[str] = set()
    for name in facts_of(question.metric, question):
        source = FACTS[name].dimensions.get(dimension)
        if isinstance(source, Own):
            column = getattr(tables, name)[source.column]
        elif isinstance(source, Via):
            column = getattr(tables, source.table)[source.column]
        elif isinstance(source, Added):
            column = source.add(getattr(tables, name), tables)[source.column]
        elif isinstance(source, Shared):
            column = getattr(tables, source.bridge)[source.column]
        else:
            continue
        values = engine.run(column.cast("string").name("member").as_table().distinct())
        found |= {str(value) for value in values.column("member").to_pylist() if value is not None}
    return found


def _below(engine: Queryable, kind: str, ids: list[str]) -> list[str]:
    rows = engine.find("tree", ("member_id", "ancestor_id"), kind=kind)
    return sorted({*ids, *(str(member) for member, ancestor in rows if ancestor in ids)})
