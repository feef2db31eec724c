"""Rows that several parts of a query use, so that the engine works them out once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def without(table: ir.Table, *names: str) -> ir.Table:
    """The table without some columns.

    Ibis names a step that is used more than once and refers to it, but not one that ends in ``drop``: that it writes
    out again, with all that leads to it.
    """
    return table.select(*(name for name in table.columns if name not in names))
