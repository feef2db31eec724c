"""Lead outcomes: one row a lead, from its creation to the day on which it became a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import month_of, with_company_date
from efficace.facts.deal_parts import OUTCOME
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.owners import with_team, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a lead: held by its owner at creation, else its first owner (CONTRACT E).

    It becomes a customer with its account, or with its own won deal where it has no account; being disqualified
    competes with that. A lead whose account was a customer before is not at risk.
    """
    import ibis

    leads = with_company_date(tables.leads, tables.zone_days, "created_at", "created_on")
    leads = _with_account(leads, tables)
    leads = _with_customer(leads, tables)
    leads = _with_first_owner(leads, tables)
    leads = leads.mutate(in_territory=leads.territory_id.fill_null(leads.account_territory)).drop("territory_id")
    leads = with_territory(leads, tables, "in_territory", None, "created_on")
    is_same_day = leads.customer_on == leads.created_on
    became_at = is_same_day.ifelse(ibis.greatest(leads.customer_at, leads.created_at), leads.customer_at)
    is_before = (leads.customer_on < leads.created_on).fill_null(False)
    is_lost_first = (leads.disqualified_at < became_at).fill_null(False) | (
        leads.disqualified_at.notnull() & became_at.isnull()
    )
    ended_at = is_lost_first.ifelse(leads.disqualified_at, became_at)
    return leads.select(
        "lead_id", "created_at", "created_on", "rep_id", "team_id", "role", "territory_id",
        "source", "campaign", "heat",
        account_id="of_account",
        country=leads.country.fill_null(leads.account_country),
        ended_at=ended_at,
        end_kind=ibis.cases(
            (is_lost_first, "disqualified"), (became_at.notnull(), "customer"), else_=ibis.null("string")
        ),
        cohort=month_of(leads.created_on),
        was_customer=is_before,
        ends_first=(ended_at < leads.created_at).fill_null(False),
    )  # fmt: skip


def _with_account(leads: ir.Table, tables: Tables) -> ir.Table:
    """Add ``of_account``: the lead's, else that of the deal that came from it; and that deal when it was won."""
    deals = tables.deal_spans
    deals = deals.filter(deals.lead_id.notnull())
    deals = deals.mutate(won_at=(deals.end_kind == "won").ifelse(deals.ended_at, None))
    deals = deals.mutate(won_on=(deals.end_kind == "won").ifelse(deals.ended_on, None))
    from_lead = deals.group_by("lead_id").agg(
        d_account=deals.account_id.min(), d_won_at=deals.won_at.min(), d_won_on=deals.won_on.min()
    )
    from_lead = from_lead.rename(d_lead="lead_id")
    joined = leads.left_join(from_lead, leads.lead_id == from_lead.d_lead)
    accounts = tables.accounts.select(
        a_account="account_id", account_country="country", account_territory="territory_id"
    )
    joined = joined.mutate(of_account=joined.account_id.fill_null(joined.d_account))
    return joined.left_join(accounts, joined.of_account == accounts.a_account)


def _with_customer(leads: ir.Table, tables: Tables) -> ir.Table:
    """Add ``customer_at`` and ``customer_on``: of the account's start as new customer, else of the lead's own deal."""
    starts = tables.customer_starts
    starts = starts.filter(starts.kind == "new")
    starts = starts.select(s_account="account_id", s_at="started_at", s_on="started_on")
    joined = leads.left_join(starts, leads.of_account == starts.s_account)
    has_none = joined.of_account.isnull()
    return joined.mutate(
        customer_at=has_none.ifelse(joined.d_won_at, joined.s_at),
        customer_on=has_none.ifelse(joined.d_won_on, joined.s_on),
    )


def _with_first_owner(leads: ir.Table, tables: Tables) -> ir.Table:
    """Set ``rep_id`` and ``team_id`` to the first rep who held the lead: at its creation, else the earliest after."""
    import ibis

    owners = tables.owners_over_time
    owners = owners.filter((owners.object == "lead") & owners.rep_id.notnull())
    order = ibis.window(group_by="object_id", order_by=["from_at", "rep_id"])
    spells = owners.mutate(place=ibis.row_number().over(order))
    first = spells.filter(spells.place == 0).select(w_lead="object_id", w_rep="rep_id", w_team="team_id")
    joined = leads.left_join(first, leads.lead_id == first.w_lead)
    joined = joined.mutate(rep_id=joined.w_rep.fill_null(joined.rep_id))
    roles = tables.reps.select(r_rep="rep_id", role="role")
    joined = joined.left_join(roles, joined.rep_id == roles.r_rep)
    return with_team(joined, tables, "rep_id", "w_team")


LEAD_OUTCOMES = Fact(
    "lead_outcomes",
    "One row a lead, from its creation to the day on which it became a customer or was disqualified.",
    build,
    key=("lead_id",),
    reads=(
        "leads", "deal_spans", "customer_starts", "owners_over_time", "reps", "accounts", "territory_assignments",
    ),
    ages=True,
    part=OUTCOME,
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Own("role"),
        "territory": Own("territory_id"),
        "source": Own("source"),
        "campaign": Own("campaign"),
        "heat": Own("heat"),
        "country": Own("country"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "cohort": Own("cohort"),
    },
)  # fmt: skip
