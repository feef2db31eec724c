"""States of customers at both ends of a period: on the day before its first, and on its last known day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import with_rate
from efficace.facts.dates import month_of
from efficace.metrics.query import REASON, WEIGHT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

START, END = "start", "end"


def at_both_ends(rows: ir.Table, periods: ir.Table) -> ir.Table:
    """The stretches that cover the eve of a period (``side`` start) and its last known day (``side`` end)."""
    import ibis

    sides = []
    for side, day in ((START, "eve_on"), (END, "last_on")):
        days = periods.select(period="period", day=periods[day], rate_on=month_of(periods.last_on))
        joined = rows.inner_join(days, [rows.from_on <= days.day, rows.to_on > days.day])
        sides.append(joined.mutate(side=ibis.literal(side)))
    return sides[0].union(sides[1])


def account_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row an account, period and member: MRR at both ends at the same rate, so that a rate change is no movement.

    Adds ``start_mrr``, ``end_mrr``, ``was_member``, ``is_member`` (in this member), ``was_active``, ``is_active`` (as
    a customer at all) and ``is_first`` (never a customer before the period).
    """
    states = with_rate(at_both_ends(rows, periods), tables, "currency", "rate_on")
    no_rate = states.rate.isnull() & (states.mrr > 0)
    states = states.mutate(**{REASON: states[REASON].fill_null(no_rate.ifelse("no_rate", None))})
    mrr = states.mrr * states.rate.fill_null(0.0)
    is_end = states.side == END
    groups = ["period", "account_id", WEIGHT, REASON, *by_columns(states)]
    states = states.group_by(groups).agg(
        start_mrr=is_end.ifelse(0.0, mrr).sum(),
        end_mrr=is_end.ifelse(mrr, 0.0).sum(),
        was_member=(~is_end).cast("int64").max(),
        is_member=is_end.cast("int64").max(),
        customer_since=states.customer_since.min(),
    )
    return _with_activity(states, periods, tables)


def _with_activity(states: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """Add whether the account is a customer at each end, whatever the members and filters asked."""
    spells = tables.customer_spells.select(
        "from_on", "to_on", "end_kind", "is_provisional", k_account="account_id", k_lost="lost_on"
    )
    starts = periods.select(k_period="period", eve_on="eve_on", start_on="start_on", end_on="end_on")
    before = spells.inner_join(starts, [spells.from_on <= starts.eve_on, spells.to_on > starts.eve_on])
    before = before.select("k_account", "k_period", "k_lost", "end_kind", "is_provisional", was="start_on")
    ends = periods.select(e_period="period", last_on="last_on")
    after = spells.inner_join(ends, [spells.from_on <= ends.last_on, spells.to_on > ends.last_on])
    after = after.select(e_account="k_account", e_period="e_period", now="last_on")
    states = states.left_join(before, [states.account_id == before.k_account, states.period == before.k_period])
    states = states.left_join(after, [states.account_id == after.e_account, states.period == after.e_period])
    first = periods.select(f_period="period", f_start="start_on")
    states = states.left_join(first, states.period == first.f_period)
    return states.mutate(
        was_active=states.was.notnull(),
        is_active=states.now.notnull(),
        is_first=states.customer_since >= states.f_start,
    ).drop("k_account", "k_period", "e_account", "e_period", "f_period", "f_start")


def customers_of_start(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """The customers of the eve, in every member that each has then."""
    states = account_states(rows, periods, tables)
    return states.filter((states.was_member == 1) & states.was_active)


def paying_accounts(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """The accounts that paid something on the eve."""
    states = account_states(rows, periods, tables)
    return states.filter(states.start_mrr > 0)


def joined_customers(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """Customers who began inside the period, whether they stayed or not."""
    days = periods.select(period="period", eve_on="eve_on", last_on="last_on")
    spells = tables.customer_spells.select(s_account="account_id", s_from="from_on")
    started = spells.inner_join(days, [spells.s_from > days.eve_on, spells.s_from <= days.last_on])
    columns = [name for name in rows.columns if name.startswith("_")]
    members = rows.select("account_id", *columns).distinct()
    found = members.inner_join(started, members.account_id == started.s_account)
    return found.select("account_id", *columns, "period").distinct()


def early_leavers(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """Customers who came after the eve of the period and were gone on its last known day: one row each."""
    days = periods.select(period="period", eve_on="eve_on", last_on="last_on")
    inside = rows.inner_join(days, [rows.from_on > days.eve_on, rows.to_on <= days.last_on])
    groups = ["period", "account_id", WEIGHT, REASON, *by_columns(inside)]
    inside = inside.select(*groups, "customer_since").distinct()
    found = _with_activity(inside, periods, tables)
    return found.filter(~found.was_active & ~found.is_active)


def unit_states(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
    """One row a subscription and product held on the eve: ``is_kept``, or ``is_switched`` to another product."""
    rows = rows.filter(rows.is_subscription)
    states = at_both_ends(rows, periods)
    ends = states.filter(states.side == END)
    kept = ends.select(
        q_period="period", q_subscription="subscription_id", q_product=ends.product_id.fill_null("")
    ).distinct()
    other = ends.select(o_period="period", o_subscription="subscription_id").distinct()
    starts = states.filter(states.side == START).mutate(unit=states.product_id.fill_null(""))
    starts = starts.left_join(
        kept,
        [
            starts.period == kept.q_period,
            starts.subscription_id == kept.q_subscription,
            starts.unit == kept.q_product,
        ],
    )
    starts = starts.left_join(other, [starts.period == other.o_period, starts.subscription_id == other.o_subscription])
    is_kept = starts.q_period.notnull()
    return starts.mutate(is_kept=is_kept, is_switched=~is_kept & starts.o_period.notnull())


def by_columns(rows: ir.Table) -> list[str]:
    """The dimensions by which the question is split."""
    return [name for name in rows.columns if name.startswith("_by_")]
