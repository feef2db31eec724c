"""What customers hold at both ends of a period: who could be sold more, and who was (CONTRACT G)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.subscription_stretches import held
from efficace.metrics.query import REASON, WEIGHT
from efficace.metrics.states import END, at_both_ends, by_columns, members_of_start

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def upsell_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row a customer of the eve and member: ``is_upsold``; who has no family below its top tier is left out.

    Up-sold: at the end a higher tier, or more quantity, in a family that was below its top at the start.
    """
    import ibis

    tops = tables.products.filter(tables.products.tier.notnull() & tables.products.family.notnull())
    tops = tops.group_by("family").agg(top=tops.tier.max()).rename(t_family="family")
    families = _families(at_both_ends(held(tables), periods))
    found = members_of_start(rows, periods, "family")
    found = found.left_join(
        families,
        [found.account_id == families.h_account, found.family == families.h_family, found.period == families.h_period],
    )
    found = found.left_join(tops, found.family == tops.t_family)
    could = (found.start_tier < found.top).fill_null(False)
    is_more = (found.end_tier > found.start_tier) | (found.is_kept & (found.end_quantity > found.start_quantity))
    found = found.mutate(
        could=could.cast("int64"),
        is_more=(could & is_more.fill_null(False)).cast("int64"),
        is_top=(found.start_tier >= found.top).fill_null(False).cast("int64"),
    )
    groups = ["period", "account_id", WEIGHT, REASON, *by_columns(found)]
    customers = found.group_by(groups).agg(
        could=found.could.max(), is_upsold=found.is_more.max(), is_top=found.is_top.max()
    )
    why = ibis.cases((customers.could == 1, None), (customers.is_top == 1, "at_top_tier"), else_="unknown_tier")
    return customers.mutate(**{REASON: customers[REASON].fill_null(why)}).drop("could", "is_top")


def _families(states: ir.Table) -> ir.Table:
    """Tier and quantity of each family that an account holds, at both ends."""
    is_end = states.side == END
    # A subscription without a quantity counts as one; orders tell no quantity that lasts.
    quantity = states.quantity.fill_null(states.is_subscription.ifelse(1.0, 0.0))
    return (
        states.filter(states.family.notnull())
        .group_by(["period", "account_id", "family"])
        .agg(
            start_tier=is_end.ifelse(None, states.tier).max(),
            end_tier=is_end.ifelse(states.tier, None).max(),
            start_quantity=is_end.ifelse(0.0, quantity).sum(),
            end_quantity=is_end.ifelse(quantity, 0.0).sum(),
            is_kept=is_end.any(),
        )
        .rename(h_period="period", h_account="account_id", h_family="family")
    )


def cross_sell_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row a customer of the eve and member: ``is_cross_sold``; who has had every family is left out.

    Cross-sold: at the end it holds a family that it never held before the period.
    """
    products = tables.products.filter(tables.products.family.notnull())
    every = products.agg(families=products.family.nunique())
    ever = held(tables)
    ever = ever.filter(ever.family.notnull())
    first = ever.group_by(["account_id", "family"]).agg(first_on=ever.from_on.min())
    first = first.rename(f_account="account_id", f_family="family")
    days = periods.select("eve_on", "last_on", p_period="period")
    before = first.inner_join(days, first.first_on <= days.eve_on)
    had = before.group_by(["f_account", "p_period"]).agg(had=before.f_family.nunique())
    customers = members_of_start(rows, periods)
    customers = customers.left_join(had, [customers.account_id == had.f_account, customers.period == had.p_period])
    customers = customers.drop("f_account", "p_period").cross_join(every)
    has_all = (customers.had >= customers.families).fill_null(False).ifelse("has_every_family", None)
    customers = customers.mutate(**{REASON: customers[REASON].fill_null(has_all)})
    sold = _newly_held(ever, first, days)
    found = customers.left_join(sold, [customers.account_id == sold.x_account, customers.period == sold.x_period])
    return found.mutate(is_cross_sold=found.x_account.notnull().cast("int64")).drop("x_account", "x_period")


def _newly_held(ever: ir.Table, first: ir.Table, days: ir.Table) -> ir.Table:
    """Accounts that hold on the last day a family that they first held after the eve."""
    now = ever.inner_join(days, [ever.from_on <= days.last_on, ever.to_on > days.last_on])
    now = now.inner_join(first, [now.account_id == first.f_account, now.family == first.f_family])
    now = now.filter(now.first_on > now.eve_on)
    return now.select(x_account="account_id", x_period="p_period").distinct()
