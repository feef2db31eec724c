"""The first event after each row that waits for one, by a single sort where a join would pair them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def first_after(
    waiting: ir.Table, events: ir.Table, ids: Sequence[str], *, strictly: bool, kinds: Mapping[str, str]
) -> ir.Table:
    """Find for each waiting row the first event of the same key at or after its instant.

    Args:
        waiting: ``w_key``, ``w_at`` and the text columns named in ``ids``; rows without a key find nothing.
        events: ``e_key``, ``e_at`` and the boolean columns that ``kinds`` names.
        strictly: Whether an event at the very instant comes too early.
        kinds: Column of the result -> column of ``events`` that is true for the events looked for.

    Returns:
        ``ids`` and the columns of ``kinds``: the instant, or empty. Rows without any event at all are missing.
    """
    import ibis

    none = ibis.null("string")
    keyed = waiting.filter(waiting.w_key.notnull())
    keyed = keyed.semi_join(events, keyed.w_key == events.e_key)
    nothing = {name: ibis.null(waiting.w_at.type()) for name in kinds}
    asking = keyed.select("w_key", "w_at", *ids, w_asks=ibis.literal(True), **nothing)
    found = {name: events[kind].ifelse(events.e_at, ibis.null(events.e_at.type())) for name, kind in kinds.items()}
    telling = events.select(
        w_key="e_key", w_at="e_at", **dict.fromkeys(ids, none), w_asks=ibis.literal(False), **found
    ).select(*asking.columns)
    both = asking.union(telling)
    # running backwards, so that what was seen last is what comes next; the order among equals changes nothing
    first_of_tie = both.w_asks if strictly else ~both.w_asks
    both = both.mutate(w_rank=first_of_tie.ifelse(0, 1))
    order = ibis.window(group_by="w_key", order_by=[ibis.desc("w_at"), "w_rank"], preceding=None, following=0)
    both = both.mutate(**{name: both[name].min().over(order) for name in kinds})
    return both.filter(both.w_asks).select(*ids, *kinds)
