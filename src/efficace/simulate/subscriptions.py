"""Subscriptions stretch by stretch: seats, tiers, prices, pauses, trials, terms, and their cancellations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, HOUR, MONTH_DAYS, day_number
from efficace.simulate.columns import stack, take
from efficace.simulate.customers import BURST_FAMILY, FOREVER, Customers, Offers, add_months, burst, terms_before
from efficace.simulate.draws import NONE, Flags, Floats, Ints, Streams, chance, pick, whole
from efficace.simulate.habits import Habits
from efficace.simulate.market import TIERS, Accounts, seat_price
from efficace.simulate.settings import SimulationSettings

CHANGES = (
    "new", "trial", "seats_added", "seats_removed", "tier_up", "pause", "resume", "renewal", "return_in_grace",
    "reactivation",
)  # fmt: skip
STARTED, TRIAL, ADD, REMOVE, TIER_UP, PAUSE, RESUME, RENEW, RETURN, REACTIVATED = range(len(CHANGES))
AWAY = len(CHANGES)
"""An event that opens a gap: no row is written for it."""
MORE_SEATS = np.array([0.025, 0.035, 0.045])
FEWER_SEATS, PAUSES, GAPS = 0.01, 0.004, 0.004
"""Monthly chances by segment, and for every subscription (pauses and gaps: monthly ones only)."""
PRICE_RISE = 1.03
"""At every renewal."""
TRIALS, TRIAL_DAYS = 0.25, 14
COMES_BACK = 0.09
REASONS = (
    "price", "missing feature", "competitor", "low usage", "service quality", "budget cut", "business closed",
    "payment failed", "service outage", "not as promised",
)  # fmt: skip
REASON_WEIGHTS = np.array([0.2, 0.14, 0.15, 0.16, 0.08, 0.12, 0.05, 0.1, 0.0, 0.0])
OUTAGE, NOT_AS_PROMISED, PAYMENT = 8, 9, 7


@dataclass(frozen=True)
class Contracts:
    """Subscriptions, as arrays; ``end`` is the first day after, ``FOREVER`` while running."""

    customer: Ints
    family: Ints
    tier: Ints
    seats: Ints
    start: Ints
    end: Ints
    annual: Flags
    trial: Flags
    comeback: Flags
    main: Flags

    @property
    def n(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Stretches:
    """Rows of ``subscription_periods``, as arrays."""

    contract: Ints
    start: Ints
    end: Ints
    product: Ints
    seats: Ints
    mrr: Floats
    trial: Flags
    paused: Flags
    term_ends: Ints
    change: Ints

    @property
    def n(self) -> int:
        return len(self.contract)


def sign(
    settings: SimulationSettings, habits: Habits, customers: Customers, offers: Offers, streams: Streams
) -> Contracts:
    """Every customer's first subscription, those added by accepted offers, and those of customers who come back."""
    rng = streams.of("contracts")
    n, last = customers.n, day_number(settings.ends_on)
    trial = chance(rng, TRIALS, n) & (customers.deal != NONE)
    first = Contracts(
        np.arange(n), customers.family, customers.product % len(TIERS), customers.seats, customers.start,
        customers.end, customers.annual, trial, np.zeros(n, dtype=np.bool_), np.ones(n, dtype=np.bool_),
    )  # fmt: skip
    added = np.flatnonzero(
        offers.accepted & ~offers.upsell & (offers.decided < np.minimum(customers.end[offers.customer], last) - 1)
    )
    return stack([first, _added(rng, settings, habits, customers, offers, added), _comebacks(rng, customers, last)])


def _added(
    rng: np.random.Generator,
    settings: SimulationSettings,
    habits: Habits,
    customers: Customers,
    offers: Offers,
    rows: Ints,
) -> Contracts:
    who, n = offers.customer[rows], len(rows)
    family, start, end = offers.product[rows] // len(TIERS), offers.decided[rows] + 1, customers.end[who]
    monthly = np.zeros(n, dtype=np.bool_)
    if habits.burst:
        end = burst(rng, settings, family, monthly, start, end)
    seats = np.maximum(1, whole(customers.seats[who] * rng.uniform(0.3, 1.0, n)))
    none = np.zeros(n, dtype=np.bool_)
    return Contracts(who, family, offers.product[rows] % len(TIERS), seats, start, end, monthly, none, none, none)


def _comebacks(rng: np.random.Generator, customers: Customers, last: int) -> Contracts:
    """Customers who left and subscribe again, some soon, some after more than a year."""
    back = customers.end + 45 + (rng.random(customers.n) ** 1.3 * 480).astype(np.int64)
    who = np.flatnonzero((back < last - 1) & chance(rng, COMES_BACK, customers.n))
    n = len(who)
    stays = np.maximum(1, rng.exponential(1.0, n) / customers.hazard[who] * MONTH_DAYS).astype(np.int64)
    none, every = np.zeros(n, dtype=np.bool_), np.ones(n, dtype=np.bool_)
    return Contracts(
        who, customers.family[who], customers.product[who] % len(TIERS), customers.seats[who], back[who],
        back[who] + stays, none, none, every, none,
    )  # fmt: skip


Events = tuple[Ints, Ints, Ints]
"""Contract, day, what happens."""


def lay_stretches(
    settings: SimulationSettings,
    contracts: Contracts,
    customers: Customers,
    offers: Offers,
    accounts: Accounts,
    streams: Streams,
) -> Stretches:
    """Cut every subscription at each change of product, seats, price, term or pause."""
    rng = streams.of("stretches")
    last = day_number(settings.ends_on)
    segment = accounts.segment[customers.account[contracts.customer]]
    monthly = ~contracts.annual & contracts.main
    events = [
        _happen(rng, contracts, MORE_SEATS[segment], ADD, last),
        _happen(rng, contracts, np.full(contracts.n, FEWER_SEATS), REMOVE, last),
        *_away(rng, contracts, np.where(monthly, PAUSES, 0.0), (PAUSE, RESUME), (20, 50), last),
        *_away(rng, contracts, np.where(monthly, GAPS, 0.0), (AWAY, RETURN), (4, 25), last),
        _raised(offers, customers, last),
        *_renewals(contracts, last),
    ]
    contract, day, what = (np.concatenate([event[index] for event in events]) for index in range(3))
    order = np.lexsort((what, day, contract))
    rows = _replay(rng, contracts, (contract[order], day[order], what[order]))
    return _priced(rows, contracts, customers, last)


def _happen(rng: np.random.Generator, contracts: Contracts, monthly: Floats, what: int, last: int) -> Events:
    """Events at a constant monthly rate, strictly inside each subscription."""
    stop = np.minimum(contracts.end, last)
    days = np.maximum(stop - contracts.start - 2, 0)
    contract = np.repeat(np.arange(contracts.n), rng.poisson(monthly * days / MONTH_DAYS))
    day = contracts.start[contract] + 1 + (rng.random(len(contract)) * days[contract]).astype(np.int64)
    return contract, day, np.full(len(contract), what)


def _away(
    rng: np.random.Generator,
    contracts: Contracts,
    monthly: Floats,
    what: tuple[int, int],
    days: tuple[int, int],
    last: int,
) -> tuple[Events, Events]:
    """Stretches of pause or absence that end before the subscription does."""
    contract, day, _ = _happen(rng, contracts, monthly, what[0], last)
    back = day + rng.integers(*days, len(day))
    kept = back < contracts.end[contract] - 2
    contract, day, back = contract[kept], day[kept], back[kept]
    return (contract, day, np.full(len(day), what[0])), (contract, back, np.full(len(day), what[1]))


def _raised(offers: Offers, customers: Customers, last: int) -> Events:
    """Accepted offers of a higher tier, on the customer's first subscription."""
    stop = np.minimum(customers.end[offers.customer], last)
    rows = np.flatnonzero(offers.accepted & offers.upsell & (offers.decided + 1 < stop))
    return offers.customer[rows], offers.decided[rows] + 1, np.full(len(rows), TIER_UP)


def _renewals(contracts: Contracts, last: int) -> list[Events]:
    found = []
    longest = int(np.max(last - contracts.start, initial=0)) // 365 + 1
    for year in range(1, longest + 1):
        day = add_months(contracts.start, np.full(contracts.n, 12 * year))
        rows = np.flatnonzero(contracts.annual & (day < np.minimum(contracts.end, last)))
        found.append((rows, day[rows], np.full(len(rows), RENEW)))
    return found


@dataclass(frozen=True)
class _Rows:
    contract: Ints
    day: Ints
    what: Ints
    tier: Ints
    seats: Ints
    price: Floats


def _replay(rng: np.random.Generator, contracts: Contracts, events: Events) -> _Rows:
    """Apply the events of all subscriptions in turn; what cannot happen (a pause in a pause) leaves no row."""
    contract, day, what = events
    factor = rng.uniform(1.1, 1.5, len(contract))
    rank = np.arange(len(contract)) - np.searchsorted(contract, contract)
    tier, seats = contracts.tier.copy(), contracts.seats.copy()
    price, idle, latest = np.ones(contracts.n), np.full(contracts.n, NONE), contracts.start.copy()
    begun = np.where(contracts.comeback, REACTIVATED, STARTED)
    found = [(np.arange(contracts.n), contracts.start, begun, tier.copy(), seats.copy(), price.copy())]
    for step in range(int(rank.max(initial=-1)) + 1):
        rows = np.flatnonzero(rank == step)
        rows = rows[_possible(contract[rows], day[rows], what[rows], (tier, seats, idle, latest))]
        who, happens, share = contract[rows], what[rows], factor[rows]
        seats[who] = np.where(happens == ADD, np.ceil(seats[who] * share), seats[who])
        seats[who] = np.where(happens == REMOVE, np.ceil(seats[who] / (share + 0.1)), seats[who])
        tier[who] += happens == TIER_UP
        price[who] *= np.where(happens == RENEW, PRICE_RISE, 1.0)
        idle[who] = np.where(np.isin(happens, (PAUSE, AWAY)), happens, NONE)
        latest[who] = day[rows]
        found.append((who, day[rows], happens, tier[who], seats[who], price[who]))
    return _Rows(*(np.concatenate([part[index] for part in found]) for index in range(6)))


def _possible(who: Ints, day: Ints, what: Ints, state: tuple[Ints, Ints, Ints, Ints]) -> Flags:
    tier, seats, idle, latest = state
    back = np.where(idle[who] == PAUSE, RESUME, RETURN)
    fits = np.where(idle[who] == NONE, ~np.isin(what, (RESUME, RETURN)), what == back)
    fits &= (what != TIER_UP) | (tier[who] < len(TIERS) - 1)
    fits &= (what != REMOVE) | (seats[who] > 2)
    return np.asarray(fits & (day > latest[who]), dtype=np.bool_)


def _priced(rows: _Rows, contracts: Contracts, customers: Customers, last: int) -> Stretches:
    """Close each stretch at the next change, drop absences, put trials in front."""
    order = np.lexsort((rows.day, rows.contract))
    contract, start, what = rows.contract[order], rows.day[order], rows.what[order]
    following = np.append(start[1:], 0)
    final = np.append(contract[1:] != contract[:-1], True)
    end = np.where(final, contracts.end[contract], following)
    product = contracts.family[contract] * len(TIERS) + rows.tier[order]
    who = contracts.customer[contract]
    mrr = seat_price(product) * rows.seats[order] * (1 - customers.discount[who]) * rows.price[order]
    mrr = np.where(what == PAUSE, 0.0, np.round(mrr, 2))
    terms = terms_before(contracts.start[contract], start) + 1
    term_ends = np.where(contracts.annual[contract], add_months(contracts.start[contract], 12 * terms), NONE)
    kept = (what != AWAY) & (start < last)
    whole_rows = Stretches(
        contract, start, np.where(end >= last, FOREVER, end), product, rows.seats[order], mrr,
        np.zeros(len(start), dtype=np.bool_), what == PAUSE, term_ends, what,
    )  # fmt: skip
    return _with_trials(take(whole_rows, kept), contracts)


def _with_trials(rows: Stretches, contracts: Contracts) -> Stretches:
    first = np.flatnonzero((rows.change == STARTED) & contracts.trial[rows.contract])
    trials = take(rows, first)
    n = trials.n
    trials = Stretches(
        trials.contract, trials.start - TRIAL_DAYS, trials.start, trials.product, trials.seats, np.zeros(n),
        np.ones(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_), np.full(n, NONE), np.full(n, TRIAL),
    )  # fmt: skip
    joined = stack([rows, trials])
    return take(joined, np.lexsort((joined.start, joined.contract)))


@dataclass(frozen=True)
class Cancellations:
    """Cancellations, as arrays; ``effective`` may lie after the history."""

    contract: Ints
    at: Ints
    effective: Ints
    reason: Ints
    voluntary: Flags


def cancel(
    settings: SimulationSettings,
    habits: Habits,
    contracts: Contracts,
    customers: Customers,
    burst_day: int,
    streams: Streams,
) -> Cancellations:
    """Nine leavers in ten say that they leave, some weeks before; why depends on what was planted."""
    rng = streams.of("cancellations")
    n, last = contracts.n, day_number(settings.ends_on)
    ahead = np.where(contracts.annual, rng.integers(10, 80, n), rng.integers(0, 25, n))
    outage = np.zeros(n, dtype=np.bool_)
    if habits.burst:
        outage = (contracts.family == BURST_FAMILY) & ~contracts.annual & (contracts.end > burst_day)
    day = np.where(outage, np.maximum(contracts.end - ahead % 4, burst_day), contracts.end - ahead)
    day = np.maximum(day, np.maximum(contracts.start, day_number(settings.starts_on)))
    rows = np.flatnonzero((day < last) & (contracts.end < FOREVER // 2) & chance(rng, 0.92, n))
    who = contracts.customer[rows]
    reason = pick(rng, REASON_WEIGHTS, len(rows))
    if habits.burst:
        reason = np.where(outage[rows] & chance(rng, 0.65, len(rows)), OUTAGE, reason)
        misled = (customers.rep[who] == habits.fast_closer) & (customers.deal[who] != NONE)
        reason = np.where(misled & chance(rng, 0.6, len(rows)), NOT_AS_PROMISED, reason)
    at = day[rows] * DAY + rng.integers(7 * HOUR, 17 * HOUR, len(rows))
    return Cancellations(rows, at, contracts.end[rows], reason, reason != PAYMENT)
