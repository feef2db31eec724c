"""Subscription stretches: while what an account paid stayed the same; order customers as stretches without MRR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_ON, add_days, add_months, with_company_date
from efficace.facts.fact import Fact, Moment, Own, Shared, Source, Via

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a stretch in which the customer is active (CONTRACT F).

    Trials and unpaid stretches are out; a pause is active at MRR 0 up to ``pause_limit``; gaps of at most
    ``grace_days`` are closed, first within a subscription, then within an account.
    """
    import ibis

    grace = int(moment.config.churn.grace_days)
    paid = _active(_with_end(tables, moment), moment)
    paid = _without_gaps(paid, "subscription_id", grace)
    ordered = _order_customers(tables, moment)
    rows = _without_account_gaps(paid.union(ordered), grace)
    products = tables.products.select(p_product="product_id", family="family", tier="tier")
    rows = rows.left_join(products, rows.product_id == products.p_product).drop("p_product")
    first = rows.group_by("account_id").agg(customer_since=rows.from_on.min()).rename(f_account="account_id")
    rows = rows.left_join(first, rows.account_id == first.f_account).drop("f_account")
    return rows.mutate(left_out=ibis.null("string"))


def _with_end(tables: Tables, moment: Moment) -> ir.Table:
    """Decide ``ends_on``: ``to_on``, else the cancellation's effective date, else the end of the paid term."""
    import ibis

    periods = tables.subscription_periods
    gone = with_company_date(tables.cancellations, tables.zone_days, "canceled_at", "canceled_on")
    order = ibis.window(group_by="subscription_id", order_by=[ibis.desc("canceled_at"), "effective_on"])
    gone = gone.mutate(place=ibis.row_number().over(order))
    gone = gone.filter(gone.place == 0).select(
        c_subscription="subscription_id", canceled_on="canceled_on", effective_on="effective_on", voluntary="voluntary"
    )
    rows = periods.left_join(gone, periods.subscription_id == gone.c_subscription)
    is_canceled = (rows.canceled_on >= rows.from_on).fill_null(False)
    waits_for_term = moment.config.churn.counted_at == "term_end"
    term = rows.term_ends_on if waits_for_term else rows.canceled_on
    after = (term >= rows.canceled_on).fill_null(False).ifelse(term, rows.canceled_on)
    left_on = is_canceled.ifelse(rows.effective_on.fill_null(after), None)
    return rows.mutate(
        ends_on=rows.to_on.fill_null(left_on).fill_null(FAR_ON), was_voluntary=is_canceled.ifelse(rows.voluntary, None)
    )


def _active(rows: ir.Table, moment: Moment) -> ir.Table:
    """The stretches in which the customer counts as active."""
    import ibis

    paused = rows.paused.fill_null(False)
    rows = rows.filter(~rows.trial.fill_null(False) & ((rows.mrr > 0) | paused))
    paused = rows.paused.fill_null(False)
    limit = add_days(rows.from_on, int(moment.config.churn.pause_limit))
    rows = rows.select(
        "subscription_id", "account_id", "product_id", "currency", "quantity", "rep_id", "term_ends_on", "from_on",
        to_on=paused.ifelse(ibis.least(rows.ends_on, limit), rows.ends_on),
        mrr=paused.ifelse(0.0, rows.mrr.cast("float64")),
        is_paused=paused,
        is_subscription=True,
        was_voluntary=rows.was_voluntary,
    )  # fmt: skip
    return rows.filter(rows.to_on > rows.from_on)


def _without_gaps(rows: ir.Table, unit: str, grace: int) -> ir.Table:
    """Let a stretch run on to the next one of the unit where the gap is within grace."""
    import ibis

    order = ibis.window(group_by=unit, order_by=["from_on", "to_on", "product_id"])
    rows = rows.mutate(next_on=rows.from_on.lead().over(order))
    is_gap = (rows.next_on > rows.to_on) & (rows.next_on <= add_days(rows.to_on, grace))
    return rows.mutate(to_on=is_gap.fill_null(False).ifelse(rows.next_on, rows.to_on)).drop("next_on")


def _without_account_gaps(rows: ir.Table, grace: int) -> ir.Table:
    """The same between the times in which an account had anything."""
    spells = spells_of(rows)
    order = _spell_order()
    spells = spells.mutate(next_on=spells.spell_from.lead().over(order))
    near = (spells.next_on > spells.spell_to) & (spells.next_on <= add_days(spells.spell_to, grace))
    spells = spells.filter(near.fill_null(False)).select(g_account="account_id", g_to="spell_to", g_next="next_on")
    joined = rows.left_join(spells, [rows.account_id == spells.g_account, rows.to_on == spells.g_to])
    return joined.mutate(to_on=joined.g_next.fill_null(joined.to_on)).drop("g_account", "g_to", "g_next")


def _spell_order() -> object:
    import ibis

    return ibis.window(group_by="account_id", order_by="spell_from")


def spells_of(rows: ir.Table) -> ir.Table:
    """The times in which an account is active without a break: ``spell_from``, ``spell_to``."""
    import ibis

    order = ["from_on", "to_on", "subscription_id"]
    so_far = ibis.cumulative_window(group_by="account_id", order_by=order)
    rows = rows.mutate(reach=rows.to_on.max().over(so_far))
    rows = rows.mutate(reached=rows.reach.lag().over(ibis.window(group_by="account_id", order_by=order)))
    begins = (rows.reached.isnull() | (rows.from_on > rows.reached)).cast("int64")
    rows = rows.mutate(begins=begins)
    rows = rows.mutate(spell=rows.begins.sum().over(so_far))
    return rows.group_by(["account_id", "spell"]).agg(spell_from=rows.from_on.min(), spell_to=rows.to_on.max())


def _order_customers(tables: Tables, moment: Moment) -> ir.Table:
    """Accounts that never had a subscription: active while an order lies within ``inactivity`` before."""
    import ibis

    lines = tables.order_lines
    lines = lines.filter(lines.account_id.notnull() & (lines.units > 0) & lines.kind.fill_null("sale").isin(["sale"]))
    subscribed = tables.subscription_periods.select(s_account="account_id").distinct()
    lines = lines.anti_join(subscribed, lines.account_id == subscribed.s_account)
    days = lines.group_by(["account_id", "ordered_on"]).agg(rep_id=lines.rep_id.min())
    last = add_months(days.ordered_on, int(moment.config.churn.inactivity))
    return days.select(
        subscription_id=ibis.literal("orders ") + days.account_id,
        account_id=days.account_id,
        product_id=ibis.null("string"),
        currency=ibis.null("string"),
        quantity=ibis.null("float64"),
        rep_id=days.rep_id,
        term_ends_on=ibis.null("date"),
        from_on=days.ordered_on,
        to_on=add_days(last, 1),
        mrr=0.0,
        is_paused=False,
        is_subscription=False,
        was_voluntary=ibis.null("boolean"),
    )


def build_spells(tables: Tables, moment: Moment) -> ir.Table:
    """One row a time in which an account was a customer without a break; ``spell`` counts from 1."""
    import ibis

    rows = tables.subscription_stretches
    spells = spells_of(rows)
    last = rows.select(l_account="account_id", l_to="to_on", l_voluntary="was_voluntary")
    joined = spells.left_join(last, [spells.account_id == last.l_account, spells.spell_to == last.l_to])
    keys = ["account_id", "spell", "spell_from", "spell_to"]
    causes = joined.group_by(keys).agg(
        voluntary=joined.l_voluntary.cast("int64").max(), involuntary=(~joined.l_voluntary).cast("int64").max()
    )
    is_lost = causes.spell_to <= moment.as_of_on
    kind = ibis.cases((causes.voluntary == 1, "voluntary"), (causes.involuntary == 1, "involuntary"), else_="unknown")
    first = causes.group_by("account_id").agg(since=causes.spell_from.min()).rename(s_account="account_id")
    causes = causes.left_join(first, causes.account_id == first.s_account)
    return causes.select(
        "account_id", "spell",
        from_on=causes.spell_from,
        to_on=causes.spell_to,
        customer_since=causes.since,
        lost_on=is_lost.ifelse(causes.spell_to, None),
        days=ibis.least(causes.spell_to, ibis.literal(moment.as_of_on)).delta(causes.spell_from, unit="day"),
        end_kind=is_lost.ifelse(kind, None),
        is_provisional=is_lost
        & (add_days(causes.spell_to, int(moment.config.churn.grace_days)) > moment.as_of_on),
        cohort=causes.since.cast("timestamp(6)").truncate("M").date(),
        left_out=ibis.null("string"),
    )  # fmt: skip


ACCOUNT_DIMENSIONS: dict[str, Source] = {
    "rep": Shared("customer_sellers", "account_id", "rep_id"),
    "team": Shared("customer_sellers", "account_id", "team_id"),
    "role": Shared("customer_sellers", "account_id", "role"),
    "territory": Via("accounts", "account_id", "territory_id"),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Via("accounts", "account_id", "country"),
    "region": Via("accounts", "account_id", "region"),
    "source": Via("customer_origins", "account_id", "source"),
    "campaign": Via("customer_origins", "account_id", "campaign"),
}


def build_origins(tables: Tables, _: Moment) -> ir.Table:
    """Source and campaign of each account's first lead, and the month in which it became a customer."""
    starts = tables.customer_starts
    starts = starts.filter((starts.kind == "new") & starts.account_id.notnull())
    return starts.select("account_id", "source", "campaign", "cohort")


SUBSCRIPTION_STRETCHES = Fact(
    "subscription_stretches",
    "While what an account paid for a product stayed the same, gaps within grace closed; order customers without MRR.",
    build,
    key=("account_id", "subscription_id", "from_on"),
    reads=("subscription_periods", "cancellations", "order_lines", "products"),
    rows_from=("subscription_periods", "order_lines"),
    dimensions=ACCOUNT_DIMENSIONS
    | {
        "product": Own("product_id"),
        "family": Own("family"),
        "cohort": Via("customer_origins", "account_id", "cohort"),
    },
)

CUSTOMER_SPELLS = Fact(
    "customer_spells",
    "The times in which an account was a customer without a break.",
    build_spells,
    key=("account_id", "spell"),
    reads=("subscription_stretches",),
    ages=True,
    dimensions=ACCOUNT_DIMENSIONS | {"cohort": Own("cohort")},
)

CUSTOMER_ORIGINS = Fact(
    "customer_origins",
    "Where each customer came from: source and campaign of its first lead, month of its start.",
    build_origins,
    key=("account_id",),
    reads=("customer_starts",),
)
