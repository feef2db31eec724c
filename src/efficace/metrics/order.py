"""The order of members: some dimensions have their own, and stages that of their pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from efficace.facts.dimensions import BY_ID
from efficace.metrics.cells import Cells, Member

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable


def orders_of(engine: Queryable, names: Sequence[str]) -> dict[str, Sequence[object]]:
    """The members of each dimension that have an order of their own."""
    found: dict[str, Sequence[object]] = {name: BY_ID[name].order for name in names}
    for name in names:
        ordered_by = BY_ID[name].ordered_by
        if ordered_by is not None:
            table, key, column = ordered_by
            found[name] = _by_least(engine.find(table, (key, column)))
    return found


def _by_least(rows: Sequence[tuple[object, int | None]]) -> list[object]:
    """Members by the least of their places; those without one, and what is no member, last."""
    least: dict[object, float] = {}
    for member, place in rows:
        least[member] = min(least.get(member, np.inf), np.inf if place is None else place)
    return sorted(least, key=lambda member: (least[member], member is None, str(member)))


def in_own_order(engine: Queryable, names: Sequence[str], cells: Cells) -> Cells:
    """Number the members anew where one dimension's order depends on another that stands before it.

    Two pipelines may share the names of stages and put them in opposite order.
    """
    for place, name in enumerate(names):
        within = BY_ID[name].ordered_within
        if within in names[:place]:
            cells = _ordered_within(engine, names, cells, place)
    return cells


def _ordered_within(engine: Queryable, names: Sequence[str], cells: Cells, place: int) -> Cells:
    within, ordered_by = BY_ID[names[place]].ordered_within, BY_ID[names[place]].ordered_by
    assert within is not None
    assert ordered_by is not None
    table, key, column = ordered_by
    rows = engine.find(table, (within, key, column))
    position = {(outer, member): number for outer, member, number in rows}
    outer = names.index(within)
    before: dict[Member, int] = {}
    for member in cells.members:
        before.setdefault(member[:place], len(before))

    def turn(number: int) -> tuple[int, float, int]:
        member = cells.members[number]
        return before[member[:place]], position.get((member[outer], member[place]), np.inf), number

    order = sorted(range(len(cells.members)), key=turn)
    new_number = np.empty(len(order), dtype=np.int64)
    new_number[order] = np.arange(len(order))
    return cells.onto([cells.members[number] for number in order], new_number, np.ones(cells.size))
