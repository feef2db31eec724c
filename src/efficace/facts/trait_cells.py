"""Trait cells: what became of the signals of each level of a trait, in ten parts of the leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment
from efficace.facts.signal_traits import signal_traits

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

TRAITS = ("heat", "signal", "source", "campaign", "country", "segment", "industry", "score")
"""Columns of levels as text; an empty level says nothing."""
WHOLE = "all"
"""Stands for a trait that every signal has."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """Signals ``n`` whose outcome is known and conversions ``x`` among them, by ``trait``, ``level`` and ``tenth``."""
    import ibis

    rows = signal_traits(tables, moment)
    settled = rows.filter(rows.is_settled).mutate(**{WHOLE: ibis.literal("")})
    found = []
    for trait in (*TRAITS, WHOLE):
        told = settled.filter(settled[trait].notnull())
        cells = told.group_by(level=told[trait], tenth=told.tenth).agg(
            n=told.count().cast("float64"), x=told.converted.sum().cast("float64")
        )
        found.append(cells.select("level", "tenth", "n", "x", trait=ibis.literal(trait)))
    return ibis.union(*found).mutate(left_out=ibis.null("string"))


TRAIT_CELLS = Fact(
    "trait_cells",
    "Signals whose outcome is known and how many converted, by level of each trait and tenth of the leads.",
    build,
    key=("trait", "level", "tenth"),
    reads=("leads", "lead_signals", "accounts"),
    ages=True,
    rows_from=("leads", "lead_signals"),
)
