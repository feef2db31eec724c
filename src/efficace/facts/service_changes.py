"""Service changes: the days on which subscriptions joined a service, left it or were cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.subscription_stretches import held as stretches

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

JOINED, LEFT, CANCELED = "joined", "left", "canceled"
_COLUMNS = ("subscription_id", "account_id", "product_id", "family", "day_on")


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a change; ``change`` is what it does to the number of subscriptions held (+1, -1, 0).

    A cancellation counts on the day on which it was made. A subscription that ended without one counts as canceled on
    the day of its loss; a switch to another product of the same subscription is none.
    """
    import ibis

    held = stretches(tables)
    held = held.filter(held.is_subscription).mutate(to_on=held.unit_to_on)
    joined = held.mutate(day_on=held.from_on).select(_COLUMNS).mutate(kind=ibis.literal(JOINED), change=1)
    ended = held.filter(held.to_on <= moment.as_of_on)
    left = ended.mutate(day_on=ended.to_on).select(_COLUMNS).mutate(kind=ibis.literal(LEFT), change=-1)
    canceled = _canceled(tables, held).union(_lost(tables, held, ended))
    canceled = canceled.mutate(kind=ibis.literal(CANCELED), change=0)
    return joined.union(left, canceled).mutate(left_out=ibis.null("string"))


def _canceled(tables: Tables, held: ir.Table) -> ir.Table:
    """Cancellations of paid subscriptions, by the product held then."""
    import ibis

    made = with_company_date(tables.cancellations, tables.zone_days, "canceled_at", "day_on")
    made = made.select("canceled_at", "day_on", c_subscription="subscription_id")
    rows = made.inner_join(held, made.c_subscription == held.subscription_id)
    rows = rows.mutate(is_later=(rows.from_on > rows.day_on).cast("int64"))
    nearest = ibis.window(
        group_by=["c_subscription", "canceled_at"],
        order_by=["is_later", ibis.desc("from_on"), "product_id"],
    )
    rows = rows.mutate(place=ibis.row_number().over(nearest))
    return rows.filter(rows.place == 0).select(_COLUMNS)


def _lost(tables: Tables, held: ir.Table, ended: ir.Table) -> ir.Table:
    """Subscriptions without any cancellation that ended and did not go on, not even with another product."""
    canceled = tables.cancellations.select(k_subscription="subscription_id").distinct()
    ended = ended.anti_join(canceled, ended.subscription_id == canceled.k_subscription)
    other = held.select(o_subscription="subscription_id", o_from="from_on", o_to="to_on")
    goes_on = [
        ended.subscription_id == other.o_subscription,
        other.o_from <= ended.to_on,
        other.o_to > ended.to_on,
    ]
    ended = ended.anti_join(other, goes_on)
    return ended.mutate(day_on=ended.to_on).select(_COLUMNS)


SERVICE_CHANGES = Fact(
    "service_changes",
    "The days on which subscriptions joined a service, left it or were cancelled.",
    build,
    key=("day_on", "subscription_id", "product_id", "kind"),
    reads=("subscription_stretches", "cancellations"),
    rows_from=("subscription_stretches",),
    ages=True,
    dimensions={
        "product": Own("product_id"),
        "family": Own("family"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Via("accounts", "account_id", "country"),
        "region": Via("accounts", "account_id", "region"),
    },
)
