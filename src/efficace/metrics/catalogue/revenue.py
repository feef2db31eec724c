"""Revenue: what was earned, how it grows, and what is left of it (METRICS 7, CONTRACT H)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from efficace.facts.dates import add_months
from efficace.metrics.cells import Cells, TermCells, summed
from efficace.metrics.counting import by_weight, of_now, once
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import CURRENCY, SHARE, Better, Counted, Estimated, Expression, Further, Metric, Term
from efficace.metrics.placement import BEFORE, NOW, YEAR_BEFORE, overlapping, overlapping_sides, sides_by_date
from efficace.metrics.question import Question
from efficace.model.time import Grain, Period, end_of_day, period_start
from efficace.stats.estimate import Estimates, Floats, divide, settled

NOTHING = 0.5e-6
"""Sums of money up to this are what is left when amounts cancel each other out: no base to divide by."""

NEEDS = ("order_lines.unit_price|subscription_periods.mrr",)

LINES = Term("revenue_lines", "ordered_on", sums={"amount": lambda t: t.amount})
SPANS = Term(
    "revenue_spans",
    first="starts_on",
    place=overlapping(),
    sums={"amount": lambda t: t.per_day * t.overlap},
    distinct={"lines": lambda t: t.span_id},
)
"""A service or subscription counts once, however many months it touches."""

BEHIND = (POPULATION, "spans")
COUNTED: Mapping[str, Counted | None] = {POPULATION: None, "spans": once("span_id", first="starts_on")}


@dataclass(frozen=True)
class Revenue:
    """What was earned in the period: order lines on their day, services and subscriptions by day."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lines and spans."""
        del question
        return {POPULATION: LINES, "spans": SPANS}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        amount = _both(cells, "amount")
        return Estimated(Estimates.bare(settled(amount)), _lines(cells))


def _both(cells: Cells, name: str) -> Floats:
    return cells[POPULATION].total(name) + cells["spans"].total(name)


def _lines(cells: Cells) -> Floats:
    return cells[POPULATION].count() + cells["spans"].total("lines")


@dataclass(frozen=True)
class RevenueGrowth:
    """Revenue of the period against the one before; nothing or less than nothing before = no figure."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The period with the one before and the one a year before; over a whole range also its years."""
        side: dict[str, Expression] = {"side": lambda t: t.side}
        by_date = sides_by_date("ordered_on")
        terms = {
            POPULATION: replace(LINES, at=None, first="ordered_on", place=by_date, keys=side),
            "spans": replace(SPANS, place=overlapping_sides(), keys=side),
        }
        if question.grain is Grain.ALL:
            shift = question.config.company.fiscal_year_start - 1
            terms["years"] = replace(LINES, keys={"year": lambda t: add_months(t.ordered_on, -shift).year()})
            terms["span_years"] = replace(SPANS, keys={"year": lambda t: add_months(t.starts_on, -shift).year()})
        return terms

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """(this - that) / that; with the growth on the year before, and the yearly rate over whole years."""
        now, before, year = (_of_side(cells, side) for side in (NOW, BEFORE, YEAR_BEFORE))
        value, yoy = _growth(now, before), _growth(now, year)
        spans = cells["spans"]
        n = _now(cells[POPULATION], cells[POPULATION].n) + _now(spans, spans.sums["lines"])
        further = {
            "yoy": Further(Estimates.bare(yoy)),
            "cagr": Further(Estimates.bare(_yearly_rate(cells, question))),
        }
        why = {int(row): "no_base" for row in np.flatnonzero(np.isnan(value))}
        return Estimated(Estimates.bare(value), n, further, why)


COUNTED_NOW: Mapping[str, Counted | None] = {
    POPULATION: of_now(by_weight),
    "spans": of_now(once("span_id", "side", first="starts_on")),
}


def _growth(now: Floats, before: Floats) -> Floats:
    return np.where(before > NOTHING, divide(now - before, before), np.nan)


def _yearly_rate(cells: Cells, question: Question) -> Floats:
    """The growth a year from the first to the last whole calendar (fiscal) year of the range."""
    if question.grain is not Grain.ALL:
        return np.full(cells.size, np.nan)
    first, last = _whole_years(cells.periods[0], question)
    base, reached = (_of_year(cells["years"], year) + _of_year(cells["span_years"], year) for year in (first, last))
    is_told = (last > first) & (base > NOTHING) & (reached > NOTHING)
    times = np.where(is_told, divide(reached, base), np.nan)
    return np.asarray(times ** (1 / max(last - first, 1)) - 1, dtype=np.float64)


def _whole_years(period: Period, question: Question) -> tuple[int, int]:
    """First and last year that lie wholly in the period; named by the calendar year in which they begin.

    Where the range begins with the data, a first fact in the year's first month counts as its beginning.
    """
    fiscal = question.config.company.fiscal_year_start
    begins = period_start(period.start, Grain.FISCAL_YEAR, fiscal)
    is_from_data = question.start is None and (period.start.year, period.start.month) == (begins.year, begins.month)
    first = begins.year if begins == period.start or is_from_data else begins.year + 1
    is_whole = is_reached(period.known_end - timedelta(days=1), question)
    known_end = period.known_end if is_whole else period.known_end - timedelta(days=1)
    return first, period_start(known_end, Grain.FISCAL_YEAR, fiscal).year - 1


def is_reached(day: date, question: Question) -> bool:
    """Whether as-of has reached the end of a day."""
    return question.as_of >= end_of_day(day, question.config.zone)


def _of_year(term: TermCells, year: int) -> Floats:
    return summed(term.cell, np.where(term.keys["year"] == year, term.sums["amount"], 0.0), term.size)


NO_COST: tuple[tuple[str, Expression], ...] = (("no_unit_cost", lambda t: ~t.has_cost),)


@dataclass(frozen=True)
class GrossMargin:
    """What is left of revenue after the cost of what was sold; lines without a cost are out of both."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lines and spans with their cost."""
        del question
        no_line_cost = (*NO_COST, ("no_rate", lambda t: t.cost.isnull()))
        no_daily_cost = (*NO_COST, ("no_rate", lambda t: t.cost_per_day.isnull()))
        of_lines: dict[str, Expression] = {**LINES.sums, "cost": lambda t: t.cost}
        by_day: dict[str, Expression] = {**SPANS.sums, "cost": lambda t: t.cost_per_day * t.overlap}
        return {
            POPULATION: replace(LINES, fact="margin_lines", sums=of_lines, left_out=no_line_cost),
            "spans": replace(SPANS, sums=by_day, left_out=no_daily_cost),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """(revenue - cost) / revenue, with the profit in money."""
        del question
        amount, cost, n = _both(cells, "amount"), _both(cells, "cost"), _lines(cells)
        is_earned = amount > NOTHING
        value = Estimates.bare(np.where(is_earned, divide(amount - cost, amount), np.nan))
        further = {
            name: Further(Estimates.bare(np.where(n > 0, settled(money), np.nan)), CURRENCY)
            for name, money in (("profit", amount - cost), ("revenue", amount))
        }
        return Estimated(value, n, further)


def _of_side(cells: Cells, side: int) -> Floats:
    parts = [cells[POPULATION], cells["spans"]]
    sums = (
        summed(term.cell, np.where(term.keys["side"] == side, term.sums["amount"], 0.0), term.size) for term in parts
    )
    return np.asarray(sum(sums), dtype=np.float64)


def _now(term: TermCells, counts: Floats) -> Floats:
    return summed(term.cell, np.where(term.keys["side"] == NOW, counts, 0.0), term.size)


METRICS: tuple[Metric, ...] = (
    Metric(
        "revenue",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Revenue earned in the period: goods on their day, services and subscriptions day by day",
            "fr": "Chiffre d’affaires de la période : biens à leur date, services et abonnements jour par jour",
        },
        estimator=Revenue(),
        needs=NEEDS,
        counts=True,
        behind=BEHIND,
        counted=COUNTED,
    ),
    Metric(
        "revenue_growth",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Revenue of the period against the period before",
            "fr": "Chiffre d’affaires de la période rapporté à la précédente",
        },
        estimator=RevenueGrowth(),
        needs=NEEDS,
        estimates=("yoy", "cagr"),
        behind=BEHIND,
        counted=COUNTED_NOW,
    ),
    Metric(
        "gross_margin",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of revenue left after the cost of what was sold",
            "fr": "Part du chiffre d’affaires restant après le coût de ce qui est vendu",
        },
        estimator=GrossMargin(),
        needs=(*NEEDS, "order_lines.unit_cost|products.unit_cost"),
        estimates=("profit", "revenue"),
        behind=BEHIND,
        counted=COUNTED,
    ),
)
