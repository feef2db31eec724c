"""Deals: who closes them, how long they take, what they are worth; won and lost as competing ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from efficace.simulate.clock import DAY, HOUR, day_of, midnight, office_hours
from efficace.simulate.draws import NONE, Flags, Floats, Ints, Streams, chance, lognormal, pick, pick_by_row, whole
from efficace.simulate.habits import Habits
from efficace.simulate.leads import Leads
from efficace.simulate.market import FAMILY_WEIGHTS, SEATS, TIERS, Accounts, Contacts, moments, seat_price
from efficace.simulate.people import AE, People
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.stages import PIPELINES, Visits, concatenate, walk

DEAL_KINDS = ("new", "renewal", "upsell", "cross_sell")
NEW, RENEWAL, UPSELL, CROSS_SELL = range(4)
NEW_BUSINESS, EXPANSION = range(len(PIPELINES))
LOST_REASONS = ("price", "no budget", "competitor", "no decision", "missing feature", "bad timing")
WIN_BY_SEGMENT = np.array([1.06, 1.0, 0.82])
CYCLE_BY_SEGMENT = np.array([0.85, 1.0, 1.6])
WON_SIGMA, LOST_SIGMA, LOST_PACE = 0.55, 0.75, 1.25
UNDECIDED = 0.03
"""Share of deals that nobody ever decides."""
TIERS_BY_SEGMENT = np.array([[0.55, 0.35, 0.1], [0.3, 0.45, 0.25], [0.1, 0.4, 0.5]])
DEAL_SEASON = np.ones(12)


@dataclass(frozen=True)
class Deals:
    """Deals as arrays; instants in UTC seconds.

    Attributes:
        rep: Owner at the close (present owner of an open one); ``first_rep`` and ``handed_over`` where it changed.
        closed: When the deal is decided, also where that lies after the history.
        win_chance, cycle_seconds: What was planted for it.
        mrr: Monthly value in the deal's currency.
    """

    kind: Ints
    pipeline: Ints
    lead: Ints
    account: Ints
    contact: Ints
    rep: Ints
    first_rep: Ints
    handed_over: Ints
    created: Ints
    closed: Ints
    won: Flags
    decided: Flags
    win_chance: Floats
    cycle_seconds: Floats
    product: Ints
    seats: Ints
    discount: Floats
    currency: Ints

    @property
    def n(self) -> int:
        return len(self.kind)

    @property
    def mrr(self) -> Floats:
        return np.asarray(np.round(seat_price(self.product) * self.seats * (1 - self.discount), 2), dtype=np.float64)

    @property
    def amount(self) -> Floats:
        """Value of the first year."""
        return np.asarray(np.round(12 * self.mrr, 2), dtype=np.float64)

    def is_closed(self, end: int) -> Flags:
        """Decided inside the history."""
        return np.asarray(self.decided & (self.closed < end), dtype=np.bool_)

    def known_end(self, end: int) -> Ints:
        """Close, or the last second of the history."""
        return np.where(self.is_closed(end), self.closed, end - 1)


def open_new_deals(
    settings: SimulationSettings,
    people: People,
    habits: Habits,
    accounts: Accounts,
    contacts: Contacts,
    leads: Leads,
    converted: tuple[Ints, Ints],
    streams: Streams,
) -> Deals:
    """Open a deal for every lead that converted (``leads, instants``) and for accounts won by prospecting."""
    rng = streams.of("deals")
    lead, at = converted
    outbound = max(20, len(lead) // 8)
    account = np.concatenate([leads.account[lead], rng.choice(accounts.blocks.prospect_ids, outbound)])
    created = np.concatenate([at, office_hours(rng, moments(rng, settings, DEAL_SEASON, 1.01, outbound))])
    lead = np.concatenate([lead, np.full(outbound, NONE)])
    order = np.argsort(created, kind="stable")
    account, created, lead = account[order], created[order], lead[order]
    inside = (created < midnight(settings.ends_on)) & (created >= midnight(settings.starts_on))
    account, created, lead = account[inside], created[inside], lead[inside]
    holder = np.where(lead == NONE, NONE, leads.rep[lead])
    rep = _closers(rng, people, people.place_team[accounts.territory[account]], holder, day_of(created))
    contact = np.where(lead == NONE, contacts.of_account(account), lead)
    deals = _new(rng, settings, people, habits, accounts, (lead, account, contact), rep, created)
    return hand_over(rng, deals, people, midnight(settings.ends_on))


def _closers(rng: np.random.Generator, people: People, team: Ints, holder: Ints, days: Ints) -> Ints:
    """The lead's own rep when a closer, else a closer of the team who works here that day."""
    rep = np.where((holder != NONE) & (people.role[holder] == AE), holder, NONE)
    rep = np.where(people.is_here(rep, days), rep, NONE)
    for index in range(len(people.regions)):
        rows = np.flatnonzero((team == index) & (rep == NONE))
        members = people.of_team(index, people.role == AE)
        here = np.stack([people.is_here(np.full(len(rows), member), days[rows]) for member in members]).T
        rep[rows] = members[pick_by_row(rng, here.astype(np.float64))]
    return rep


def _new(
    rng: np.random.Generator,
    settings: SimulationSettings,
    people: People,
    habits: Habits,
    accounts: Accounts,
    who: tuple[Ints, Ints, Ints],
    rep: Ints,
    created: Ints,
) -> Deals:
    lead, account, contact = who
    n, segment = len(rep), accounts.segment[account]
    product = pick(rng, FAMILY_WEIGHTS, n) * len(TIERS) + pick_by_row(rng, TIERS_BY_SEGMENT[segment])
    seats = np.maximum(1, whole(lognormal(rng, np.array(SEATS)[segment] * settings.deal_size, 0.6, n)))
    discount = np.where(chance(rng, 0.5, n), 0.0, np.round(rng.uniform(0.05, 0.25, n), 2))
    win = np.minimum(habits.win[rep] * WIN_BY_SEGMENT[segment], 0.95)
    cycle = habits.cycle_seconds[rep] * CYCLE_BY_SEGMENT[segment]
    won, decided, closed = ends(rng, created, win, cycle, people.late[rep])
    return Deals(
        np.full(n, NEW), np.full(n, NEW_BUSINESS), lead, account, contact, rep, rep, np.full(n, NONE), created, closed,
        won, decided, win, cycle, product, seats, discount, accounts.currency[account],
    )  # fmt: skip


def ends(rng: np.random.Generator, created: Ints, win: Floats, cycle: Floats, late: Ints) -> tuple[Flags, Flags, Ints]:
    """Draw won or lost, whether ever decided, and when; won and lost take their own time."""
    n = len(created)
    won, decided = chance(rng, win, n), ~chance(rng, UNDECIDED, n)
    taken = np.where(won, lognormal(rng, cycle, WON_SIGMA, n), lognormal(rng, cycle * LOST_PACE, LOST_SIGMA, n))
    closed = office_hours(rng, created + taken.astype(np.int64), late)
    return won & decided, decided, np.maximum(closed, created + 3 * HOUR)


def hand_over(rng: np.random.Generator, deals: Deals, people: People, end: int) -> Deals:
    """One open deal in 25 came from a colleague; deals of reps who leave go to a colleague who stays."""
    n, rep, first = deals.n, deals.rep.copy(), deals.first_rep.copy()
    handed = deals.handed_over.copy()
    span = deals.known_end(end) - deals.created
    came = np.flatnonzero(chance(rng, 0.04, n) & (span > 5 * DAY))
    first[came] = colleagues(rng, people, rep[came], day_of(deals.created[came]))
    handed[came] = deals.created[came] + (span[came] * rng.uniform(0.1, 0.6, len(came))).astype(np.int64)
    gone = (people.left[rep] != NONE) & (people.left[rep] * DAY <= deals.known_end(end)) & (first == rep)
    leaving = np.flatnonzero(gone)
    handed[leaving] = people.left[rep[leaving]] * DAY + 8 * HOUR
    rep[leaving] = colleagues(rng, people, rep[leaving], None)
    return replace(deals, rep=rep, first_rep=first, handed_over=np.where(first == rep, NONE, handed))


def colleagues(rng: np.random.Generator, people: People, rep: Ints, days: Ints | None) -> Ints:
    """Another of the same role and team; one who stays throughout where no day is asked."""
    found = rep.copy()
    for member in np.unique(rep):
        rows = np.flatnonzero(rep == member)
        others = people.permanent & (people.role == people.role[member]) & (people.team == people.team[member])
        others[member] = False
        choices = np.flatnonzero(others)
        if len(choices) and (days is None or people.permanent[member]):
            found[rows] = rng.choice(choices, len(rows))
    return found


def lay_stages(deals: Deals, waits: Flags, streams: Streams) -> Visits:
    """Stage entries of all deals, also those after the history; some wait in the stage ``Proposal``."""
    parts = []
    for pipeline in (NEW_BUSINESS, EXPANSION):
        mine = np.flatnonzero(deals.pipeline == pipeline)
        visits = walk(
            streams.of("stages", pipeline), pipeline, deals.created[mine], deals.closed[mine], deals.won[mine],
            deals.decided[mine], waits[mine],
        )  # fmt: skip
        parts.append((visits, mine))
    return concatenate(parts)
