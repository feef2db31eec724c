"""Customers: when they start, how long they stay, which offers they take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from efficace.simulate.clock import MONTH_DAYS, day_number, day_of, first_day, midnight, month_of
from efficace.simulate.columns import stack
from efficace.simulate.deals import TIERS_BY_SEGMENT, Deals
from efficace.simulate.draws import NONE, Flags, Floats, Ints, Streams, chance, lognormal, pick, pick_by_row, whole
from efficace.simulate.habits import Habits
from efficace.simulate.market import (
    ASSIST,
    FAMILIES,
    FAMILY_WEIGHTS,
    FLOW,
    INSIGHT,
    LEGACY_MONTHS,
    SEATS,
    SHIELD,
    TIERS,
    Accounts,
)
from efficace.simulate.people import AE, People
from efficace.simulate.settings import SimulationSettings, months_later

FOREVER = 10**6
"""A day after every history."""
CHURN = np.array([0.022, 0.012, 0.006])
"""Monthly hazard to leave, by segment."""
BURST_CHURN = 0.22
"""Further monthly hazard of monthly subscribers of the service that loses customers in a burst."""
BURST_FAMILY = ASSIST
ANNUAL = np.array([0.3, 0.45, 0.75])
OFFERS_A_MONTH = 0.07
UPSELL_ACCEPTED = np.array([0.18, 0.24, 0.3])
CROSS_SELL_ACCEPTED = 0.12
AFFINITY = ((INSIGHT, SHIELD, 0.34), (ASSIST, FLOW, 0.24))
"""Family held, family offered, chance that the offer is accepted: what goes well together."""
OFFER_DAYS = 9.0


@dataclass(frozen=True)
class Customers:
    """Accounts that subscribed, as arrays by customer; days since 1970.

    Attributes:
        start: First paid day; end: first day after the last, ``FOREVER`` while staying.
        hazard: Monthly hazard to leave that was planted.
        deal: The won deal that brought the customer; ``NONE`` for those won before the history.
        care: The rep who looks after the account.
    """

    account: Ints
    deal: Ints
    rep: Ints
    care: Ints
    start: Ints
    end: Ints
    annual: Flags
    hazard: Floats
    product: Ints
    seats: Ints
    discount: Floats
    currency: Ints

    @property
    def n(self) -> int:
        return len(self.account)

    @property
    def family(self) -> Ints:
        return self.product // len(TIERS)


def burst_on(settings: SimulationSettings) -> date:
    """When the burst of cancellations begins: two whole months before the end of the history."""
    return months_later(settings.ends_on.replace(day=1), -2)


def win_customers(
    settings: SimulationSettings, people: People, habits: Habits, accounts: Accounts, deals: Deals, streams: Streams
) -> Customers:
    """Turn each account's first won deal into a customer, beside those whom the company had before."""
    rng = streams.of("customers")
    end = midnight(settings.ends_on)
    won = np.flatnonzero(deals.won & (deals.closed < end))
    won = won[np.argsort(deals.closed[won], kind="stable")]
    first = won[np.sort(np.unique(deals.account[won], return_index=True)[1])]
    start = _early_in_month(day_of(deals.closed[first]) + rng.integers(1, 9, len(first)))
    first, start = first[start < day_number(settings.ends_on)], start[start < day_number(settings.ends_on)]
    brought = Customers(
        deals.account[first], first, deals.rep[first], deals.rep[first], start, start,
        start > 0, start.astype(np.float64), deals.product[first],
        deals.seats[first], deals.discount[first], deals.currency[first],
    )  # fmt: skip
    return _live(rng, settings, people, habits, accounts, stack([brought, _legacy(rng, settings, people, accounts)]))


def _legacy(rng: np.random.Generator, settings: SimulationSettings, people: People, accounts: Accounts) -> Customers:
    account = accounts.blocks.legacy_ids
    n, segment = len(account), accounts.segment[account]
    first = day_number(months_later(settings.starts_on, -LEGACY_MONTHS))
    start = _early_in_month(rng.integers(first, day_number(settings.starts_on) - 31, n))
    team = people.place_team[accounts.territory[account]]
    closers = [people.of_team(index, (people.role == AE) & people.permanent) for index in range(len(people.regions))]
    rep = np.array([rng.choice(closers[index]) for index in team])
    product = pick(rng, FAMILY_WEIGHTS, n) * len(TIERS) + pick_by_row(rng, TIERS_BY_SEGMENT[segment])
    seats = np.maximum(1, whole(lognormal(rng, np.array(SEATS)[segment] * settings.deal_size, 0.6, n)))
    return Customers(
        account, np.full(n, NONE), rep, rep, start, start, start > 0, start.astype(np.float64), product, seats,
        np.zeros(n), accounts.currency[account],
    )  # fmt: skip


def _early_in_month(days: Ints) -> Ints:
    """Move the 29th to 31st to the first of the next month, so that every month has the day."""
    month = month_of(days)
    return np.where(days - first_day(month) < 28, days, first_day(month + 1))


def _live(
    rng: np.random.Generator,
    settings: SimulationSettings,
    people: People,
    habits: Habits,
    accounts: Accounts,
    customers: Customers,
) -> Customers:
    """Draw how long each stays; those won before the history are known to be there when it begins."""
    segment, n = accounts.segment[customers.account], customers.n
    factor = np.where(customers.deal == NONE, 1.0, habits.churn[customers.rep])
    hazard = CHURN[segment] * factor
    annual = chance(rng, ANNUAL[segment], n)
    seen_from = np.maximum(customers.start, day_number(settings.starts_on))
    monthly_end = seen_from + np.maximum(1, (rng.exponential(1.0, n) / hazard * MONTH_DAYS)).astype(np.int64)
    years = rng.geometric(1 - np.exp(-12 * hazard)) + terms_before(customers.start, seen_from)
    annual_end = add_months(customers.start, 12 * np.minimum(years, 100))
    end = np.where(annual, annual_end, monthly_end)
    if habits.burst:
        end = burst(rng, settings, customers.family, annual, customers.start, end)
    care = [people.of_team(index, people.care & people.permanent) for index in range(len(people.regions))]
    team = people.place_team[accounts.territory[customers.account]]
    keeper = np.array([care[index][number % len(care[index])] for number, index in enumerate(team)], dtype=np.int64)
    return replace(customers, end=end, annual=annual, hazard=hazard, care=keeper)


def burst(
    rng: np.random.Generator, settings: SimulationSettings, family: Ints, annual: Flags, start: Ints, end: Ints
) -> Ints:
    """Let monthly subscribers of one service leave at a much higher hazard from a day on."""
    from_day = day_number(burst_on(settings))
    leaves = (
        np.maximum(start, from_day) + 1 + (rng.exponential(1 / BURST_CHURN, len(end)) * MONTH_DAYS).astype(np.int64)
    )
    hit = (family == BURST_FAMILY) & ~annual & (end > from_day)
    return np.where(hit, np.minimum(end, leaves), end)


def terms_before(start: Ints, days: Ints) -> Ints:
    """Whole years from ``start`` up to each day."""
    months = month_of(days) - month_of(start)
    months -= days - first_day(month_of(days)) < start - first_day(month_of(start))
    return np.asarray(np.maximum(months, 0) // 12, dtype=np.int64)


def add_months(days: Ints, months: Ints) -> Ints:
    """The same day of a later month; days lie in 1 to 28."""
    month = month_of(days)
    return first_day(month + months) + days - first_day(month)


@dataclass(frozen=True)
class Offers:
    """Further products offered, as arrays; ``customer`` indexes ``Customers``.

    Attributes:
        chance: The planted chance that it is accepted.
        decided: Day of the answer, also where that lies after the history.
    """

    customer: Ints
    offered: Ints
    decided: Ints
    upsell: Flags
    product: Ints
    accepted: Flags
    chance: Floats

    @property
    def n(self) -> int:
        return len(self.customer)


def make_offers(settings: SimulationSettings, customers: Customers, accounts: Accounts, streams: Streams) -> Offers:
    """Offer customers a higher tier or a family that they do not have, now and then; some accept."""
    rng = streams.of("offers")
    first = np.maximum(customers.start + 45, day_number(settings.starts_on))
    last = np.minimum(customers.end - 40, day_number(settings.ends_on))
    months = np.maximum(last - first, 0) / MONTH_DAYS
    count = rng.poisson(OFFERS_A_MONTH * months)
    customer = np.repeat(np.arange(customers.n), count)
    offered = first[customer] + (rng.random(len(customer)) * (last - first)[customer]).astype(np.int64)
    order = np.lexsort((offered, customer))
    customer, offered = customer[order], offered[order]
    rank = np.arange(len(customer)) - np.searchsorted(customer, customer)
    decided = offered + 1 + lognormal(rng, OFFER_DAYS, 0.7, len(customer)).astype(np.int64)
    return _decide(rng, settings, customers, accounts, (customer, offered, decided, rank))


def _decide(
    rng: np.random.Generator,
    settings: SimulationSettings,
    customers: Customers,
    accounts: Accounts,
    made: tuple[Ints, Ints, Ints, Ints],
) -> Offers:
    """Go through each customer's offers in turn: what is held decides what can be offered."""
    customer, offered, decided, rank = made
    segment = accounts.segment[customers.account]
    tier, main = customers.product % len(TIERS), customers.family
    held = np.zeros((customers.n, len(FAMILIES)), dtype=np.bool_)
    held[np.arange(customers.n), main] = True
    found: list[tuple[Ints, Flags, Ints, Flags, Floats]] = []
    for step in range(int(rank.max(initial=-1)) + 1):
        rows = np.flatnonzero(rank == step)
        who = customer[rows]
        can_rise, can_add = tier[who] < len(TIERS) - 1, ~held[who].all(axis=1)
        upsell = can_rise & (~can_add | chance(rng, 0.45, len(rows)))
        family = pick_by_row(rng, np.where(held[who], 0.0, np.array(FAMILY_WEIGHTS)) + 1e-12)
        accept = np.where(upsell, UPSELL_ACCEPTED[segment[who]], _affinity()[main[who], family])
        takes = chance(rng, accept, len(rows)) & (can_rise | can_add)
        now = takes & (decided[rows] < day_number(settings.ends_on))
        product = np.where(upsell, customers.family[who] * len(TIERS) + tier[who] + 1, family * len(TIERS))
        tier[who[now & upsell]] += 1
        held[who[now & ~upsell], family[now & ~upsell]] = True
        kept = can_rise | can_add
        found.append((rows[kept], upsell[kept], product[kept], takes[kept], accept[kept]))
    rows, upsell, product, takes, accept = (np.concatenate([part[i] for part in found]) for i in range(5))
    return Offers(customer[rows], offered[rows], decided[rows], upsell, product, takes, accept)


def _affinity() -> Floats:
    table = np.full((len(FAMILIES), len(FAMILIES)), CROSS_SELL_ACCEPTED)
    for held, offered, accepted in AFFINITY:
        table[held, offered] = accepted
    return table
