"""Customer starts: when an account became a customer, new, returning or reactivated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_ON, add_days, add_months, month_of
from efficace.facts.fact import Fact, Moment, Own, Shared, Source, Via
from efficace.facts.owners import with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row each time an account becomes a customer (METRICS 4, CONTRACT E).

    New: its first won deal of kind new (or of no kind, where nothing came before), paid subscription period or order
    line. Later beginnings after ``reactivation_gap`` without anything: reactivated. A subscription after an earlier one
    that ended less long ago, but longer than grace, is returning; the first one after a won deal is no return.
    """
    import ibis

    spells = _activities(tables)
    order = ibis.window(group_by="account_id", order_by=["from_on", "to_on", "activity_id"])
    before = ibis.cumulative_window(group_by="account_id", order_by=["from_on", "to_on", "activity_id"])
    paid_to = spells.is_subscription.ifelse(spells.to_on, None)
    spells = spells.mutate(
        reach=spells.to_on.max().over(before), paid_reach=paid_to.max().over(before),
        number=ibis.row_number().over(order),
    )  # fmt: skip
    spells = spells.mutate(
        earlier_end=spells.reach.lag().over(order), earlier_paid_end=spells.paid_reach.lag().over(order)
    )
    begins = spells.is_new | (spells.may_be_new & spells.earlier_end.isnull())
    spells = spells.mutate(first_new=begins.ifelse(spells.number, None).cast("int64"))
    spells = spells.mutate(
        new_number=spells.first_new.min().over(ibis.window(group_by="account_id")),
        gap_ends=add_months(spells.earlier_end, int(moment.config.acquisition.reactivation_gap)),
        grace_ends=add_days(spells.earlier_paid_end, int(moment.config.churn.grace_days)),
    )
    is_break = (spells.from_on > spells.earlier_end).fill_null(False)
    is_return = is_break & spells.is_subscription & (spells.from_on > spells.grace_ends).fill_null(False)
    kind = ibis.cases(
        (spells.number == spells.new_number, "new"),
        ((spells.number > spells.new_number) & is_break & (spells.from_on >= spells.gap_ends), "reactivated"),
        ((spells.number > spells.new_number) & is_return, "returning"),
    )
    starts = spells.mutate(kind=kind)
    starts = starts.filter(starts.kind.notnull())
    known = starts.select("account_id", "kind", "started_at", "activity_id", "from_on", left_out=ibis.null("string"))
    return _with_origin(known.union(_nameless(tables)), tables)


def _activities(tables: Tables) -> ir.Table:
    """Everything that makes an account a customer, as half-open stretches of company days.

    ``is_new`` may begin a customer's life, ``may_be_new`` does where nothing came before.
    """
    import ibis

    deals = tables.deal_spans
    deals = deals.filter((deals.end_kind == "won") & deals.account_id.notnull() & deals.ended_at.notnull())
    won = deals.select(
        account_id=deals.account_id, from_on=deals.ended_on, to_on=add_days(deals.ended_on, 1),
        started_at=deals.ended_at, activity_id=ibis.literal("deal ") + deals.deal_id,
        is_new=(deals.deal_kind == "new").fill_null(False), may_be_new=deals.deal_kind.isnull(),
        is_subscription=False,
    )  # fmt: skip
    periods = tables.subscription_periods
    periods = periods.filter((periods.mrr > 0) & ~periods.trial.fill_null(False))
    paid = periods.select(
        account_id=periods.account_id, from_on=periods.from_on, to_on=periods.to_on.fill_null(FAR_ON),
        started_at=periods.from_on.cast("timestamp(6)"),
        activity_id=ibis.literal("subscription ") + periods.subscription_id,
        is_new=True, may_be_new=True, is_subscription=True,
    )  # fmt: skip
    lines = tables.order_lines
    lines = lines.filter(lines.account_id.notnull() & (lines.units > 0) & lines.kind.fill_null("sale").isin(["sale"]))
    orders = lines.group_by(["account_id", "ordered_on"]).agg(at=lines.ordered_at.min(), line=lines.line_id.min())
    ordered = orders.select(
        account_id=orders.account_id, from_on=orders.ordered_on, to_on=add_days(orders.ordered_on, 1),
        started_at=orders["at"], activity_id=ibis.literal("order ") + orders.line,
        is_new=True, may_be_new=True, is_subscription=False,
    )  # fmt: skip
    return won.union(paid).union(ordered)


def _nameless(tables: Tables) -> ir.Table:
    """Won deals and orders without an account: somebody became a customer, but nobody knows who."""
    import ibis

    deals = tables.deal_spans
    deals = deals.filter((deals.end_kind == "won") & deals.account_id.isnull() & deals.ended_at.notnull())
    deals = deals.filter(deals.deal_kind.fill_null("new") == "new")
    won = deals.select(
        "account_id", started_at="ended_at", activity_id=ibis.literal("deal ") + deals.deal_id, from_on="ended_on"
    )
    lines = tables.order_lines
    lines = lines.filter(lines.account_id.isnull() & (lines.units > 0) & lines.kind.fill_null("sale").isin(["sale"]))
    lines = lines.mutate(order=lines.order_id.fill_null(lines.line_id))
    orders = lines.group_by("order").agg(at=lines.ordered_at.min(), on=lines.ordered_on.min())
    ordered = orders.select(
        account_id=ibis.null("string"),
        started_at=orders["at"],
        activity_id=ibis.literal("order ") + orders.order,
        from_on=orders["on"],
    )
    found = won.union(ordered).mutate(kind=ibis.literal("new"), left_out=ibis.literal("no_account"))
    return found.select("account_id", "kind", "started_at", "activity_id", "from_on", "left_out")


def _with_origin(starts: ir.Table, tables: Tables) -> ir.Table:
    """Add territory, and source and campaign of the account's first lead."""
    import ibis

    leads = tables.leads
    leads = leads.filter(leads.account_id.notnull())
    order = ibis.window(group_by="account_id", order_by=["created_at", "lead_id"])
    leads = leads.mutate(place=ibis.row_number().over(order))
    leads = leads.filter(leads.place == 0).select(l_account="account_id", source="source", campaign="campaign")
    joined = starts.left_join(leads, starts.account_id == leads.l_account).drop("l_account")
    joined = joined.mutate(rep_id=ibis.null("string"), team_id=ibis.null("string"))
    placed = with_territory(joined, tables, None, "account_id", "from_on")
    return placed.select(
        "account_id", "activity_id", "kind", "started_at", "territory_id", "source", "campaign", "left_out",
        started_on=placed.from_on, cohort=month_of(placed.from_on),
    )  # fmt: skip


CUSTOMER_DIMENSIONS: dict[str, Source] = {
    "rep": Shared("customer_sellers", "account_id", "rep_id"),
    "team": Shared("customer_sellers", "account_id", "team_id"),
    "role": Shared("customer_sellers", "account_id", "role"),
    "territory": Own("territory_id"),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Via("accounts", "account_id", "country"),
    "region": Via("accounts", "account_id", "region"),
    "source": Own("source"),
    "campaign": Own("campaign"),
}

CUSTOMER_STARTS = Fact(
    "customer_starts",
    "One row each time an account becomes a customer: new, returning or reactivated.",
    build,
    key=("account_id", "activity_id"),
    reads=(
        "deal_spans", "subscription_periods", "order_lines", "leads", "accounts", "territory_assignments",
    ),
    rows_from=("deal_spans", "subscription_periods", "order_lines"),
    dimensions=CUSTOMER_DIMENSIONS | {"cohort": Own("cohort")},
)  # fmt: skip
