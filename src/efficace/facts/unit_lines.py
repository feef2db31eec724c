"""Unit lines: what was sold and returned, line by line; a projection of the order lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Added, Fact, Moment, Own, Source, Via
from efficace.facts.owners import with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

UNIT_KINDS = ("sale", "return")


def build(tables: Tables, _: Moment) -> ir.Table:
    """Lines of kind sale and return (CONTRACT C), returns negative; who sold and where is added where it is asked."""
    import ibis

    lines = with_kind(tables.order_lines)
    lines = lines.filter(lines.kind.isin(UNIT_KINDS))
    return lines.select(
        "line_id", "ordered_at", "ordered_on", "product_id", "family", "kind", "order_id", "account_id", "deal_id",
        "rep_id", "location_id", "channel", "country", "region", "city", "unit_price",
        units=lines.units * lines.sign,
        amount=lines.amount * lines.sign,
        was_mended=lines.sign < 0,
        rate_missing=lines.rate_missing.fill_null(False),
        left_out=ibis.null("string"),
    )  # fmt: skip


def with_kind(lines: ir.Table) -> ir.Table:
    """Fill an empty ``kind`` (a return where units are negative, else a sale) and add ``sign``.

    A return with positive units is taken as negative, its amount too: its sign is -1.
    """
    lines = lines.mutate(kind=lines.kind.fill_null((lines.units < 0).ifelse("return", "sale")))
    return lines.mutate(sign=((lines.kind == "return") & (lines.units > 0)).ifelse(-1, 1))


def with_seller(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add ``seller_id`` (the line's rep, else its deal's owner), ``seller_team_id`` and ``seller_role``."""
    deals = tables.deal_spans.select(d_deal="deal_id", d_rep="rep_id", d_team="team_id")
    rows = rows.left_join(deals, rows.deal_id == deals.d_deal)
    rows = rows.mutate(
        seller_id=rows.rep_id.fill_null(rows.d_rep), d_team=rows.rep_id.isnull().ifelse(rows.d_team, None)
    )
    reps = tables.reps.select(t_rep="rep_id", t_team="team_id", seller_role="role")
    rows = rows.left_join(reps, rows.seller_id == reps.t_rep)
    return rows.mutate(seller_team_id=rows.d_team.fill_null(rows.t_team)).drop(
        "d_deal", "d_rep", "d_team", "t_rep", "t_team"
    )


def with_place(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add ``in_country``, ``in_region`` and ``in_city``: the line's own, else its location's, else its account's."""
    places = tables.locations.select(p_place="location_id", p_country="country", p_region="region", p_city="city")
    accounts = tables.accounts.select(a_account="account_id", a_country="country", a_region="region", a_city="city")
    rows = rows.left_join(places, rows.location_id == places.p_place)
    rows = rows.left_join(accounts, rows.account_id == accounts.a_account)
    return rows.mutate(
        in_country=rows.country.fill_null(rows.p_country).fill_null(rows.a_country),
        in_region=rows.region.fill_null(rows.p_region).fill_null(rows.a_region),
        in_city=rows.city.fill_null(rows.p_city).fill_null(rows.a_city),
    ).drop(*places.columns, *accounts.columns)


def with_line_territory(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add ``in_territory``: the account's, else the one assigned to the seller or the team on the day of the order."""
    sold = rows if "seller_id" in rows.columns else with_seller(rows, tables)
    kept = sold.columns
    sold = sold.mutate(own_rep_id=sold.rep_id, rep_id=sold.seller_id, team_id=sold.seller_team_id)
    placed = with_territory(sold, tables, None, "account_id", "ordered_on")
    return placed.mutate(rep_id=placed.own_rep_id, in_territory=placed.territory_id).select(*kept, "in_territory")


LINE_DIMENSIONS: dict[str, Source] = {
    "rep": Added("seller_id", with_seller),
    "team": Added("seller_team_id", with_seller),
    "role": Added("seller_role", with_seller),
    "territory": Added("in_territory", with_line_territory),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Added("in_country", with_place),
    "region": Added("in_region", with_place),
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
    reads=("order_lines",),
    stored=False,
    dimensions=LINE_DIMENSIONS,
)
