"""Baskets: which products were bought together, in one order or by one account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment, Own, Source, Via
from efficace.facts.subscription_stretches import held as stretches
from efficace.facts.unit_lines import with_place, with_seller

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

_COLUMNS = (
    "item_id", "order_basket", "account_id", "product_id", "family", "rep_id", "team_id", "location_id", "channel",
    "country", "region", "bought_on",
)  # fmt: skip


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a line of positive units, and one a subscription stretch, which belongs to no order.

    A line without ``order_id`` is an order of its own.
    """
    import ibis

    lines = tables.unit_lines
    lines = lines.filter((lines.units > 0) & lines.product_id.notnull())
    lines = with_place(with_seller(lines, tables), tables)
    bought = lines.mutate(
        rep_id=lines.seller_id,
        team_id=lines.seller_team_id,
        country=lines.in_country,
        region=lines.in_region,
        item_id=lines.line_id,
        order_basket=lines.order_id.fill_null(ibis.literal("line ") + lines.line_id),
        bought_on=lines.ordered_on,
    ).select(_COLUMNS)
    held = stretches(tables)
    held = held.filter(held.is_subscription & held.product_id.notnull())
    unknown = ("order_basket", "team_id", "location_id", "channel", "country", "region")
    subscribed = held.mutate(
        item_id=held.subscription_id,
        bought_on=held.from_on,
        **{name: ibis.null("string") for name in unknown},
    ).select(_COLUMNS)
    return bought.union(subscribed).mutate(left_out=ibis.null("string"))


PAIR = ("antecedent", "consequent")

BASKET_DIMENSIONS: dict[str, Source] = {
    "rep": Own("rep_id"),
    "team": Own("team_id"),
    "role": Via("reps", "rep_id", "role"),
    "territory": Via("accounts", "account_id", "territory_id"),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Own("country"),
    "region": Own("region"),
    "location": Own("location_id"),
    "channel": Own("channel"),
    **{name: Own("product_id") for name in PAIR},
}

BASKETS = Fact(
    "baskets",
    "Which products were bought together, in one order or by one account.",
    build,
    key=("item_id", "bought_on"),
    reads=("unit_lines", "subscription_stretches", "deal_spans", "locations", "accounts", "reps"),
    stored=False,
    dimensions=BASKET_DIMENSIONS,
)
