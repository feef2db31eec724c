"""Message elements: what the text of each mail says about its reader, found once by rules and kept by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from efficace.facts.lead_parts import OF_MAIL
from efficace.facts.messages import is_mail, with_lead
from efficace.facts.text_column import TextColumn
from efficace.facts.text_readings import Reading
from efficace.text.elements import Recipient
from efficace.text.many import Elements, Message, elements_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def _texts(tables: Tables) -> ir.Table:
    """The mails that have a text, with what is known of reader and sender."""
    touches = tables.touches
    is_whole = ~touches.body_kind.isin(["features_only", "redacted", "none"]).fill_null(False)
    # texts are long: until the end of the query nothing looks into them
    mails = touches.filter(is_mail(touches) & is_whole & touches.body.notnull())
    rows = _with_reader(with_lead(mails, tables), tables)
    rows = _with_asked_for(rows, tables)
    rows = _with_earlier_exchange(rows, touches)
    reps = tables.reps.select(r_rep="rep_id", sender_name="name")
    rows = rows.left_join(reps, rows.rep_id == reps.r_rep)
    return rows.filter(rows.body.strip() != "").select(
        "touch_id", "subject", "body", "name", "company", "title", "industry", "asked_for", "earlier_exchange",
        "sender_name",
        language=rows["language"].fill_null(rows.n_language),
    )  # fmt: skip


def _with_reader(rows: ir.Table, tables: Tables) -> ir.Table:
    leads = tables.leads.select(l_lead="lead_id", l_contact="contact_id", l_account="account_id")
    contacts = tables.contacts.select(
        n_contact="contact_id", n_account="account_id", name="name", title="title", n_language="language"
    )
    accounts = tables.accounts.select(c_account="account_id", company="name", industry="industry")
    rows = rows.left_join(leads, rows.of_lead == leads.l_lead)
    rows = rows.mutate(of_contact=rows.contact_id.fill_null(rows.l_contact))
    rows = rows.left_join(contacts, rows.of_contact == contacts.n_contact)
    rows = rows.mutate(of_account=rows.account_id.fill_null(rows.l_account).fill_null(rows.n_account))
    return rows.left_join(accounts, rows.of_account == accounts.c_account)


def _with_asked_for(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add ``asked_for``: the kind of the lead's last signal before the mail."""
    signals = tables.lead_signals.select(s_lead="lead_id", s_at="occurred_at", s_kind="kind")
    mails = rows.select(q_touch="touch_id", q_lead="of_lead", q_at="occurred_at")
    pairs = mails.inner_join(signals, [mails.q_lead == signals.s_lead, signals.s_at <= mails.q_at])
    last = pairs.group_by("q_touch").agg(q_last=pairs.s_at.max()).rename(z_touch="q_touch")
    same = pairs.inner_join(last, [pairs.q_touch == last.z_touch, pairs.s_at == last.q_last])
    sole = same.group_by("z_touch").agg(asked_for=same.s_kind.min())
    return rows.left_join(sole, rows.touch_id == sole.z_touch)


def _with_earlier_exchange(rows: ir.Table, touches: ir.Table) -> ir.Table:
    """Add ``earlier_exchange``: whether the lead or its contact was in touch before."""
    by_lead = touches.group_by("lead_id").agg(f_lead_at=touches.occurred_at.min()).rename(f_lead="lead_id")
    by_contact = touches.group_by("contact_id").agg(f_contact_at=touches.occurred_at.min())
    by_contact = by_contact.rename(f_contact="contact_id")
    rows = rows.left_join(by_lead, rows.of_lead == by_lead.f_lead)
    rows = rows.left_join(by_contact, rows.of_contact == by_contact.f_contact)
    of_lead, of_contact = ((rows[name] < rows.occurred_at).fill_null(False) for name in ("f_lead_at", "f_contact_at"))
    return rows.mutate(earlier_exchange=of_lead | of_contact | rows.in_reply_to.notnull())


def _read(mails: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """One row a mail."""
    return [[_row(elements)] for elements in elements_of([_message(mail) for mail in mails], TextColumn)]


def _message(mail: Mapping[str, Any]) -> Message:
    recipient = Recipient(
        mail["name"], mail["company"], mail["title"], mail["industry"], mail["asked_for"],
        bool(mail["earlier_exchange"]), mail["sender_name"], mail["language"],
    )  # fmt: skip
    return Message(mail["subject"], mail["body"], recipient)


def _row(elements: Elements) -> Mapping[str, Any]:
    return {
        "found": len(elements.found),
        "possible": len(elements.applicable),
        "broken": int(elements.is_broken),
        "elements": ",".join(sorted(elements.found)),
        "missing": ",".join(sorted(elements.applicable - elements.found)),
    }


MESSAGE_ELEMENTS = Reading(
    "message_elements",
    of="touches",
    key="touch_id",
    texts=("subject", "body"),
    inputs=_texts,
    columns={
        "found": "INTEGER",
        "possible": "INTEGER",
        "broken": "INTEGER",
        "elements": "VARCHAR",
        "missing": "VARCHAR",
    },
    read=_read,
    rules=3,
    reads=("touches", "touch_links", "leads", "reps", "accounts", "contacts", "lead_signals"),
    part=OF_MAIL,
)
"""``found`` and ``possible`` elements, ``broken`` (1 where a merge field was left unfilled), and by name ``elements``
that were found and ``missing`` ones that could be there."""
