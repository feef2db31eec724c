"""Revenue: order lines on their day, and amounts spread over the days that they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import with_rate
from efficace.facts.dates import add_months, month_of
from efficace.facts.fact import Fact, Moment, Own, Source, Via
from efficace.facts.owners import with_territory
from efficace.facts.subscription_stretches import covered_stretches
from efficace.facts.unit_lines import (
    LINE_DIMENSIONS,
    UNIT_KINDS,
    with_kind,
    with_line_territory,
    with_place,
    with_seller,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

REVENUE_KINDS = ("sale", "return", "credit", "proration", "fee")


def build(tables: Tables, moment: Moment) -> ir.Table:
    """Order lines that are revenue on the day of the order (CONTRACT H), and those that cannot be used."""
    lines = _counted(tables, moment)
    return lines.filter(~_is_spread(lines))


def build_margins(tables: Tables, moment: Moment) -> ir.Table:
    """The same with the cost of what was sold."""
    return _with_cost(build(tables, moment), tables)


def build_spans(tables: Tables, moment: Moment) -> ir.Table:
    """Order lines spread over their service, and subscriptions month by month, each with its amount per day."""
    return _spread_lines(tables, moment).union(_subscriptions(tables, moment))


def _counted(tables: Tables, moment: Moment) -> ir.Table:
    """Lines of revenue, never tax, with ``amount`` in the company's currency."""
    import ibis

    lines = with_kind(tables.order_lines)
    lines = lines.filter(lines.kind.isin(REVENUE_KINDS))
    if moment.config.revenue.source == "subscriptions":
        lines = lines.filter(ibis.literal(False))
    reason = ibis.cases(
        (lines.rate_missing.fill_null(False), "no_rate"),
        (lines.amount.isnull(), "no_amount"),
        ((lines.service_to < lines.service_from).fill_null(False), "ends_before_start"),
        else_=ibis.null("string"),
    )
    return lines.select(
        "line_id", "ordered_at", "ordered_on", "product_id", "family", "kind", "account_id", "deal_id", "rep_id",
        "location_id", "channel", "country", "region", "city", "currency", "unit_cost", "service_from", "service_to",
        units=lines.units * lines.sign,
        amount=lines.amount * lines.sign,
        left_out=reason,
    )  # fmt: skip


def _is_spread(lines: ir.Table) -> ir.Value:
    """Usable lines whose service covers at least a day."""
    return (lines.left_out.isnull() & (lines.service_to > lines.service_from)).fill_null(False)


def _with_cost(lines: ir.Table, tables: Tables) -> ir.Table:
    """Add ``cost``: units at the line's unit cost, else the product's; credits, fees and prorations are no units.

    ``has_cost`` tells lines with a unit cost in a currency without a rate from those without any.
    """
    products = tables.products.select(c_product="product_id", c_cost="unit_cost", c_currency="currency")
    lines = lines.left_join(products, lines.product_id == products.c_product)
    has_own = lines.unit_cost.notnull()
    each = has_own.ifelse(lines.unit_cost, lines.c_cost).cast("float64")
    lines = lines.mutate(cost_each=each, cost_currency=has_own.ifelse(lines.currency, lines.c_currency))
    lines = with_rate(lines, tables, "cost_currency", "ordered_on", "cost_rate")
    units = lines.kind.isin(UNIT_KINDS).ifelse(lines.units, 0.0)
    added = lines.mutate(cost=units * lines.cost_each * lines.cost_rate, has_cost=lines.cost_each.notnull())
    return added.drop("c_product", "c_cost", "c_currency", "cost_each", "cost_currency", "cost_rate")


_SPAN_COLUMNS = (
    "span_id", "account_id", "product_id", "family", "rep_id", "team_id", "role", "territory_id", "location_id",
    "channel", "country", "region", "starts_on", "ends_on", "per_day", "cost_per_day", "has_cost", "left_out",
)  # fmt: skip


def _spread_lines(tables: Tables, moment: Moment) -> ir.Table:
    import ibis

    lines = _counted(tables, moment)
    lines = _with_cost(lines.filter(_is_spread(lines)), tables)
    lines = with_line_territory(with_place(with_seller(lines, tables), tables), tables)
    months = _months(tables)
    lines = lines.inner_join(months, [lines.service_from < months.month_end, lines.service_to > months.month])
    days = lines.service_to.delta(lines.service_from, unit="day").nullif(0)
    return lines.select(
        "account_id", "product_id", "family", "location_id", "channel", "has_cost", "left_out",
        span_id=lines.line_id,
        rep_id=lines.seller_id,
        team_id=lines.seller_team_id,
        role=lines.seller_role,
        territory_id=lines.in_territory,
        country=lines.in_country,
        region=lines.in_region,
        starts_on=ibis.greatest(lines.service_from, lines.month),
        ends_on=ibis.least(lines.service_to, lines.month_end),
        per_day=lines.amount / days,
        cost_per_day=lines.cost / days,
    ).select(_SPAN_COLUMNS)  # fmt: skip


def _subscriptions(tables: Tables, moment: Moment) -> ir.Table:
    """MRR / days of that month for each covered day, at the rate of the month's first day, split among the sellers."""
    import ibis

    # what no month changes is joined before the months multiply the rows
    rows = _with_shares(_billed_by_subscription(tables, moment), tables)
    products = tables.products.select(
        c_product="product_id", c_cost="unit_cost", c_currency="currency", family="family"
    )
    rows = rows.left_join(products, rows.product_id == products.c_product)
    accounts = tables.accounts.select("country", "region", a_account="account_id", of_account="territory_id")
    rows = rows.left_join(accounts, rows.account_id == accounts.a_account)
    rows = with_rate(_by_month(rows, tables, moment), tables, "currency", "month")
    rows = with_rate(rows, tables, "c_currency", "month", "cost_rate")
    rows = with_territory(rows, tables, "of_account", None, "starts_on")
    days = rows.month_end.delta(rows.month, unit="day")
    each = rows.quantity.fill_null(1.0) * rows.c_cost.cast("float64") * rows.cost_rate
    return rows.mutate(
        span_id=rows.subscription_id,
        location_id=ibis.null("string"),
        channel=ibis.null("string"),
        per_day=rows.mrr * rows.rate * rows.share / days,
        cost_per_day=each * rows.share / days,
        has_cost=rows.c_cost.notnull(),
        left_out=rows.rate.isnull().ifelse("no_rate", None),
    ).select(_SPAN_COLUMNS)


def _billed_by_subscription(tables: Tables, moment: Moment) -> ir.Table:
    """Paid stretches, gaps left open, of the accounts whose subscriptions are their revenue (``revenue.from``)."""
    import ibis

    rows = covered_stretches(tables, moment)
    rows = rows.filter(rows.mrr > 0).drop("rep_id")
    source = moment.config.revenue.source
    if source == "order_lines":
        return rows.filter(ibis.literal(False))
    if source == "auto":
        billed = tables.order_lines.filter(tables.order_lines.account_id.notnull())
        billed = billed.select(b_account="account_id").distinct()
        return rows.anti_join(billed, rows.account_id == billed.b_account)
    return rows


def _by_month(rows: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    import ibis

    months = _months(tables)
    months = months.filter(months.month <= moment.as_of_on)
    rows = rows.inner_join(months, [rows.from_on < months.month_end, rows.to_on > months.month])
    return rows.mutate(
        starts_on=ibis.greatest(rows.from_on, rows.month), ends_on=ibis.least(rows.to_on, rows.month_end)
    )


def _with_shares(rows: ir.Table, tables: Tables) -> ir.Table:
    """One row a seller of the subscription, with its ``share``."""
    sellers = tables.subscription_sellers.select(
        "rep_id", "team_id", "role", s_subscription="subscription_id", s_share="share"
    )
    rows = rows.left_join(sellers, rows.subscription_id == sellers.s_subscription)
    return rows.mutate(share=rows.s_share.fill_null(1.0))


def _months(tables: Tables) -> ir.Table:
    """Every calendar month as ``month`` and ``month_end``, half-open."""
    months = tables.zone_days.select(month=month_of(tables.zone_days.utc_day)).distinct()
    return months.mutate(month_end=add_months(months.month, 1))


REVENUE_DIMENSIONS: dict[str, Source] = LINE_DIMENSIONS | {"cohort": Via("customer_origins", "account_id", "cohort")}

REVENUE_LINES = Fact(
    "revenue_lines",
    "Order lines that are revenue on their day.",
    build,
    key=("line_id",),
    reads=("order_lines",),
    stored=False,
    dimensions=REVENUE_DIMENSIONS,
)

MARGIN_LINES = Fact(
    "margin_lines",
    "Order lines that are revenue on their day, with the cost of what was sold.",
    build_margins,
    key=("line_id",),
    reads=("order_lines", "products", "fx_rates"),
    stored=False,
    dimensions=REVENUE_DIMENSIONS,
)

REVENUE_SPANS = Fact(
    "revenue_spans",
    "Revenue earned day by day: order lines over their service, subscriptions month by month.",
    build_spans,
    key=("span_id", "starts_on", "rep_id"),
    reads=(
        "subscription_periods", "cancellations", "subscription_sellers", "order_lines", "products", "accounts", "reps",
        "deal_spans", "locations", "territory_assignments", "fx_rates",
    ),
    rows_from=("subscription_periods", "order_lines"),
    ages=True,
    dimensions=REVENUE_DIMENSIONS
    | {
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Own("role"),
        "territory": Own("territory_id"),
        "country": Own("country"),
        "region": Own("region"),
    },
)  # fmt: skip
