"""Rep activity: how many messages, calls and meetings each rep made on each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import with_company_date
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.owners import with_team, with_territory
from efficace.facts.touch_parts import COUNTED_TOUCH

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

FAILED = ("bounced", "failed")


def build(tables: Tables, _: Moment) -> ir.Table:
    """Human outbound touches by day, rep, kind and territory; what did not reach anybody is no activity.

    ``day_share`` is the part of the rep's day: the rows of a rep and day add up to 1.
    """
    import ibis

    touches = tables.touches
    touches = touches.filter(
        (touches.direction == "outbound")
        & ~touches.automated.fill_null(False)
        & ~touches.status.fill_null("sent").isin(FAILED)
        & touches.rep_id.notnull()
    )
    touches = with_company_date(touches, tables.zone_days, "occurred_at", "occurred_on")
    touches = _with_place(touches, tables)
    days = touches.group_by(["occurred_on", "rep_id", "kind", "place"]).agg(touches=touches.count())
    whole = ibis.window(group_by=["rep_id", "occurred_on"])
    days = days.mutate(of_day=days.touches.sum().over(whole))
    days = with_team(days, tables, "rep_id")
    days = with_territory(days, tables, "place", None, "occurred_on")
    roles = tables.reps.select(r_rep="rep_id", role="role")
    days = days.left_join(roles, days.rep_id == roles.r_rep)
    return days.select(
        "occurred_on", "rep_id", "kind", "place", "team_id", "territory_id", "role", "touches",
        day_share=days.touches.cast("float64") / days.of_day,
    )  # fmt: skip


def _with_place(touches: ir.Table, tables: Tables) -> ir.Table:
    """Add ``place``: the territory of the touch's lead, else of its account (its own, its lead's or its contact's)."""
    leads = tables.leads.select(l_lead="lead_id", l_place="territory_id", l_account="account_id")
    contacts = tables.contacts.select(c_contact="contact_id", c_account="account_id")
    accounts = tables.accounts.select(a_account="account_id", a_place="territory_id")
    found = touches.select("touch_id", "occurred_on", "rep_id", "kind", "lead_id", "contact_id", "account_id")
    found = found.left_join(leads, found.lead_id == leads.l_lead)
    found = found.left_join(contacts, found.contact_id == contacts.c_contact)
    found = found.mutate(of_account=found.account_id.fill_null(found.l_account).fill_null(found.c_account))
    found = found.left_join(accounts, found.of_account == accounts.a_account)
    return found.mutate(place=found.l_place.fill_null(found.a_place))


REP_ACTIVITY = Fact(
    "rep_activity",
    "How many messages, calls and meetings each rep made on each day.",
    build,
    key=("occurred_on", "rep_id", "kind", "place"),
    reads=("touches", "leads", "contacts", "accounts", "reps", "territory_assignments"),
    part=COUNTED_TOUCH,
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Own("role"),
        "territory": Own("territory_id"),
    },
)
