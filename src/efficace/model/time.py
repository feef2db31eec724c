"""Instants, company dates and the periods that they are cut into; the engine itself is never asked about a zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from efficace.errors import QuestionError

DAY_SECONDS = 86400
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (instants are zone-less UTC throughout)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Columns = dict[str, list[Any]]
"""A small table, ready for an engine: column name -> values."""


class Reading(NamedTuple):
    """What a wall time meant.

    Attributes:
        at: Zone-less UTC.
        irregular: ``gap`` where clocks jumped over the wall time, ``double`` where it came twice, else None.
    """

    at: datetime
    irregular: Literal["gap", "double"] | None


@dataclass(frozen=True)
class Change:
    """A change of a zone's offset.

    Attributes:
        at: Seconds since 1970 (UTC) of the first second with the new offset.
        before: Offset before it, in seconds east of UTC.
        after: Offset from it on.
    """

    at: int
    before: int
    after: int

    @property
    def wall(self) -> tuple[int, int]:
        """The local seconds since 1970 that were jumped over or came twice, half-open."""
        return self.at + min(self.before, self.after), self.at + max(self.before, self.after)


def to_utc(local: datetime, zone: ZoneInfo) -> Reading:
    """Read a wall time as an instant.

    A wall time that came twice is its first occurrence. One that was jumped over is read with the offset in force
    before the change (``fold=0`` of PEP 495): 02:30 in a gap from 02:00 to 03:00 is 03:30 by the new clock.

    Args:
        local: Zone-less.
    """
    first, second = (_offset(local, zone, fold) for fold in (0, 1))
    irregular: Literal["gap", "double"] | None = None
    if first != second:
        irregular = "gap" if first < second else "double"
    return Reading(local.replace(fold=0) - first, irregular)


def company_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar date in a zone of a zone-less UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """First instant of a day in a zone, zone-less UTC."""
    return to_utc(_midnight(day), zone).at


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Last microsecond of a day in a zone, zone-less UTC; of a midnight that came twice the second ends the day."""
    midnight = _midnight(day + timedelta(days=1))
    return midnight - min(_offset(midnight, zone, fold) for fold in (0, 1)) - timedelta(microseconds=1)


def parse_as_of(text: str, zone: ZoneInfo) -> datetime:
    """Read an as-of: a bare date is the end of that day in the company's zone, an instant is taken as it is.

    Args:
        text: ``2026-03-31``, ``2026-03-31T17:00``, ``2026-03-31 17:00:00+02:00``, ``2026-03-31T15:00Z``; without an
            offset the wall time of the company's zone.

    Returns:
        Zone-less UTC.

    Raises:
        QuestionError: If the text is neither.
    """
    cleaned = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cleaned):
            return end_of_day(date.fromisoformat(cleaned), zone)
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", cleaned):
            read = datetime.fromisoformat(cleaned)
            return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else to_utc(read, zone).at
    except (ValueError, OverflowError):
        pass
    raise QuestionError(
        'as-of: "{text}" is no date. Write a date such as 2026-03-31 or an instant such as 2026-03-31T17:00:00Z.',
        text=text,
    )


def changes(zone: ZoneInfo, first: date, last: date) -> list[Change]:
    """The changes of a zone's offset on the UTC days from first to last, both included, in order."""
    found = []
    second = day_number(first) * DAY_SECONDS
    before = _offset_at(second, zone)
    while second < (day_number(last) + 1) * DAY_SECONDS:
        after = _offset_at(second + DAY_SECONDS, zone)
        if after != before:
            found.append(Change(_bisect_change(second, second + DAY_SECONDS, zone), before, after))
        second, before = second + DAY_SECONDS, after
    return found


def zone_days(zone: ZoneInfo, first: date, last: date) -> Columns:
    """A zone's offset on each UTC day from first to last, both included.

    The local time of a UTC instant is an equality join on its UTC day: the offset is ``offset_seconds`` before second
    ``change_second`` of that day, ``offset_after`` from it on.

    Returns:
        Columns ``utc_day``, ``offset_seconds`` (east of UTC), ``change_second`` (86400 = no change), ``offset_after``.
    """
    table: Columns = {"utc_day": [], "offset_seconds": [], "change_second": [], "offset_after": []}
    by_day = {change.at // DAY_SECONDS: change for change in changes(zone, first, last)}
    offset = _offset_at(day_number(first) * DAY_SECONDS, zone)
    for day in each_day(first, last):
        change = by_day.get(day_number(day))
        after = change.after if change else offset
        second = change.at % DAY_SECONDS if change else DAY_SECONDS
        append_row(table, day, offset, second, after)
        offset = after
    return table


def wall_clock_table(zone: ZoneInfo, first: date, last: date) -> Columns:
    """What ``to_utc`` does, as a table: a zone's offset for wall times of each local day, both ends included.

    UTC = wall time - offset, where the offset is ``offset_seconds`` before second ``change_second_local`` of the local
    day, ``offset_after`` from it on. Seconds in ``[gap_from, gap_to)`` were jumped over, those in
    ``[double_from, double_to)`` came twice; 0, 0 = none.

    Returns:
        Columns ``local_day``, ``offset_seconds``, ``change_second_local`` (86400 = no change), ``offset_after``,
        ``gap_from``, ``gap_to``, ``double_from``, ``double_to``.
    """
    names = ("local_day", "offset_seconds", "change_second_local", "offset_after")
    table: Columns = {name: [] for name in (*names, "gap_from", "gap_to", "double_from", "double_to")}
    near: dict[int, Change] = {}
    for change in changes(zone, first - timedelta(days=2), last + timedelta(days=2)):
        low, high = change.wall
        for number in range(low // DAY_SECONDS, (high - 1) // DAY_SECONDS + 1):
            near.setdefault(number, change)
    for day in each_day(first, last):
        midnight = day_number(day) * DAY_SECONDS
        offset = _seconds_of(_offset(_midnight(day), zone, 0))
        append_row(table, day, *_wall_clock_day(near.get(day_number(day)), midnight, offset))
    return table


class Grain(StrEnum):
    """How long a period is; weeks begin on Monday, fiscal ones follow the company's fiscal year."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_YEAR = "fiscal_year"
    ALL = "all"


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12, Grain.FISCAL_QUARTER: 3, Grain.FISCAL_YEAR: 12}


@dataclass(frozen=True)
class Period:
    """A stretch of company days, half-open.

    Attributes:
        start: First day, not before the range asked.
        end: First day after it, not after the range asked.
        label: First day of the whole calendar period, None for ``all``.
        known_end: First day of it that as-of does not reach; ``start`` for a period that lies in the future.
        partial: As-of lies before its end.
    """

    start: date
    end: date
    label: date | None
    known_end: date
    partial: bool

    @property
    def known_days(self) -> int:
        """Days of it that as-of has reached, the running one included."""
        return (self.known_end - self.start).days


def period_start(day: date, grain: Grain, fiscal_year_start: int = 1) -> date:
    """First day of the calendar period in which a day lies; for ``all`` the day itself."""
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    if grain not in _MONTHS:
        return day
    anchor = fiscal_year_start if grain in (Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR) else 1
    return add_months(day.replace(day=1), -((day.month - anchor) % 12 % _MONTHS[grain]))


def next_start(start: date, grain: Grain, steps: int = 1) -> date:
    """First day of the period that many steps after (or, negative, before) the one that begins on ``start``."""
    if grain in _MONTHS:
        return add_months(start, steps * _MONTHS[grain])
    return start + timedelta(days=steps * (7 if grain is Grain.WEEK else 1))


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def periods(
    grain: Grain,
    first: date,
    end: date | None,
    as_of: datetime,
    zone: ZoneInfo,
    *,
    fiscal_year_start: int = 1,
) -> tuple[Period, ...]:
    """Every period of a range, clipped to it, in order.

    Args:
        first: First day of the range.
        end: First day after it. None = everything up to as-of: the last period is then the running one, whole, and
            ``all`` ends with as-of's day and is not partial.
        as_of: Zone-less UTC.

    Returns:
        At least one period, unless the range is empty.
    """
    known_end = company_day(as_of, zone) + timedelta(days=1)
    if grain is Grain.ALL:
        last = end or max(known_end, first)
        partial = end is not None and _is_before_end(as_of, last, zone)
        return (Period(first, last, None, _within(known_end, first, last), partial),) if first < last else ()
    found = []
    label = period_start(first, grain, fiscal_year_start)
    while label < (end or known_end):
        whole_end = next_start(label, grain)
        start, stop = max(label, first), min(whole_end, end or whole_end)
        partial = _is_before_end(as_of, stop, zone)
        found.append(Period(start, stop, label, _within(known_end, start, stop), partial))
        label = whole_end
    return tuple(found)


def earlier(period: Period, grain: Grain, how: Literal["previous", "last_year"]) -> Period:
    """The period that another is compared with.

    ``previous`` is the calendar period before (for ``all`` the range of the same length just before), ``last_year``
    the one a year before (52 weeks for weeks). A partial period is compared with as many days from the start of the
    earlier one as as-of has reached, all of it where it is shorter; a period clipped by the range likewise with the
    same days of the earlier one.

    Returns:
        The days to compare with, all of them known; ``partial`` where the later period is.
    """
    if period.label is None:
        start, end = _earlier_range(period, how)
        label = None
    else:
        label = _earlier_label(period.label, grain, how)
        start, end = _same_days(period, grain, label)
    if period.partial:
        end = min(end, start + timedelta(days=period.known_days))
    return Period(start, end, label, end, period.partial)


def _earlier_range(period: Period, how: str) -> tuple[date, date]:
    if how == "last_year":
        return add_months(period.start, -12), add_months(period.end, -12)
    return period.start - (period.end - period.start), period.start


def _earlier_label(label: date, grain: Grain, how: str) -> date:
    if how == "previous":
        return next_start(label, grain, -1)
    return label - timedelta(weeks=52) if grain is Grain.WEEK else add_months(label, -12)


def _same_days(period: Period, grain: Grain, label: date) -> tuple[date, date]:
    assert period.label is not None
    whole_end = label + timedelta(days=1) if grain is Grain.DAY else next_start(label, grain)
    start = min(label + (period.start - period.label), whole_end)
    is_clipped = period.end < next_start(period.label, grain)
    return start, min(start + (period.end - period.start), whole_end) if is_clipped else whole_end


def _is_before_end(as_of: datetime, end: date, zone: ZoneInfo) -> bool:
    return as_of < end_of_day(end - timedelta(days=1), zone)


def _within(day: date, low: date, high: date) -> date:
    return max(low, min(day, high))


def _wall_clock_day(change: Change | None, midnight: int, offset: int) -> tuple[int, int, int, int, int, int, int]:
    """Offset, second of change, offset after, gap, double: of the local day that begins at ``midnight``."""
    if change is None:
        return offset, DAY_SECONDS, offset, 0, 0, 0, 0
    low, high = (_clip_second(bound - midnight) for bound in change.wall)
    bounds = (low, high, 0, 0) if change.after > change.before else (0, 0, low, high)
    return change.before, high, change.after, *bounds


def _clip_second(second: int) -> int:
    return max(0, min(second, DAY_SECONDS))


def _bisect_change(low: int, high: int, zone: ZoneInfo) -> int:
    before = _offset_at(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_at(middle, zone) == before else (low, middle)
    return high


def _offset_at(second: int, zone: ZoneInfo) -> int:
    instant = (_EPOCH + timedelta(seconds=second)).replace(tzinfo=UTC)
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return _seconds_of(offset)


def _offset(local: datetime, zone: ZoneInfo, fold: Literal[0, 1]) -> timedelta:
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None
    return offset


def _seconds_of(offset: timedelta) -> int:
    return round(offset.total_seconds())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  (a wall time)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def each_day(first: date, last: date) -> Iterator[date]:
    """The days from first to last, both included."""
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def append_row(table: Columns, *values: object) -> None:
    """Add one value to each column, in the order of the columns."""
    for column, value in zip(table.values(), values, strict=True):
        column.append(value)
