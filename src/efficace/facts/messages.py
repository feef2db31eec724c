"""Messages: mails that people sent, how far each one came, and what its text holds (METRICS 8, CONTRACT J)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import month_of, with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.lead_touches import is_by_a_person, with_leads
from efficace.facts.next_events import first_after
from efficace.facts.owners import with_team, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

UNREACHED = ("bounced", "spam", "promotions")
POSITIVE = ("positive", "meeting")
KINDS = {"n_reply": "is_reply", "n_positive": "is_positive", "n_meeting": "is_meeting"}


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a mail that a person sent, bounced ones included; it belongs to the sender.

    A reply is ``replied_at``, else the first inbound touch by a person in the same thread or of the same lead; a mail
    that bounced has none.
    """
    import ibis

    touches = tables.touches
    mails = touches.filter(is_mail(touches))
    rows = _with_lead(mails, tables)
    rows = _with_next(rows, _in_thread(mails, touches), "thread")
    rows = _with_next(rows, _of_lead(mails, touches, tables), "lead")
    rows = with_company_date(rows, tables.zone_days, "occurred_at", "sent_on")
    rows = with_territory(with_team(rows, tables, "rep_id"), tables, "own_territory", "of_account", "sent_on")
    texts = tables.message_elements.select(x_touch="touch_id", found="found", possible="possible", broken="broken")
    rows = rows.left_join(texts, rows.touch_id == texts.x_touch)
    is_bounced = (rows.status == "bounced").fill_null(False)
    nobody = ibis.null(rows.occurred_at.type())
    replied = rows.replied_at.notnull()
    return rows.select(
        "touch_id", "sent_on", "rep_id", "team_id", "territory_id", "present_owner", "template_id", "sequence_id",
        "country", "found", "possible", "broken",
        sent_at="occurred_at",
        lead_id="of_lead",
        account_id="of_account",
        is_reached=~rows.status.isin(UNREACHED).fill_null(False),
        opened_at=ibis.coalesce(rows.opened_at, rows.clicked_at),
        reply_at=is_bounced.ifelse(nobody, replied.ifelse(rows.replied_at, _earliest(rows, "n_reply"))),
        positive_at=is_bounced.ifelse(nobody, _own_or_next(rows, POSITIVE, "n_positive")),
        meeting_at=is_bounced.ifelse(nobody, _own_or_next(rows, POSITIVE[1:], "n_meeting")),
        cohort=month_of(rows.sent_on),
    )  # fmt: skip


def is_mail(touches: ir.Table) -> ir.BooleanValue:
    """Whether a person sent it by mail; one that failed never left."""
    is_failed = (touches.status == "failed").fill_null(False)
    return (touches.kind == "email") & (touches.direction == "outbound") & is_by_a_person(touches) & ~is_failed


def lead_of_mails(mails: ir.Table, tables: Tables) -> ir.Table:
    """The lead of each mail that names none itself but reaches one by contact or account: the first by id."""
    nameless = mails.filter(mails.lead_id.isnull())
    pairs = with_leads(nameless, tables, ("touch_id",))
    return pairs.group_by(m_touch="touch_id").agg(m_lead=pairs.lead_id.min())


def _with_lead(mails: ir.Table, tables: Tables) -> ir.Table:
    """Add ``of_lead``, ``of_account``, ``own_territory``, ``country`` and ``present_owner``."""
    found = lead_of_mails(mails, tables)
    rows = mails.left_join(found, mails.touch_id == found.m_touch)
    rows = rows.mutate(of_lead=rows.lead_id.fill_null(rows.m_lead))
    leads = tables.leads.select(
        l_lead="lead_id", l_account="account_id", own_territory="territory_id", l_country="country",
        present_owner="rep_id",
    )  # fmt: skip
    rows = rows.left_join(leads, rows.of_lead == leads.l_lead)
    rows = rows.mutate(of_account=rows.account_id.fill_null(rows.l_account))
    accounts = tables.accounts.select(c_account="account_id", c_country="country")
    rows = rows.left_join(accounts, rows.of_account == accounts.c_account)
    return rows.mutate(country=rows.l_country.fill_null(rows.c_country))


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


def _in_thread(mails: ir.Table, touches: ir.Table) -> ir.Table:
    waiting = mails.filter(mails.replied_at.isnull() & mails.thread_id.notnull())
    waiting = waiting.select(w_key="thread_id", w_at="occurred_at", w_id="touch_id")
    told = _inbound(touches)
    told = told.filter(told.thread_id.notnull()).select("e_at", *KINDS.values(), e_key="thread_id")
    return first_after(waiting, told, strictly=True, kinds=KINDS)


def _of_lead(mails: ir.Table, touches: ir.Table, tables: Tables) -> ir.Table:
    keys = ("touch_id", "lead_id", "contact_id", "account_id")
    waiting = mails.filter(mails.replied_at.isnull()).select(*keys, w_at="occurred_at")
    waiting = with_leads(waiting.mutate(w_id="touch_id"), tables, ("w_at", "w_id")).rename(w_key="lead_id")
    told = with_leads(_inbound(touches), tables, ("e_at", *KINDS.values())).rename(e_key="lead_id")
    return first_after(waiting, told, strictly=True, kinds=KINDS)


def _with_next(rows: ir.Table, found: ir.Table, way: str) -> ir.Table:
    """Add the first inbound touches found one way, under names that end with it."""
    sole = found.group_by("w_id").agg(**{f"{name}_{way}": found[name].min() for name in KINDS})
    sole = sole.rename({f"n_touch_{way}": "w_id"})
    return rows.left_join(sole, rows.touch_id == sole[f"n_touch_{way}"])


def _earliest(rows: ir.Table, name: str) -> ir.Value:
    import ibis

    return ibis.least(rows[f"{name}_thread"], rows[f"{name}_lead"])


def _own_or_next(rows: ir.Table, outcomes: tuple[str, ...], name: str) -> ir.Value:
    """When the outcome came: with the reply where the mail itself tells it, else with an inbound touch that does."""
    import ibis

    own = rows.outcome.isin(outcomes).fill_null(False)
    with_reply = rows.replied_at.fill_null(_earliest(rows, "n_reply"))
    return ibis.cases(
        (own, with_reply), (rows.replied_at.isnull(), _earliest(rows, name)), else_=ibis.null(rows.replied_at.type())
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
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Own("territory_id"),
        "present_owner": Own("present_owner"),
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
