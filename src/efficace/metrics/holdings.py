"""What customers hold at both ends of a period: who could be sold more, and who was (CONTRACT G)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.metrics.query import REASON, WEIGHT
from efficace.metrics.states import END, at_both_ends, by_columns

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def upsell_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row a customer of the eve who held a product below the top tier of its family: ``is_upsold``.

    Up-sold: at the end a higher tier, or more quantity, in such a family.
    """
    import ibis

    tops = tables.products.filter(tables.products.tier.notnull() & tables.products.family.notnull())
    tops = tops.group_by("family").agg(top=tops.tier.max()).rename(t_family="family")
    states = at_both_ends(rows.filter(rows.is_subscription & rows.family.notnull()), periods)
    states = states.left_join(tops, states.family == tops.t_family)
    groups = ["period", "account_id", "family", WEIGHT, REASON, *by_columns(states)]
    is_end = states.side == END
    held = states.group_by(groups).agg(
        had=(~is_end).cast("int64").max(),
        start_tier=is_end.ifelse(None, states.tier).max(),
        end_tier=is_end.ifelse(states.tier, None).max(),
        start_quantity=is_end.ifelse(0.0, states.quantity.fill_null(0.0)).sum(),
        end_quantity=is_end.ifelse(states.quantity.fill_null(0.0), 0.0).sum(),
        top=states.top.max(),
    )
    held = held.filter((held.had == 1) & (held.start_tier < held.top).fill_null(False))
    is_more = (held.end_tier > held.start_tier) | (held.end_tier.notnull() & (held.end_quantity > held.start_quantity))
    held = held.mutate(is_more=is_more.fill_null(False).cast("int64"))
    accounts = [name for name in groups if name != "family"]
    return held.group_by(accounts).agg(is_upsold=held.is_more.max(), families=ibis._.count())


def cross_sell_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row a customer of the eve who had not had every family yet: ``is_cross_sold``.

    Cross-sold: at the end it holds a family that it never held before the period.
    """
    families = tables.products.filter(tables.products.family.notnull())
    families = families.agg(families=families.family.nunique())
    subscribed = rows.filter(rows.is_subscription & rows.family.notnull())
    ever = tables.subscription_stretches.filter(tables.subscription_stretches.family.notnull())
    first = ever.group_by(["account_id", "family"]).agg(first_on=ever.from_on.min())
    first = first.rename(f_account="account_id", f_family="family")
    days = periods.select(p_period="period", p_start="start_on")
    before = first.inner_join(days, first.first_on < days.p_start)
    had = before.group_by(["f_account", "p_period"]).agg(had=before.f_family.nunique())
    states = at_both_ends(subscribed, periods)
    starts = states.filter(states.side != END)
    groups = ["period", "account_id", WEIGHT, REASON, *by_columns(starts)]
    customers = starts.select(*groups).distinct()
    customers = customers.inner_join(had, [customers.account_id == had.f_account, customers.period == had.p_period])
    customers = customers.cross_join(families)
    customers = customers.filter(customers.had < customers.families).drop("f_account", "p_period")
    held = at_both_ends(ever, periods)
    held = held.filter(held.side == END)
    held = held.inner_join(first, [held.account_id == first.f_account, held.family == first.f_family])
    days = periods.select(s_period="period", s_start="start_on")
    held = held.inner_join(days, held.period == days.s_period)
    sold = held.filter(held.first_on >= held.s_start)
    sold = sold.select(x_account="account_id", x_period="period").distinct()
    found = customers.left_join(sold, [customers.account_id == sold.x_account, customers.period == sold.x_period])
    return found.mutate(is_cross_sold=found.x_account.notnull().cast("int64"))
