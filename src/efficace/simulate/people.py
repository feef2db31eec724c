"""Teams, territories, reps and their working hours."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from efficace.config import clock_minutes
from efficace.simulate.clock import HOUR, Shifts, WorkCalendar, day_number
from efficace.simulate.draws import NONE, Flags, Ints, Streams
from efficace.simulate.names import FIRST_NAMES, LAST_NAMES
from efficace.simulate.places import CHRISTMAS_EVE, NIGHT_DAYS_OFF, NIGHT_SHIFT, REGIONS, Place, Region
from efficace.simulate.settings import SimulationSettings

COMPANY = "Orvane Technologies"
DOMAIN = "orvane.example"
ROLES = ("ae", "sdr", "manager", "csm", "am")
AE, SDR, MANAGER, CSM, AM = range(5)
ROLE_PATTERN = (AE, SDR, MANAGER, AE, CSM, AM, AE, SDR)
CARE_ROLES = (CSM, AM)


@dataclass(frozen=True)
class People:
    """Everyone in sales, as arrays by rep.

    Attributes:
        place_team: Team (index into ``regions``) of each territory (index into ``places``).
        team, role, territory: Indices; the territory is the home of those who handle leads.
        hired, left: Days since 1970; ``left`` is the first day gone, ``NONE`` where still here.
        permanent: Here for the whole history.
        night: The rep on the night shift.
    """

    regions: tuple[Region, ...]
    places: tuple[Place, ...]
    place_team: Ints
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    team: Ints
    role: Ints
    territory: Ints
    hired: Ints
    left: Ints
    permanent: Flags
    night: int
    shifts: Shifts

    @property
    def n(self) -> int:
        return len(self.team)

    @property
    def handlers(self) -> Flags:
        """Those who answer leads."""
        return np.asarray((self.role == SDR) | (self.role == AE), dtype=np.bool_)

    @property
    def care(self) -> Flags:
        """Those who look after customers; the closers where nobody else does."""
        found = np.isin(self.role, CARE_ROLES)
        return found if found.any() else self.role == AE

    def of_team(self, team: int, who: Flags) -> Ints:
        """Reps of a team among those named; all of those named where the team has none."""
        found = np.flatnonzero(who & (self.team == team))
        return found if len(found) else np.flatnonzero(who)

    def is_here(self, rep: Ints, days: Ints) -> Flags:
        """Whether each rep works here on each day."""
        gone = np.where(self.left == NONE, np.iinfo(np.int64).max, self.left)
        return np.asarray((days >= self.hired[rep]) & (days < gone[rep]), dtype=np.bool_)

    @property
    def late(self) -> Ints:
        """Seconds by which each rep's office opens later than those of central Europe."""
        america = np.array([region.area == "Americas" for region in self.regions])
        return np.asarray(np.where(america[self.team], 6 * HOUR, 0), dtype=np.int64)

    def full_names(self) -> list[str]:
        return [f"{first} {last}" for first, last in zip(self.first_names, self.last_names, strict=True)]

    def mails(self) -> list[str]:
        """One address a person; a number where two share a name."""
        seen: dict[str, int] = {}
        found = []
        for first, last in zip(self.first_names, self.last_names, strict=True):
            local = plain(f"{first}.{last}")
            seen[local] = seen.get(local, 0) + 1
            found.append(f"{local}{seen[local] if seen[local] > 1 else ''}@{DOMAIN}")
        return found


def hire(settings: SimulationSettings, streams: Streams) -> People:
    """Draw the reps, place them in teams and territories, and build their calendars."""
    rng = streams.of("people")
    teams = int(np.clip(settings.reps // 8, 2, len(REGIONS)))
    regions = REGIONS[:teams]
    numbers = np.arange(settings.reps)
    team, role = numbers % teams, np.array(ROLE_PATTERN)[(numbers // teams) % len(ROLE_PATTERN)]
    places, place_team, territory = _territories(regions, team, role)
    hired, left, permanent = _careers(settings, rng, role, territory)
    first, last = _names(rng, regions, team)
    night = int(np.flatnonzero((role == SDR) & permanent)[-1])
    return People(
        regions, places, place_team, first, last, team, role, territory, hired, left, permanent, night,
        _shifts(settings, regions, team, night),
    )  # fmt: skip


def _territories(regions: tuple[Region, ...], team: Ints, role: Ints) -> tuple[tuple[Place, ...], Ints, Ints]:
    """Give each team one territory for two of those who handle leads, at most its three, and spread them over it."""
    places: list[Place] = []
    owners: list[int] = []
    territory = np.zeros(len(team), dtype=np.int64)
    for index, region in enumerate(regions):
        handlers = np.flatnonzero((team == index) & np.isin(role, (AE, SDR)))
        used = region.places[: max(1, min(3, len(handlers) // 2))]
        territory[team == index] = len(places)
        territory[handlers] = len(places) + np.arange(len(handlers)) % len(used)
        places += used
        owners += [index] * len(used)
    return tuple(places), np.array(owners), territory


def _careers(
    settings: SimulationSettings, rng: np.random.Generator, role: Ints, territory: Ints
) -> tuple[Ints, Ints, Flags]:
    """Some join and some leave during the history; the first two of each role and territory stay throughout."""
    n = len(role)
    start, end = day_number(settings.starts_on), day_number(settings.ends_on)
    hired = start - rng.integers(60, 2_400, n)
    left = np.full(n, NONE, dtype=np.int64)
    movable = ~_first_of_each(territory * 10 + role)
    joins = movable & (rng.random(n) < 0.3)
    leaves = movable & ~joins & (rng.random(n) < 0.25)
    hired[joins] = rng.integers(start + 30, start + (end - start) * 2 // 3, int(joins.sum()))
    left[leaves] = rng.integers(start + (end - start) // 2, end - 45, int(leaves.sum()))
    return hired, left, ~joins & ~leaves


def _first_of_each(group: Ints) -> Flags:
    found = np.zeros(len(group), dtype=np.bool_)
    found[np.unique(group, return_index=True)[1]] = True
    return found


def _names(
    rng: np.random.Generator, regions: tuple[Region, ...], team: Ints
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names from the region's own lists, used up in random order before one comes back."""
    first, last = [""] * len(team), [""] * len(team)
    for index, region in enumerate(regions):
        members = np.flatnonzero(team == index)
        firsts, lasts = FIRST_NAMES[region.key], LAST_NAMES[region.key]
        order, other = rng.permutation(len(firsts)), rng.permutation(len(lasts))
        for place, member in enumerate(members):
            first[member] = firsts[order[place % len(firsts)]]
            last[member] = lasts[other[(place + place // len(firsts)) % len(lasts)]]
    return tuple(first), tuple(last)


def _shifts(settings: SimulationSettings, regions: tuple[Region, ...], team: Ints, night: int) -> Shifts:
    span = (settings.starts_on - timedelta(days=40), settings.ends_on + timedelta(days=200))
    calendars = [
        WorkCalendar.build(region.timezone, minutes(region.week), exceptions(region.days_off, span, eve=True), span)
        for region in regions
    ]
    zone = regions[int(team[night])].timezone
    closed = exceptions(NIGHT_DAYS_OFF, span, eve=False)
    calendars.append(WorkCalendar.build(zone, minutes(NIGHT_SHIFT), closed, span))
    of_rep = team.copy()
    of_rep[night] = len(regions)
    return Shifts(tuple(calendars), of_rep)


def minutes(week: Mapping[int, tuple[tuple[str, str], ...]]) -> dict[int, list[tuple[int, int]]]:
    """Weekly hours in minutes after midnight."""
    return {day: [(_minutes(a), _minutes(b)) for a, b in hours] for day, hours in week.items()}


def exceptions(
    days_off: tuple[tuple[int, int], ...], span: tuple[date, date], *, eve: bool
) -> dict[date, list[tuple[int, int]]]:
    """Days on which an office is closed, and Christmas Eve, when it closes at noon."""
    found: dict[date, list[tuple[int, int]]] = {}
    for year in range(span[0].year, span[1].year + 1):
        found |= {date(year, month, day): [] for month, day in days_off}
        if eve and date(year, *CHRISTMAS_EVE[:2]).isoweekday() <= 5:
            found[date(year, *CHRISTMAS_EVE[:2])] = [(_minutes(CHRISTMAS_EVE[2]), _minutes(CHRISTMAS_EVE[3]))]
    return found


def plain(text: str) -> str:
    """Lower case without accents, blanks and apostrophes, as in a mail address."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return bare.lower().replace(" ", "-").replace("'", "")


def _minutes(text: str) -> int:
    return clock_minutes(text, "simulate")
