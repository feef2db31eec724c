"""What a customer is worth against what it costs: payback, lifetime value, and effort against demand (METRICS 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from efficace.metrics.catalogue.acquisition import AcquisitionCost
from efficace.metrics.catalogue.retention import MONTH_DAYS
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION, durations, mean_of, powers
from efficace.metrics.metric import CURRENCY, MONTHS, Better, Estimated, Expression, Further, Metric, Term, combined
from efficace.metrics.query import REASON, WEIGHT
from efficace.metrics.question import Question
from efficace.metrics.states import account_states
from efficace.stats.estimate import Estimates, Floats, Scale, divide
from efficace.stats.means import ratio
from efficace.stats.survival import kaplan_meier, restricted_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


@dataclass(frozen=True)
class Payback:
    """Months until a new customer's margin has paid for its acquisition.

    The limits add those of the cost of a customer and of the mean margin in squares, on the log scale.

    Source: Zou & Donner (2008) Statistics in Medicine 27:1693 (MOVER).
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The cost of a customer, and what new customers leave a month."""
        cost = combined({"cost": AcquisitionCost()}, question)
        return {**cost, "margin": Term("first_margins", "started_on", sums=powers(lambda t: t.margin), begins=False)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """CAC over the mean monthly margin of the period's new customers."""
        cost = AcquisitionCost().estimate(cells.part("cost"), question)
        margin = mean_of(cells["margin"])
        monthly = margin.value
        pays = monthly > 0
        found = _paid_back(cost.main, margin.where(pays))
        why = dict(cost.why_null) | {int(row): "no_margin" for row in np.flatnonzero(~pays & (cost.n > 0))}
        further = {"cost": Further(cost.main, CURRENCY), "monthly_margin": Further(Estimates.bare(monthly), CURRENCY)}
        return Estimated(found, cost.n, further, why, hidden=cost.hidden)


def _paid_back(cost: Estimates, margin: Estimates) -> Estimates:
    above = np.hypot(np.log(divide(cost.high, cost.value)), divide(margin.value - margin.low, margin.value))
    below = np.hypot(np.log(divide(cost.value, cost.low)), np.log(divide(margin.high, margin.value)))
    value = divide(cost.value, margin.value)
    assert cost.se is not None
    assert margin.se is not None
    se = np.hypot(cost.se, np.nan_to_num(divide(margin.se, margin.value)))
    return Estimates(value, value * np.exp(-below), value * np.exp(above), Scale.LOG, se)


@dataclass(frozen=True)
class LifetimeValue:
    """Expected margin of a customer over the life that the data supports, undiscounted.

    The limits add those of the life and of the monthly margin in squares; the margin errs by how customers differ.

    Source: Zou & Donner (2008) Statistics in Medicine 27:1693 (MOVER).
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """First lives by length, and the margin of the days in which the customers were active."""
        del question
        lost: dict[str, Expression] = {"lost": lambda t: t.lost_on.notnull().cast("int64")}
        length: dict[str, Expression] = {"time": lambda t: t.days.cast("int64")}
        days: dict[str, Expression] = {"days": lambda t: t.days}
        earned: dict[str, Expression] = {"margin": lambda t: t.margin * t.days}
        first = Term("customer_spells", "customer_since", where=lambda t: t.spell == 1, sums=lost, keys=length)
        return {
            POPULATION: first,
            "active": Term("customer_spells", "customer_since", sums=days),
            "margin": Term("customer_margins", "customer_since", sums=earned),
            "spread": Term(
                "customer_margins",
                first="customer_since",
                where=lambda t: t.margin.notnull(),
                place=_by_account,
                sums={
                    "xx": lambda t: t.earned * t.earned,
                    "xy": lambda t: t.earned * t.active,
                    "yy": lambda t: t.active * t.active,
                },
                begins=False,
            ),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Restricted mean life in months x mean monthly margin of active months."""
        del question
        term = cells[POPULATION]
        curve = kaplan_meier(durations(term, ("lost",)))
        longest = curve.last_time()
        life = restricted_mean(curve, np.nan_to_num(longest)).times(1 / MONTH_DAYS)
        margin = _monthly(cells)
        found = _lived_through(life, margin)
        further = {
            "life": Further(life, MONTHS),
            "monthly_margin": Further(Estimates.bare(margin.value), CURRENCY),
            "horizon": Further(Estimates.bare(longest / MONTH_DAYS), MONTHS),
        }
        return Estimated(found.where(term.count() > 0), term.count(), further)


def _by_account(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row an account that began in the period: what it earned in all, times days, and the days it was active."""
    spans = periods.select("period", "start_on", "end_on")
    joined = rows.inner_join(spans, [rows.customer_since >= spans.start_on, rows.customer_since < spans.end_on])
    members = [name for name in joined.columns if name.startswith("_by_")]
    earned = joined.group_by(["period", "account_id", WEIGHT, REASON, *members]).agg(
        earned=(joined.margin * joined.days).sum()
    )
    spells = tables.customer_spells
    active = spells.group_by(s_account="account_id").agg(active=spells.days.sum().cast("float64"))
    return earned.inner_join(active, earned.account_id == active.s_account).drop("s_account")


def _monthly(cells: Cells) -> Estimates:
    """The margin of a month of activity over all customers."""
    spread = cells["spread"]
    xx, xy, yy = (spread.total(name) for name in ("xx", "xy", "yy"))
    return ratio(spread.count(), cells["margin"].total("margin"), cells["active"].total("days"), xx, yy, xy)


def _lived_through(life: Estimates, margin: Estimates) -> Estimates:
    """The product of both; where one customer tells the margin, as if that were certain."""
    value = life.value * margin.value
    below = np.nan_to_num(margin.value - margin.low) * life.value
    above = np.nan_to_num(margin.high - margin.value) * life.value
    size = np.abs(margin.value)
    return Estimates(
        value,
        value - np.hypot((life.value - life.low) * size, below),
        value + np.hypot((life.high - life.value) * size, above),
    )


@dataclass(frozen=True)
class ValueToCost:
    """Lifetime value of a customer over what it cost to win one."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Those of both."""
        return combined({"value": LifetimeValue(), "cost": AcquisitionCost()}, question)

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """LTV / CAC."""
        value = LifetimeValue().estimate(cells.part("value"), question)
        cost = AcquisitionCost().estimate(cells.part("cost"), question)
        found = Estimates.bare(divide(value.main.value, cost.main.value))
        further = {"ltv": Further(value.main, CURRENCY), "cost": Further(cost.main, CURRENCY)}
        return Estimated(found, value.n, further, dict(cost.why_null), hidden=cost.hidden)


@dataclass(frozen=True)
class TerritoryBalance:
    """A territory's share of demand over its share of effort: above 1 it gets less effort than its demand asks for.

    Rep days are days of work: a day on which a rep worked in two territories is shared between them by touches.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Each figure of the territory, and of all territories together."""
        del question
        amount: dict[str, Expression] = {"value": lambda t: t.amount}
        held: dict[str, Expression] = {"value": lambda t: t.is_member}
        made: dict[str, Expression] = {"value": lambda t: t.touches}
        worked: dict[str, Expression] = {"value": lambda t: t.day_share}
        one: dict[str, Expression] = {"value": lambda t: t.lead_id.notnull().cast("int64")}
        parts = {
            "leads": Term("lead_outcomes", "created_on", sums=one),
            "open_amount": Term("deal_spans", where=lambda t: t.end_kind.isnull(), sums=amount),
            "customers": Term("subscription_stretches", first="from_on", place=account_states, sums=held, begins=False),
            "touches": Term("rep_activity", "occurred_on", sums=made, begins=False),
            "rep_days": Term("rep_activity", "occurred_on", sums=worked, begins=False),
        }
        whole = {
            f"all_{name}": Term(
                term.fact, term.at, term.first, term.where, term.sums, place=term.place, begins=False, whole=True
            )
            for name, term in parts.items()
        }
        return {**parts, **whole}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Mean share of leads, open amount and customers over mean share of touches and rep days."""
        del question
        own = {name: cells[name].total("value") for name in (*DEMAND, *EFFORT)}
        share = {name: divide(own[name], cells[f"all_{name}"].total("value")) for name in own}
        demand, effort = (_mean_share([share[name] for name in names]) for names in (DEMAND, EFFORT))
        value = np.where(effort > 0, divide(demand, effort), np.nan)
        units = {"leads": "leads", "open_amount": CURRENCY, "customers": "customers", "touches": "touches"}
        further = {name: Further(Estimates.bare(values), units.get(name, "days")) for name, values in own.items()}
        why = {int(row): "no_effort" for row in np.flatnonzero(~(effort > 0))}
        return Estimated(Estimates.bare(value), cells["leads"].count(), further, why)


DEMAND = ("leads", "open_amount", "customers")
EFFORT = ("touches", "rep_days")


def _mean_share(shares: list[Floats]) -> Floats:
    """The mean over what the company has at all."""
    known = np.array([np.isfinite(share) for share in shares])
    total = np.array([np.nan_to_num(share) for share in shares]).sum(axis=0)
    return divide(total, known.sum(axis=0))


COST_NEEDS = ("costs.amount", "deals.closed_at|subscription_periods.from_on|order_lines.ordered_at")

METRICS: tuple[Metric, ...] = (
    Metric(
        "cac_payback",
        unit=MONTHS,
        better=Better.LOWER,
        meaning={
            "en": "Months until the margin of a new customer has paid for winning it",
            "fr": "Mois avant que la marge d’un nouveau client ait payé son acquisition",
        },
        estimator=Payback(),
        needs=(*COST_NEEDS, "products.unit_cost|order_lines.unit_cost"),
        estimates=("cost", "monthly_margin"),
        source="Garwood (1936); margin Student (1908), Hall (1992); Zou & Donner (2008)",
    ),
    Metric(
        "ltv",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Margin that a customer leaves over the life that the data supports",
            "fr": "Marge qu’un client laisse sur la durée de vie que les données permettent d’observer",
        },
        estimator=LifetimeValue(),
        settings=("churn",),
        needs=("subscription_periods.mrr", "products.unit_cost"),
        estimates=("life", "monthly_margin", "horizon"),
        source="Kaplan & Meier (1958), restricted mean; margin Cochran (1977); Zou & Donner (2008)",
    ),
    Metric(
        "ltv_to_cac",
        unit="ratio",
        better=Better.HIGHER,
        meaning={
            "en": "Margin that a customer leaves over its life for each unit spent on winning it",
            "fr": "Marge qu’un client laisse sur sa durée de vie pour chaque unité dépensée à le gagner",
        },
        estimator=ValueToCost(),
        needs=("subscription_periods.mrr", "products.unit_cost", "costs.amount"),
        estimates=("ltv", "cost"),
    ),
    Metric(
        "territory_balance",
        unit="ratio",
        better=Better.NEITHER,
        meaning={
            "en": "Share of demand of a territory over its share of effort; above 1 it asks for more effort",
            "fr": "Part de la demande d’un territoire sur sa part de l’effort ; au-dessus de 1 il en demande plus",
        },
        estimator=TerritoryBalance(),
        needs=("territories.name", "leads.created_at", "touches.occurred_at"),
        estimates=(*DEMAND, *EFFORT),
        only_by=("territory",),
    ),
)
