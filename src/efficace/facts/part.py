"""How a change of an input reaches a fact's rows: what a load must build again of a fact, and from which rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """The declaration that lets a load build a part of a fact again; without one a fact is built whole.

    Queries are the engine's own. They may name ``{changed}`` (rows of the input that differ, as they were and as they
    are), ``{hit}`` (what those queries found), ``{affected}`` (keys of the rows to build again), ``{near}_x`` (what
    ``narrowed`` gave for ``x`` before) and ``{before}``, ``{now}`` (as-of of the snapshot before and of this one, as
    literals).

    Attributes:
        family: Facts of one family have the same ``key`` and ``narrowed``: rows are narrowed for all of them at once.
        key: Columns of the fact by whose values rows are built again: all rows of a value or none.
        reached: Input -> query of what its changes reach. An input that is missing makes the fact be built whole.
        affected: Query of the keys from ``{hit}``; empty = what was found are the keys.
        unsettled: Fact of the snapshot before, which queries call ``earlier`` -> query of what time alone changes.
        narrowed: Input -> query of the rows that are enough to build those of ``{affected}`` as they must be; names
            that begin with ``_`` are steps on the way.
        keyed: Facts among the inputs that have the columns of ``key``: narrowed to ``{affected}``.
        looks: Fact among the inputs that is always built whole -> its columns that are used: only a change of those
            counts.
        counts: Column of a fact whose rows only count those of ``{affected}`` by the other columns: what these gave
            before is taken away, what they give now is added. ``narrowed`` then names ``{database}``, either of the
            two snapshots. Beside its key the fact may have columns that follow from the key.
        counted_of: The table whose rows it counts.
        share: Column with the part of ``counts`` in the sum over the rows that are equal in ``share_of``.
    """

    family: str
    key: tuple[str, ...]
    reached: Mapping[str, str]
    narrowed: Mapping[str, str]
    affected: str = ""
    unsettled: Mapping[str, str] = field(default_factory=dict)
    keyed: tuple[str, ...] = ()
    looks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: str = ""
    counted_of: str = ""
    share: str = ""
    share_of: tuple[str, ...] = ()


def differing(key: str, *columns: str) -> str:
    """The query of keys of changed rows that differ in some columns."""
    listed = ", ".join((key, *columns))
    was, now = (f"SELECT {listed} FROM {{changed}} WHERE {test}" for test in ("NOT is_now", "is_now"))
    return f"SELECT {key} FROM (({was} EXCEPT {now}) UNION ({now} EXCEPT {was}))"
