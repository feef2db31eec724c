"""Whose calendar counts: rows of ``calendars``, its exceptions and the setting ``hours`` become one calendar a rep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from efficace.errors import ConfigError
from efficace.model.calendars import COMPANY_KEY, Calendar, Calendars, Interval, Unusable, merged
from efficace.model.time import DAY_SECONDS

Row = Mapping[str, Any]

_WEEKDAYS = {
    "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7,
    "lun": 1, "mar": 2, "mer": 3, "jeu": 4, "ven": 5, "sam": 6, "dim": 7,
}  # fmt: skip


class OpeningHours(Protocol):
    """The setting ``hours`` of the configuration."""

    @property
    def days(self) -> str: ...
    @property
    def opens(self) -> str: ...
    @property
    def closes(self) -> str: ...
    @property
    def holidays(self) -> str: ...


def assign_calendars(
    calendars: Iterable[Row],
    exceptions: Iterable[Row],
    reps: Iterable[Row],
    hours: OpeningHours,
    zone: ZoneInfo,
    parents: Mapping[str, str | None] | None = None,
) -> Calendars:
    """Find the calendar of each rep: the rep's own, else the team's, else the company's, else ``hours``.

    A team without a calendar keeps that of the team that it lies in.

    The calendar's zone counts, not the rep's; only ``hours`` are kept in the rep's zone where the rep has one. Public
    holidays close ``hours`` alone: a calendar says itself when it is closed. Equal calendars share one key.

    Args:
        calendars: Rows of the canonical table: ``calendar_id``, ``rep_id``, ``team_id``, ``timezone``, ``weekday``,
            ``opens``, ``closes``; a close at or before the opening is past midnight.
        exceptions: ``calendar_id``, ``day_on``, ``open``, ``opens``, ``closes``. An open day without hours has those of
            its weekday, or of the first working weekday.
        reps: ``rep_id``, ``team_id``, ``timezone``.
        zone: The company's.
        parents: Of each team the one that it lies in, without cycles.

    Raises:
        ConfigError: If ``hours`` cannot be read.
    """
    unusable: list[Unusable] = []
    own = _read_calendars(calendars, exceptions, unusable)
    owners = _by_owner(own, unusable)
    default = _hours_calendar(hours, zone)
    company = owners.get(_COMPANY, (COMPANY_KEY, default))[1]
    keys = {company: COMPANY_KEY}
    of_rep = {}
    for rep in _all_reps(reps, owners):
        name, calendar = (
            owners.get((_text(rep, "rep_id"), ""))
            or _team_calendar(_text(rep, "team_id"), owners, parents or {})
            or (_in_zone_of(rep, default, unusable) if company is default else (COMPANY_KEY, company))
        )
        of_rep[_text(rep, "rep_id")] = keys.setdefault(calendar, name)
    return Calendars({key: calendar for calendar, key in keys.items()}, of_rep, unusable)


_Owner = tuple[str, str]
"""Rep and team of a calendar, one of them empty; both empty = the company."""
_COMPANY: _Owner = ("", "")


def _by_owner(
    own: Mapping[str, tuple[Calendar, _Owner]], unusable: list[Unusable]
) -> dict[_Owner, tuple[str, Calendar]]:
    """Name and calendar of each owner; of several calendars of one owner the first by name counts."""
    found: dict[_Owner, tuple[str, Calendar]] = {}
    for name, (calendar, owner) in sorted(own.items()):
        if owner in found:
            unusable.append(Unusable("calendars", name, "calendar_id", "second_calendar", found[owner][0]))
        else:
            found[owner] = name, calendar
    return found


def _team_calendar(
    team: str, owners: Mapping[_Owner, tuple[str, Calendar]], parents: Mapping[str, str | None]
) -> tuple[str, Calendar] | None:
    """That of the team, else of the nearest team above it."""
    while team:
        if found := owners.get(("", team)):
            return found
        team = parents.get(team) or ""
    return None


def _all_reps(reps: Iterable[Row], owners: Iterable[_Owner]) -> list[Row]:
    """The reps, and those who have a calendar without being listed."""
    listed = list(reps)
    known = {_text(rep, "rep_id") for rep in listed}
    return [*listed, *({"rep_id": rep} for rep, _ in owners if rep and rep not in known)]


def _read_calendars(
    rows: Iterable[Row], exceptions: Iterable[Row], unusable: list[Unusable]
) -> dict[str, tuple[Calendar, _Owner]]:
    """Calendar and owner (rep, team) of each calendar id."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(_text(row, "calendar_id"), []).append(row)
    special: dict[str, list[Row]] = {}
    for row in exceptions:
        special.setdefault(_text(row, "calendar_id"), []).append(row)
    found = {}
    for name, own in grouped.items():
        calendar = _read_calendar(name, own, special.get(name, []), unusable)
        if calendar is not None:
            found[name] = calendar, (_text(own[0], "rep_id"), "" if own[0].get("rep_id") else _text(own[0], "team_id"))
    return found


def _read_calendar(
    name: str, rows: Sequence[Row], exceptions: Sequence[Row], unusable: list[Unusable]
) -> Calendar | None:
    zone = zone_named(_text(rows[0], "timezone"))
    if zone is None:
        unusable.append(Unusable("calendars", name, "timezone", "no_time_zone", _text(rows[0], "timezone")))
        return None
    week: list[list[Interval]] = [[] for _ in range(7)]
    for row in rows:
        interval = _interval(row)
        if interval is None or row.get("weekday") not in range(1, 8):
            column = "weekday" if interval else "opens"
            unusable.append(Unusable("calendars", name, column, "no_opening_hours", _hours_text(row)))
        else:
            week[int(row["weekday"]) - 1].append(interval)
    usual = tuple(tuple(merged(day)) for day in week)
    special = _read_exceptions(name, exceptions, usual, unusable)
    return Calendar(zone, usual, special)


def _read_exceptions(
    name: str, rows: Sequence[Row], week: Sequence[tuple[Interval, ...]], unusable: list[Unusable]
) -> tuple[tuple[date, tuple[Interval, ...]], ...]:
    days: dict[date, list[Interval]] = {}
    first_working = next((day for day in week if day), ())
    for row in rows:
        day = days.setdefault(row["day_on"], [])
        if not row.get("open"):
            continue
        if not row.get("opens"):
            day += week[row["day_on"].weekday()] or first_working
            continue
        interval = _interval(row)
        if interval is None:
            unusable.append(Unusable("calendar_exceptions", name, "opens", "no_opening_hours", _hours_text(row)))
        else:
            day.append(interval)
    return tuple(sorted((day, tuple(merged(intervals))) for day, intervals in days.items()))


def _hours_calendar(hours: OpeningHours, zone: ZoneInfo) -> Calendar:
    interval = _span(hours.opens, hours.closes)
    if interval is None:
        raise ConfigError(
            'hours: "{opens}" to "{closes}" are no times of day. Write for example 09:00.',
            opens=hours.opens,
            closes=hours.closes,
        )
    working = working_weekdays(hours.days)
    week = tuple((interval,) if day in working else () for day in range(1, 8))
    return Calendar(zone, week, holidays=hours.holidays)


def working_weekdays(text: str) -> frozenset[int]:
    """Read ``mon-fri`` or ``mon,wed,sat`` as weekdays, 1 = Monday; French names serve too (``lun-ven``).

    Raises:
        ConfigError: If a name is unknown.
    """
    found: set[int] = set()
    for part in re.split(r"[,;\s]+", text.strip().lower()):
        bounds = [_WEEKDAYS.get(name.strip()[:3]) for name in part.split("-")]
        if not 1 <= len(bounds) <= 2 or None in bounds:
            raise ConfigError(
                'hours: days: "{text}" names no weekdays. Write for example mon-fri or mon,wed,sat.', text=text
            )
        first, last = bounds[0] or 0, bounds[-1] or 0
        found |= {(first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1)}
    return frozenset(found)


def _in_zone_of(rep: Row, default: Calendar, unusable: list[Unusable]) -> tuple[str, Calendar]:
    text = _text(rep, "timezone")
    if not text:
        return COMPANY_KEY, default
    zone = zone_named(text)
    if zone is None:
        unusable.append(Unusable("reps", _text(rep, "rep_id"), "timezone", "no_time_zone", text))
        return COMPANY_KEY, default
    return f"hours in {text}", Calendar(zone, default.week, default.exceptions, default.holidays)


def zone_named(text: str) -> ZoneInfo | None:
    """The IANA zone of that name, None where there is none."""
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        return None


def _interval(row: Row) -> Interval | None:
    return _span(_text(row, "opens"), _text(row, "closes"))


def _span(opens: str, closes: str) -> Interval | None:
    opening, close = _clock(opens), _clock(closes)
    if opening is None or close is None or opening >= DAY_SECONDS:
        return None
    return opening, close if close > opening else close + DAY_SECONDS


def _clock(text: str) -> int | None:
    """Seconds since midnight of ``9:00``, ``09:00``, ``09:00:00`` or ``24:00``."""
    found = re.fullmatch(r"\s*(\d{1,2})[:h](\d{2})(?::(\d{2})(?:\.0+)?)?\s*", text)
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    seconds = hour * 3600 + minute * 60 + second
    return seconds if minute < 60 and second < 60 and seconds <= DAY_SECONDS else None


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _hours_text(row: Row) -> str:
    return f"{_text(row, 'weekday')} {_text(row, 'opens')}-{_text(row, 'closes')}".strip()
