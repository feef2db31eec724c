"""Acquisition: how many customers are won, at what rate and what they cost (METRICS 4, CONTRACT E)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from efficace.metrics.allocation import allocated
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import DAY, POPULATION, Span
from efficace.metrics.metric import CURRENCY, SHARE, Better, Estimated, Expression, Further, Metric, Term
from efficace.metrics.placement import overlapping
from efficace.metrics.question import Question
from efficace.stats.counts import poisson_interval
from efficace.stats.estimate import Estimates, divide
from efficace.stats.survival import cumulative_incidence

NO_EVENT_HIGH = 3.6888794541139363
"""Upper 95 % limit of a Poisson mean when nothing was counted."""

HEAD_DIMENSIONS = {"rep", "team", "role", "territory"}

LEAD_SPAN = Span(
    start="created_at",
    end="ended_at",
    causes={"customer": lambda t: t.end_kind == "customer", "disqualified": lambda t: t.end_kind == "disqualified"},
)


@dataclass(frozen=True)
class NewCustomers:
    """Accounts that became customers, those who came back apart."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """New customers, and the others who began again."""
        del question
        return {
            POPULATION: Term("customer_starts", "started_on", where=lambda t: t.kind == "new"),
            "again": Term(
                "customer_starts",
                "started_on",
                where=lambda t: t.kind != "new",
                sums={kind: _is_kind(kind) for kind in ("reactivated", "returning")},
            ),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A count with its exact Poisson interval."""
        del question
        n = cells[POPULATION].count()
        again = {kind: Further(Estimates.bare(cells["again"].total(kind))) for kind in ("reactivated", "returning")}
        return Estimated(poisson_interval(n), n, again)


@dataclass(frozen=True)
class AcquisitionRate:
    """The share of leads that become customers, by the longest age that the cohort was watched."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Leads by age."""
        left_out: tuple[tuple[str, Expression], ...] = (
            ("already_customer", lambda t: t.was_customer),
            ("ends_before_start", lambda t: t.ends_first),
        )
        return {POPULATION: LEAD_SPAN.term("lead_outcomes", "created_on", question, left_out=left_out)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Incidence at the last observed age; with ``so_far``, customers over leads."""
        term = cells[POPULATION]
        n = term.count()
        incidence = cumulative_incidence(LEAD_SPAN.counts(term), "customer")
        if question.curve:
            at_day = np.ceil(incidence.time / DAY).astype(np.int64)
            return Estimated(
                Estimates(incidence.value, incidence.low, incidence.high),
                incidence.at_risk,
                cell=incidence.cell,
                point=at_day.tolist(),
            )
        so_far = Estimates.bare(divide(term.total("customer"), n))
        return Estimated(incidence.last(), n, {"so_far": Further(so_far, SHARE)})


@dataclass(frozen=True)
class AcquisitionCost:
    """Sales and marketing cost of the period over its new customers; common costs shared out to members."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Customers, costs, and what common costs are shared out by."""
        pool: dict[str, Expression] = {"pool": lambda t: t.pool}
        teams: dict[str, Expression] = {"pool": lambda t: t.team_id}
        terms = {
            POPULATION: Term("customer_starts", "started_on", where=lambda t: t.kind == "new"),
            "cost": Term(
                "cost_spans",
                first="starts_on",
                place=overlapping(int(question.config.acquisition.lag)),
                sums={
                    "cost": lambda t: t.per_day * t.overlap,
                    "sales": lambda t: (t.function == "sales").ifelse(t.per_day * t.overlap, 0.0),
                    "marketing": lambda t: (t.function == "marketing").ifelse(t.per_day * t.overlap, 0.0),
                },
                keys=pool,
            ),
            "leads": Term("lead_outcomes", "created_on", keys=teams, begins=False),
            "all_leads": Term("lead_outcomes", "created_on", keys=teams, begins=False, whole=True),
        }
        if question.by and set(question.by) <= HEAD_DIMENSIONS:
            heads: dict[str, Expression] = {"heads": lambda t: t.rep_id}
            terms["heads"] = Term("rep_days", "day_on", distinct=heads, keys=teams, begins=False)
        return terms

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Cost over customers; the limits are those of the count."""
        n = cells[POPULATION].count()
        cost = allocated(cells, question, "cost", "leads", "heads" if "heads" in cells.terms else None)
        customers = poisson_interval(n)
        is_spent = cost > 1e-9
        value = np.where(is_spent, divide(cost, n), np.nan)
        low = np.where(is_spent, divide(cost, np.where(n > 0, customers.high, NO_EVENT_HIGH)), np.nan)
        high = np.where(is_spent & (n > 0), divide(cost, customers.low), np.nan)
        why = {int(cell): "no_cost" for cell in np.flatnonzero(~is_spent)}
        why |= {int(cell): "no_customer_yet" for cell in np.flatnonzero(is_spent & (n == 0))}
        further = {"cost": Further(Estimates.bare(np.where(np.abs(cost) < 1e-9, 0.0, cost)), CURRENCY)}
        if not question.by:
            parts = ("sales", "marketing")
            further |= {name: Further(Estimates.bare(cells["cost"].total(name)), CURRENCY) for name in parts}
        nameless = np.array([None in cells.member(cell) for cell in range(cells.size)], dtype=bool)
        hidden = frozenset(np.flatnonzero(nameless & ~is_spent & (n == 0)).tolist())
        main = Estimates(value, low, high, customers.scale, customers.se)
        return Estimated(main, n, further, why, hidden=hidden)


def _is_kind(kind: str) -> Expression:
    return lambda t: (t.kind == kind).cast("int64")


METRICS: tuple[Metric, ...] = (
    Metric(
        "new_customers",
        unit="customers",
        better=Better.HIGHER,
        meaning={
            "en": "Accounts that became customers for the first time in the period",
            "fr": "Comptes devenus clients pour la première fois dans la période",
        },
        estimator=NewCustomers(),
        needs=("deals.closed_at|subscription_periods.from_on|order_lines.ordered_at",),
        estimates=("reactivated", "returning"),
        counts=True,
        source="Garwood (1936)",
    ),
    Metric(
        "acquisition_rate",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the period's leads that become customers, those still undecided counted as such",
            "fr": "Part des leads de la période qui deviennent clients, les indécis comptés comme tels",
        },
        estimator=AcquisitionRate(),
        needs=("leads.created_at", "deals.closed_at|subscription_periods.from_on|order_lines.ordered_at"),
        estimates=("so_far",),
        curve="age",
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "acquisition_cost",
        unit=CURRENCY,
        better=Better.LOWER,
        meaning={
            "en": "Sales and marketing cost of the period for each new customer of the period",
            "fr": "Coût commercial et marketing de la période par nouveau client de la période",
        },
        estimator=AcquisitionCost(),
        needs=("costs.amount", "deals.closed_at|subscription_periods.from_on|order_lines.ordered_at"),
        estimates=("cost", "sales", "marketing"),
        source="Garwood (1936)",
    ),
)
