"""Leads in ten parts, so that each is judged by what became of the leads of the other nine, never by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

TENTHS = 10
NONE_OF_THEM = -100
"""Part of the leads of which nothing is known yet: they are judged by all ten."""


def tenth_of(created_at: ir.Value) -> ir.Value:
    """The tenth of a lead, by day and minute of its creation: it stays when others come, and a batch stays together."""
    since = seconds(created_at)
    return (since // 86400 + since // 60) % TENTHS


def without_each(cells: ir.Table) -> ir.Table:
    """What remains of each level when each tenth is left out, and of the whole.

    Args:
        cells: ``trait``, ``level``, ``tenth``, and ``n`` and ``x`` as float64, one row each.

    Returns:
        ``trait``, ``level``, ``tenth``, ``n``, ``x``: one row a level and tenth of its trait, and ``NONE_OF_THEM``.
    """
    import ibis

    levels = cells.group_by("trait", "level").agg(level_n=cells.n.sum(), level_x=cells.x.sum())
    told = cells.select(t_trait="trait", tenth="tenth").distinct()
    none = cells.select(t_trait="trait").distinct().mutate(tenth=ibis.literal(NONE_OF_THEM, type="int64"))
    tenths = told.union(none)
    grid = levels.inner_join(tenths, levels.trait == tenths.t_trait)
    own = cells.select(o_trait="trait", o_level="level", o_tenth="tenth", own_n="n", own_x="x")
    same = [grid.trait == own.o_trait, grid.level == own.o_level, grid.tenth == own.o_tenth]
    grid = grid.left_join(own, same)
    n, x = grid.level_n - grid.own_n.fill_null(0.0), grid.level_x - grid.own_x.fill_null(0.0)
    return grid.select("trait", "level", "tenth", n=n, x=x)
