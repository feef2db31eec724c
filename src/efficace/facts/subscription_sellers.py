"""Subscription sellers: the reps to whom each subscription counts; their shares add up to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.customer_sellers import credited_accounts
from efficace.facts.fact import Fact, Moment
from efficace.facts.owners import with_team
from efficace.facts.subscription_stretches import held

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """CONTRACT A: credits of the account's first won deal, else who sold the subscription, else the account's rep."""
    import ibis

    rows = held(tables)
    every = rows.select("subscription_id", "account_id").distinct()
    order = ibis.window(group_by="subscription_id", order_by="from_on")
    sold = rows.filter(rows.rep_id.notnull())
    sold = sold.mutate(place=ibis.row_number().over(order))
    sold = sold.filter(sold.place == 0)
    credited = credited_accounts(tables)
    sold = sold.anti_join(credited, sold.account_id == credited.credited)
    own = with_team(sold.select("subscription_id", "rep_id", share=1.0), tables, "rep_id")
    own = own.select("subscription_id", "rep_id", "team_id", "share")
    taken = own.select(taken="subscription_id")
    others = every.anti_join(taken, every.subscription_id == taken.taken)
    sellers = tables.customer_sellers.select("rep_id", "team_id", "share", s_account="account_id")
    others = others.inner_join(sellers, others.account_id == sellers.s_account)
    found = own.union(others.select("subscription_id", "rep_id", "team_id", "share"))
    roles = tables.reps.select(r_rep="rep_id", role="role")
    return found.left_join(roles, found.rep_id == roles.r_rep).drop("r_rep")


SUBSCRIPTION_SELLERS = Fact(
    "subscription_sellers",
    "The reps to whom each subscription counts; its shares add up to 1.",
    build,
    key=("subscription_id", "rep_id"),
    reads=("subscription_stretches", "customer_sellers", "deal_spans", "deal_credits", "reps"),
)
