"""Touches beyond lead follow-up: around deals, with customers, and to companies that never asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from efficace.simulate.clock import DAY, HOUR, MINUTE, day_number, midnight
from efficace.simulate.customers import Customers
from efficace.simulate.deals import Deals
from efficace.simulate.draws import NONE, Flags, Floats, Ints, chance, lognormal, pick
from efficace.simulate.market import Accounts, Contacts
from efficace.simulate.people import People
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.touch_rows import (
    BOUNCED,
    CALL,
    CARE,
    CONNECTED,
    DEAL,
    DELIVERED,
    EMAIL,
    HELD,
    INBOUND,
    LETTER,
    MEETING,
    NO_ANSWER,
    NO_SHOW,
    NOTE,
    OUTBOUND,
    POSITIVE,
    PROSPECT,
    REPLY_GOOD,
    TouchRows,
    touch_rows,
)

TOUCHES_A_DEAL = 7.0
PROSPECTING = 0.35
"""Share of the touches outside leads and deals that go to companies that never asked."""


def deal_touches(
    rng: np.random.Generator, deals: Deals, rows: slice, people: People, pace: Floats, end: int
) -> TouchRows:
    """Mails, calls and meetings of some deals between creation and close, by whoever held the deal then.

    Args:
        pace: Factor on the number of touches, by deal of the whole company.
    """
    numbers = np.arange(deals.n)[rows]
    deal = np.repeat(numbers, 1 + rng.poisson((TOUCHES_A_DEAL - 1) * pace[numbers]))
    n = len(deal)
    span = deals.known_end(end)[deal] - deals.created[deal]
    at = deals.created[deal] + (rng.random(n) ** 1.2 * span).astype(np.int64)
    early = (deals.handed_over[deal] != NONE) & (at < deals.handed_over[deal])
    rep = np.where(early, deals.first_rep[deal], deals.rep[deal])
    at = np.clip(_in_hours(people, rep, at), deals.created[deal] + 1, np.maximum(deals.known_end(end)[deal], 1))
    kind = np.array([EMAIL, CALL, MEETING])[pick(rng, (0.55, 0.23, 0.22), n)]
    inbound = chance(rng, np.where(kind == EMAIL, 0.4, 0.1), n) & (kind != MEETING)
    text = np.where(kind == EMAIL, np.where(inbound, REPLY_GOOD, DEAL), np.where(kind == MEETING, NOTE, NONE))
    return _conversation(rng, at, kind, inbound, rep, text, deals.account[deal], deals.contact[deal], deal)


def care_touches(
    rng: np.random.Generator,
    settings: SimulationSettings,
    people: People,
    accounts: Accounts,
    contacts: Contacts,
    customers: Customers,
    n: int,
) -> TouchRows:
    """Touches with customers during their life and to prospects, in the working hours of whoever makes them."""
    prospecting = chance(rng, PROSPECTING, n)
    customer = _customers(rng, settings, customers, n)
    hunter, prospect = _prospects(rng, people, accounts, n)
    account = np.where(prospecting, prospect, customers.account[customer])
    rep = np.where(prospecting, hunter, customers.care[customer])
    first = np.maximum(customers.start[customer], day_number(settings.starts_on))
    last = np.minimum(customers.end[customer], day_number(settings.ends_on))
    first = np.where(prospecting, day_number(settings.starts_on), first)
    last = np.where(prospecting, day_number(settings.ends_on), last)
    at = first * DAY + (rng.random(n) * (last - first) * DAY).astype(np.int64)
    at = np.minimum(_in_hours(people, rep, at), midnight(settings.ends_on) - 1)
    kind = np.array([EMAIL, CALL, MEETING, LETTER])[pick(rng, (0.6, 0.25, 0.13, 0.02), n)]
    inbound = ~prospecting & chance(rng, 0.25, n) & np.isin(kind, (EMAIL, CALL))
    text = np.where(prospecting, PROSPECT, np.where(inbound, REPLY_GOOD, CARE))
    text = np.where(kind == EMAIL, text, np.where(kind == MEETING, NOTE, NONE))
    person = contacts.of_account(account)
    named = np.where(prospecting & chance(rng, 0.3, n), NONE, person)
    none = np.full(n, NONE)
    rows = _conversation(rng, at, kind, inbound, rep, text, account, named, none)
    return replace(rows, person=person)


def _prospects(rng: np.random.Generator, people: People, accounts: Accounts, n: int) -> tuple[Ints, Ints]:
    """A rep who answers leads, all alike, and a company of the rep's territory that never asked."""
    hunters = np.flatnonzero(people.handlers & people.permanent)
    hunter = hunters[rng.integers(0, len(hunters), n)]
    everyone = accounts.blocks.prospect_ids
    prospect = rng.choice(everyone, n)
    for place in range(len(people.places)):
        near = everyone[accounts.territory[everyone] == place]
        rows = np.flatnonzero(people.territory[hunter] == place)
        if len(near):
            prospect[rows] = rng.choice(near, len(rows))
    return hunter, prospect


def _customers(rng: np.random.Generator, settings: SimulationSettings, customers: Customers, n: int) -> Ints:
    """Customers in proportion to the days that they were there."""
    first = np.maximum(customers.start, day_number(settings.starts_on))
    days = np.minimum(customers.end, day_number(settings.ends_on)) - first
    return pick(rng, np.maximum(days, 1).astype(np.float64), n)


def _in_hours(people: People, rep: Ints, at: Ints) -> Ints:
    """The instant itself in working hours, else some time after the next opening: nothing piles up at nine."""
    opened = people.shifts.instant(rep, people.shifts.worked(rep, at))
    late = (at * 2_654_435_761) % (3 * HOUR)
    return np.where(people.shifts.open_at(rep, at), at, opened + late)


def _conversation(
    rng: np.random.Generator,
    at: Ints,
    kind: Ints,
    inbound: Flags,
    rep: Ints,
    text: Ints,
    account: Ints,
    contact: Ints,
    deal: Ints,
) -> TouchRows:
    n = len(at)
    status = np.full(n, DELIVERED)
    status = np.where(kind == CALL, np.where(inbound | chance(rng, 0.6, n), CONNECTED, NO_ANSWER), status)
    status = np.where(kind == MEETING, np.where(chance(rng, 0.92, n), HELD, NO_SHOW), status)
    out_mail = (kind == EMAIL) & ~inbound
    status = np.where(out_mail & chance(rng, 0.012, n), BOUNCED, status)
    opens = out_mail & (status == DELIVERED) & chance(rng, 0.55, n)
    replies = opens & chance(rng, 0.3, n)
    opened = at + MINUTE + lognormal(rng, 2 * HOUR, 1.2, n).astype(np.int64)
    replied = opened + lognormal(rng, 3 * HOUR, 1.0, n).astype(np.int64)
    talked = np.where(kind == MEETING, rng.choice([1_800, 2_700, 3_600], n), rng.integers(60, 1_400, n))
    lasted = np.isin(status, (CONNECTED, HELD))
    return touch_rows(
        n, at=at, kind=kind, direction=np.where(inbound, INBOUND, OUTBOUND), rep=rep, contact=contact,
        account=account, deal=deal, duration=np.where(lasted, talked, NONE), status=status,
        opened=np.where(opens, opened, NONE), replied=np.where(replies, replied, NONE),
        outcome=np.where(replies, POSITIVE, NONE), person=contact, text=text,
    )  # fmt: skip
