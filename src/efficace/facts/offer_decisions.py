"""Offer decisions: what existing customers were offered and whether they took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.owners import with_team

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row an offer; where a company has none, its deals of kind upsell and cross_sell serve (CONTRACT G)."""
    import ibis

    offers = with_company_date(tables.offers, tables.zone_days, "offered_at", "offered_on")
    offers = with_team(offers, tables, "rep_id")
    offered = offers.select(
        "account_id", "product_id", "kind", "rep_id", "team_id", "channel", "offered_on",
        offer_id=offers.offer_id, outcome=offers.outcome.fill_null("pending"),
    )  # fmt: skip
    deals = tables.deal_spans
    deals = deals.filter(deals.deal_kind.isin(["upsell", "cross_sell"]))
    deals = deals.filter(deals.end_kind.isnull() | deals.ended_at.notnull())
    deals = with_company_date(deals, tables.zone_days, "created_at", "created_on")
    outcome = ibis.cases((deals.end_kind == "won", "accepted"), (deals.end_kind == "lost", "declined"), else_="pending")
    serving = deals.select(
        "account_id", "product_id", kind="deal_kind", rep_id="rep_id", team_id="team_id",
        channel=ibis.null("string"), offered_on="created_on", offer_id="deal_id", outcome=outcome,
    )  # fmt: skip
    count = tables.offers.agg(offers=tables.offers.count())
    serving = serving.cross_join(count)
    serving = serving.filter(serving.offers == 0).drop("offers")
    found = offered.union(serving)
    products = tables.products.select(p_product="product_id", family="family")
    found = found.left_join(products, found.product_id == products.p_product).drop("p_product")
    pending = ~found.outcome.isin(["accepted", "declined"])
    return found.mutate(left_out=pending.ifelse("pending", ibis.null("string")))


OFFER_DECISIONS = Fact(
    "offer_decisions",
    "What existing customers were offered, and whether they took it.",
    build,
    key=("offer_id",),
    reads=("offers", "deal_spans", "products", "reps"),
    rows_from=("offers", "deal_spans"),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Via("accounts", "account_id", "territory_id"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Via("accounts", "account_id", "country"),
        "region": Via("accounts", "account_id", "region"),
        "product": Own("product_id"),
        "family": Own("family"),
        "channel": Own("channel"),
    },
)
