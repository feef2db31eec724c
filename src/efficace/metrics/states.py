"""States of customers at both ends of a period: on the day before its first, and on its last known day.

A customer counts whole in every member (product, rep, segment) that it has on the eve; money is shared out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import with_rate
from efficace.facts.dates import month_of
from efficace.facts.subscription_stretches import held
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


def by_columns(rows: ir.Table) -> list[str]:
    """The dimensions by which the question is split."""
    return [name for name in rows.columns if name.startswith("_by_")]


def members_of_start(rows: ir.Table, periods: ir.Table, *more: str) -> ir.Table:
    """Accounts of the eve, once in every member that each has then, and the rows that cannot be used.

    Args:
        more: Further columns that tell rows of an account apart (its families).
    """
    columns = ("account_id", *more, *by_columns(rows), REASON)
    usable = rows.filter(rows[REASON].isnull()).select(*columns, "from_on", "to_on")
    days = periods.select("period", "eve_on")
    found = usable.inner_join(days, [usable.from_on <= days.eve_on, usable.to_on > days.eve_on])
    return _whole(found.select("period", *columns).distinct().union(_unusable(rows, periods, columns)))


def _unusable(rows: ir.Table, periods: ir.Table, columns: tuple[str, ...]) -> ir.Table:
    """Rows with a reason that begin in a period."""
    bad = rows.filter(rows[REASON].notnull())
    days = periods.select("period", "start_on", "end_on")
    joined = bad.inner_join(days, [bad.from_on >= days.start_on, bad.from_on < days.end_on])
    return joined.select("period", *columns)


def _whole(rows: ir.Table) -> ir.Table:
    return rows.mutate(**{WEIGHT: 1.0})


def account_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row an account, period and member: MRR at both ends at the same rate, so that a rate change is no movement.

    Adds ``start_mrr``, ``end_mrr``, ``is_member`` (at the end, in this member), ``was_active``, ``is_active`` (as a
    customer at all) and ``is_first`` (never a customer before the period).
    """
    columns = ("account_id", *by_columns(rows), REASON)
    groups = ["period", WEIGHT, *columns]
    usable = rows.filter(rows[REASON].isnull())
    states = with_money(at_both_ends(usable, periods), tables)
    states = states.mutate(**{REASON: states.no_rate.ifelse("no_rate", None)})
    states = states.group_by(groups).agg(
        start_mrr=(states.side == START).ifelse(states.money, 0.0).sum(),
        end_mrr=(states.side == END).ifelse(states.money, 0.0).sum(),
        is_member=(states.side == END).cast("int64").max(),
        customer_since=states.customer_since.min(),
    )
    bad = _whole(_unusable(rows, periods, columns)).mutate(start_mrr=0.0, end_mrr=0.0, is_member=0)
    bad = bad.mutate(is_member=bad.is_member.cast("int64"), customer_since=_no_date())
    states = states.select(*groups, "start_mrr", "end_mrr", "is_member", "customer_since").union(
        bad.select(*groups, "start_mrr", "end_mrr", "is_member", "customer_since")
    )
    states = _with_activity(states, periods, tables)
    first = periods.select(f_period="period", f_start="start_on")
    states = states.left_join(first, states.period == first.f_period)
    return states.mutate(is_first=states.customer_since >= states.f_start).drop("f_period", "f_start")


def _no_date() -> ir.Value:
    import ibis

    return ibis.null("date")


def with_money(states: ir.Table, tables: Tables) -> ir.Table:
    """Add MRR in the company's currency, and whether no rate is known for it."""
    states = with_rate(states, tables, "currency", "rate_on")
    return states.mutate(
        money=states.mrr * states.rate.fill_null(0.0), no_rate=(states.rate.isnull() & (states.mrr > 0))
    )


def _with_activity(states: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """Add whether the account is a customer at each end, whatever the members and filters asked.

    ``end_kind`` and ``is_provisional`` are those of the last loss that lasts to the end.
    """
    spells = tables.customer_spells.select(
        "from_on", "to_on", "back_on", "end_kind", "is_provisional", k_account="account_id"
    )
    days = periods.select(k_period="period", eve_on="eve_on", last_on="last_on")
    before = spells.inner_join(days, [spells.from_on <= days.eve_on, spells.to_on > days.eve_on])
    before = before.select(b_account="k_account", b_period="k_period")
    after = spells.inner_join(days, [spells.from_on <= days.last_on, spells.to_on > days.last_on])
    after = after.select(e_account="k_account", e_period="k_period")
    gone = spells.inner_join(days, [spells.to_on <= days.last_on, spells.back_on > days.last_on])
    gone = gone.select("end_kind", "is_provisional", g_account="k_account", g_period="k_period")
    states = states.left_join(before, [states.account_id == before.b_account, states.period == before.b_period])
    states = states.left_join(after, [states.account_id == after.e_account, states.period == after.e_period])
    states = states.left_join(gone, [states.account_id == gone.g_account, states.period == gone.g_period])
    return states.mutate(was_active=states.b_account.notnull(), is_active=states.e_account.notnull()).drop(
        "b_account", "b_period", "e_account", "e_period", "g_account", "g_period"
    )


def customers_of_start(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """The customers of the eve with what became of them: ``is_active``, ``end_kind``, ``is_provisional``."""
    return _with_activity(members_of_start(rows, periods), periods, tables)


def joined_customers(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """Customers who came after the eve, once in every member with which they began; ``is_active`` at the end or not."""
    columns = ("account_id", *by_columns(rows), REASON)
    usable = rows.filter(rows[REASON].isnull())
    days = periods.select("period", "eve_on", "last_on")
    begun = usable.inner_join(days, [usable.from_on > days.eve_on, usable.from_on <= days.last_on])
    begun = begun.select("period", "from_on", *columns).distinct()
    spells = tables.customer_spells.select(s_account="account_id", s_from="from_on")
    came = begun.inner_join(spells, [begun.account_id == spells.s_account, begun.from_on == spells.s_from])
    found = _with_activity(_whole(came.select("period", *columns).distinct()), periods, tables)
    return found.filter(~found.was_active)


def paying_accounts(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """Subscribers of the eve, once in every member that each has then, with all their MRR at both ends."""
    starts = members_of_start(rows.filter(rows.is_subscription), periods)
    totals = with_money(at_both_ends(held(tables), periods), tables)
    is_start = totals.side == START
    totals = totals.group_by(["account_id", "period"]).agg(
        start_mrr=is_start.ifelse(totals.money, 0.0).sum(),
        end_mrr=is_start.ifelse(0.0, totals.money).sum(),
        no_rate=totals.no_rate.cast("int64").max(),
    )
    totals = totals.rename(t_account="account_id", t_period="period")
    found = starts.left_join(totals, [starts.account_id == totals.t_account, starts.period == totals.t_period])
    why = (found.no_rate == 1).fill_null(False).ifelse("no_rate", None)
    return found.mutate(**{REASON: found[REASON].fill_null(why)}).drop("t_account", "t_period", "no_rate")


def unit_states(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """One row a subscription and product held on the eve: ``is_kept``, or ``is_switched`` to another product."""
    starts = members_of_start(
        _by_unit(rows.filter(rows.is_subscription)).mutate(unit=rows.product_id), periods, "subscription_id", "unit"
    )
    ends = _by_unit(held(tables).filter(held(tables).is_subscription))
    days = periods.select(q_period="period", last_on="last_on")
    ends = ends.inner_join(days, [ends.from_on <= days.last_on, ends.to_on > days.last_on])
    ends = ends.select("q_period", q_subscription="subscription_id", q_product="product_id")
    found = starts.left_join(ends, [starts.subscription_id == ends.q_subscription, starts.period == ends.q_period])
    is_kept = (found.q_product == found.unit).fill_null(False)
    return found.mutate(is_kept=is_kept, is_switched=~is_kept & found.q_subscription.notnull())


def _by_unit(rows: ir.Table) -> ir.Table:
    """Stretches with their end as a subscription's own, not as their account's."""
    return rows.mutate(to_on=rows.unit_to_on)


def first_lives(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
    """The first life of each customer that began in a period, once in every member with which it began."""
    columns = ("account_id", "days", "lost_on", *by_columns(rows), REASON)
    days = periods.select("period", "start_on", "end_on")
    begun = rows.inner_join(days, [rows.from_on >= days.start_on, rows.from_on < days.end_on])
    return _whole(begun.select("period", *columns).distinct())
