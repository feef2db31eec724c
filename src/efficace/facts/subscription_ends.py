"""Ends of subscription periods: what was written, else what the notice of the customer says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_ON, add_days, with_company_date
from efficace.facts.fact import Moment
from efficace.facts.shared import without

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def with_ends(tables: Tables, moment: Moment) -> ir.Table:
    """Add ``ends_on``, the first day that a period does not cover, and ``left_out`` where it ends before it begins.

    CONTRACT F: ``to_on``, else the notice's ``effective_on``, else the next end of a term (or, by setting, the day of
    the notice); the later period of a subscription holds from its start. ``term_ends_on`` of a term that a later period
    replaced before it came is emptied.
    """
    import ibis

    rows = _in_order(tables, moment)
    ended = _by_notice(rows.filter(rows.to_on.isnull()), tables, moment)
    rows = rows.left_join(ended, [rows.subscription_id == ended.n_subscription, rows.from_on == ended.n_from])
    ends_on = rows.to_on.fill_null(rows.n_ends).fill_null(FAR_ON)
    is_replaced = (rows.next_from < rows.term_ends_on) & (rows.next_term != rows.term_ends_on)
    rows = rows.mutate(
        ends_on=ibis.least(ends_on, rows.next_from),
        term_ends_on=is_replaced.fill_null(False).ifelse(None, rows.term_ends_on),
        left_out=(rows.to_on < rows.from_on).fill_null(False).ifelse("ends_before_start", None),
    )
    return without(rows, "n_subscription", "n_from", "n_ends", "next_from", "next_term", "begun_on")


def notices(tables: Tables) -> ir.Table:
    """Cancellations with the company's date on which each was given."""
    made = with_company_date(tables.cancellations, tables.zone_days, "canceled_at", "canceled_on")
    return made.select("canceled_at", "canceled_on", "effective_on", "voluntary", c_subscription="subscription_id")


def _in_order(tables: Tables, moment: Moment) -> ir.Table:
    """Add the next period's start and term, and the day on which the run of periods without a longer gap began."""
    import ibis

    grace = int(moment.config.churn.grace_days)
    rows = tables.subscription_periods
    # A period that ends before it begins covers nothing: it breaks no other.
    reach = (rows.to_on < rows.from_on).fill_null(False).ifelse(None, rows.to_on.fill_null(FAR_ON))
    rows = rows.mutate(reach=reach)
    order = ibis.window(group_by="subscription_id", order_by="from_on")
    so_far = ibis.cumulative_window(group_by="subscription_id", order_by="from_on")
    before = ibis.rows_window(group_by="subscription_id", order_by="from_on", preceding=(None, 1))
    rows = rows.mutate(
        reached=rows.reach.max().over(before),
        next_from=rows.from_on.lead().over(order).fill_null(FAR_ON),
        next_term=rows.term_ends_on.lead().over(order),
    )
    begins = rows.reached.isnull() | (rows.from_on > add_days(rows.reached, grace))
    rows = rows.mutate(begins_on=begins.ifelse(rows.from_on, None))
    rows = rows.mutate(begun_on=rows.begins_on.max().over(so_far))
    return without(rows, "reach", "reached", "begins_on")


def _by_notice(rows: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    """The end of each open period by the last notice that concerns it."""
    import ibis

    given = notices(tables)
    if moment.config.churn.counted_at == "term_end":
        terms = tables.subscription_periods.select(t_subscription="subscription_id", t_on="term_ends_on")
        later = given.inner_join(terms, [given.c_subscription == terms.t_subscription, given.canceled_on <= terms.t_on])
        later = later.group_by(["c_subscription", "canceled_at"]).agg(term_on=later.t_on.min())
        later = later.rename(l_subscription="c_subscription", l_at="canceled_at")
        given = given.left_join(
            later, [given.c_subscription == later.l_subscription, given.canceled_at == later.l_at]
        ).drop("l_subscription", "l_at")
    else:
        given = given.mutate(term_on=ibis.null("date"))
    given = given.mutate(n_ends=given.effective_on.fill_null(given.term_on).fill_null(given.canceled_on))
    concerns = [
        rows.subscription_id == given.c_subscription,
        rows.begun_on <= given.canceled_on,
        rows.next_from > given.canceled_on,
        rows.from_on < given.n_ends,
    ]
    found = rows.select("subscription_id", "from_on", "begun_on", "next_from").inner_join(given, concerns)
    last = ibis.window(group_by=["subscription_id", "from_on"], order_by=ibis.desc("canceled_at"))
    found = found.mutate(place=ibis.row_number().over(last))
    found = found.filter(found.place == 0)
    return found.select("n_ends", n_subscription="subscription_id", n_from="from_on")
