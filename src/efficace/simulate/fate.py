"""Where every lead stands at the end of the history, and who held what from when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from efficace.simulate.clock import DAY, HOUR
from efficace.simulate.customers import Customers
from efficace.simulate.deals import Deals, colleagues
from efficace.simulate.draws import NONE, Flags, Ints, Streams
from efficace.simulate.follow_up import Worked
from efficace.simulate.leads import Inquiries, Leads
from efficace.simulate.people import People

LEAD_STATUSES = ("new", "working", "in conversation", "converted", "disqualified", "nurture")
NEW, WORKING, TALKING, CONVERTED, DISQUALIFIED, NURTURE = range(6)
OBJECTS = ("lead", "account", "deal")
LEAD, ACCOUNT, DEAL = range(3)


@dataclass(frozen=True)
class LeadFate:
    """State of each lead at the end of the history, as arrays by lead.

    Attributes:
        owner: Present owner; ``handed_over`` is when a colleague took over from one who left.
        assigned: When a rep took the lead from the queue.
    """

    owner: Ints
    handed_over: Ints
    assigned: Ints
    status: Ints
    converted: Ints
    deal: Ints
    disqualified: Ints
    spam: Flags


def settle_leads(
    leads: Leads, asked: Inquiries, worked: Worked, people: People, end: int, streams: Streams
) -> LeadFate:
    """Read the outcome of all signals (first ones come first in ``asked``) as the state of their leads."""
    n, last = leads.n, asked.lead
    converted, disqualified = np.full(n, NONE), np.full(n, NONE)
    for values, known in ((worked.converted, converted), (worked.disqualified, disqualified)):
        seen = np.flatnonzero((values != NONE) & (values < end))
        known[last[seen]] = values[seen]
    first = np.full(n, NONE)
    first[last[::-1]] = worked.first[::-1]
    replied = np.full(n, NONE)
    replied[last] = worked.replied
    assigned, spam = np.full(n, NONE), np.zeros(n, dtype=np.bool_)
    assigned[last[::-1]], spam[last[::-1]] = worked.assigned[::-1], asked.spam[::-1]
    status = np.where((first == NONE) | (first >= end), NEW, WORKING)
    status = np.where((status == WORKING) & (_latest(worked, last, n) < end - 14 * DAY), NURTURE, status)
    status = np.where((replied != NONE) & (replied < end), TALKING, status)
    status = np.where(disqualified != NONE, DISQUALIFIED, status)
    status = np.where(converted != NONE, CONVERTED, status)
    owner, handed = _owners(leads, people, streams)
    return LeadFate(owner, handed, assigned, status, converted, np.full(n, NONE), disqualified, spam)


def _latest(worked: Worked, lead: Ints, n: int) -> Ints:
    latest = np.full(n, NONE)
    latest[lead] = worked.last
    return latest


def _owners(leads: Leads, people: People, streams: Streams) -> tuple[Ints, Ints]:
    """Leads of reps who left belong to a colleague from that day on."""
    gone = np.flatnonzero(people.left[leads.rep] != NONE)
    owner, handed = leads.rep.copy(), np.full(leads.n, NONE)
    owner[gone] = colleagues(streams.of("successors"), people, leads.rep[gone], None)
    handed[gone] = people.left[leads.rep[gone]] * DAY + 8 * HOUR
    return owner, np.where(owner == leads.rep, NONE, handed)


def with_deals(fate: LeadFate, deals: Deals) -> LeadFate:
    """The same, with the deal that each converted lead became."""
    deal = fate.deal.copy()
    known = np.flatnonzero(deals.lead != NONE)
    deal[deals.lead[known]] = known
    return replace(fate, deal=deal)


@dataclass(frozen=True)
class Ownership:
    """Rows of ``owners_over_time``, as arrays; ``rep`` is ``NONE`` in a queue."""

    what: int
    number: Ints
    start: Ints
    end: Ints
    rep: Ints


def lead_owners(leads: Leads, fate: LeadFate, end: int) -> Ownership:
    """Queue, rep, and the colleague who took over."""
    number = np.arange(leads.n)
    queued = np.flatnonzero(fate.assigned > leads.at)
    taken = np.flatnonzero(fate.assigned < end)
    handed = np.flatnonzero((fate.handed_over != NONE) & (fate.handed_over > fate.assigned))
    queue_end = np.where(fate.assigned[queued] < end, fate.assigned[queued], NONE)
    return _sorted(LEAD, [
        (number[queued], leads.at[queued], queue_end, np.full(len(queued), NONE)),
        (number[taken], fate.assigned[taken], fate.handed_over[taken], leads.rep[taken]),
        (number[handed], fate.handed_over[handed], np.full(len(handed), NONE), fate.owner[handed]),
    ])  # fmt: skip


def deal_owners(deals: Deals, end: int) -> Ownership:
    """First owner, then the one who closed."""
    handed = np.where((deals.handed_over != NONE) & (deals.handed_over < end), deals.handed_over, NONE)
    number, moved = np.arange(deals.n), np.flatnonzero(handed != NONE)
    return _sorted(DEAL, [
        (number, deals.created, handed, np.where(handed == NONE, deals.rep, deals.first_rep)),
        (number[moved], handed[moved], np.full(len(moved), NONE), deals.rep[moved]),
    ])  # fmt: skip


def account_owners(customers: Customers, start: int) -> Ownership:
    """The closer until the first paid day, then whoever looks after the customer."""
    own = np.flatnonzero(customers.deal != NONE)
    paid = customers.start * DAY
    return _sorted(ACCOUNT, [
        (customers.account[own], np.maximum(paid[own] - 60 * DAY, start), paid[own], customers.rep[own]),
        (customers.account, np.maximum(paid, np.where(customers.deal == NONE, 0, start)), np.full(customers.n, NONE),
         customers.care),
    ])  # fmt: skip


def _sorted(what: int, parts: Sequence[tuple[Ints, Ints, Ints, Ints]]) -> Ownership:
    number, start, end, rep = (np.concatenate([part[index] for part in parts]) for index in range(4))
    kept = (end == NONE) | (end > start)
    order = np.flatnonzero(kept)[np.lexsort((start[kept], number[kept]))]
    return Ownership(what, number[order], start[order], end[order], rep[order])
