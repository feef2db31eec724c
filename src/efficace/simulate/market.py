"""What is sold and to whom: products, locations, accounts, contacts, exchange rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, HOUR, day_number, midnight, month_of
from efficace.simulate.draws import Floats, Ints, Streams, chance, pick
from efficace.simulate.habits import Habits
from efficace.simulate.names import INDUSTRIES, LEGAL_FORMS, TITLES
from efficace.simulate.people import People
from efficace.simulate.places import CURRENCIES, FRENCH_SPEAKING, Town
from efficace.simulate.settings import SimulationSettings, months_later

SEGMENTS = ("small business", "mid-market", "enterprise")
SEGMENT_WEIGHTS = (0.6, 0.3, 0.1)
EMPLOYEES = (28.0, 320.0, 3_400.0)
SEATS = (9.0, 32.0, 140.0)
LEGACY_MONTHS = 24
"""How long before the history the first of the customers that it starts with was won."""

MONEY_CODES = ("EUR", "USD", "GBP", "CHF")
FX_START = {"USD": 0.92, "GBP": 1.16, "CHF": 1.03}

FAMILIES = ("Insight", "Shield", "Assist", "Flow")
INSIGHT, SHIELD, ASSIST, FLOW = range(4)
FAMILY_WEIGHTS = (0.36, 0.22, 0.24, 0.18)
TIERS = ("Basic", "Pro", "Enterprise")
SEAT_PRICES = np.array([[18, 34, 62], [14, 28, 49], [22, 39, 69], [12, 25, 45]], dtype=np.float64)
SEAT_COST_SHARE = 0.22


@dataclass(frozen=True)
class Good:
    """Something sold by the piece."""

    key: str
    name: str
    family: str
    tier: int
    price: float
    cost: float
    weight: float


GOODS = (
    Good("EDGE-S", "Edge Gateway S", "Edge", 1, 390, 231, 0.2),
    Good("EDGE-M", "Edge Gateway M", "Edge", 2, 690, 402, 0.14),
    Good("EDGE-L", "Edge Gateway L", "Edge", 3, 1_290, 731, 0.06),
    Good("SENS-10", "Sensor Kit 10", "Sensors", 1, 149, 84, 0.3),
    Good("SENS-50", "Sensor Kit 50", "Sensors", 2, 599, 322, 0.12),
    Good("ONBOARD", "Onboarding Pack", "Services", 1, 1_800, 980, 0.05),
    Good("TRAIN", "Training Day", "Services", 1, 950, 520, 0.08),
    Good("CONSULT", "Consulting Day", "Services", 2, 1_250, 690, 0.05),
    Good("SHIP", "Shipping", "Services", 1, 14, 11, 0.0),
)
SERVICES = len(FAMILIES) * len(TIERS)
"""Products below this index are subscribed to, the others sold by the piece."""
ONBOARDING, SHIPPING, SENSORS_50 = SERVICES + 5, SERVICES + 8, SERVICES + 4

LOCATIONS = (
    ("PAR", "Paris Experience Store", "store", "Paris", "Île-de-France", "FR"),
    ("LYO", "Lyon Experience Store", "store", "Lyon", "Auvergne-Rhône-Alpes", "FR"),
    ("LON", "London Experience Store", "store", "London", "England", "GB"),
    ("BER", "Berlin Experience Store", "store", "Berlin", "Berlin", "DE"),
    ("WEB", "Online Shop", "online", None, None, None),
    ("RTM", "Rotterdam Warehouse", "warehouse", "Rotterdam", "Zuid-Holland", "NL"),
)
STORE_COUNT, LYON, WEB_SHOP, WAREHOUSE = 4, 1, 4, 5


@dataclass(frozen=True)
class Blocks:
    """Which account indices play which part: those with leads come first, then the others."""

    leads: int
    prospects: int
    legacy: int
    shoppers: int

    @property
    def n(self) -> int:
        return self.leads + self.prospects + self.legacy + self.shoppers

    @property
    def prospect_ids(self) -> Ints:
        return np.arange(self.leads, self.leads + self.prospects)

    @property
    def legacy_ids(self) -> Ints:
        return np.arange(self.leads + self.prospects, self.n - self.shoppers)

    @property
    def shopper_ids(self) -> Ints:
        return np.arange(self.n - self.shoppers, self.n)


@dataclass(frozen=True)
class Accounts:
    """Companies, as arrays by account; indices into ``towns``, ``SEGMENTS``, ``INDUSTRIES``, territories."""

    blocks: Blocks
    towns: tuple[Town, ...]
    territory: Ints
    town: Ints
    segment: Ints
    industry: Ints
    employees: Ints
    name: Ints
    currency: Ints
    french: Floats

    @property
    def n(self) -> int:
        return len(self.territory)


@dataclass(frozen=True)
class Contacts:
    """People at accounts: contact ``i`` belongs to lead ``i``; then one further contact for every account."""

    account: Ints
    first: Ints
    last: Ints
    french: Ints
    title: Ints
    n_leads: int

    def of_account(self, account: Ints) -> Ints:
        """The contact of each account who never was a lead."""
        return account + self.n_leads


def lead_count(settings: SimulationSettings) -> int:
    """Leads for the number of touches asked for."""
    return settings.touches // 10


def found_accounts(settings: SimulationSettings, people: People, habits: Habits, streams: Streams) -> Accounts:
    """Draw the companies of every territory, in proportion to the reps there and to the planted demand."""
    rng = streams.of("accounts")
    leads = lead_count(settings)
    blocks = Blocks(leads * 4 // 5, max(30, leads // 20), max(40, round(leads * 0.012)), max(60, round(leads * 0.03)))
    handlers = np.bincount(people.territory[people.handlers], minlength=len(people.places))
    territory = pick(rng, handlers * habits.demand, blocks.n)
    towns, town = _towns(rng, people, territory)
    segment = pick(rng, SEGMENT_WEIGHTS, blocks.n)
    industry = pick(rng, [share for _, share, _ in INDUSTRIES], blocks.n)
    codes = np.array([MONEY_CODES.index(CURRENCIES.get(place[0], "EUR")) for place in towns])
    return Accounts(
        blocks=blocks,
        towns=towns,
        territory=territory,
        town=town,
        segment=segment,
        industry=industry,
        name=_name_numbers(rng, industry),
        employees=np.maximum(2, np.array(EMPLOYEES)[segment] * np.exp(0.5 * rng.standard_normal(blocks.n))).astype(int),
        currency=codes[town],
        french=_french(settings, towns, town),
    )


def _name_numbers(rng: np.random.Generator, industry: Ints) -> Ints:
    """Every number once in each industry: no two companies share a name until the words run out."""
    number = np.zeros(len(industry), dtype=np.int64)
    for code in range(len(INDUSTRIES)):
        rows = np.flatnonzero(industry == code)
        number[rows] = rng.permutation(len(rows))
    return number


def _towns(rng: np.random.Generator, people: People, territory: Ints) -> tuple[tuple[Town, ...], Ints]:
    towns: list[Town] = []
    town = np.zeros(len(territory), dtype=np.int64)
    for index, place in enumerate(people.places):
        here = territory == index
        town[here] = len(towns) + pick(rng, [weight for *_, weight in place.towns], int(here.sum()))
        towns += place.towns
    return tuple(towns), town


def _french(settings: SimulationSettings, towns: tuple[Town, ...], town: Ints) -> Floats:
    """Chance that a contact is written to in French, moved so that a share that is asked for comes out."""
    natural = np.array([FRENCH_SPEAKING.get(place[0], 0.0) for place in towns])[town]
    mean = float(natural.mean())
    if settings.french_share is None:
        return np.asarray(natural, dtype=np.float64)
    if settings.french_share <= mean:
        return np.asarray(natural * settings.french_share / max(mean, 1e-9), dtype=np.float64)
    return np.asarray(natural + (1 - natural) * (settings.french_share - mean) / (1 - mean), dtype=np.float64)


def meet_contacts(accounts: Accounts, lead_account: Ints, streams: Streams) -> Contacts:
    """Draw the person behind each lead and one further person at every account."""
    rng = streams.of("contacts")
    account = np.concatenate([lead_account, np.arange(accounts.n)])
    n = len(account)
    return Contacts(
        account=account,
        first=rng.integers(0, 1_000_000, n),
        last=rng.integers(0, 1_000_000, n),
        french=chance(rng, accounts.french[account], n).astype(np.int64),
        title=rng.integers(0, len(TITLES["en"]), n),
        n_leads=len(lead_account),
    )


@dataclass(frozen=True)
class Rates:
    """Euros for one unit of each currency, by day from ``first_day``; column 0 is the euro itself."""

    first_day: int
    table: Floats

    def of(self, currency: Ints, days: Ints) -> Floats:
        row = np.clip(days - self.first_day, 0, len(self.table) - 1)
        return np.asarray(self.table[row, currency], dtype=np.float64)


def quote_rates(settings: SimulationSettings, streams: Streams) -> Rates:
    """Exchange rates that wander a little around where they started."""
    rng = streams.of("rates")
    first = day_number(months_later(settings.starts_on, -LEGACY_MONTHS - 1))
    days = day_number(settings.ends_on) - first
    table = np.ones((days, len(MONEY_CODES)))
    for column, code in enumerate(MONEY_CODES[1:], start=1):
        drift = np.cumsum(rng.normal(0, 0.0025, days))
        table[:, column] = np.round(FX_START[code] * np.exp(0.06 * np.tanh(drift / 0.06)), 4)
    return Rates(first, table)


def seat_price(product: Ints) -> Floats:
    """List price of a seat and month."""
    return np.asarray(SEAT_PRICES.ravel()[product], dtype=np.float64)


def legal_forms(accounts: Accounts) -> list[tuple[str, ...]]:
    """Legal forms in use in the country of each town."""
    return [LEGAL_FORMS[place[0]] for place in accounts.towns]


LEAD_SEASON = np.array([1.06, 1.0, 1.08, 1.0, 1.02, 0.98, 0.82, 0.6, 1.15, 1.12, 1.1, 0.72])
"""Factor of each calendar month on the number of leads."""
ORDER_SEASON = np.array([0.85, 0.88, 1.0, 0.95, 0.98, 1.05, 0.8, 0.62, 1.1, 1.15, 1.35, 1.27])
"""Factor of each calendar month on units sold."""
LEAD_GROWTH, ORDER_GROWTH = 1.012, 1.008
WEEKDAYS = np.array([1.0, 1.1, 1.06, 1.02, 0.86, 0.28, 0.24])
HOURS = np.array([1, 1, 1, 1, 1, 1.5, 3, 6, 10, 14, 15, 13, 9, 11, 14, 14, 12, 9, 6, 5, 5, 4, 3, 2], dtype=np.float64)


def moments(rng: np.random.Generator, settings: SimulationSettings, season: Floats, growth: float, n: int) -> Ints:
    """Draw instants with the company's seasons, growth, weekdays and hours of the day, in local time."""
    days = np.arange(day_number(settings.starts_on), day_number(settings.ends_on))
    month = month_of(days)
    weights = season[month % 12] * growth ** (month - month[0]) * WEEKDAYS[(days + 3) % 7]
    hours = pick(rng, HOURS, n)
    return np.asarray(days[pick(rng, weights, n)] * DAY + hours * HOUR + rng.integers(0, HOUR, n), dtype=np.int64)


def within(settings: SimulationSettings, at: Ints) -> Ints:
    """Keep instants inside the history."""
    return np.clip(at, midnight(settings.starts_on), midnight(settings.ends_on) - 1)
