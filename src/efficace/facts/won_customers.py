"""Won customers: what became of the customer of each won deal, from its first paid day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.deal_spans import deal_dimensions
from efficace.facts.fact import Fact, Moment, Own

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

YEAR_SECONDS = 31_557_600
"""Twelve months of 30.4375 days."""


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a won deal with the life of its account as a customer (CONTRACT B, F).

    The life is the one that runs when the deal is won, else the next one that begins, else the last one before. It does
    not depend on where the deal's cycle starts: a won deal that never entered the qualified stage has its customer.
    """
    import ibis

    deals = tables.deal_spans
    won = deals.filter(deals.end_kind == "won")
    lives = _lives(won, tables)
    rows = won.left_join(lives, won.deal_id == lives.v_deal)
    scores = _scores(won, tables)
    rows = rows.left_join(scores, rows.deal_id == scores.s_deal)
    return rows.select(
        "deal_id", "account_id", "product_id", "started_on", "ended_at", "ended_on", "paid_from_on", "lost_on",
        "life_days", "feedback", "cohort",
        left_out=ibis.cases(
            (rows.ended_at.isnull(), "no_end"),
            ((rows.ended_at < rows.created_at).fill_null(False), "ends_before_start"),
            (rows.account_id.isnull(), "no_account"),
            (rows.paid_from_on.isnull(), "no_payment"),
            else_=ibis.null("string"),
        ),
    )  # fmt: skip


def _lives(won: ir.Table, tables: Tables) -> ir.Table:
    import ibis

    spells = tables.customer_spells.select(
        "from_on", "to_on", "lost_on", "days", k_account="account_id", k_spell="spell"
    )
    deals = won.select(v_deal="deal_id", v_account="account_id", v_on="ended_on")
    pairs = deals.inner_join(spells, deals.v_account == spells.k_account)
    is_over = (pairs.to_on <= pairs.v_on).fill_null(False)
    pairs = pairs.mutate(turn=is_over.ifelse(1_000_000 - pairs.k_spell, pairs.k_spell))
    order = ibis.window(group_by="v_deal", order_by="turn")
    pairs = pairs.mutate(choice=ibis.row_number().over(order))
    chosen = pairs.filter(pairs.choice == 0)
    return chosen.select("v_deal", "lost_on", paid_from_on="from_on", life_days="days")


def _scores(won: ir.Table, tables: Tables) -> ir.Table:
    """The mean score that the customer gave in the year after the win, as a share of its scale."""
    import ibis

    given = tables.feedback
    given = given.filter(given.kind.isin(["nps", "csat", "review"]) & given.score.notnull())
    is_nps = given.kind == "nps"
    low, high = given.scale_min.fill_null(is_nps.ifelse(0.0, 1.0)), given.scale_max.fill_null(is_nps.ifelse(10.0, None))
    given = given.mutate(above=given.score - low, width=high - low)
    given = given.filter((given.width > 0).fill_null(False))
    of_deal = won.select(o_deal="deal_id", o_account="account_id")
    given = given.left_join(of_deal, given.deal_id == of_deal.o_deal)
    given = given.select(
        f_account=given.account_id.fill_null(given.o_account),
        f_at="occurred_at",
        part=given.above / given.width.nullif(0.0),
    )
    deals = won.filter(won.ended_at.notnull()).select(s_deal="deal_id", s_account="account_id", s_at="ended_at")
    deals = deals.mutate(s_until=deals.s_at + ibis.interval(seconds=YEAR_SECONDS))
    pairs = deals.inner_join(
        given, [deals.s_account == given.f_account, deals.s_at <= given.f_at, deals.s_until > given.f_at]
    )
    return pairs.group_by("s_deal").agg(feedback=pairs.part.mean())


WON_CUSTOMERS = Fact(
    "won_customers",
    "What became of the customer of each won deal, from its first paid day on.",
    build,
    key=("deal_id",),
    reads=("deal_spans", "customer_spells", "feedback"),
    ages=True,
    dimensions=deal_dimensions("deal_spans") | {"cohort": Own("cohort")},
)
