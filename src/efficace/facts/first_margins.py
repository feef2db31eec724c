"""First margins: what a new customer leaves a month at its beginning, after the cost of what it bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import with_rate
from efficace.facts.customer_starts import CUSTOMER_DIMENSIONS
from efficace.facts.dates import add_months, month_of
from efficace.facts.fact import Fact, Moment, Source, Via
from efficace.facts.subscription_stretches import ACCOUNT_DIMENSIONS, held

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

FIRST_MONTHS = 3
"""Months of orders whose mean stands for a customer without subscription."""

NOISE = 9
"""Decimals beyond which a sum of floats depends on the order in which threads add."""


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a new customer: its margin a month at the start, else the mean of its first orders (CONTRACT E)."""
    starts = tables.customer_starts
    starts = starts.filter((starts.kind == "new") & starts.account_id.notnull())
    margins = tables.customer_margins
    first = margins.filter(margins.from_on == margins.customer_since)
    sold = first.group_by("account_id").agg(margin=first.margin.sum(), gaps=first.margin.isnull().cast("int64").max())
    lines = tables.margin_lines
    days = starts.select(s_account="account_id", s_on="started_on")
    lines = lines.inner_join(days, lines.account_id == days.s_account)
    lines = lines.filter((lines.ordered_on >= lines.s_on) & (lines.ordered_on < add_months(lines.s_on, FIRST_MONTHS)))
    profit = lines.amount - lines.cost
    ordered = lines.group_by("account_id").agg(margin=profit.sum(), gaps=profit.isnull().cast("int64").max())
    ordered = ordered.mutate(margin=ordered.margin / float(FIRST_MONTHS))
    ordered = ordered.anti_join(sold, ordered.account_id == sold.account_id)
    found = sold.union(ordered).rename(m_account="account_id")
    joined = starts.left_join(found, starts.account_id == found.m_account)
    is_unknown = joined.margin.isnull() | (joined.gaps > 0)
    return joined.select(
        "account_id", "started_on", "territory_id", "source", "campaign",
        margin=joined.margin.round(NOISE),
        left_out=is_unknown.ifelse("no_unit_cost", None),
    )  # fmt: skip


def build_margins(tables: Tables, moment: Moment) -> ir.Table:
    """One row a stretch: its margin a month in the company's currency, and its days up to as-of."""
    import ibis

    rows = held(tables)
    rows = rows.filter(rows.is_subscription & (rows.from_on <= moment.as_of_on))
    rows = rows.mutate(rate_on=month_of(rows.from_on))
    rows = with_rate(rows, tables, "currency", "rate_on")
    products = tables.products.select(c_product="product_id", c_cost="unit_cost", c_currency="currency")
    rows = rows.left_join(products, rows.product_id == products.c_product)
    rows = with_rate(rows, tables, "c_currency", "rate_on", "cost_rate")
    cost = rows.quantity.fill_null(1.0) * rows.c_cost.cast("float64") * rows.cost_rate
    end = ibis.least(rows.to_on, ibis.literal(moment.as_of_on))
    margin = rows.mrr * rows.rate - cost
    return rows.select(
        "account_id", "subscription_id", "product_id", "family", "from_on", "customer_since",
        margin=margin,
        days=end.delta(rows.from_on, unit="day"),
        left_out=margin.isnull().ifelse("no_unit_cost", None),
    )  # fmt: skip


CUSTOMER_MARGINS = Fact(
    "customer_margins",
    "What each stretch of a subscription leaves a month, and for how many days so far.",
    build_margins,
    key=("account_id", "subscription_id", "from_on"),
    reads=("subscription_stretches", "products", "fx_rates"),
    ages=True,
    dimensions=ACCOUNT_DIMENSIONS,
)

MARGIN_DIMENSIONS: dict[str, Source] = {
    name: source for name, source in CUSTOMER_DIMENSIONS.items() if name in ACCOUNT_DIMENSIONS
} | {"territory": Via("accounts", "account_id", "territory_id")}

FIRST_MARGINS = Fact(
    "first_margins",
    "What each new customer leaves a month at its beginning.",
    build,
    key=("account_id",),
    reads=("customer_starts", "customer_margins", "margin_lines", "accounts"),
    dimensions=MARGIN_DIMENSIONS,
)
