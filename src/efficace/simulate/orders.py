"""Goods sold by the piece: seasonal orders, returns, fees, taxes and credits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from efficace.simulate.clock import DAY, HOUR, day_of, midnight
from efficace.simulate.columns import stack, take
from efficace.simulate.customers import Customers
from efficace.simulate.deals import NEW, Deals
from efficace.simulate.draws import NONE, Floats, Ints, Streams, chance, pick
from efficace.simulate.market import (
    GOODS,
    LOCATIONS,
    LYON,
    ONBOARDING,
    ORDER_GROWTH,
    ORDER_SEASON,
    SENSORS_50,
    SERVICES,
    SHIPPING,
    STORE_COUNT,
    WAREHOUSE,
    WEB_SHOP,
    Accounts,
    moments,
)
from efficace.simulate.settings import SimulationSettings

LINE_KINDS = ("sale", "return", "credit", "fee", "tax", "proration")
SALE, RETURNED, CREDIT, FEE, TAX = range(5)
CHANNELS = ("store", "online", "rep", "partner")
STORE, ONLINE, BY_REP, PARTNER = range(4)
CHANNEL_WEIGHTS = (0.22, 0.44, 0.19, 0.15)
LINES_A_TOUCH = 0.09
RETURNS, SALES_TAX = 0.04, 0.2
LYON_DEMAND = 3.0
"""Factor on the chance that a line sold in the Lyon store is the large sensor kit."""
PRICE_RISE, COST_RISE = 1.03, 1.02
"""A year, on list prices and unit costs."""


@dataclass(frozen=True)
class Lines:
    """Order lines, as arrays."""

    at: Ints
    order: Ints
    product: Ints
    units: Ints
    kind: Ints
    price: Floats
    discount: Floats
    account: Ints
    rep: Ints
    deal: Ints
    channel: Ints
    location: Ints

    @property
    def n(self) -> int:
        return len(self.at)


def sell_goods(
    settings: SimulationSettings, accounts: Accounts, customers: Customers, deals: Deals, streams: Streams
) -> Lines:
    """Draw orders with their lines, what came back of them, and the extras that are no units."""
    rng = streams.of("orders")
    sales = _sales(rng, settings, accounts, customers)
    orders = int(sales.order.max(initial=-1)) + 1
    sales = stack([sales, _onboarding(rng, settings, deals, orders)])
    parts = [sales, _returns(rng, sales), _shipping(rng, sales), _taxes(sales), _credits(rng, sales)]
    lines = stack(parts)
    kept = np.flatnonzero(lines.at < midnight(settings.ends_on))
    return take(lines, kept[np.lexsort((lines.kind[kept], lines.at[kept]))])


def _sales(rng: np.random.Generator, settings: SimulationSettings, accounts: Accounts, customers: Customers) -> Lines:
    orders = int(settings.touches * LINES_A_TOUCH / 1.8)
    begun = np.sort(moments(rng, settings, ORDER_SEASON, ORDER_GROWTH, orders))
    buyer = rng.integers(0, customers.n, orders)
    day = day_of(begun)
    fits = (customers.start[buyer] <= day) & (day < customers.end[buyer]) & chance(rng, 0.75, orders)
    account = np.where(fits, customers.account[buyer], rng.choice(accounts.blocks.shopper_ids, orders))
    channel = pick(rng, CHANNEL_WEIGHTS, orders)
    channel = np.where(~fits & (channel == BY_REP), ONLINE, channel)
    location = _locations(rng, accounts, account, channel)
    order = np.repeat(np.arange(orders), 1 + rng.poisson(0.8, orders))
    product = _products(rng, location[order])
    price = _price(settings, product, begun[order])
    units = 1 + rng.poisson(np.where(product < ONBOARDING, 1.2, 0.3))
    discount = np.where(
        chance(rng, 0.3, len(order)), np.round(price * units * rng.uniform(0.03, 0.12, len(order)), 2), 0.0
    )
    rep = np.where(fits & (channel == BY_REP), customers.care[buyer], NONE)
    return Lines(
        begun[order], order, product, units, np.full(len(order), SALE), price, discount, account[order], rep[order],
        np.full(len(order), NONE), channel[order], location[order],
    )  # fmt: skip


def _locations(rng: np.random.Generator, accounts: Accounts, account: Ints, channel: Ints) -> Ints:
    """Stores of the buyer's country, or any; the shop online; the warehouse for the rest."""
    country = np.array([place[0] for place in accounts.towns])[accounts.town[account]]
    store = rng.integers(0, STORE_COUNT, len(account))
    for code in ("FR", "GB", "DE"):
        near = [index for index in range(STORE_COUNT) if LOCATIONS[index][5] == code]
        store = np.where(country == code, np.array(near)[store % len(near)], store)
    return np.where(channel == STORE, store, np.where(channel == ONLINE, WEB_SHOP, WAREHOUSE))


def _products(rng: np.random.Generator, location: Ints) -> Ints:
    weights = np.array([good.weight for good in GOODS])
    special = weights.copy()
    special[SENSORS_50 - SERVICES] *= LYON_DEMAND
    n = len(location)
    return SERVICES + np.where(location == LYON, pick(rng, special, n), pick(rng, weights, n))


def _years(settings: SimulationSettings, at: Ints) -> Ints:
    return (at - midnight(settings.starts_on)) // (365 * DAY)


def _price(settings: SimulationSettings, product: Ints, at: Ints) -> Floats:
    listed = np.array([good.price for good in GOODS])[product - SERVICES]
    return np.asarray(np.round(listed * PRICE_RISE ** _years(settings, at), 2), dtype=np.float64)


def unit_cost(settings: SimulationSettings, lines: Lines) -> Floats:
    """What a unit cost when the line was sold."""
    cost = np.array([good.cost for good in GOODS])[lines.product - SERVICES]
    return np.asarray(np.round(cost * COST_RISE ** _years(settings, lines.at), 2), dtype=np.float64)


def _onboarding(rng: np.random.Generator, settings: SimulationSettings, deals: Deals, first: int) -> Lines:
    """An onboarding pack with six in ten new customers, sold by the closer with the deal."""
    won = deals.won & (deals.kind == NEW) & (deals.closed < midnight(settings.ends_on) - 2 * DAY)
    deal = np.flatnonzero(won & chance(rng, 0.6, deals.n))
    n, at = len(deal), deals.closed[deal] + HOUR
    product = np.full(n, ONBOARDING)
    return Lines(
        at, first + np.arange(n), product, np.ones(n, dtype=np.int64), np.full(n, SALE), _price(settings, product, at),
        np.zeros(n), deals.account[deal], deals.rep[deal], deal, np.full(n, BY_REP), np.full(n, WAREHOUSE),
    )  # fmt: skip


def _returns(rng: np.random.Generator, sales: Lines) -> Lines:
    rows = take(sales, np.flatnonzero((sales.product < ONBOARDING) & chance(rng, RETURNS, sales.n)))
    units = -np.maximum(1, (rows.units * rng.uniform(0.3, 1.0, rows.n)).astype(np.int64))
    at = rows.at + rng.integers(4 * DAY, 30 * DAY, rows.n)
    return replace(rows, at=at, units=units, kind=np.full(rows.n, RETURNED), discount=np.zeros(rows.n))


def _first_lines(sales: Lines) -> Ints:
    return np.unique(sales.order, return_index=True)[1].astype(np.int64)


def _shipping(rng: np.random.Generator, sales: Lines) -> Lines:
    first = _first_lines(sales)
    rows = take(sales, first[(sales.channel[first] == ONLINE) & chance(rng, 0.5, len(first))])
    n = rows.n
    return replace(
        rows, product=np.full(n, SHIPPING), units=np.ones(n, dtype=np.int64), kind=np.full(n, FEE),
        price=np.full(n, 14.0), discount=np.zeros(n),
    )  # fmt: skip


def _taxes(sales: Lines) -> Lines:
    """Tax on what is sold over the counter, a line for each."""
    rows = take(sales, np.flatnonzero(sales.channel == STORE))
    n, tax = rows.n, np.round((rows.units * rows.price - rows.discount) * SALES_TAX, 2)
    return replace(rows, units=np.ones(n, dtype=np.int64), kind=np.full(n, TAX), price=tax, discount=np.zeros(n))


def _credits(rng: np.random.Generator, sales: Lines) -> Lines:
    rows = take(sales, np.flatnonzero(chance(rng, 0.006, sales.n)))
    n, price = rows.n, -np.round(rows.price * 0.2, 2)
    at = rows.at + rng.integers(DAY, 20 * DAY, n)
    return replace(
        rows, at=at, units=np.ones(n, dtype=np.int64), kind=np.full(n, CREDIT), price=price, discount=np.zeros(n)
    )
