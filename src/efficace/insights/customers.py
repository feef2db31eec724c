"""Customers with a sign of leaving, and comments that nobody has answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from efficace.insights.finding import Day, Figure
from efficace.insights.look import Look
from efficace.locale.said import Said
from efficace.metrics.behind import rows_behind
from efficace.metrics.question import Request

RECENT_DAYS = 180
"""How long an answer or a comment says something of today."""
WAITING_DAYS = 90
"""How far back an unanswered comment is still worth an answer."""
DETRACTOR = 6
"""The highest score of those who would not recommend."""
RENEWS_WITHIN = 90


@dataclass(frozen=True)
class AtRisk:
    """A customer with a sign of leaving.

    Attributes:
        mrr: What it pays a month, in the company's currency.
        products: Ids of what it holds.
        rep_id: Who sold most of it; None where that is not known.
        term_ends_on: First day after the earliest paid term; None where terms are not known or all are over.
        signs: What was seen, the strongest first.
    """

    account_id: str
    mrr: float
    products: tuple[str, ...]
    rep_id: str | None
    term_ends_on: date | None
    signs: tuple[Said, ...]


@dataclass(frozen=True)
class Unanswered:
    """A comment after which nobody wrote to or called the customer.

    Attributes:
        at: Zone-less UTC.
    """

    feedback_id: str
    account_id: str
    rep_id: str | None
    product_id: str | None
    at: datetime
    kind: str
    comment: str
    sentiment: str | None
    score: float | None


@dataclass(frozen=True)
class _Held:
    products: tuple[str, ...]
    rep_id: str | None
    term_ends_on: date | None


def customers_at_risk(look: Look) -> list[AtRisk]:
    """Customers who hold a service that loses more than chance explains, would not recommend, or wrote in anger.

    Those with more signs come first, then those who pay more.
    """
    held = _held(look)
    signs: dict[str, list[Said]] = defaultdict(list)
    _by_service(look, held, signs)
    _by_score(look, signs)
    _by_comment(look, signs)
    paid = _paid(look) if signs else {}
    found = [
        AtRisk(account, paid[account], one.products, one.rep_id, one.term_ends_on, tuple(signs[account]))
        for account, one in held.items()
        if account in signs and account in paid
    ]
    return sorted(found, key=lambda one: (-len(one.signs), -one.mrr, one.account_id))


def term_ends(look: Look) -> dict[str, date]:
    """The earliest end of a running paid term of each customer, by account."""
    return {
        account: one.term_ends_on for account, one in _held(look).items() if one.term_ends_on is not None
    }  # fmt: skip


def unanswered_comments(look: Look) -> list[Unanswered]:
    """Comments of the last months whose customer no person has written to or called since, the worst first."""
    start = look.as_of_on - timedelta(days=WAITING_DAYS)
    records = [one for one in _rows(look, "comment_sentiment", start) if one["account_id"] is not None]
    last = _last_contact(look, {str(one["account_id"]) for one in records})
    waiting = [one for one in records if (last.get(str(one["account_id"])) or one["occurred_at"]) <= one["occurred_at"]]
    found = [
        Unanswered(
            one["feedback_id"], one["account_id"], one["rep_id"], one["product_id"], one["occurred_at"], one["kind"],
            one["comment"], one["sentiment"], one["score"],
        )
        for one in waiting
    ]  # fmt: skip
    order = {"negative": 0, "neutral": 1, "positive": 2}
    return sorted(found, key=lambda one: (order.get(one.sentiment or "", 1), one.at))


def _held(look: Look) -> dict[str, _Held]:
    """What each customer holds at as-of, who sold most of it, and when its earliest term ends."""
    today = look.as_of_on
    columns = ("account_id", "product_id", "rep_id", "mrr", "from_on", "to_on", "term_ends_on")
    running = defaultdict(list)
    for account, product, rep, mrr, first, last, term in look.ground.engine.find("subscription_periods", columns):
        if first <= today and (last is None or last > today):
            running[account].append((product, rep, mrr or 0.0, term))
    return {account: _together(parts, today) for account, parts in running.items()}


def _together(parts: Sequence[tuple[str, str | None, float, date | None]], today: date) -> _Held:
    most = max(parts, key=lambda part: part[2])
    terms = [term for *_others, term in parts if term is not None and term > today]
    return _Held(tuple(dict.fromkeys(part[0] for part in parts)), most[1], min(terms, default=None))


def _by_service(look: Look, held: Mapping[str, _Held], signs: dict[str, list[Said]]) -> None:
    alarms = {
        str(row.members["family"])
        for row in look.members(look.request("cancellation_alarm", "family", start=None))
        if row.value == 1
    }
    families = dict(look.ground.engine.find("products", ("product_id", "family"))) if alarms else {}
    for account, one in held.items():
        for family in sorted({families.get(product) or "" for product in one.products} & alarms):
            signs[account].append(Said("holds {service}, which is losing customers", {"service": family}))


def _by_score(look: Look, signs: dict[str, list[Said]]) -> None:
    """By the latest answer of each customer to the question whether it would recommend."""
    last: dict[str, dict[str, Any]] = {}
    for one in _rows(look, "nps", look.as_of_on - timedelta(days=RECENT_DAYS)):
        before = last.get(str(one["account_id"]))
        if one["account_id"] is not None and (before is None or before["occurred_at"] <= one["occurred_at"]):
            last[str(one["account_id"])] = one
    for account, one in last.items():
        if one["score"] <= DETRACTOR:
            values = {"score": Figure(value=one["score"], unit=""), "day": Day(day=one["occurred_at"].date())}
            signs[account].append(Said("would not recommend: {score} of 10 on {day}", values))


def _by_comment(look: Look, signs: dict[str, list[Said]]) -> None:
    last: dict[str, dict[str, Any]] = {}
    for one in _rows(look, "comment_sentiment", look.as_of_on - timedelta(days=RECENT_DAYS)):
        if one["account_id"] is not None and one["sentiment"] == "negative":
            last[str(one["account_id"])] = one
    for account, one in last.items():
        values = {"day": Day(day=one["occurred_at"].date()), "comment": one["comment"]}
        signs[account].append(Said("wrote on {day}: “{comment}”", values))


def _paid(look: Look) -> dict[str, float]:
    rows = _rows(look, "mrr", look.as_of_on)
    return {str(one["account_id"]): one["end_mrr"] for one in rows if one["end_mrr"]}


def _rows(look: Look, metric: str, start: date) -> list[dict[str, Any]]:
    """The used rows behind a metric since a day; none where the company does not have them."""
    asked = replace(Request(metric), start=start)
    if look.ask(asked).rows and not look.ask(asked).rows[0].n:
        return []
    records: list[dict[str, Any]] = rows_behind(look.ground, asked, look.catalogue, None).rows.to_pylist()
    return [one for one in records if one["left_out"] is None]


def _last_contact(look: Look, accounts: set[str]) -> dict[str, datetime]:
    """The last time that a person wrote to or called each account, a contact of it or about a deal with it."""
    if not accounts:
        return {}
    engine = look.ground.engine
    touches, contacts, deals = (engine.table(name) for name in ("touches", "contacts", "deals"))
    by_hand = touches.filter((touches.direction == "outbound") & ~touches.automated.fill_null(False))
    by_hand = by_hand.select("occurred_at", "account_id", "contact_id", "deal_id")
    contacts = contacts.select(c_contact="contact_id", c_account="account_id")
    deals = deals.select(d_deal="deal_id", d_account="account_id")
    linked = by_hand.left_join(contacts, by_hand.contact_id == contacts.c_contact)
    linked = linked.left_join(deals, linked.deal_id == deals.d_deal)
    linked = linked.mutate(account=linked.account_id.coalesce(linked.c_account, linked.d_account))
    linked = linked.filter(linked.account.isin(sorted(accounts)))
    records = engine.run(linked.group_by("account").agg(last=linked.occurred_at.max())).to_pylist()
    return {str(one["account"]): one["last"] for one in records}
