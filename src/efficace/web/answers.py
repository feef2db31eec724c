"""The answer of a page as its title, from its figures and the foremost findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from efficace.insights.briefs import in_brief, joined
from efficace.locale.said import Said
from efficace.metrics.headlines import headline
from efficace.web.figures import Figure
from efficace.web.say import Say

if TYPE_CHECKING:
    from efficace.insights.finding import Finding

MOVES: Mapping[str, tuple[str, str]] = {
    "sales_cycle_length": ("deals close {change} later", "deals close {change} sooner"),
    "units_sold": ("{change} more units are sold", "{change} fewer units are sold"),
    "lead_response_time": ("leads wait {change} longer", "leads are answered {change} sooner"),
    "acquisition_cost": ("a new customer costs {change} more", "a new customer costs {change} less"),
    "customer_churn_rate": ("more customers leave ({value})", "fewer customers leave ({value})"),
    "upsell_rate": ("more customers move up ({value})", "fewer customers move up ({value})"),
}
"""What is said of a KPI that moved beyond chance, up and down."""
MOVED_BY_ONE: Mapping[str, tuple[str, str]] = {
    "units_sold": ("{change} more unit is sold", "{change} fewer unit is sold"),
}
"""The same of what counts, where it moved by one."""
GROWTH = ("revenue grows {value}", "revenue shrinks by {value}")
MOST_MOVES = 2


def of_results(figures: Sequence[Figure], say: Say) -> str:
    """How the company does: growth, and what else moved beyond chance, the improvements first."""
    growth = next((_growth(one, say) for one in figures if one.metric.id == "revenue_growth" and one.row), None)
    moved = [one for one in figures if one.is_beyond_chance and one.metric.id in MOVES]
    moved.sort(key=lambda one: not one.is_better)
    clauses = [_move(one, say) for one in moved[:MOST_MOVES]]
    if growth is None and not clauses:
        return say.text(_unmoved(figures))
    if not clauses:
        clauses = [Said("nothing else moved beyond chance")]
    return sentence([growth, *clauses] if growth is not None else clauses, say)


def _unmoved(figures: Sequence[Figure]) -> str:
    """What is said where no figure is told to have moved."""
    if all(one.row is None for one in figures):
        return "No figure is known for this period and choice."
    if not any(one.compared for one in figures) and any(one.why_uncompared for one in figures):
        return "Nothing can be compared yet: the data does not reach back to the compared period."
    return "Nothing moved beyond chance against the compared period."


def of_figures(figures: Sequence[Figure], say: Say) -> str:
    """What the figures of a page say, a sentence each; empty where none of them has a value."""
    return " ".join(sentence([said], say) for one in figures if (said := _headline(one, say)) is not None)


def of_needs(findings: Sequence[Finding] | None, say: Say) -> str:
    """What needs somebody, in one sentence; empty where nothing does or it is not known yet."""
    said = in_brief(findings or ())
    return sentence([said], say) if said is not None else ""


def sentence(clauses: Sequence[Said | str], say: Say) -> str:
    """Clauses as one sentence with a capital and a full stop."""
    told = say.said(joined(clauses))
    return f"{told[:1].upper()}{told[1:]}."


def _growth(figure: Figure, say: Say) -> Said:
    assert figure.row is not None
    value = figure.row.value or 0.0
    return Said(GROWTH[value < 0], {"value": say.value(abs(value), figure.unit)})


def _move(figure: Figure, say: Say) -> Said:
    assert figure.row is not None
    change = float(figure.compared["change"])
    told = say.change(abs(change), figure.unit).lstrip("+")
    values = {"change": told, "value": say.value(figure.row.value, figure.unit)}
    if figure.metric.id in MOVED_BY_ONE:
        return Said(MOVED_BY_ONE[figure.metric.id][change < 0], values, MOVES[figure.metric.id][change < 0], change)
    return Said(MOVES[figure.metric.id][change < 0], values)


def _headline(figure: Figure, say: Say) -> Said | None:
    if figure.row is None or figure.row.value is None:
        return None
    signed = figure.metric.id in ("nps", "comment_sentiment")
    value = figure.row.value
    told = say.change(value, figure.unit) if signed else say.value(value, figure.unit)
    return headline(figure.metric.id, told, value)
