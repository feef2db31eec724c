"""Feedback answers: one row each time a customer was asked or spoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import month_of, with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.owners import with_team

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a feedback; who did not answer has no score (CONTRACT J)."""
    import ibis

    rows = with_company_date(tables.feedback, tables.zone_days, "occurred_at", "occurred_on")
    rows = with_team(rows, tables, "rep_id")
    deals = tables.deal_spans.select(d_deal="deal_id", d_stage="stage")
    rows = rows.left_join(deals, rows.deal_id == deals.d_deal)
    return rows.select(
        "feedback_id", "occurred_at", "occurred_on", "kind", "score", "scale_min", "scale_max", "comment", "language",
        "account_id", "product_id", "rep_id", "team_id",
        stage=rows.d_stage,
        cohort=month_of(rows.occurred_on),
        left_out=ibis.null("string"),
    )  # fmt: skip


FEEDBACK_ANSWERS = Fact(
    "feedback_answers",
    "One row each time a customer was asked or spoke.",
    build,
    key=("feedback_id",),
    reads=("feedback", "reps", "deal_spans"),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Via("accounts", "account_id", "territory_id"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Via("accounts", "account_id", "country"),
        "region": Via("accounts", "account_id", "region"),
        "product": Own("product_id"),
        "family": Via("products", "product_id", "family"),
        "stage": Own("stage"),
    },
)
