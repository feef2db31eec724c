"""What leads that convert win: the mean amount of their won deals, by segment of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

LEAST_DECIDED = 30
"""Converted leads whose deals are all decided, fewer than which tell no mean."""


def with_worth(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add ``worth``: what a lead of the segment wins on average once it has converted, in the company's currency.

    A converted lead whose deals are lost wins 0; one with an open deal, or with a won one of unknown amount, is not
    counted. The mean of a segment is drawn towards that of all as far as segments do not differ beyond chance.

    Source: one-way analysis of variance with random groups, Searle, Casella & McCulloch (1992), chapter 3.
    """
    segments = _decided(tables).group_by("segment").agg(
        n=lambda t: t.won.count().cast("float64"), s=lambda t: t.won.sum(), q=lambda t: (t.won * t.won).sum()
    )  # fmt: skip
    overall = _overall(segments)
    drawn = _drawn(segments, overall)
    rows = rows.cross_join(overall.select("mean", "has_enough"))
    rows = rows.left_join(drawn, rows.segment == drawn.w_segment)
    worth = rows.has_enough.ifelse(rows.segment_mean.fill_null(rows["mean"]), None)
    return rows.mutate(worth=worth).drop("mean", "has_enough", "w_segment", "segment_mean")


def _decided(tables: Tables) -> ir.Table:
    """``segment`` and ``won`` amount of each converted lead whose deals are all decided."""
    leads = tables.leads.filter(tables.leads.converted_at.notnull())
    leads = leads.select("account_id", c_lead="lead_id", c_deal="deal_id")
    deals = tables.deal_spans.select("deal_id", "lead_id", "end_kind", "amount")
    by_deal = leads.inner_join(deals, leads.c_deal == deals.deal_id).select("c_lead", "deal_id")
    by_lead = leads.inner_join(deals, leads.c_lead == deals.lead_id).select("c_lead", "deal_id")
    named = by_deal.union(by_lead, distinct=True).rename(n_deal="deal_id")
    found = named.inner_join(deals, named.n_deal == deals.deal_id)
    is_won = (found.end_kind == "won").fill_null(False)
    is_unknown = found.end_kind.isnull() | (is_won & found.amount.isnull())
    sums = found.group_by(g_lead="c_lead").agg(
        won=is_won.ifelse(found.amount.cast("float64"), 0.0).sum(), unknown=is_unknown.cast("int64").sum()
    )
    sums = sums.filter(sums.unknown == 0)
    accounts = tables.accounts.select("segment", a_account="account_id")
    kept = sums.inner_join(leads, sums.g_lead == leads.c_lead)
    return kept.left_join(accounts, kept.account_id == accounts.a_account).select("segment", "won")


def _overall(segments: ir.Table) -> ir.Table:
    """One row: the overall ``mean``, whether it ``has_enough`` behind it, and ``k``: how far segments are drawn to it.

    ``k`` is the variance within segments / that between them; empty where they do not differ beyond chance.
    """
    named = segments.filter(segments.segment.notnull())
    sums = named.agg(
        groups=named.count().cast("float64"), n=named.n.sum(), s=named.s.sum(), q=named.q.sum(),
        nn=(named.n * named.n).sum(), means=(named.s * named.s / named.n).sum(),
    )  # fmt: skip
    whole = segments.agg(all_n=segments.n.sum().fill_null(0.0), all_s=segments.s.sum())
    one = whole.cross_join(sums)
    within = (one.q - one.means) / (one.n - one.groups).nullif(0.0)
    among = (one.means - one.s * one.s / one.n.nullif(0.0)) / (one.groups - 1.0).nullif(0.0)
    size = (one.n - one.nn / one.n.nullif(0.0)) / (one.groups - 1.0).nullif(0.0)
    excess = among - within
    return one.select(
        mean=one.all_s / one.all_n.nullif(0.0),
        has_enough=(one.all_n >= LEAST_DECIDED) & (one.all_s > 0).fill_null(False),
        k=(excess > 0).ifelse(within * size / excess.nullif(0.0), None),
    )


def _drawn(segments: ir.Table, overall: ir.Table) -> ir.Table:
    """``w_segment`` and its ``segment_mean``."""
    joined = segments.filter(segments.segment.notnull()).cross_join(overall)
    drawn = (joined.s + joined.k * joined["mean"]) / (joined.n + joined.k)
    return joined.select(w_segment="segment", segment_mean=drawn.fill_null(joined["mean"]))
