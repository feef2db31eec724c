"""Feedback answers: one row each time a customer was asked or spoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.owners import with_owner, with_team, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a feedback; who did not answer has no score (CONTRACT J)."""
    import ibis

    rows = with_company_date(tables.feedback, tables.zone_days, "occurred_at", "occurred_on")
    rows = with_territory(_with_rep(rows, tables), tables, None, "account_id", "occurred_on")
    return rows.select(
        "feedback_id", "occurred_at", "occurred_on", "kind", "score", "scale_min", "scale_max", "comment", "language",
        "account_id", "product_id", "rep_id", "team_id", "territory_id", "stage",
        left_out=ibis.null("string"),
    )  # fmt: skip


def _with_rep(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add rep and team: the one named, else the owner of the deal spoken of, else of the account at that time."""
    import ibis

    deals = tables.deal_spans.select(d_deal="deal_id", d_rep="rep_id", d_team="team_id", stage="stage")
    accounts = tables.accounts.select(a_account="account_id", a_rep="owner_rep_id")
    rows = rows.rename(named="rep_id")
    rows = rows.left_join(deals, rows.deal_id == deals.d_deal)
    rows = rows.left_join(accounts, rows.account_id == accounts.a_account)
    rows = with_owner(rows, tables, "account", "account_id", "occurred_at", "a_rep")
    team = ibis.cases((rows.named.notnull(), None), (rows.d_rep.notnull(), rows.d_team), else_=rows.team_id)
    rows = rows.mutate(rep_id=rows.named.fill_null(rows.d_rep).fill_null(rows.rep_id), of_team=team)
    return with_team(rows, tables, "rep_id", "of_team")


FEEDBACK_ANSWERS = Fact(
    "feedback_answers",
    "One row each time a customer was asked or spoke.",
    build,
    key=("feedback_id",),
    reads=("feedback", "reps", "deal_spans", "accounts", "owners_over_time", "territory_assignments"),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Own("territory_id"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Via("accounts", "account_id", "country"),
        "region": Via("accounts", "account_id", "region"),
        "product": Own("product_id"),
        "family": Via("products", "product_id", "family"),
        "stage": Own("stage"),
    },
)
