"""Leads in ten parts, so that each is judged by what became of the leads of the other nine, never by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

TENTHS = 10
NONE_OF_THEM = -1
"""Part of the leads of which nothing is known yet: they are judged by all ten."""


def without_each(cells: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    """What remains of each group when each tenth is left out, and of the whole.

    Args:
        cells: ``keys``, ``tenth``, and ``n`` and ``x`` as float64, one row each.

    Returns:
        One row a group and tenth, ``NONE_OF_THEM`` included: ``keys``, ``tenth``, ``n``, ``x``, and ``share`` of x in
        n over all groups (half a hit in one more trial added, so that it is neither 0 nor 1).
    """
    groups = cells.group_by(list(keys)).agg(group_n=cells.n.sum(), group_x=cells.x.sum())
    whole = cells.agg(whole_n=cells.n.sum().fill_null(0.0), whole_x=cells.x.sum().fill_null(0.0))
    grid = groups.cross_join(_tenths(cells)).cross_join(whole)
    own = cells.select(**{f"o_{key}": cells[key] for key in keys}, o_tenth=cells.tenth, own_n=cells.n, own_x=cells.x)
    same = [*(grid[key] == own[f"o_{key}"] for key in keys), grid.tenth == own.o_tenth]
    grid = grid.left_join(own, same)
    share = (grid.whole_x - grid.tenth_x + 0.5) / (grid.whole_n - grid.tenth_n + 1.0)
    n, x = grid.group_n - grid.own_n.fill_null(0.0), grid.group_x - grid.own_x.fill_null(0.0)
    return grid.select(*keys, "tenth", n=n, x=x, share=share)


def _tenths(cells: ir.Table) -> ir.Table:
    """Sums of each tenth; those of none of them are 0."""
    import ibis

    told = cells.group_by("tenth").agg(tenth_n=cells.n.sum(), tenth_x=cells.x.sum())
    none = cells.agg(rows=cells.count())
    none = none.select(
        tenth=ibis.literal(NONE_OF_THEM, type="int64"),
        tenth_n=ibis.literal(0.0, type="float64"),
        tenth_x=ibis.literal(0.0, type="float64"),
    )
    return told.union(none)
