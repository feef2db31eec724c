"""Leads and their first signals: who asks, through what, how warm, and who holds the lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, HOUR, day_of
from efficace.simulate.columns import take
from efficace.simulate.draws import NONE, Flags, Floats, Ints, Streams, chance, pick, pick_by_row
from efficace.simulate.market import LEAD_GROWTH, LEAD_SEASON, Accounts, lead_count, moments, within
from efficace.simulate.people import People
from efficace.simulate.settings import SimulationSettings

SOURCES = ("web_form", "webinar", "event", "partner", "paid_search", "chat", "review_site")
SOURCE_WEIGHTS = (0.27, 0.13, 0.1, 0.11, 0.2, 0.11, 0.08)
WEB_FORM, WEBINAR, EVENT, PARTNER, PAID_SEARCH, CHAT, REVIEW_SITE = range(7)
SIGNALS = ("demo_request", "contact_form", "white_paper", "webinar", "event", "chat", "call_in")
DEMO, FORM, PAPER, WEBINAR_SIGNAL, EVENT_SIGNAL, CHAT_SIGNAL, CALL_IN = range(7)
SIGNALS_OF_SOURCE = np.array([
    [0.35, 0.4, 0.25, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [0.4, 0.6, 0, 0, 0, 0, 0],
    [0.35, 0.2, 0.45, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0.8, 0.2],
    [0.5, 0.5, 0, 0, 0, 0, 0],
])  # fmt: skip
HEATS = ("cold", "warm", "hot")
HEAT_OF_SIGNAL = np.array([
    [0.06, 0.26, 0.68],
    [0.2, 0.5, 0.3],
    [0.58, 0.36, 0.06],
    [0.5, 0.4, 0.1],
    [0.4, 0.45, 0.15],
    [0.15, 0.4, 0.45],
    [0.05, 0.25, 0.7],
])  # fmt: skip
TOPICS = {
    "en": ("live demo", "question", "white paper", "webinar", "stand", "chat", "call"),
    "fr": ("démonstration", "question", "livre blanc", "webinaire", "stand", "chat", "appel"),
}
PAGES = ("/demo", "/contact", "/resources/white-paper", "/webinars", "/events", "/pricing", "/contact")
REGION_OFFSETS = {"UK": 0, "NA": -5}


@dataclass(frozen=True)
class Leads:
    """Leads in order of time, as arrays by lead; codes index ``SOURCES``, ``SIGNALS``, ``HEATS``, ``campaigns``."""

    account: Ints
    at: Ints
    source: Ints
    signal: Ints
    heat: Ints
    score: Floats
    campaign: Ints
    campaigns: tuple[str, ...]
    rep: Ints
    alone: Flags

    @property
    def n(self) -> int:
        return len(self.at)


def collect_leads(settings: SimulationSettings, people: People, accounts: Accounts, streams: Streams) -> Leads:
    """Draw the leads; each account that is to have leads has at least one."""
    rng = streams.of("leads")
    n = lead_count(settings)
    account = _accounts(rng, accounts.blocks.leads, n)
    at = moments(rng, settings, LEAD_SEASON, LEAD_GROWTH, n) - _offsets(people)[accounts.territory[account]]
    at = within(settings, at)
    order = np.argsort(at, kind="stable")
    at, account = at[order], account[order]
    source = pick(rng, SOURCE_WEIGHTS, n)
    signal = pick_by_row(rng, SIGNALS_OF_SOURCE[source])
    heat = pick_by_row(rng, HEAT_OF_SIGNAL[signal])
    campaign, campaigns = _campaigns(source, at)
    return Leads(
        account, at, source, signal, heat, np.clip(25 + 25 * heat + rng.normal(0, 12, n), 0, 100).round(),
        campaign, campaigns, assign(rng, people, accounts.territory[account], day_of(at)),
        np.bincount(account, minlength=accounts.n)[account] == 1,
    )  # fmt: skip


def _accounts(rng: np.random.Generator, with_leads: int, n: int) -> Ints:
    account = np.concatenate([np.arange(with_leads), rng.integers(0, with_leads, n - with_leads)])
    return np.asarray(rng.permutation(account), dtype=np.int64)


def _offsets(people: People) -> Ints:
    """Seconds by which local time runs ahead of UTC in winter, by territory."""
    by_team = [REGION_OFFSETS.get(region.key, 1) * HOUR for region in people.regions]
    return np.array(by_team, dtype=np.int64)[people.place_team]


def assign(rng: np.random.Generator, people: People, territory: Ints, days: Ints) -> Ints:
    """Give each lead to one of its territory's people who is there for the month to come."""
    rep = np.full(len(territory), NONE, dtype=np.int64)
    for place in range(len(people.places)):
        here = np.flatnonzero(territory == place)
        members = np.flatnonzero(people.handlers & (people.territory == place))
        present = np.stack(
            [people.is_here(np.full(len(here), member), days[here] + shift) for member in members for shift in (0, 35)]
        ).reshape(len(members), 2, len(here)).all(axis=1).T  # fmt: skip
        rep[here] = members[pick_by_row(rng, np.asarray(present, dtype=np.float64))]
    return rep


def _campaigns(source: Ints, at: Ints) -> tuple[Ints, tuple[str, ...]]:
    """A campaign a quarter for the sources that have some."""
    titles = {WEBINAR: "Webinar", EVENT: "Trade show", PAID_SEARCH: "Search ads", REVIEW_SITE: "Listing"}
    quarter = at.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) // 3
    names: list[str] = []
    campaign = np.full(len(at), NONE, dtype=np.int64)
    for code, title in titles.items():
        for number in np.unique(quarter[source == code]):
            campaign[(source == code) & (quarter == number)] = len(names)
            names.append(f"{title} {1970 + number // 4} Q{number % 4 + 1}")
    return campaign, tuple(names)


@dataclass(frozen=True)
class Inquiries:
    """Signals to be answered: first ones, and those of leads who come back, as arrays by signal."""

    lead: Ints
    at: Ints
    source: Ints
    signal: Ints
    heat: Ints
    rep: Ints
    live: Flags
    spam: Flags


def first_inquiries(rng: np.random.Generator, leads: Leads, people: People, rows: slice) -> Inquiries:
    """The first signals of some leads: chats and calls in working hours are mostly answered at once."""
    at, signal, rep = leads.at[rows], leads.signal[rows], leads.rep[rows]
    by_voice = np.isin(signal, (CHAT_SIGNAL, CALL_IN)) & people.shifts.open_at(rep, at)
    n = len(at)
    live = by_voice & chance(rng, 0.6, n)
    return Inquiries(
        np.arange(leads.n)[rows], at, leads.source[rows], signal, leads.heat[rows], rep, live,
        ~live & chance(rng, 0.02, n),
    )  # fmt: skip


def second_inquiries(
    rng: np.random.Generator, first: Inquiries, came_back: Flags, quiet_since: Ints, people: People
) -> Inquiries:
    """Later signals of leads who were answered, did not buy and come back, never within 95 days."""
    kept = np.flatnonzero(came_back)
    n = len(kept)
    at = np.maximum(first.at[kept], quiet_since[kept]) + (95 * DAY + rng.random(n) * 140 * DAY).astype(np.int64)
    at = at // DAY * DAY + pick(rng, [0] * 7 + [1] * 10, n) * HOUR + rng.integers(0, HOUR, n)
    signal = pick(rng, (0.4, 0.35, 0.25), n)
    rep = first.rep[kept]
    here = people.is_here(rep, day_of(at)) & people.is_here(rep, day_of(at) + 35)
    found = Inquiries(
        first.lead[kept], at, first.source[kept], signal, pick_by_row(rng, HEAT_OF_SIGNAL[signal]), rep,
        np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_),
    )  # fmt: skip
    return take(found, here)
