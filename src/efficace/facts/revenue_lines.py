"""Revenue: order lines on their day, and amounts spread over the days that they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import with_rate
from efficace.facts.dates import add_months, month_of
from efficace.facts.fact import Fact, Moment, Own, Source, Via
from efficace.facts.owners import with_team
from efficace.facts.unit_lines import LINE_DIMENSIONS, with_line_origin

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

REVENUE_KINDS = ("sale", "return", "credit", "proration", "fee")


def build(tables: Tables, moment: Moment) -> ir.Table:
    """Order lines that are revenue on the day of the order; never tax (CONTRACT H)."""
    lines = _counted(tables, moment)
    lines = lines.filter(lines.service_from.isnull() | lines.service_to.isnull())
    return lines.select(*_LINE_COLUMNS, "ordered_at", "ordered_on", "line_id", "left_out")


_LINE_COLUMNS = (
    "account_id", "product_id", "family", "rep_id", "team_id", "location_id", "channel", "country", "region",
    "amount", "cost",
)  # fmt: skip


def _counted(tables: Tables, moment: Moment) -> ir.Table:
    """Lines of revenue with ``amount`` and ``cost`` in the company's currency."""
    import ibis

    lines = with_line_origin(tables.order_lines, tables)
    lines = lines.mutate(kind=lines.kind.fill_null((lines.units < 0).ifelse("return", "sale")))
    lines = lines.filter(lines.kind.isin(REVENUE_KINDS))
    if moment.config.revenue.source == "subscriptions":
        lines = lines.filter(ibis.literal(False))
    products = tables.products.select(c_product="product_id", c_cost="unit_cost", c_currency="currency")
    lines = lines.left_join(products, lines.product_id == products.c_product)
    has_own = lines.unit_cost.notnull()
    lines = lines.mutate(
        cost_each=has_own.ifelse(lines.unit_cost, lines.c_cost).cast("float64"),
        cost_currency=has_own.ifelse(lines.currency, lines.c_currency),
    )
    lines = with_rate(lines, tables, "cost_currency", "ordered_on", "cost_rate")
    is_mended = (lines.kind == "return") & (lines.units > 0)
    sign = is_mended.ifelse(-1, 1)
    return lines.mutate(
        amount=lines.amount * sign,
        cost=lines.units * sign * lines.cost_each * lines.cost_rate,
        left_out=ibis.cases(
            (lines.rate_missing.fill_null(False), "no_rate"),
            (lines.amount.isnull(), "no_amount"),
            else_=ibis.null("string"),
        ),
    )


def build_spans(tables: Tables, moment: Moment) -> ir.Table:
    """Order lines spread over their service, and subscriptions month by month, each with its amount per day."""
    parts = _spread_lines(tables, moment).union(_subscriptions(tables, moment))
    return parts.filter(parts.ends_on > parts.starts_on)


_SPAN_COLUMNS = (
    "span_id", "account_id", "product_id", "family", "rep_id", "team_id", "location_id", "channel", "country", "region",
    "starts_on", "ends_on", "per_day", "cost_per_day", "left_out",
)  # fmt: skip


def _spread_lines(tables: Tables, moment: Moment) -> ir.Table:
    import ibis

    lines = _counted(tables, moment)
    lines = lines.filter(lines.service_from.notnull() & lines.service_to.notnull())
    months = _months(tables)
    lines = lines.inner_join(months, [lines.service_from < months.month_end, lines.service_to > months.month])
    days = lines.service_to.delta(lines.service_from, unit="day").nullif(0)
    return lines.mutate(
        span_id=lines.line_id,
        starts_on=ibis.greatest(lines.service_from, lines.month),
        ends_on=ibis.least(lines.service_to, lines.month_end),
        per_day=lines.amount / days,
        cost_per_day=lines.cost / days,
    ).select(_SPAN_COLUMNS)


def _subscriptions(tables: Tables, moment: Moment) -> ir.Table:
    """MRR / days of that month for each covered day, at the rate of the month's first day."""
    import ibis

    rows = tables.subscription_stretches
    rows = rows.filter(rows.is_subscription & (rows.mrr > 0))
    source = moment.config.revenue.source
    if source == "order_lines":
        rows = rows.filter(ibis.literal(False))
    if source == "auto":
        billed = tables.order_lines.filter(tables.order_lines.account_id.notnull())
        billed = billed.select(b_account="account_id").distinct()
        rows = rows.anti_join(billed, rows.account_id == billed.b_account)
    months = _months(tables)
    months = months.filter(months.month <= moment.as_of_on)
    rows = rows.inner_join(months, [rows.from_on < months.month_end, rows.to_on > months.month])
    rows = with_rate(rows, tables, "currency", "month")
    products = tables.products.select(c_product="product_id", c_cost="unit_cost", c_currency="currency")
    rows = rows.left_join(products, rows.product_id == products.c_product)
    rows = with_rate(rows, tables, "c_currency", "month", "cost_rate")
    accounts = tables.accounts.select(a_account="account_id", country="country", region="region")
    rows = rows.left_join(accounts, rows.account_id == accounts.a_account)
    rows = with_team(rows, tables, "rep_id")
    days = rows.month_end.delta(rows.month, unit="day")
    each = rows.quantity.fill_null(1.0) * rows.c_cost.cast("float64") * rows.cost_rate
    return rows.mutate(
        span_id=rows.subscription_id,
        location_id=ibis.null("string"),
        channel=ibis.null("string"),
        starts_on=ibis.greatest(rows.from_on, rows.month),
        ends_on=ibis.least(rows.to_on, rows.month_end),
        per_day=rows.mrr * rows.rate / days,
        cost_per_day=each / days,
        left_out=rows.rate.isnull().ifelse("no_rate", None),
    ).select(_SPAN_COLUMNS)


def _months(tables: Tables) -> ir.Table:
    """Every calendar month as ``month`` and ``month_end``, half-open."""
    months = tables.zone_days.select(month=month_of(tables.zone_days.utc_day)).distinct()
    return months.mutate(month_end=add_months(months.month, 1))


REVENUE_DIMENSIONS: dict[str, Source] = {
    name: source for name, source in LINE_DIMENSIONS.items() if name not in ("city",)
} | {
    "country": Own("country"),
    "cohort": Via("customer_origins", "account_id", "cohort"),
}

REVENUE_LINES = Fact(
    "revenue_lines",
    "Order lines that are revenue on their day.",
    build,
    key=("line_id",),
    reads=("order_lines", "deal_spans", "locations", "accounts", "reps", "products", "fx_rates"),
    stored=False,
    dimensions=REVENUE_DIMENSIONS,
)

REVENUE_SPANS = Fact(
    "revenue_spans",
    "Revenue earned day by day: order lines over their service, subscriptions month by month.",
    build_spans,
    key=("span_id", "starts_on"),
    reads=(
        "subscription_stretches",
        "order_lines",
        "products",
        "accounts",
        "reps",
        "deal_spans",
        "locations",
        "fx_rates",
    ),
    rows_from=("subscription_stretches", "order_lines"),
    ages=True,
    dimensions=REVENUE_DIMENSIONS,
)
