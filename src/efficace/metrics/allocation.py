"""Sharing common costs out to members: in proportion to the leads that they held, else by head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.metrics.cells import Cells, Member, TermCells
from efficace.metrics.question import Question
from efficace.stats.estimate import Floats

Pool = object
"""The team that a cost belongs to; None = the whole company."""


@dataclass(frozen=True)
class Weights:
    """What members of one period are weighed by, in each pool.

    Attributes:
        own: (member number, pool) -> weight.
        total: Pool -> weight of all members that can carry cost, counted once.
    """

    own: Mapping[tuple[int, Pool], float]
    total: Mapping[Pool, float]


def allocated(cells: Cells, question: Question, cost: str, leads: str, heads: str | None) -> Floats:
    """Each cell's cost: its own, and its part of what belongs to nobody (CONTRACT E); the total stays the same.

    Args:
        cost: Term with the sum ``cost`` and the key ``pool``.
        leads: Term with the key ``pool``; ``all_leads`` is the same undivided.
        heads: Term with the distinct count ``heads`` and the key ``pool``, where the dimensions know people.

    Returns:
        Shape (cells,). Cost that nobody can carry stays with the member that has no name.
    """
    term = cells[cost]
    found = term.total("cost")
    rule = question.config.acquisition.allocation
    if not question.by or rule == "none":
        return found
    nameless = {number for number, member in enumerate(cells.members) if None in member}
    has_tree = any(DIMENSIONS[name].tree for name in question.by)
    for number in range(len(cells.periods)):
        by_leads = _weights(cells, cells[leads], number, nameless, cells["all_leads"] if has_tree else None)
        by_head = _weights(cells, cells[heads], number, nameless, None, "heads") if heads else Weights({}, {})
        order = (by_leads, by_head) if rule == "leads" else (by_head, by_leads)
        _share_out(found, term, cells, number, nameless, order)
    return found


def _share_out(
    found: Floats, term: TermCells, cells: Cells, period: int, nameless: set[int], order: Sequence[Weights]
) -> None:
    first = period * len(cells.members)
    inside = (term.cell >= first) & (term.cell < first + len(cells.members))
    for row in np.flatnonzero(inside):
        member = int(term.cell[row]) - first
        if member not in nameless:
            continue
        amount, pool = float(term.sums["cost"][row]), term.keys["pool"][row]
        parts = _parts(cells.members, cells.members[member], pool, nameless, order)
        for carrier, share in parts.items():
            found[first + carrier] += amount * share
        if parts:
            found[first + member] -= amount


def _parts(
    members: Sequence[Member], given: Member, pool: Pool, nameless: set[int], order: Sequence[Weights]
) -> dict[int, float]:
    """The share of each member that fits what is known of the cost."""
    fits = [
        number
        for number, member in enumerate(members)
        if number not in nameless and all(g is None or g == m for g, m in zip(given, member, strict=True))
    ]
    for of_pool in (pool, None) if pool is not None else (None,):
        for weights in order:
            own = {number: weights.own.get((number, of_pool), 0.0) for number in fits}
            is_plain = all(value is None for value in given)
            total = weights.total.get(of_pool, 0.0) if is_plain else sum(own.values())
            if total > 0 and sum(own.values()) > 0:
                return {number: weight / total for number, weight in own.items() if weight > 0}
    return {}


def _weights(
    cells: Cells, term: TermCells, period: int, nameless: set[int], whole: TermCells | None, name: str | None = None
) -> Weights:
    own: dict[tuple[int, Pool], float] = {}
    total: dict[Pool, float] = {}
    first = period * len(cells.members)
    values = term.sums[name] if name else term.n
    for row in np.flatnonzero((term.cell >= first) & (term.cell < first + len(cells.members))):
        member, weight, pool = int(term.cell[row]) - first, float(values[row]), term.keys["pool"][row]
        for one in {pool, None}:
            if member not in nameless:
                own[(member, one)] = own.get((member, one), 0.0) + weight
                total[one] = total.get(one, 0.0) + (0.0 if whole is not None else weight)
            elif whole is not None:
                total[one] = total.get(one, 0.0) - weight
    if whole is not None and len(cells.members):
        for row in np.flatnonzero(whole.cell == first):
            for one in {whole.keys["pool"][row], None}:
                total[one] = total.get(one, 0.0) + float(whole.n[row])
    return Weights(own, total)
