"""Subscription stretches: while what an account paid stayed the same; order customers as stretches without MRR."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_ON, add_days, add_months, month_of
from efficace.facts.fact import Fact, Moment, Own, Shared, Source, Via
from efficace.facts.shared import without
from efficace.facts.subscription_ends import notices, with_ends

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

DAWN = date(1900, 1, 1)
"""Before everything: open beginnings in join conditions."""

_OWN = (
    "subscription_id", "account_id", "product_id", "currency", "quantity", "rep_id", "term_ends_on", "from_on", "to_on",
    "mrr", "is_paused", "is_final", "is_subscription",
)  # fmt: skip


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a stretch in which the customer is active (CONTRACT F).

    Trials and unpaid stretches are out; a pause after a paid stretch is active at MRR 0 up to ``pause_limit``. Gaps of
    at most ``grace_days`` are closed, first within a subscription (``unit_to_on``), then within an account (``to_on``).
    No grace follows a stretch that ``is_final``: a pause over its limit, an order customer's last day. A period that
    ends before it begins stays with its reason.
    """
    grace = int(moment.config.churn.grace_days)
    periods = with_ends(tables, moment)
    paid = _active(periods.filter(periods.left_out.isnull()), moment)
    paid = _with_cause(_without_gaps(paid, grace), tables, grace)
    rows = _without_account_gaps(paid.union(_order_customers(tables, moment)), grace)
    first = rows.group_by("account_id").agg(customer_since=rows.from_on.min()).rename(f_account="account_id")
    rows = rows.mutate(left_out=_nothing("string")).union(_unusable(periods))
    rows = rows.left_join(first, rows.account_id == first.f_account).drop("f_account")
    products = tables.products.select(p_product="product_id", family="family", tier="tier")
    rows = rows.left_join(products, rows.product_id == products.p_product).drop("p_product")
    return rows.mutate(cohort=month_of(rows.customer_since))


def held(tables: Tables) -> ir.Table:
    """The stretches that can be used."""
    rows = tables.subscription_stretches
    return rows.filter(rows.left_out.isnull())


def covered_stretches(tables: Tables, moment: Moment) -> ir.Table:
    """The stretches of subscriptions as they are covered, pauses at MRR 0, without what grace adds."""
    periods = with_ends(tables, moment)
    return _active(periods.filter(periods.left_out.isnull()), moment)


def _nothing(kind: str) -> ir.Value:
    import ibis

    return ibis.null(kind)


def _active(rows: ir.Table, moment: Moment) -> ir.Table:
    """The periods in which the customer counts as active, up to ``to_on``."""
    import ibis

    grace, limit = int(moment.config.churn.grace_days), int(moment.config.churn.pause_limit)
    rows = rows.mutate(is_paused=rows.paused.fill_null(False))
    rows = rows.filter(~rows.trial.fill_null(False) & ((rows.mrr > 0) | rows.is_paused))
    order = ibis.window(group_by="subscription_id", order_by="from_on")
    so_far = ibis.cumulative_window(group_by="subscription_id", order_by="from_on")
    rows = rows.mutate(
        was_paused=rows.is_paused.lag().over(order),
        is_near=(rows.from_on <= add_days(rows.ends_on.lag().over(order), grace)).fill_null(False),
        goes_on=(rows.is_paused.lead().over(order) & (rows.from_on.lead().over(order) == rows.ends_on)),
    )
    begins = rows.is_paused & ~(rows.was_paused.fill_null(False) & rows.is_near)
    rows = rows.mutate(
        pause_on=begins.ifelse(rows.from_on, None),
        good_pause_on=(begins & rows.is_near).ifelse(rows.from_on, None),
    )
    # Starts never fall, so the greatest so far is the last one.
    rows = rows.mutate(pause_on=rows.pause_on.max().over(so_far), good_pause_on=rows.good_pause_on.max().over(so_far))
    limit_on = add_days(rows.pause_on, limit)
    is_over = (rows.ends_on > limit_on) | ((rows.ends_on == limit_on) & rows.goes_on.fill_null(False))
    rows = rows.mutate(
        to_on=rows.is_paused.ifelse(ibis.least(rows.ends_on, limit_on), rows.ends_on),
        mrr=rows.is_paused.ifelse(0.0, rows.mrr.cast("float64")),
        is_final=rows.is_paused & is_over.fill_null(False),
        is_subscription=ibis.literal(True),
    )
    rows = rows.filter(~rows.is_paused | (rows.good_pause_on == rows.pause_on).fill_null(False))
    return rows.filter(rows.to_on > rows.from_on).select(*_OWN)


def _without_gaps(rows: ir.Table, grace: int) -> ir.Table:
    """Let a stretch run on to the next one of its subscription where the gap is within grace: ``unit_to_on``."""
    import ibis

    order = ibis.window(group_by="subscription_id", order_by="from_on")
    rows = rows.mutate(next_on=rows.from_on.lead().over(order))
    is_gap = (rows.next_on > rows.to_on) & (rows.next_on <= add_days(rows.to_on, grace)) & ~rows.is_final
    to_on = is_gap.fill_null(False).ifelse(rows.next_on, rows.to_on)
    return rows.mutate(to_on=to_on, unit_to_on=to_on).drop("next_on")


def _with_cause(rows: ir.Table, tables: Tables, grace: int) -> ir.Table:
    """Add ``was_voluntary`` to the stretch before a loss: of the last notice since the one before, up to grace."""
    import ibis

    order = ibis.window(group_by="subscription_id", order_by="from_on")
    so_far = ibis.cumulative_window(group_by="subscription_id", order_by="from_on")
    rows = rows.mutate(next_on=rows.from_on.lead().over(order).fill_null(FAR_ON))
    lost = (rows.next_on > rows.to_on).ifelse(rows.to_on, None)
    rows = rows.mutate(lost_on=lost)
    rows = rows.mutate(last_lost_on=rows.lost_on.max().over(so_far))
    rows = rows.mutate(since=rows.last_lost_on.lag().over(order).fill_null(DAWN))
    losses = rows.filter(rows.lost_on < FAR_ON)
    losses = losses.mutate(until=ibis.least(add_days(losses.lost_on, grace), add_days(losses.next_on, -1)))
    losses = losses.select("since", "until", l_subscription="subscription_id", l_from="from_on")
    given = notices(tables)
    told = losses.inner_join(
        given,
        [
            losses.l_subscription == given.c_subscription,
            losses.since <= given.canceled_on,
            losses.until >= given.canceled_on,
        ],
    )
    last = ibis.window(group_by=["l_subscription", "l_from"], order_by=ibis.desc("canceled_at"))
    told = told.mutate(place=ibis.row_number().over(last))
    told = told.filter(told.place == 0).select("l_subscription", "l_from", was_voluntary="voluntary")
    rows = rows.drop("next_on", "lost_on", "last_lost_on", "since")
    return rows.left_join(told, [rows.subscription_id == told.l_subscription, rows.from_on == told.l_from]).drop(
        "l_subscription", "l_from"
    )


def _order_customers(tables: Tables, moment: Moment) -> ir.Table:
    """Accounts that never had a subscription: each product for ``inactivity`` after an order, and that day."""
    import ibis

    lines = tables.order_lines
    lines = lines.filter(lines.account_id.notnull() & (lines.units > 0) & lines.kind.fill_null("sale").isin(["sale"]))
    subscribed = tables.subscription_periods.select(s_account="account_id").distinct()
    lines = lines.anti_join(subscribed, lines.account_id == subscribed.s_account)
    days = lines.select("account_id", "product_id", from_on="ordered_on").distinct()
    to_on = add_days(add_months(days.from_on, int(moment.config.churn.inactivity)), 1)
    return days.select(
        "account_id", "product_id", "from_on",
        subscription_id=ibis.literal("orders ") + days.account_id + " " + days.product_id,
        currency=_nothing("string"), quantity=_nothing("float64"), rep_id=_nothing("string"),
        term_ends_on=_nothing("date"), to_on=to_on, mrr=0.0, is_paused=False, is_final=True, is_subscription=False,
        unit_to_on=to_on, was_voluntary=_nothing("boolean"),
    ).select(*_OWN, "unit_to_on", "was_voluntary")  # fmt: skip


def _without_account_gaps(rows: ir.Table, grace: int) -> ir.Table:
    """Let what an account held last run on to its return where nothing else was held and the gap is within grace."""
    import ibis

    before = ibis.rows_window(group_by="account_id", order_by=["from_on", "to_on"], preceding=(None, 1))
    ends = rows.mutate(reach=rows.to_on.max().over(before))
    is_back = (ends.from_on > ends.reach) & (ends.from_on <= add_days(ends.reach, grace))
    gaps = ends.filter(is_back.fill_null(False)).select(g_account="account_id", g_to="reach", g_next="from_on")
    joined = rows.left_join(gaps, [rows.account_id == gaps.g_account, rows.to_on == gaps.g_to])
    runs_on = joined.g_next.notnull() & ~joined.is_final
    joined = joined.mutate(to_on=runs_on.ifelse(joined.g_next, joined.to_on))
    return without(joined, "g_account", "g_to", "g_next")


def spells_of(rows: ir.Table) -> ir.Table:
    """The times in which an account is active without a break: ``spell_from``, ``spell_to``, ``spell`` from 1."""
    import ibis

    order = ["from_on", "to_on", "subscription_id"]
    so_far = ibis.cumulative_window(group_by="account_id", order_by=order)
    rows = rows.mutate(reach=rows.to_on.max().over(so_far))
    rows = rows.mutate(reached=rows.reach.lag().over(ibis.window(group_by="account_id", order_by=order)))
    begins = (rows.reached.isnull() | (rows.from_on > rows.reached)).cast("int64")
    rows = rows.mutate(begins=begins)
    rows = rows.mutate(spell=rows.begins.sum().over(so_far).cast("int64"))
    return rows.group_by(["account_id", "spell"]).agg(spell_from=rows.from_on.min(), spell_to=rows.to_on.max())


def _unusable(periods: ir.Table) -> ir.Table:
    """Periods that end before they begin."""
    rows = periods.filter(periods.left_out.notnull())
    rows = rows.mutate(
        mrr=rows.mrr.cast("float64"),
        is_paused=rows.paused.fill_null(False),
        is_final=rows.left_out.isnull(),
        is_subscription=rows.left_out.notnull(),
        unit_to_on=rows.to_on,
        was_voluntary=_nothing("boolean"),
    )
    return rows.select(*_OWN, "unit_to_on", "was_voluntary", "left_out")


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

SUBSCRIPTION_STRETCHES = Fact(
    "subscription_stretches",
    "While what an account paid for a product stayed the same, gaps within grace closed; order customers without MRR.",
    build,
    key=("account_id", "subscription_id", "from_on"),
    reads=("subscription_periods", "cancellations", "order_lines", "products"),
    rows_from=("subscription_periods", "order_lines"),
    dimensions=ACCOUNT_DIMENSIONS
    | {
        "rep": Shared("subscription_sellers", "subscription_id", "rep_id"),
        "team": Shared("subscription_sellers", "subscription_id", "team_id"),
        "role": Shared("subscription_sellers", "subscription_id", "role"),
        "product": Own("product_id"),
        "family": Own("family"),
        "cohort": Own("cohort"),
    },
)
