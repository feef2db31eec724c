"""What each trait of a signal says for or against its lead's conversion: weights of evidence, in log odds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from efficace.facts.drawn_shares import strength
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.signal_traits import signal_traits
from efficace.facts.tenths import without_each
from efficace.facts.trait_cells import TRAITS, WHOLE

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

MOST_TRIALS = 2000.0
"""The levels of a trait that does not tell more than chance are drawn together as if by so many further signals."""
ALIKE = 0.8
"""A trait counts only where the signals that converted have it as often as the others, down to this part of it."""
WORTH_TELLING = 0.1
"""Part of the odds from which on a level is named as a reason."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """Add to each signal ``evidence``, the sum of what the levels of all traits say, and reasons for and against.

    Source: weights of evidence, Good (1950), as in a naive Bayes model; each level's share drawn towards that of the
    trait (Kleinman 1973).
    """
    import ibis

    rows = signal_traits(tables, moment)
    weights = tables.trait_weights
    for trait in TRAITS:
        found = weights.filter(weights.trait == trait).drop("trait")
        rows = rows.left_join(found, [rows[trait] == found.level, rows.tenth == found.of_tenth])
        rows = rows.mutate(**{f"w_{trait}": rows.weight.fill_null(0.0)}).drop("level", "of_tenth", "weight")
    evidence: ir.Value = ibis.literal(0.0, type="float64")
    for trait in TRAITS:
        evidence = evidence + rows[f"w_{trait}"]
    return rows.select(
        "lead_id", "signal_id", "signal_at", "account_id", "converted_at", *TRAITS, "is_settled", "converted", "tenth",
        evidence=evidence,
        raised_by=_reasons(rows, 1),
        lowered_by=_reasons(rows, -1),
        left_out=ibis.null("string"),
    )  # fmt: skip


def build_weights(tables: Tables, _: Moment) -> ir.Table:
    """The ``weight`` of each ``trait`` and ``level`` ``of_tenth``.

    It is the log odds of conversion among the other tenths' signals of the level, less that of all that have the trait.
    """
    every = tables.trait_cells
    cells = every.filter(every.trait != WHOLE).drop("left_out")
    levels = without_each(cells)
    traits = _traits(cells, every)
    levels = levels.inner_join(traits, levels.trait == traits.d_trait)
    # the trait's share is that of all tenths: one that knew which tenth is left out would tell how that one fared
    drawn = (levels.x + levels.k * levels.prior) / (levels.n + levels.k)
    weight = (drawn / (1.0 - drawn)).ln() - (levels.prior / (1.0 - levels.prior)).ln()
    return levels.select("trait", "level", of_tenth="tenth", weight=levels.is_used.ifelse(weight, 0.0))


def _traits(cells: ir.Table, every: ir.Table) -> ir.Table:
    """By trait, ``d_trait``: its share (``prior``), how strongly levels are drawn to it (``k``), if it ``is_used``.

    It is not where it was written down when the lead converted, or lost: known of the ones more often than of the
    others, it tells what became of the lead instead of foretelling it.
    """
    levels = cells.group_by("trait", "level").agg(n=cells.n.sum(), x=cells.x.sum())
    told = levels.group_by(w_trait="trait").agg(told=levels.n.sum(), told_x=levels.x.sum())
    levels = levels.inner_join(told, levels.trait == told.w_trait)
    levels = levels.mutate(prior=_share(levels))
    drawing = strength(levels, MOST_TRIALS, by="trait").rename(d_trait="trait")
    whole = every.filter(every.trait == WHOLE)
    whole = whole.agg(all_n=whole.n.sum().fill_null(0.0), all_x=whole.x.sum().fill_null(0.0))
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


TRAIT_WEIGHTS = Fact(
    "trait_weights",
    "What each level of a trait says for or against a conversion, in log odds, with each tenth of the leads left out.",
    build_weights,
    key=("trait", "level", "of_tenth"),
    reads=("trait_cells",),
)

SIGNAL_EVIDENCE = Fact(
    "signal_evidence",
    "One row a signal whose lead had not converted before, with its traits and what they say of a conversion.",
    build,
    key=("lead_id", "signal_id"),
    reads=("trait_weights", "leads", "lead_signals", "accounts"),
    ages=True,
    rows_from=("leads", "lead_signals"),
    dimensions={
        "source": Own("source"),
        "campaign": Own("campaign"),
        "signal": Own("signal"),
        "heat": Own("heat"),
        "segment": Own("segment"),
        "industry": Own("industry"),
        "country": Own("country"),
        "region": Via("accounts", "account_id", "region"),
    },
)
