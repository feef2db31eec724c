"""The first event after each row that waits for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

PAIRS = 1_000_000
"""Waiting rows times events of one key from which a sort is faster than looking at every pair."""


def first_after(waiting: ir.Table, events: ir.Table, *, strictly: bool, kinds: Mapping[str, str]) -> ir.Table:
    """Find for each waiting row the first event of the same key at or after its instant.

    Args:
        waiting: ``w_key``, ``w_at`` and ``w_id`` (text); rows without a key find nothing. An id may wait under several
            keys and then finds something under each.
        events: ``e_key``, ``e_at`` and the boolean columns that ``kinds`` names.
        strictly: Whether an event at the very instant comes too early.
        kinds: Column of the result -> column of ``events`` that is true for the events looked for.

    Returns:
        ``w_id`` and the columns of ``kinds``: the instant, or empty. Rows without any event at all are missing.
    """
    asked = waiting.group_by("w_key").agg(asked=waiting.count()).rename(c_key="w_key")
    told = events.group_by("e_key").agg(told=events.count())
    both = asked.inner_join(told, asked.c_key == told.e_key)
    crowded = both.filter(both.asked * both.told > PAIRS).select("c_key")
    found = _by_pairs(waiting, events.anti_join(crowded, events.e_key == crowded.c_key), strictly, kinds)
    many = events.semi_join(crowded, events.e_key == crowded.c_key)
    return found.union(_by_sort(waiting.semi_join(many, waiting.w_key == many.e_key), many, strictly, kinds))


def _by_pairs(waiting: ir.Table, events: ir.Table, strictly: bool, kinds: Mapping[str, str]) -> ir.Table:
    is_later = events.e_at > waiting.w_at if strictly else events.e_at >= waiting.w_at
    pairs = waiting.inner_join(events, [waiting.w_key == events.e_key, is_later])
    return pairs.group_by("w_id").agg(**{name: pairs.e_at.min(where=pairs[kind]) for name, kind in kinds.items()})


def _by_sort(waiting: ir.Table, events: ir.Table, strictly: bool, kinds: Mapping[str, str]) -> ir.Table:
    """Run backwards through waiting rows and events of a key: what was seen last is what comes next."""
    import ibis

    nothing = {name: ibis.null(waiting.w_at.type()) for name in kinds}
    asking = waiting.select("w_key", "w_at", "w_id", w_asks=ibis.literal(True), **nothing)
    found = {name: events[kind].ifelse(events.e_at, ibis.null(events.e_at.type())) for name, kind in kinds.items()}
    telling = events.select(w_key="e_key", w_at="e_at", w_id=ibis.null("string"), w_asks=ibis.literal(False), **found)
    both = asking.union(telling.select(*asking.columns))
    first_of_tie = both.w_asks if strictly else ~both.w_asks
    both = both.mutate(w_rank=first_of_tie.ifelse(0, 1))
    # the order among equals changes nothing: those who ask find the same, those who tell are dropped
    order = ibis.window(group_by="w_key", order_by=[ibis.desc("w_at"), "w_rank"], preceding=None, following=0)
    both = both.mutate(**{name: both[name].min().over(order) for name in kinds})
    return both.filter(both.w_asks).select("w_id", *kinds)
