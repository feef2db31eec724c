"""Splits a long query into steps: what several of its parts share is worked out once and kept.

Spark puts the text of a shared subquery in the place of each of its uses. Where shared subqueries use each other, that
grows past all bounds: a query of sixteen of them became one of 350,000, which is never planned to its end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from efficace.warehouse.shared_scans import WORK, closing

_DEFINITION = re.compile(r"`(t\d+)` AS \(")
_USE = re.compile(r"\b(?:FROM|JOIN)\s+`(t\d+)`")
REPEATED = 12
"""A shared subquery is kept from so many repeated parts on; a smaller one is cheaper to work out again."""


@dataclass(frozen=True)
class Step:
    """A query whose rows are kept under a name for the steps after it; the last one has no name."""

    name: str | None
    query: str


def steps_of(query: str, prefix: str) -> list[Step]:
    """The steps of a compiled query, in order.

    Args:
        query: As Ibis compiles it, its shared subqueries named ``t`` and a number.
        prefix: Begins the names under which rows are kept.
    """
    bodies, last = _split(query)
    kept = _kept(bodies, last)
    names = {name: f"{prefix}{name}" for name in kept}
    rest = {name: body for name, body in bodies.items() if name not in kept}
    steps = [Step(names[name], _with(bodies[name], rest, names)) for name in bodies if name in kept]
    return [*steps, Step(None, _with(last, rest, names))]


def _split(query: str) -> tuple[dict[str, str], str]:
    """The shared subqueries by name, and the query that uses them."""
    bodies: dict[str, str] = {}
    done = 0
    while found := _DEFINITION.search(query, done):
        end = closing(query, found.end())
        bodies[found.group(1)] = query[found.end() : end]
        done = end + 1
    return bodies, query[done:] if bodies else query


def _kept(bodies: Mapping[str, str], last: str) -> set[str]:
    """The shared subqueries that do work and would be repeated too often."""
    uses = Counter(name for text in (*bodies.values(), last) for name in _USE.findall(text))
    kept: set[str] = set()
    sizes: dict[str, int] = {}
    for name, body in bodies.items():
        size = 1 + sum(1 if used in kept else sizes.get(used, 1) for used in _USE.findall(body))
        is_kept = uses[name] > 1 and uses[name] * size >= REPEATED and WORK.search(body) is not None
        sizes[name] = size
        if is_kept:
            kept.add(name)
    return kept


def _with(text: str, bodies: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A query with the subqueries that it needs before it, and those that are kept by their names."""
    needed = _needed(text, bodies)
    defined = ", ".join(f"`{name}` AS ({_renamed(bodies[name], names)})" for name in bodies if name in needed)
    return (f"WITH {defined} " if defined else "") + _renamed(text, names)


def _needed(text: str, bodies: Mapping[str, str]) -> set[str]:
    needed: set[str] = set()
    waiting: Iterable[str] = _USE.findall(text)
    while waiting:
        new = {name for name in waiting if name in bodies} - needed
        needed |= new
        waiting = [used for name in new for used in _USE.findall(bodies[name])]
    return needed


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _USE.sub(lambda use: use.group(0).replace(use.group(1), names.get(use.group(1), use.group(1))), text)
