"""Unit lines: what was sold and returned, line by line; a projection of the order lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment, Own, Source, Via
from efficace.facts.owners import with_team

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

UNIT_KINDS = ("sale", "return")


def build(tables: Tables, _: Moment) -> ir.Table:
    """Lines of kind sale and return (CONTRACT C): an empty kind is a return where units are negative, else a sale.

    A return with positive units is taken as negative, its amount too, and marked ``was_mended``.
    """
    import ibis

    lines = with_line_origin(tables.order_lines, tables)
    kind = lines.kind.fill_null((lines.units < 0).ifelse("return", "sale"))
    lines = lines.mutate(kind=kind)
    lines = lines.filter(lines.kind.isin(UNIT_KINDS))
    was_mended = (lines.kind == "return") & (lines.units > 0)
    sign = was_mended.ifelse(-1, 1)
    return lines.select(
        "line_id", "ordered_at", "ordered_on", "product_id", "family", "kind", "order_id", "account_id", "deal_id",
        "rep_id", "team_id", "location_id", "channel", "country", "region", "city",
        units=lines.units * sign,
        amount=lines.amount * sign,
        unit_price=lines.unit_price,
        was_mended=was_mended,
        rate_missing=lines.rate_missing.fill_null(False),
        left_out=ibis.null("string"),
    )  # fmt: skip


def with_line_origin(lines: ir.Table, tables: Tables) -> ir.Table:
    """Add rep and team (the line's, else its deal's) and place (the line's, else its location's or account's)."""
    deals = tables.deal_spans.select(d_deal="deal_id", d_rep="rep_id", d_team="team_id")
    places = tables.locations.select(p_place="location_id", p_country="country", p_region="region", p_city="city")
    accounts = tables.accounts.select(a_account="account_id", a_country="country", a_region="region", a_city="city")
    lines = lines.left_join(deals, lines.deal_id == deals.d_deal)
    lines = lines.mutate(d_team=lines.rep_id.isnull().ifelse(lines.d_team, None))
    lines = lines.mutate(rep_id=lines.rep_id.fill_null(lines.d_rep))
    lines = with_team(lines, tables, "rep_id", "d_team")
    lines = lines.left_join(places, lines.location_id == places.p_place)
    lines = lines.left_join(accounts, lines.account_id == accounts.a_account)
    return lines.mutate(
        country=lines.country.fill_null(lines.p_country).fill_null(lines.a_country),
        region=lines.region.fill_null(lines.p_region).fill_null(lines.a_region),
        city=lines.city.fill_null(lines.p_city).fill_null(lines.a_city),
    )


LINE_DIMENSIONS: dict[str, Source] = {
    "rep": Own("rep_id"),
    "team": Own("team_id"),
    "role": Via("reps", "rep_id", "role"),
    "territory": Via("accounts", "account_id", "territory_id"),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Own("country"),
    "region": Own("region"),
    "product": Own("product_id"),
    "family": Own("family"),
    "location": Own("location_id"),
    "channel": Own("channel"),
}

UNIT_LINES = Fact(
    "unit_lines",
    "What was sold and returned, line by line: units, amount, product, place, channel and rep.",
    build,
    key=("line_id",),
    reads=("order_lines", "deal_spans", "locations", "accounts", "reps"),
    stored=False,
    dimensions=LINE_DIMENSIONS,
)
