"""Messages: mails that people sent, how far each one came, and what its text holds (METRICS 8, CONTRACT J)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import month_of, with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.lead_parts import OF_MAIL
from efficace.facts.lead_touches import is_by_a_person, with_leads
from efficace.facts.next_events import first_after
from efficace.facts.owners import with_team, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

UNREACHED = ("bounced", "spam", "promotions")
POSITIVE = ("positive", "meeting")
KINDS = {"n_reply": "is_reply", "n_positive": "is_positive", "n_meeting": "is_meeting"}


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a mail that a person sent, bounced ones included; it belongs to the sender.

    A reply is ``replied_at``, else the first inbound touch by a person in the same thread or of the same lead, looked
    for within the window for answers; a mail that bounced has none.
    """
    import ibis

    touches = tables.touches
    mails = touches.filter(is_mail(touches))
    told = first_after(
        [_in_thread(mails, touches), _of_lead(mails, touches, tables)],
        strictly=True,
        kinds=KINDS,
        within_days=moment.config.follow_up.answer_window,
    )
    rows = _with_lead(mails, tables)
    # every event is a reply, so that nothing goes; but DuckDB, which takes these for more than the mails, would else
    # hold all mails in memory and not these
    told = told.filter(told.n_reply.notnull())
    rows = rows.left_join(told, rows.touch_id == told.w_id)
    rows = with_company_date(rows, tables.zone_days, "occurred_at", "sent_on")
    rows = with_territory(with_team(rows, tables, "rep_id"), tables, "in_territory", None, "sent_on")
    texts = tables.message_elements.select(x_touch="touch_id", found="found", possible="possible", broken="broken")
    rows = rows.left_join(texts, rows.touch_id == texts.x_touch)
    is_bounced = (rows.status == "bounced").fill_null(False)
    nobody = ibis.null(rows.occurred_at.type())
    return rows.select(
        "touch_id", "sent_on", "rep_id", "team_id", "territory_id", "country", "found", "possible", "broken",
        sent_at="occurred_at",
        lead_id="of_lead",
        account_id="of_account",
        is_reached=~rows.status.isin(UNREACHED).fill_null(False),
        opened_at=ibis.coalesce(rows.opened_at, rows.clicked_at),
        reply_at=is_bounced.ifelse(nobody, rows.replied_at.fill_null(rows.n_reply)),
        positive_at=is_bounced.ifelse(nobody, _own_or_next(rows, POSITIVE, "n_positive")),
        meeting_at=is_bounced.ifelse(nobody, _own_or_next(rows, POSITIVE[1:], "n_meeting")),
        cohort=month_of(rows.sent_on),
    )  # fmt: skip


def is_mail(touches: ir.Table) -> ir.BooleanValue:
    """Whether a person sent it by mail; one that failed never left."""
    is_failed = (touches.status == "failed").fill_null(False)
    return (touches.kind == "email") & (touches.direction == "outbound") & is_by_a_person(touches) & ~is_failed


def with_lead(mails: ir.Table, tables: Tables) -> ir.Table:
    """Add ``of_lead``: the lead that a mail names, else one that a link names, else that of its contact or account.

    Of several the first by id.
    """
    links = tables.touch_links.filter(tables.touch_links.object == "lead")
    by_link = links.group_by(m_touch="touch_id").agg(m_linked=links.object_id.min())
    leads = tables.leads
    by_contact = leads.group_by(m_contact="contact_id").agg(m_of_contact=leads.lead_id.min())
    by_account = leads.group_by(m_account="account_id").agg(m_of_account=leads.lead_id.min())
    rows = mails.left_join(by_link, mails.touch_id == by_link.m_touch)
    named = rows.lead_id.fill_null(rows.m_linked)
    # a mail that names its lead is looked up no further: an empty key costs nothing
    sought = named.isnull().ifelse(rows.contact_id, None)
    alone = (named.isnull() & rows.contact_id.isnull()).ifelse(rows.account_id, None)
    rows = rows.mutate(m_named=named, m_sought=sought, m_alone=alone).drop("m_touch", "m_linked")
    rows = rows.left_join(by_contact, rows.m_sought == by_contact.m_contact)
    rows = rows.left_join(by_account, rows.m_alone == by_account.m_account)
    found = rows.m_named.fill_null(rows.m_of_contact).fill_null(rows.m_of_account)
    own = {"m_named", "m_sought", "m_contact", "m_of_contact", "m_account", "m_of_account", "m_alone"}
    return rows.mutate(of_lead=found).drop(*own)


def _with_lead(mails: ir.Table, tables: Tables) -> ir.Table:
    """Add ``of_lead``, ``of_account``, and ``in_territory`` and ``country``: the lead's, else the account's."""
    rows = with_lead(mails, tables)
    leads = tables.leads.select(
        l_lead="lead_id", l_account="account_id", l_territory="territory_id", l_country="country"
    )
    rows = rows.left_join(leads, rows.of_lead == leads.l_lead)
    rows = rows.mutate(of_account=rows.account_id.fill_null(rows.l_account))
    is_known = rows.l_country.notnull() & rows.l_territory.notnull()
    rows = rows.mutate(l_sought=is_known.ifelse(None, rows.of_account)).drop("l_lead", "l_account")
    accounts = tables.accounts.select(c_account="account_id", c_country="country", c_territory="territory_id")
    rows = rows.left_join(accounts, rows.l_sought == accounts.c_account)
    return rows.mutate(
        country=rows.l_country.fill_null(rows.c_country), in_territory=rows.l_territory.fill_null(rows.c_territory)
    )


def _inbound(touches: ir.Table) -> ir.Table:
    """What people wrote or said to the company, narrow."""
    import ibis

    told = touches.filter((touches.direction == "inbound") & is_by_a_person(touches))
    return told.select(
        "touch_id", "lead_id", "contact_id", "account_id", "thread_id",
        e_at="occurred_at",
        is_reply=ibis.literal(True),
        is_positive=told.outcome.isin(POSITIVE).fill_null(False),
        is_meeting=(told.outcome == "meeting").fill_null(False),
    )  # fmt: skip


def _in_thread(mails: ir.Table, touches: ir.Table) -> tuple[ir.Table, ir.Table]:
    waiting = mails.filter(mails.replied_at.isnull() & mails.thread_id.notnull())
    told = _inbound(touches)
    told = told.filter(told.thread_id.notnull()).select("e_at", *KINDS.values(), e_key="thread_id")
    return waiting.select(w_key="thread_id", w_at="occurred_at", w_id="touch_id"), told


def _of_lead(mails: ir.Table, touches: ir.Table, tables: Tables) -> tuple[ir.Table, ir.Table]:
    waiting = mails.filter(mails.replied_at.isnull()).mutate(w_at="occurred_at", w_id="touch_id")
    waiting = with_leads(waiting, tables, ("w_at", "w_id")).rename(w_key="lead_id")
    return waiting, with_leads(_inbound(touches), tables, ("e_at", *KINDS.values())).rename(e_key="lead_id")


def _own_or_next(rows: ir.Table, outcomes: tuple[str, ...], name: str) -> ir.Value:
    """When the outcome came: with the reply where the mail itself tells it, else with an inbound touch that does."""
    import ibis

    own = rows.outcome.isin(outcomes).fill_null(False)
    return ibis.cases(
        (own, rows.replied_at.fill_null(rows.n_reply)),
        (rows.replied_at.isnull(), rows[name]),
        else_=ibis.null(rows.replied_at.type()),
    )


MESSAGES = Fact(
    "messages",
    "One row a mail that a person sent, and how far it came.",
    build,
    key=("touch_id",),
    reads=(
        "touches", "touch_links", "leads", "reps", "accounts", "contacts", "territory_assignments",
        "lead_signals",
    ),
    ages=True,
    texts=("message_elements",),
    part=OF_MAIL,
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Own("territory_id"),
        "present_owner": Via("leads", "lead_id", "rep_id"),
        "source": Via("leads", "lead_id", "source"),
        "campaign": Via("leads", "lead_id", "campaign"),
        "heat": Via("leads", "lead_id", "heat"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Own("country"),
        "region": Via("accounts", "account_id", "region"),
        "cohort": Own("cohort"),
        "month": Own("cohort"),
    },
)  # fmt: skip
