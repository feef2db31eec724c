"""Instants as UTC seconds, dates as days since 1970, and the working time of reps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from efficace.simulate.draws import Flags, Floats, Ints

MINUTE, HOUR, DAY = 60, 3600, 86400
MONTH_DAYS = 30.4375

Interval = tuple[int, int]
"""Opening and closing in minutes after local midnight."""


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def to_date(number: int) -> date:
    """The date of a number of days since 1970-01-01."""
    return date(1970, 1, 1) + timedelta(days=int(number))


def midnight(day: date) -> int:
    """00:00 UTC of a day, in seconds."""
    return day_number(day) * DAY


def day_of(instants: Ints) -> Ints:
    """UTC day of each instant."""
    return instants // DAY


def month_of(days: Ints) -> Ints:
    """Month of each day, counted from January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_day(months: Ints) -> Ints:
    """First day of each month counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def weekday_of(days: Ints) -> Ints:
    """1 = Monday to 7 = Sunday."""
    return (days + 3) % 7 + 1


@dataclass(frozen=True)
class WorkCalendar:
    """Open intervals in UTC seconds, ascending, and the open seconds before each."""

    opens: Ints
    closes: Ints
    before: Ints

    @classmethod
    def build(
        cls,
        zone: str,
        week: Mapping[int, Sequence[Interval]],
        exceptions: Mapping[date, Sequence[Interval]],
        days: tuple[date, date],
    ) -> WorkCalendar:
        """Lay weekly hours and their exceptions over a span of days, read in the calendar's own zone."""
        pairs = []
        for number in range(day_number(days[0]), day_number(days[1])):
            day = to_date(number)
            for opens, closes in exceptions.get(day, week.get(day.isoweekday(), ())):
                pairs.append((_instant(day, opens, zone), _instant(day, closes, zone)))
        found = np.array(sorted(pairs), dtype=np.int64)
        lengths = found[:, 1] - found[:, 0]
        return cls(found[:, 0], found[:, 1], np.cumsum(lengths) - lengths)

    def worked(self, at: Ints) -> Ints:
        """Open seconds before each instant."""
        index = np.maximum(np.searchsorted(self.opens, at, side="right") - 1, 0)
        inside = np.clip(at - self.opens[index], 0, self.closes[index] - self.opens[index])
        return np.asarray(self.before[index] + inside, dtype=np.int64)

    def instant(self, worked: Ints) -> Ints:
        """The instant at which so many open seconds have passed; a boundary is the next opening."""
        index = np.maximum(np.searchsorted(self.before, worked, side="right") - 1, 0)
        return np.asarray(self.opens[index] + worked - self.before[index], dtype=np.int64)

    def is_open(self, at: Ints) -> Flags:
        index = np.maximum(np.searchsorted(self.opens, at, side="right") - 1, 0)
        return np.asarray((at >= self.opens[index]) & (at < self.closes[index]), dtype=np.bool_)


@dataclass(frozen=True)
class Shifts:
    """The working calendar of every rep."""

    calendars: tuple[WorkCalendar, ...]
    of_rep: Ints

    def worked(self, rep: Ints, at: Ints) -> Ints:
        """Open seconds of each rep's calendar before each instant."""
        return self._each(rep, at, lambda calendar, values: calendar.worked(values))

    def instant(self, rep: Ints, worked: Ints) -> Ints:
        """The instant at which each rep's calendar has been open for so many seconds."""
        return self._each(rep, worked, lambda calendar, values: calendar.instant(values))

    def later(self, rep: Ints, at: Ints, working_seconds: Floats | Ints) -> Ints:
        """The instant so many working seconds after another."""
        return self.instant(rep, self.worked(rep, at) + np.rint(working_seconds).astype(np.int64))

    def open_at(self, rep: Ints, at: Ints) -> Flags:
        found = self._each(rep, at, lambda calendar, values: calendar.is_open(values).astype(np.int64))
        return np.asarray(found == 1, dtype=np.bool_)

    def _each(self, rep: Ints, values: Ints, read: Callable[[WorkCalendar, Ints], Ints]) -> Ints:
        found = np.zeros(len(values), dtype=np.int64)
        which = self.of_rep[rep]
        for index, calendar in enumerate(self.calendars):
            mine = which == index
            found[mine] = read(calendar, values[mine])
        return found


def office_hours(rng: np.random.Generator, at: Ints, late: Ints | int = 0) -> Ints:
    """Move instants to the working hours of the same day, from a Saturday to Friday, from a Sunday to Monday.

    Args:
        late: Seconds by which the office opens later than those of central Europe.
    """
    days = day_of(at)
    weekday = weekday_of(days)
    days = days - (weekday == 6) + (weekday == 7)
    return np.asarray(days * DAY + rng.integers(7 * HOUR, 16 * HOUR, len(at)) + late, dtype=np.int64)


def _instant(day: date, minutes: int, zone: str) -> int:
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minutes)
    return int(local.astimezone(UTC).timestamp())
