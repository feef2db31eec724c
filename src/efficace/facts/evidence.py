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
"""Log odds from which on a level is named as a reason: a tenth more or less."""


def with_evidence(rows: ir.Table, settled: ir.Table) -> ir.Table:
    """Add ``evidence``, the sum of what the levels of all traits say, and the reasons ``raised_by``, ``lowered_by``.

    Args:
        rows: Signals with ``TRAITS`` and ``tenth``.
        settled: Those whose outcome is known, with ``converted`` (1 or 0).

    Source: weights of evidence, Good (1950), as in a naive Bayes model; each level's share drawn towards that of the
    trait (Kleinman 1973).
    """
    import ibis

    for trait in TRAITS:
        found = _weights(settled, trait)
        rows = rows.left_join(found, [rows[trait] == found.level, rows.tenth == found.of_tenth])
        rows = rows.mutate(**{f"w_{trait}": rows.weight.fill_null(0.0)}).drop("level", "of_tenth", "weight")
    evidence: ir.Value = ibis.literal(0.0, type="float64")
    for trait in TRAITS:
        evidence = evidence + rows[f"w_{trait}"]
    return rows.mutate(evidence=evidence, raised_by=_reasons(rows, 1), lowered_by=_reasons(rows, -1))


def _weights(settled: ir.Table, trait: str) -> ir.Table:
    """``level``, ``of_tenth`` and its ``weight``: log odds among the others' signals of the level, less the trait's."""
    told = settled.filter(settled[trait].notnull())
    cells = told.group_by(level=told[trait], tenth=told.tenth).agg(
        n=told.count().cast("float64"), x=told.converted.sum().cast("float64")
    )
    levels = without_each(cells, ("level",)).cross_join(_drawing(cells)).cross_join(_use(settled, trait))
    drawn = (levels.x + levels.k * levels.share) / (levels.n + levels.k)
    weight = (drawn / (1.0 - drawn)).ln() - (levels.share / (1.0 - levels.share)).ln()
    return levels.select("level", of_tenth="tenth", weight=levels.is_used.ifelse(weight, 0.0))


def _drawing(cells: ir.Table) -> ir.Table:
    """How strongly the levels of a trait are drawn together; one number a trait."""
    levels = cells.group_by("level").agg(n=cells.n.sum(), x=cells.x.sum())
    whole = levels.agg(prior=(levels.x.sum() + 0.5) / (levels.n.sum() + 1.0))
    return strength(levels.cross_join(whole), MOST_TRIALS)


def _use(settled: ir.Table, trait: str) -> ir.Table:
    """One row with ``is_used``: not where the trait was written down when the lead converted, or only then lost."""
    has = settled[trait].notnull().cast("int64")
    sums = settled.agg(
        n=settled.count(),
        won=settled.converted.sum().fill_null(0),
        told=has.sum().fill_null(0),
        told_won=(has * settled.converted).sum().fill_null(0),
    )
    # shares compared without dividing: told of the won / won against told of the others / others
    won = (sums.told_won * (sums.n - sums.won)).cast("float64")
    others = ((sums.told - sums.told_won) * sums.won).cast("float64")
    return sums.select(is_used=(others >= won * ALIKE) & (won >= others * ALIKE))


def _reasons(rows: ir.Table, sign: int) -> ir.Value:
    """The levels that raise (1) or lower (-1) the odds by a tenth or more: ``source partner +82%, heat hot +40%``."""
    import ibis

    text: ir.Value = ibis.literal("")
    for trait in TRAITS:
        weight = rows[f"w_{trait}"]
        percent = ((weight.exp() - 1.0) * 100.0).round().cast("int64").cast("string")
        said = ibis.literal(f", {trait} ") + rows[trait] + ibis.literal(" +" if sign > 0 else " ") + percent + "%"
        is_told = weight * sign >= math.log1p(WORTH_TELLING)
        text = text + is_told.ifelse(said, ibis.literal(""))
    return text.substr(2).nullif("")
