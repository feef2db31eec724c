"""The first event after each row that waits for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

CROWD = 1000
"""Events of one key from which a sort is faster than looking at every pair of waiting row and event."""


def first_after(
    ways: Sequence[tuple[ir.Table, ir.Table]],
    *,
    strictly: bool,
    kinds: Mapping[str, str],
    within_days: int | None = None,
) -> ir.Table:
    """Find for each waiting row the first event of the same key at or after its instant.

    Args:
        ways: Waiting rows and events, one pair for each sort of key. Waiting: ``w_key``, ``w_at`` and ``w_id`` (text);
            rows without a key find nothing, an id may wait under several keys. Events: ``e_key``, ``e_at`` and the
            boolean columns that ``kinds`` names.
        strictly: Whether an event at the very instant comes too early.
        kinds: Column of the result -> column of the events that is true for those looked for.
        within_days: What comes later than so many days may be missing.

    Returns:
        ``w_id``, each once, and the columns of ``kinds``: the instant, or empty. Rows without any event are missing.
    """
    found: list[ir.Table] = []
    for waiting, events in ways:
        told = events.group_by("e_key").agg(told=events.count()).rename(c_key="e_key")
        crowded = told.filter(told.told > CROWD).select("c_key")
        few = events.anti_join(crowded, events.e_key == crowded.c_key)
        many = events.semi_join(crowded, events.e_key == crowded.c_key)
        asking = waiting.semi_join(crowded, waiting.w_key == crowded.c_key)
        found += [_by_pairs(waiting, few, strictly, kinds, within_days), _by_sort(asking, many, strictly, kinds)]
    together = found[0]
    for part in found[1:]:
        together = together.union(part)
    return together.group_by("w_id").agg(**{name: together[name].min() for name in kinds})


def _by_pairs(
    waiting: ir.Table, events: ir.Table, strictly: bool, kinds: Mapping[str, str], within_days: int | None
) -> ir.Table:
    import ibis

    is_later = events.e_at > waiting.w_at if strictly else events.e_at >= waiting.w_at
    conditions = [waiting.w_key == events.e_key, is_later]
    if within_days is not None:
        conditions.append(events.e_at <= waiting.w_at + ibis.interval(days=within_days))
    pairs = waiting.inner_join(events, conditions)
    nothing = ibis.null(pairs.e_at.type())
    return pairs.select("w_id", **{name: pairs[kind].ifelse(pairs.e_at, nothing) for name, kind in kinds.items()})


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
