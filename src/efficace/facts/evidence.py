"""What each trait of a signal says for or against its lead's conversion: weights of evidence, in log odds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from efficace.facts.drawn_shares import strength
from efficace.facts.tenths import without_each

if TYPE_CHECKING:
    import ibis.expr.types as ir

TRAITS = ("heat", "signal", "source", "campaign", "country", "segment", "industry", "score")
"""Columns of levels as text; an empty level says nothing."""
MOST_TRIALS = 2000.0
"""The levels of a trait that does not tell more than chance are drawn together as if by so many further signals."""
ALIKE = 0.8
"""A trait counts only where the signals that converted have it as often as the others, down to this part of it."""
WORTH_TELLING = 0.1
"""Part of the odds from which on a level is named as a reason."""


def with_evidence(rows: ir.Table, settled: ir.Table) -> ir.Table:
    """Add ``evidence``, the sum of what the levels of all traits say, and the reasons ``raised_by``, ``lowered_by``.

    Args:
        rows: Signals with ``TRAITS`` and ``tenth``.
        settled: Those whose outcome is known, with ``converted`` (1 or 0).

    Source: weights of evidence, Good (1950), as in a naive Bayes model; each level's share drawn towards that of the
    trait (Kleinman 1973).
    """
    import ibis

    weights = _weights(settled)
    for trait in TRAITS:
        found = weights.filter(weights.trait == trait).drop("trait")
        rows = rows.left_join(found, [rows[trait] == found.level, rows.tenth == found.of_tenth])
        rows = rows.mutate(**{f"w_{trait}": rows.weight.fill_null(0.0)}).drop("level", "of_tenth", "weight")
    evidence: ir.Value = ibis.literal(0.0, type="float64")
    for trait in TRAITS:
        evidence = evidence + rows[f"w_{trait}"]
    return rows.mutate(evidence=evidence, raised_by=_reasons(rows, 1), lowered_by=_reasons(rows, -1))


def _weights(settled: ir.Table) -> ir.Table:
    """The ``weight`` of each ``trait`` and ``level`` ``of_tenth``.

    It is the log odds of conversion among the other tenths' signals of the level, less that of all that have the trait.
    """
    cells = _cells(settled)
    levels = without_each(cells)
    traits = _traits(cells, settled)
    levels = levels.inner_join(traits, levels.trait == traits.d_trait)
    # the trait's share is that of all tenths: one that knew which tenth is left out would tell how that one fared
    drawn = (levels.x + levels.k * levels.prior) / (levels.n + levels.k)
    weight = (drawn / (1.0 - drawn)).ln() - (levels.prior / (1.0 - levels.prior)).ln()
    return levels.select("trait", "level", of_tenth="tenth", weight=levels.is_used.ifelse(weight, 0.0))


def _cells(settled: ir.Table) -> ir.Table:
    """Signals ``n`` and conversions ``x`` by ``trait``, ``level`` and ``tenth``."""
    import ibis

    found = []
    for trait in TRAITS:
        told = settled.filter(settled[trait].notnull())
        cells = told.group_by(level=told[trait], tenth=told.tenth).agg(
            n=told.count().cast("float64"), x=told.converted.sum().cast("float64")
        )
        found.append(cells.select("level", "tenth", "n", "x", trait=ibis.literal(trait)))
    return ibis.union(*found)


def _traits(cells: ir.Table, settled: ir.Table) -> ir.Table:
    """By trait, ``d_trait``: its share (``prior``), how strongly levels are drawn to it (``k``), if it ``is_used``.

    It is not where it was written down when the lead converted, or lost: known of the ones more often than of the
    others, it tells what became of the lead instead of foretelling it.
    """
    levels = cells.group_by("trait", "level").agg(n=cells.n.sum(), x=cells.x.sum())
    told = levels.group_by(w_trait="trait").agg(told=levels.n.sum(), told_x=levels.x.sum())
    levels = levels.inner_join(told, levels.trait == told.w_trait)
    levels = levels.mutate(prior=_share(levels))
    drawing = strength(levels, MOST_TRIALS, by="trait").rename(d_trait="trait")
    whole = settled.agg(
        all_n=settled.count().cast("float64"), all_x=settled.converted.sum().cast("float64").fill_null(0.0)
    )
    traits = drawing.inner_join(told, drawing.d_trait == told.w_trait).cross_join(whole)
    # shares compared without dividing: told of the converted / converted, told of the others / others
    won = traits.told_x * (traits.all_n - traits.all_x)
    others = (traits.told - traits.told_x) * traits.all_x
    is_used = (others >= won * ALIKE) & (won >= others * ALIKE)
    return traits.select("d_trait", "k", prior=_share(traits), is_used=is_used)


def _share(traits: ir.Table) -> ir.Value:
    """Conversions among the signals that have a trait; half a one in one more keeps it off 0 and 1."""
    return (traits.told_x + 0.5) / (traits.told + 1.0)


def _reasons(rows: ir.Table, sign: int) -> ir.Value:
    """The levels that raise (1) or lower (-1) the odds by a tenth or more: ``heat hot +40%, source partner +82%``."""
    import ibis

    text: ir.Value = ibis.literal("")
    for trait in TRAITS:
        weight = rows[f"w_{trait}"]
        percent = ((weight.exp() - 1.0) * 100.0).round().cast("int64").cast("string")
        said = ibis.literal(f", {trait} ") + rows[trait] + ibis.literal(" +" if sign > 0 else " ") + percent + "%"
        is_told = weight * sign >= math.log1p(WORTH_TELLING)
        text = text + is_told.ifelse(said, ibis.literal(""))
    return text.substr(2).nullif("")
