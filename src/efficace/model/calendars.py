"""Open seconds of calendars as a table that turns business time into two equality joins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from efficace.errors import ConfigError
from efficace.model.time import DAY_SECONDS, Columns, append_row, changes, day_number, each_day, zone_days

COMPANY_KEY = ""
"""The calendar of the company, of unassigned leads and of reps without one of their own."""

SEGMENTS = 4
"""Open stretches that a UTC day has room for; more where a calendar needs them."""

Interval = tuple[int, int]
"""Seconds from a day's midnight, half-open; beyond 86400 = past midnight."""


@dataclass(frozen=True)
class Calendar:
    """When somebody works.

    Attributes:
        week: For each weekday, 1 = Monday, the intervals that begin on it.
        exceptions: Days with intervals of their own; none = closed.
        holidays: Country, or ``country-subdivision``, whose public holidays are closed; empty = none.
    """

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    exceptions: tuple[tuple[date, tuple[Interval, ...]], ...] = ()
    holidays: str = ""


@dataclass(frozen=True)
class Unusable:
    """A row, or a whole calendar, that could not be used, in the words of ``rejected_rows``."""

    table: str
    key: str
    column: str
    reason: str
    original: str


@dataclass(frozen=True)
class Calendars:
    """The distinct calendars of a company and who has which.

    Attributes:
        by_key: ``COMPANY_KEY`` is always there.
        of_rep: Calendar key of each rep.
        unusable: What was passed over.
    """

    by_key: Mapping[str, Calendar]
    of_rep: Mapping[str, str]
    unusable: Sequence[Unusable] = ()


def rep_calendars(calendars: Calendars) -> Columns:
    """Columns ``rep_id``, ``calendar_key``."""
    return {"rep_id": list(calendars.of_rep), "calendar_key": list(calendars.of_rep.values())}


def business_days(calendars: Calendars, first: date, last: date) -> Columns:
    """The open seconds of each calendar on each UTC day from first to last, both included.

    Business seconds up to an instant are ``before`` plus, for each segment, the second of the day less its opening,
    kept between 0 and its length; a business duration is the difference of two.

    Returns:
        Columns ``calendar_key``, ``utc_day``, ``before`` (business seconds from the first day to this UTC midnight),
        ``o0``, ``c0`` to ``o3``, ``c3`` (seconds of the UTC day, half-open, ascending; 0, 0 = none), then ``o4``...
        where a day of some calendar has more segments.
    """
    opened = {key: open_seconds(calendar, first, last) for key, calendar in calendars.by_key.items()}
    width = max([SEGMENTS, *(len(day) for by_day in opened.values() for day in by_day.values())])
    bounds = [f"{side}{number}" for number in range(width) for side in "oc"]
    table: Columns = {name: [] for name in ("calendar_key", "utc_day", "before", *bounds)}
    for key, by_day in opened.items():
        before = 0
        for day in each_day(first, last):
            segments = by_day.get(day_number(day), [])
            flat = [bound for segment in segments for bound in segment]
            append_row(table, key, day, before, *flat, *[0] * (2 * width - len(flat)))
            before += sum(close - opening for opening, close in segments)
    return table


def working_days(calendars: Calendars, first: date, last: date) -> Columns:
    """Whether each calendar opens on each local day from first to last, both included.

    A shift past midnight belongs to the day on which it begins.

    Returns:
        Columns ``calendar_key``, ``day_on``, ``is_open``.
    """
    table: Columns = {"calendar_key": [], "day_on": [], "is_open": []}
    for key, calendar in calendars.by_key.items():
        for day, intervals in _local_days(calendar, first, last):
            append_row(table, key, day, bool(intervals))
    return table


def open_seconds(calendar: Calendar, first: date, last: date) -> dict[int, list[Interval]]:
    """Open segments by UTC day number; an instant is open when its wall time lies in an interval.

    Where clocks jump, the time jumped over is not worked; where an hour comes twice, it is worked twice.
    """
    margin = timedelta(days=3)
    hours = merged(
        (day_number(day) * DAY_SECONDS + opening, day_number(day) * DAY_SECONDS + close)
        for day, intervals in _local_days(calendar, first - margin, last + margin)
        for opening, close in intervals
    )
    return _cut_by_day(_in_utc(hours, calendar.zone, first, last), day_number(first), day_number(last))


def _in_utc(hours: Sequence[Interval], zone: ZoneInfo, first: date, last: date) -> list[Interval]:
    """Shift wall-clock intervals to UTC, piece by piece of constant offset."""
    margin = timedelta(days=2)
    found = changes(zone, first - margin, last + margin)
    start, end = day_number(first - margin) * DAY_SECONDS, day_number(last + margin) * DAY_SECONDS
    edges = [start, *(change.at for change in found), end]
    offsets = [
        found[0].before if found else zone_days(zone, first, first)["offset_seconds"][0],
        *(change.after for change in found),
    ]
    shifted: list[Interval] = []
    position = 0
    for low, high, offset in zip(edges, edges[1:], offsets, strict=False):
        while position and hours[position - 1][1] - offset > low:
            position -= 1
        while position < len(hours) and hours[position][0] - offset < high:
            opening, close = (max(low, min(bound - offset, high)) for bound in hours[position])
            if opening < close:
                shifted.append((opening, close))
            position += 1
    return merged(shifted)


def _cut_by_day(intervals: Iterable[Interval], first: int, last: int) -> dict[int, list[Interval]]:
    by_day: dict[int, list[Interval]] = {}
    for opening, close in intervals:
        for day in range(max(first, opening // DAY_SECONDS), min(last, (close - 1) // DAY_SECONDS) + 1):
            midnight = day * DAY_SECONDS
            segment = max(opening - midnight, 0), min(close - midnight, DAY_SECONDS)
            by_day.setdefault(day, []).append(segment)
    return by_day


def _local_days(calendar: Calendar, first: date, last: date) -> Iterator[tuple[date, tuple[Interval, ...]]]:
    exceptions = dict(calendar.exceptions)
    closed = public_holidays(calendar.holidays, first, last)
    for day in each_day(first, last):
        if day in exceptions:
            yield day, exceptions[day]
        else:
            yield day, () if day in closed else calendar.week[day.weekday()]


def public_holidays(code: str, first: date, last: date) -> frozenset[date]:
    """Public holidays of a country, or of ``country-subdivision`` such as ``DE-BY``; none for an empty code.

    Raises:
        ConfigError: If the code is unknown.
    """
    if not code or code.lower() == "none":
        return frozenset()
    import holidays

    country, _, subdivision = code.upper().partition("-")
    try:
        return frozenset(
            holidays.country_holidays(country, subdiv=subdivision or None, years=range(first.year, last.year + 1))
        )
    except NotImplementedError as error:
        raise ConfigError(
            'hours: holidays: "{code}" is no country whose holidays are known. Write a two-letter '
            'code such as FR, with a part of it such as DE-BY, or "" for none.',
            code=code,
        ) from error


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Union of intervals, ascending, touching ones joined."""
    found: list[Interval] = []
    for opening, close in sorted(intervals):
        if found and opening <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], close)
        else:
            found.append((opening, close))
    return found
