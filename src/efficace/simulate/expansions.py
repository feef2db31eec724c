"""Deals with customers: those behind offers, and renewals of annual terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, HOUR, MONTH_DAYS, day_number, midnight, office_hours
from efficace.simulate.columns import take
from efficace.simulate.customers import Customers, Offers, add_months
from efficace.simulate.deals import CROSS_SELL, EXPANSION, RENEWAL, UPSELL, Deals
from efficace.simulate.draws import NONE, Flags, Floats, Ints, Streams, chance
from efficace.simulate.market import Contacts
from efficace.simulate.settings import SimulationSettings

WITH_DEAL = 0.7
"""Share of offers for which a deal is kept."""
RENEWAL_DAYS = 60
"""How long before the end of its term a renewal is opened."""


def expansion_deals(
    settings: SimulationSettings, customers: Customers, offers: Offers, contacts: Contacts, streams: Streams
) -> Deals:
    """Up-sell and cross-sell deals, won when the offer was accepted."""
    rng = streams.of("expansions")
    rows = np.flatnonzero(chance(rng, WITH_DEAL, offers.n) & (offers.offered < day_number(settings.ends_on)))
    created = office_hours(rng, offers.offered[rows] * DAY)
    closed = np.maximum(office_hours(rng, offers.decided[rows] * DAY), created + 3 * HOUR)
    kept = _inside(settings, created)
    kind = np.where(offers.upsell[rows], UPSELL, CROSS_SELL)
    found = _Found(
        offers.customer[rows],
        kind,
        created,
        closed,
        offers.accepted[rows],
        offers.chance[rows],
        offers.product[rows],
    )
    return _deals(customers, contacts, found, kept)


def renewal_deals(settings: SimulationSettings, customers: Customers, contacts: Contacts, streams: Streams) -> Deals:
    """One deal for every end of an annual term in the history, won when the customer stayed."""
    rng = streams.of("renewals")
    end = day_number(settings.ends_on)
    who, term = [], []
    for year in range(1, int((end - customers.start.min()) / 365) + 2):
        day = add_months(customers.start, np.full(customers.n, 12 * year))
        rows = np.flatnonzero(customers.annual & (day <= customers.end) & (day - RENEWAL_DAYS < end))
        who.append(rows)
        term.append(day[rows])
    customer, ends = np.concatenate(who), np.concatenate(term)
    created = office_hours(rng, (ends - RENEWAL_DAYS) * DAY)
    closed = office_hours(rng, (ends - rng.integers(3, 12, len(ends))) * DAY)
    stays = customers.end[customer] > ends
    likely = np.exp(-12 * customers.hazard[customer])
    kept = _inside(settings, created)
    found = _Found(customer, np.full(len(ends), RENEWAL), created, closed, stays, likely, customers.product[customer])
    return _deals(customers, contacts, found, kept)


def _inside(settings: SimulationSettings, created: Ints) -> Flags:
    return np.asarray(
        (created >= midnight(settings.starts_on)) & (created < midnight(settings.ends_on)), dtype=np.bool_
    )


@dataclass(frozen=True)
class _Found:
    customer: Ints
    kind: Ints
    created: Ints
    closed: Ints
    won: Flags
    likely: Floats
    product: Ints


def _deals(customers: Customers, contacts: Contacts, every: _Found, kept: Flags) -> Deals:
    found = take(every, kept)
    customer, n, account = found.customer, int(kept.sum()), customers.account[found.customer]
    none = np.full(n, NONE)
    return Deals(
        kind=found.kind, pipeline=np.full(n, EXPANSION), lead=none, account=account,
        contact=contacts.of_account(account), rep=customers.care[customer], first_rep=customers.care[customer],
        handed_over=none, created=found.created, closed=found.closed, won=found.won,
        decided=np.ones(n, dtype=np.bool_), win_chance=found.likely, cycle_seconds=np.full(n, MONTH_DAYS * DAY),
        product=found.product, seats=customers.seats[customer], discount=customers.discount[customer],
        currency=customers.currency[customer],
    )  # fmt: skip
