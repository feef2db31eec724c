"""Shares of groups drawn towards a coarser share: how far is told by how much they vary beyond chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def strength(cells: ir.Table, most: float, by: str | None = None) -> ir.Table:
    """One row with ``k``: a group of n trials and x hits has the share ``(x + k prior) / (n + k)``.

    Args:
        cells: One row a group: ``n`` and ``x`` as float64, and its ``prior`` share.
        most: The largest ``k``, also where the groups differ no more than chance makes them; the least is 1.
        by: One row for each value of this column instead.

    Source: beta-binomial shares with their correlation by moments, Kleinman (1973) JASA 68:46.
    """
    import ibis

    chance = cells.n * cells.prior * (1.0 - cells.prior)
    miss = cells.x - cells.n * cells.prior
    parts = cells.mutate(excess=miss * miss - chance, room=chance * (cells.n - 1.0))
    grouped = parts.group_by(by) if by else parts
    sums = grouped.agg(excess=parts.excess.sum(), room=parts.room.sum())
    correlation = (sums.excess / sums.room.nullif(0.0)).fill_null(0.0)
    correlation = ibis.greatest(ibis.least(correlation, 0.5), 1.0 / (most + 1.0))
    return sums.select(*([by] if by else []), k=1.0 / correlation - 1.0)
