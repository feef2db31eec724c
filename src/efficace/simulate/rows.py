"""Columns of the canonical tables, made from the arrays of the company: who, what and where."""

from __future__ import annotations

from datetime import date

import numpy as np

from efficace.simulate.cells import Cells, dates, flags, ids, instants, integers, money, numbers, same, texts, words
from efficace.simulate.clock import day_number
from efficace.simulate.directory import Directory, product_names
from efficace.simulate.draws import NONE, Ints
from efficace.simulate.fate import LEAD_STATUSES, LeadFate
from efficace.simulate.leads import HEATS, PAGES, SIGNALS, SOURCES, Inquiries, Leads
from efficace.simulate.market import (
    FAMILIES,
    GOODS,
    LOCATIONS,
    MONEY_CODES,
    SEAT_COST_SHARE,
    SEAT_PRICES,
    SEGMENTS,
    TIERS,
    Accounts,
    Contacts,
    Rates,
)
from efficace.simulate.names import INDUSTRIES
from efficace.simulate.people import MANAGER, ROLES, People, exceptions
from efficace.simulate.places import CONTACT_ZONES, NIGHT_DAYS_OFF, NIGHT_SHIFT
from efficace.simulate.settings import SimulationSettings

REP_WIDTH = 3
Columns = dict[str, Cells]


def rep_ids(reps: Ints) -> Cells:
    """Ids ``R001`` from the first rep on."""
    return ids("R", reps, REP_WIDTH)


def rep_id(rep: int) -> str:
    """The id of one rep."""
    return f"R{rep + 1:0{REP_WIDTH}d}"


def team_ids(people: People, teams: Ints) -> Cells:
    """Ids of teams."""
    return words([f"TEAM-{region.key}" for region in people.regions], teams)


def territory_ids(people: People, territories: Ints) -> Cells:
    """Ids of territories."""
    return words([f"TER-{place.key}" for place in people.places], territories)


def product_ids() -> Cells:
    """Ids of all products, subscriptions first."""
    seats = [f"{family.upper()}-{tier.upper()}" for family in FAMILIES for tier in TIERS]
    return texts([*seats, *(good.key for good in GOODS)])


def reps(people: People) -> Columns:
    """Reps under the manager of their team, managers under the first of them."""
    managers = [
        next((r for r in np.flatnonzero(people.team == t) if people.role[r] == MANAGER), NONE) for t in people.team
    ]
    head = int(np.flatnonzero(people.role == MANAGER)[0])
    own = np.arange(people.n)
    manager = np.where(people.role == MANAGER, np.where(own == head, NONE, head), np.array(managers))
    return {
        "rep_id": rep_ids(own),
        "name": texts(people.full_names()),
        "email": texts(people.mails()),
        "team_id": team_ids(people, people.team),
        "manager_id": rep_ids(manager),
        "role": words(ROLES, people.role),
        "timezone": words([region.timezone for region in people.regions], people.team),
        "hired_on": dates(people.hired),
        "left_on": dates(people.left),
    }


def teams(people: People) -> Columns:
    """The teams of the regions under the areas, and those under the whole."""
    areas = sorted({region.area for region in people.regions})
    return {
        "team_id": texts(
            ["TEAM-ALL", *(f"TEAM-{area.upper()}" for area in areas), *(f"TEAM-{r.key}" for r in people.regions)]
        ),
        "name": texts(["Sales", *areas, *(region.name for region in people.regions)]),
        "parent_id": texts([None, *("TEAM-ALL" for _ in areas), *(f"TEAM-{r.area.upper()}" for r in people.regions)]),
    }


def territories(people: People) -> Columns:
    """Territories under their areas."""
    areas = sorted({region.area for region in people.regions})
    parents = [f"TER-{people.regions[team].area.upper()}" for team in people.place_team]
    return {
        "territory_id": texts([*(f"TER-{area.upper()}" for area in areas), *(f"TER-{p.key}" for p in people.places)]),
        "name": texts([*areas, *(place.name for place in people.places)]),
        "parent_id": texts([*(None for _ in areas), *parents]),
    }


def territory_assignments(settings: SimulationSettings, people: People) -> Columns:
    """Every other territory belongs to a closer, the rest to teams; the first changes hands in the middle."""
    start, end = day_number(settings.starts_on) - 365, day_number(settings.ends_on)
    middle = (day_number(settings.starts_on) + end) // 2
    rows = []
    for place in range(len(people.places)):
        members = np.flatnonzero(people.handlers & people.permanent & (people.territory == place))
        team = int(people.place_team[place])
        if place == 0:
            rows += [(place, int(members[0]), NONE, start, middle), (place, int(members[-1]), NONE, middle, NONE)]
        elif place % 2 == 0:
            rows.append((place, int(members[0]), NONE, start, NONE))
        else:
            rows.append((place, NONE, team, start, NONE))
    place_, rep, team_, from_on, to_on = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return {
        "territory_id": territory_ids(people, place_),
        "rep_id": rep_ids(rep),
        "team_id": team_ids(people, team_),
        "from_on": dates(from_on),
        "to_on": dates(to_on),
    }


def calendars(people: People) -> Columns:
    """Hours of the company, of every team, and of the night shift."""
    rows: list[tuple[str, str | None, str | None, str, int, str, str]] = []
    first = people.regions[0]
    rows += [("CAL-ALL", None, None, first.timezone, d, a, b) for d, week in first.week.items() for a, b in week]
    for region in people.regions:
        for day, week in region.week.items():
            rows += [(f"CAL-{region.key}", None, f"TEAM-{region.key}", region.timezone, day, a, b) for a, b in week]
    zone = people.regions[people.team[people.night]].timezone
    for day, week in NIGHT_SHIFT.items():
        rows += [("CAL-NIGHT", rep_id(people.night), None, zone, day, a, b) for a, b in week]
    columns = list(zip(*rows, strict=True))
    names = ("calendar_id", "rep_id", "team_id", "timezone", "weekday", "opens", "closes")
    cells = {name: texts(column) for name, column in zip(names, columns, strict=True) if name != "weekday"}
    return {**cells, "weekday": integers(np.array(columns[4]))}


def calendar_exceptions(settings: SimulationSettings, people: People) -> Columns:
    """Public holidays of each calendar, and Christmas Eve until noon."""
    span = (settings.starts_on, settings.ends_on)
    found: list[tuple[str, date, list[tuple[int, int]]]] = []
    offices = [("CAL-ALL", people.regions[0]), *((f"CAL-{region.key}", region) for region in people.regions)]
    for name, region in offices:
        found += [(name, day, hours) for day, hours in exceptions(region.days_off, span, eve=True).items()]
    found += [("CAL-NIGHT", day, hours) for day, hours in exceptions(NIGHT_DAYS_OFF, span, eve=False).items()]
    found = sorted(row for row in found if span[0] <= row[1] < span[1])
    return {
        "calendar_id": texts([name for name, _, _ in found]),
        "day_on": dates(np.array([day_number(day) for _, day, _ in found], dtype=np.int64)),
        "open": flags(np.array([bool(hours) for _, _, hours in found])),
        "opens": texts([_clock(hours[0][0]) if hours else None for _, _, hours in found]),
        "closes": texts([_clock(hours[0][1]) if hours else None for _, _, hours in found]),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def products() -> Columns:
    """Everything that is sold."""
    costs = [*(SEAT_PRICES * SEAT_COST_SHARE).ravel(), *(good.cost for good in GOODS)]
    prices = [*SEAT_PRICES.ravel(), *(good.price for good in GOODS)]
    return {
        "product_id": product_ids(),
        "name": product_names(),
        "family": texts([*(family for family in FAMILIES for _ in TIERS), *(good.family for good in GOODS)]),
        "tier": integers(np.array([*(k + 1 for _ in FAMILIES for k in range(len(TIERS))), *(g.tier for g in GOODS)])),
        "unit_cost": money(np.array(costs)),
        "list_price": money(np.array(prices)),
        "currency": same("EUR", len(prices)),
    }


def locations() -> Columns:
    """Stores, the shop online and the warehouse."""
    keys, names, kinds, cities, regions, countries = zip(*LOCATIONS, strict=True)
    return {
        "location_id": texts([f"LOC-{key}" for key in keys]),
        "name": texts(names),
        "kind": texts(kinds),
        "city": texts(cities),
        "region": texts(regions),
        "country": texts(countries),
    }


def accounts(directory: Directory, owner: Ints, created: Ints, rows: slice) -> Columns:
    """Accounts of a slice; owners and instants of creation are given for all."""
    found: Accounts = directory.accounts
    number = np.arange(found.n)[rows]
    town = found.town[number]
    return {
        "account_id": ids("A", number),
        "name": directory.legal_name(number),
        "industry": words([name for name, _, _ in INDUSTRIES], found.industry[number]),
        "segment": words(SEGMENTS, found.segment[number]),
        "employees": integers(found.employees[number]),
        "country": words([place[0] for place in found.towns], town),
        "region": words([place[1] for place in found.towns], town),
        "city": words([place[2] for place in found.towns], town),
        "domain": directory.domain(number),
        "territory_id": territory_ids(directory.people, found.territory[number]),
        "owner_rep_id": rep_ids(owner[number]),
        "created_at": instants(created[number]),
    }


def contacts(directory: Directory, rows: slice) -> Columns:
    """Contacts of a slice."""
    found: Contacts = directory.contacts
    number = np.arange(len(found.account))[rows]
    account = found.account[number]
    towns = directory.accounts.towns
    return {
        "contact_id": ids("C", number),
        "account_id": ids("A", account),
        "name": directory.full_name(number),
        "email": directory.mail(number),
        "title": directory.title(number),
        "language": words(("en", "fr"), found.french[number]),
        "timezone": words([CONTACT_ZONES[place[0]] for place in towns], directory.accounts.town[account]),
    }


def fx_rates(rates: Rates) -> Columns:
    """Rates of every day and currency but the euro."""
    days, codes = rates.table.shape
    day = np.repeat(np.arange(days) + rates.first_day, codes - 1)
    code = np.tile(np.arange(1, codes), days)
    return {
        "rate_on": dates(day),
        "currency": words(MONEY_CODES, code),
        "rate": numbers(rates.table[:, 1:].ravel()),
    }


def leads(leads_: Leads, accounts_: Accounts, people: People, fate: LeadFate) -> Columns:
    """Leads as they stand at the end of the history."""
    n = leads_.n
    number = np.arange(n)
    town = accounts_.town[leads_.account]
    reason = np.where(fate.disqualified == NONE, NONE, np.where(fate.spam, 0, 1 + number % 4))
    return {
        "lead_id": ids("L", number),
        "created_at": instants(leads_.at),
        "source": words(SOURCES, leads_.source),
        "campaign": words(leads_.campaigns, leads_.campaign),
        "heat": words(HEATS, leads_.heat),
        "score": numbers(leads_.score),
        "rep_id": rep_ids(fate.owner),
        "contact_id": ids("C", number),
        "account_id": ids("A", leads_.account),
        "territory_id": territory_ids(people, accounts_.territory[leads_.account]),
        "country": words([place[0] for place in accounts_.towns], town),
        "status": words(LEAD_STATUSES, fate.status),
        "converted_at": instants(fate.converted),
        "deal_id": ids("D", fate.deal),
        "disqualified_at": instants(fate.disqualified),
        "disqualified_reason": words(("spam", "no interest", "no reply", "wrong size", "no budget"), reason),
    }


def lead_signals(first: int, asked: Inquiries, leads_: Leads, touch: Ints) -> Columns:
    """Signals of a chunk, numbered on from ``first``."""
    return {
        "signal_id": ids("S", np.arange(len(asked.at)) + first),
        "lead_id": ids("L", asked.lead),
        "occurred_at": instants(asked.at),
        "kind": words(SIGNALS, asked.signal),
        "heat": words(HEATS, asked.heat),
        "source": words(SOURCES, asked.source),
        "campaign": words(leads_.campaigns, leads_.campaign[asked.lead]),
        "page": words(PAGES, asked.signal),
        "touch_id": ids("E", touch, 8),
    }
