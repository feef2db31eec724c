"""What selling costs, what was promised, and what the months brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import day_number, day_of, first_day, midnight, month_of
from efficace.simulate.deals import Deals
from efficace.simulate.draws import NONE, Floats, Ints, Streams
from efficace.simulate.leads import EVENT, PAID_SEARCH, PARTNER, REVIEW_SITE, WEBINAR, Leads
from efficace.simulate.market import Rates
from efficace.simulate.orders import RETURNED, SALE, Lines
from efficace.simulate.people import AE, People
from efficace.simulate.settings import SimulationSettings

MONTHLY_PAY = np.array([6_400.0, 4_300.0, 9_200.0, 5_100.0, 5_800.0])
"""What a rep costs by role, before the factor of the region."""
COMMISSION = 0.06
COST_OF_LEAD = {PAID_SEARCH: 95.0, WEBINAR: 40.0, EVENT: 170.0, REVIEW_SITE: 32.0, PARTNER: 24.0}
CATEGORY_OF_SOURCE = {PAID_SEARCH: "advertising", WEBINAR: "events", EVENT: "events", REVIEW_SITE: "advertising"}
TOOLS_A_REP = 145.0
MARKETER_PAY, REPS_A_MARKETER = 4_900.0, 10
FORECAST_BIAS = 0.08
FORECAST_NOISE = 0.07


@dataclass(frozen=True)
class Costs:
    """Rows of ``costs``, as arrays; ``function`` 0 sales, 1 marketing; ``category`` is text."""

    start: Ints
    end: Ints
    amount: Floats
    function: Ints
    category: tuple[str, ...]
    rep: Ints
    source: Ints
    campaign: Ints

    @property
    def n(self) -> int:
        return len(self.start)


def months_of(settings: SimulationSettings) -> Ints:
    """Calendar months that the history touches."""
    start, end = day_number(settings.starts_on), day_number(settings.ends_on) - 1
    first, last = month_of(np.array([start, end]))
    return np.arange(first, last + 1)


def spend(
    settings: SimulationSettings, people: People, leads: Leads, deals: Deals, rates: Rates, streams: Streams
) -> Costs:
    """Pay and commission of every rep, spend for the sources of leads, and what all share."""
    rng = streams.of("costs")
    parts = [
        *_pay(settings, people),
        *_commission(settings, people, deals, rates),
        *_sources(rng, settings, leads),
        *_shared(settings, people),
    ]
    start, end, amount, function, category, rep, source, campaign = zip(*parts, strict=True)
    arrays = [np.array(column, dtype=np.int64) for column in (start, end, function, rep, source, campaign)]
    return Costs(arrays[0], arrays[1], np.array(amount), arrays[2], tuple(category), arrays[3], arrays[4], arrays[5])


Cost = tuple[int, int, float, int, str, int, int, int]


def _span(settings: SimulationSettings, month: int) -> tuple[int, int]:
    """First day of a month and the day after its last, inside the history."""
    first, following = (int(day) for day in first_day(np.array([month, month + 1])))
    return max(first, day_number(settings.starts_on)), min(following, day_number(settings.ends_on))


def _pay(settings: SimulationSettings, people: People) -> list[Cost]:
    rows: list[Cost] = []
    for month in months_of(settings):
        start, end = _span(settings, int(month))
        for rep in range(people.n):
            begun, gone = max(start, int(people.hired[rep])), end
            if people.left[rep] != NONE:
                gone = min(end, int(people.left[rep]))
            if gone > begun:
                monthly = MONTHLY_PAY[people.role[rep]] * people.regions[people.team[rep]].salary
                rows.append((begun, gone, round(monthly * (gone - begun) / 30.4375, 2), 0, "salary", rep, NONE, NONE))
    return rows


def _commission(settings: SimulationSettings, people: People, deals: Deals, rates: Rates) -> list[Cost]:
    """A share of the first year's value, in the month of the close."""
    won = np.flatnonzero(deals.won & (deals.closed < midnight(settings.ends_on)))
    day = day_of(deals.closed[won])
    euros = deals.amount[won] * rates.of(deals.currency[won], day)
    months = months_of(settings)
    total = np.zeros((people.n, len(months)))
    np.add.at(total, (deals.rep[won], month_of(day) - months[0]), euros)
    rows: list[Cost] = []
    for rep, month in zip(*np.nonzero(total), strict=True):
        start, end = _span(settings, int(months[month]))
        rows.append((start, end, round(total[rep, month] * COMMISSION, 2), 0, "commission", int(rep), NONE, NONE))
    return rows


def _sources(rng: np.random.Generator, settings: SimulationSettings, leads: Leads) -> list[Cost]:
    """Spend for each source and month, by campaign where it has some, roughly in line with the leads it brings."""
    rows: list[Cost] = []
    months = month_of(day_of(leads.at))
    for source, cost in COST_OF_LEAD.items():
        for month in months_of(settings):
            which = (leads.source == source) & (months == month)
            campaign = int(leads.campaign[which][0]) if which.any() else NONE
            amount = round(float((which.sum() + 1) * cost * rng.uniform(0.85, 1.15)), 2)
            category = CATEGORY_OF_SOURCE.get(source, "partner fees")
            rows.append((*_span(settings, int(month)), amount, 1, category, NONE, source, campaign))
    return rows


def _shared(settings: SimulationSettings, people: People) -> list[Cost]:
    rows: list[Cost] = []
    for month in months_of(settings):
        start, end = _span(settings, int(month))
        part = (end - start) / 30.4375
        marketers = max(1, people.n // REPS_A_MARKETER)
        rows.append((start, end, round(TOOLS_A_REP * people.n * part, 2), 0, "tools", NONE, NONE, NONE))
        rows.append((start, end, round(MARKETER_PAY * marketers * part, 2), 1, "salary", NONE, NONE, NONE))
    return rows


def bookings(settings: SimulationSettings, deals: Deals, rates: Rates, who: Ints | None = None) -> Floats:
    """Won amounts in euros by month of close; of some reps only where named."""
    won = deals.won & (deals.closed < midnight(settings.ends_on))
    rows = np.flatnonzero(won if who is None else won & np.isin(deals.rep, who))
    day = day_of(deals.closed[rows])
    months = months_of(settings)
    euros = deals.amount[rows] * rates.of(deals.currency[rows], day)
    return np.bincount(month_of(day) - months[0], weights=euros, minlength=len(months)).astype(np.float64)


def units_by_month(settings: SimulationSettings, lines: Lines) -> Ints:
    """Units sold less returned, by month."""
    months = months_of(settings)
    rows = np.isin(lines.kind, (SALE, RETURNED))
    month = month_of(day_of(lines.at[rows])) - months[0]
    return np.bincount(month, weights=lines.units[rows], minlength=len(months)).astype(np.int64)


@dataclass(frozen=True)
class Target:
    """One row of ``targets``."""

    metric: str
    kind: str
    start: int
    end: int
    made: int
    value: float
    rep: int = NONE


def promise(
    settings: SimulationSettings, people: People, deals: Deals, lines: Lines, rates: Rates, streams: Streams
) -> list[Target]:
    """Forecasts and budgets of the company by month, and a goal for every closer by quarter."""
    rng = streams.of("targets")
    months = months_of(settings)
    booked = bookings(settings, deals, rates)
    units = units_by_month(settings, lines).astype(np.float64)
    found = [*_forecasts(rng, settings, months, booked), *_budgets(months, "bookings", booked)]
    found += _budgets(months, "units_sold", units)
    return found + _goals(settings, people, months, deals, rates)


def _forecasts(rng: np.random.Generator, settings: SimulationSettings, months: Ints, booked: Floats) -> list[Target]:
    """Made five days before each month, too high on the whole."""
    found, bias = [], FORECAST_BIAS if settings.planted else 0.0
    for number, month in enumerate(months):
        start, end = (int(day) for day in first_day(np.array([month, month + 1])))
        value = booked[number] * (1 + bias + FORECAST_NOISE * rng.standard_normal())
        if start - 5 >= day_number(settings.starts_on):
            found.append(Target("bookings", "forecast", start, end, start - 5, round(float(value), 2)))
    return found


def _budgets(months: Ints, metric: str, actual: Floats) -> list[Target]:
    """A straight line through what was to come, 5 % above it."""
    slope, level = np.polyfit(np.arange(len(actual)), actual, 1) if len(actual) > 1 else (0.0, actual[0])
    found = []
    for number, month in enumerate(months):
        start, end = (int(day) for day in first_day(np.array([month, month + 1])))
        value = max(0.0, float(level + slope * number)) * 1.05
        found.append(Target(metric, "budget", start, end, start - 40, float(round(value, -2))))
    return found


def _goals(settings: SimulationSettings, people: People, months: Ints, deals: Deals, rates: Rates) -> list[Target]:
    """The same goal for every closer who is there in the quarter: a tenth above what closers book on average."""
    closers = np.flatnonzero(people.role == AE)
    mean = float(bookings(settings, deals, rates, closers).mean()) * 3 / max(len(closers), 1)
    found = []
    for month in months[months % 3 == 0]:
        start, end = (int(day) for day in first_day(np.array([month, month + 3])))
        found += [
            Target("bookings", "goal", start, end, start - 10, float(round(mean * 1.1, -2)), int(rep))
            for rep in closers[people.is_here(closers, np.full(len(closers), start))]
        ]
    return found
