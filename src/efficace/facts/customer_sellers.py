"""Customer sellers: the reps to whom an account counts as a customer; their shares add up to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment
from efficace.facts.owners import with_team

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """CONTRACT A: credits of the first won deal, else who sold the subscription, else the owner of that deal.

    An account that only ever ordered belongs to the rep of its first order line.
    """
    first = _first_won(tables)
    credited = _by_credits(tables, first)
    sold = _by_subscription(tables)
    owned = first.filter(first.rep_id.notnull()).select("account_id", "rep_id", "team_id", share=1.0)
    ordered = _by_order(tables)
    found = credited
    for later in (sold, owned, ordered):
        taken = found.select(taken="account_id").distinct()
        found = found.union(later.anti_join(taken, later.account_id == taken.taken))
    roles = tables.reps.select(r_rep="rep_id", role="role")
    return found.left_join(roles, found.rep_id == roles.r_rep).drop("r_rep")


def credited_accounts(tables: Tables) -> ir.Table:
    """Accounts whose first won deal has credits: ``credited``."""
    return _by_credits(tables, _first_won(tables)).select(credited="account_id").distinct()


def _first_won(tables: Tables) -> ir.Table:
    import ibis

    deals = tables.deal_spans
    deals = deals.filter((deals.end_kind == "won") & deals.account_id.notnull() & deals.ended_at.notnull())
    order = ibis.window(group_by="account_id", order_by=["ended_at", "deal_id"])
    deals = deals.mutate(place=ibis.row_number().over(order))
    return deals.filter(deals.place == 0).select("account_id", "deal_id", "rep_id", "team_id")


def _by_credits(tables: Tables, first: ir.Table) -> ir.Table:
    given = tables.deal_credits.select(c_deal="deal_id", c_rep="rep_id", share="share")
    joined = first.inner_join(given, first.deal_id == given.c_deal).select("account_id", "share", rep_id="c_rep")
    return with_team(joined, tables, "rep_id").select("account_id", "rep_id", "team_id", "share")


def _by_subscription(tables: Tables) -> ir.Table:
    import ibis

    periods = tables.subscription_periods
    periods = periods.filter(periods.rep_id.notnull())
    order = ibis.window(group_by="account_id", order_by=["from_on", "subscription_id"])
    periods = periods.mutate(place=ibis.row_number().over(order))
    sole = periods.filter(periods.place == 0).select("account_id", "rep_id", share=1.0)
    return with_team(sole, tables, "rep_id").select("account_id", "rep_id", "team_id", "share")


def _by_order(tables: Tables) -> ir.Table:
    import ibis

    lines = tables.order_lines
    deals = tables.deal_spans.select(d_deal="deal_id", d_rep="rep_id")
    lines = lines.filter(lines.account_id.notnull()).left_join(deals, lines.deal_id == deals.d_deal)
    lines = lines.mutate(seller=lines.rep_id.fill_null(lines.d_rep))
    lines = lines.filter(lines.seller.notnull())
    order = ibis.window(group_by="account_id", order_by=["ordered_at", "line_id"])
    lines = lines.mutate(place=ibis.row_number().over(order))
    sole = lines.filter(lines.place == 0).select("account_id", rep_id="seller", share=1.0)
    return with_team(sole, tables, "rep_id").select("account_id", "rep_id", "team_id", "share")


CUSTOMER_SELLERS = Fact(
    "customer_sellers",
    "The reps to whom an account counts as a customer; the shares of an account add up to 1.",
    build,
    key=("account_id", "rep_id"),
    reads=("deal_spans", "deal_credits", "subscription_periods", "order_lines", "reps"),
    rows_from=("deal_spans", "subscription_periods", "order_lines"),
)
