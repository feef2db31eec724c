"""The signals of leads with what their lead and its account tell, as expressions that facts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Own, Source, Via

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

CREATION = "\x01"
"""Before a lead's id: the key of its creation as a signal."""


BY_SIGNAL: dict[str, Source] = {
    "rep": Own("rep_id"),
    "team": Own("team_id"),
    "role": Via("reps", "rep_id", "role"),
    "territory": Own("territory_id"),
    "present_owner": Via("leads", "lead_id", "rep_id"),
    "source": Own("source"),
    "campaign": Own("campaign"),
    "heat": Own("heat"),
    "signal": Own("signal"),
    "segment": Via("accounts", "account_id", "segment"),
    "industry": Via("accounts", "account_id", "industry"),
    "country": Own("country"),
    "region": Via("accounts", "account_id", "region"),
    "cohort": Own("cohort"),
}
"""Dimensions of what is told of a signal, in rows that hold what is known of it and of its lead."""


def signal_rows(tables: Tables) -> ir.Table:
    """Signals with what touches may name, and a key of their own: a creation's id could be that of a signal too."""
    import ibis

    given, leads = tables.lead_signals, tables.leads
    named = leads.select("contact_id", "account_id", k_lead="lead_id")
    own = given.left_join(named, given.lead_id == named.k_lead)
    own = own.select(
        "lead_id", "signal_id", "touch_id", "contact_id", "account_id", signal_key="signal_id",
        signal_at="occurred_at", signal="kind", s_heat="heat", s_source="source", s_campaign="campaign",
    )  # fmt: skip
    silent = leads.anti_join(given, leads.lead_id == given.lead_id)
    none = ibis.null("string")
    created = silent.select(
        "lead_id", "contact_id", "account_id", signal_id="lead_id", touch_id=none,
        signal_key=ibis.literal(CREATION) + silent.lead_id, signal_at="created_at", signal=none, s_heat=none,
        s_source=none, s_campaign=none,
    )  # fmt: skip
    return own.union(created.select(*own.columns))


def with_lead(signals: ir.Table, tables: Tables) -> ir.Table:
    """Add what the lead and its account know; the signal's own heat, source and campaign come first.

    ``given_heat`` is what the source says, nothing else; ``in_territory`` is the lead's, else its account's.
    """
    leads = tables.leads
    known = leads.select(
        "score", "converted_at", "disqualified_at", "created_at",
        l_lead="lead_id", l_heat="heat", l_source="source", l_campaign="campaign", present_owner="rep_id",
        l_territory="territory_id", l_country="country",
    )  # fmt: skip
    accounts = tables.accounts.select(
        "segment", "industry", "employees", a_account="account_id", a_country="country", a_territory="territory_id"
    )
    rows = signals.drop("touch_id", "contact_id")
    joined = rows.left_join(known, rows.lead_id == known.l_lead)
    joined = joined.left_join(accounts, joined.account_id == accounts.a_account)
    return joined.mutate(
        source=joined.s_source.fill_null(joined.l_source),
        campaign=joined.s_campaign.fill_null(joined.l_campaign),
        country=joined.l_country.fill_null(joined.a_country),
        in_territory=joined.l_territory.fill_null(joined.a_territory),
        given_heat=joined.s_heat.fill_null(joined.l_heat),
        is_known_lead=joined.l_lead.notnull(),
    )
