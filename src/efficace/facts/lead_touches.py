"""Lead touches: which touches count for which lead (CONTRACT D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

NOT_SENT = ("bounced", "failed")
"""Statuses of touches that never reached anybody's address; spam and promotions count as sent."""

COLUMNS = ("touch_id", "occurred_at", "kind", "direction", "automated", "status", "replied_at", "outcome", "rep_id")


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a lead and touch that counts for it."""
    return with_leads(tables.touches, tables, COLUMNS)


def with_leads(touches: ir.Table, tables: Tables, columns: Sequence[str]) -> ir.Table:
    """The leads for which each touch counts.

    A touch counts when it names the lead, its contact, or (only when it names no lead and no contact) its account,
    directly or through ``touch_links``. One select for each way, each without what the earlier ones gave.

    Args:
        touches: Some or all touches, with their keys ``touch_id``, ``lead_id``, ``contact_id``, ``account_id``.
        columns: To keep beside ``lead_id``; few where touches are many.
    """
    links = tables.touch_links
    touches = touches.select(*dict.fromkeys(("touch_id", "lead_id", "contact_id", "account_id", *columns)))
    leads = tables.leads.select(l_lead="lead_id", l_contact="contact_id", l_account="account_id")
    direct = touches.filter(touches.lead_id.notnull())
    by_contact = touches.inner_join(leads, touches.contact_id == leads.l_contact)
    by_contact = by_contact.filter(~by_contact.lead_id.identical_to(by_contact.l_lead))
    nameless = names_nobody(touches, links)
    by_account = nameless.inner_join(leads, nameless.account_id == leads.l_account)
    found = direct.select("lead_id", *columns)
    for part in (by_contact, by_account, _linked(touches, links, leads)):
        found = found.union(part.select(*columns, lead_id=part.l_lead).select("lead_id", *columns))
    return found


def is_by_a_person(touches: ir.Table) -> ir.BooleanValue:
    """Whether a person wrote, called or met; empty = a person."""
    return ~touches.automated.fill_null(False)


def is_attempt(touches: ir.Table) -> ir.BooleanValue:
    """Whether a person tried to reach somebody, and it went out."""
    is_sent = ~touches.status.isin(NOT_SENT).fill_null(False)
    return (touches.direction == "outbound") & is_by_a_person(touches) & is_sent


def names_nobody(touches: ir.Table, links: ir.Table) -> ir.Table:
    """The touches that name no lead and no contact, neither directly nor through a link."""
    people = links.filter(links.object.isin(["lead", "contact"]))
    people = people.select(n_touch="touch_id").distinct()
    nameless = touches.filter(touches.lead_id.isnull() & touches.contact_id.isnull())
    return nameless.anti_join(people, nameless.touch_id == people.n_touch)


def _linked(touches: ir.Table, links: ir.Table, leads: ir.Table) -> ir.Table:
    """The pairs that only ``touch_links`` tells, with the touch's columns and ``l_lead``."""
    pairs = [_pairs(links, "lead", leads, "l_lead"), _pairs(links, "contact", leads, "l_contact")]
    nameless = names_nobody(touches, links).select(n_touch="touch_id", n_account="account_id")
    to_account = _pairs(links, "account", leads, "l_account")
    # the account that such a touch names itself was looked at already
    further = to_account.inner_join(nameless, to_account.p_touch == nameless.n_touch)
    further = further.filter(~further.n_account.identical_to(further.l_account))
    told = pairs[0].union(pairs[1]).union(further.select(*pairs[0].columns)).distinct()
    joined = told.inner_join(touches, told.p_touch == touches.touch_id)
    is_direct = joined.lead_id.identical_to(joined.l_lead) | (joined.contact_id == joined.l_contact).fill_null(False)
    return joined.filter(~is_direct)


def _pairs(links: ir.Table, kind: str, leads: ir.Table, column: str) -> ir.Table:
    own = links.filter(links.object == kind)
    own = own.select(p_touch="touch_id", p_key="object_id")
    joined = own.inner_join(leads, own.p_key == leads[column])
    return joined.select("p_touch", "l_lead", "l_contact", "l_account")


LEAD_TOUCHES = Fact(
    "lead_touches",
    "Which touches count for which lead.",
    build,
    key=("lead_id", "touch_id"),
    reads=("touches", "touch_links", "leads"),
    stored=False,
)
