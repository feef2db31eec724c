"""Zones, wall times and periods against zoneinfo read second by second and against plain calendar arithmetic."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficace.errors import QuestionError
from efficace.model.time import (
    Grain,
    Period,
    add_months,
    company_day,
    earlier,
    end_of_day,
    next_start,
    parse_as_of,
    period_start,
    periods,
    start_of_day,
    to_utc,
    wall_clock_table,
    zone_days,
)

PARIS = ZoneInfo("Europe/Paris")
ZONES = (
    "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Africa/Cairo",
    "Pacific/Apia", "Africa/Casablanca", "America/St_Johns", "UTC",
)  # fmt: skip
DAYS = st.dates(date(2005, 1, 1), date(2035, 12, 31))
GRAINS = st.sampled_from(list(Grain))


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


@pytest.mark.parametrize("name", ZONES)
def test_zone_days_gives_the_local_time_of_any_instant(name: str) -> None:
    zone = ZoneInfo(name)
    table = zone_days(zone, date(2008, 1, 1), date(2028, 12, 31))
    rows = dict(zip(table["utc_day"], zip(*list(table.values())[1:], strict=True), strict=True))
    draw = random.Random(name)
    for _ in range(3000):
        instant = datetime(2008, 1, 1) + timedelta(seconds=draw.randrange(7600 * 86400))
        assert _by_table(rows, instant) == local(instant, zone)


@pytest.mark.parametrize("name", ZONES)
def test_zone_days_is_right_to_the_second_around_every_change(name: str) -> None:
    zone = ZoneInfo(name)
    table = zone_days(zone, date(2008, 1, 1), date(2028, 12, 31))
    rows = dict(zip(table["utc_day"], zip(*list(table.values())[1:], strict=True), strict=True))
    for day, (_, second, _) in rows.items():
        if second < 86400:
            at = datetime(day.year, day.month, day.day) + timedelta(seconds=second)
            for near in (at - timedelta(seconds=1), at):
                assert _by_table(rows, near) == local(near, zone)


def _by_table(rows: dict[date, tuple[int, int, int]], instant: datetime) -> datetime:
    offset, change, after = rows[instant.date()]
    second = instant.hour * 3600 + instant.minute * 60 + instant.second
    return instant + timedelta(seconds=offset if second < change else after)


def test_paris_changes_its_clock_at_one_o_clock_utc() -> None:
    table = zone_days(PARIS, date(2026, 3, 28), date(2026, 3, 30))
    assert table == {
        "utc_day": [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)],
        "offset_seconds": [3600, 3600, 7200],
        "change_second": [86400, 3600, 86400],
        "offset_after": [3600, 7200, 7200],
    }


def test_a_wall_time_in_a_gap_is_read_by_the_clock_before_it() -> None:
    reading = to_utc(datetime(2026, 3, 29, 2, 30), PARIS)
    assert reading == (datetime(2026, 3, 29, 1, 30), "gap")
    assert local(reading.at, PARIS) == datetime(2026, 3, 29, 3, 30)


def test_a_wall_time_that_came_twice_is_its_first_occurrence() -> None:
    assert to_utc(datetime(2026, 10, 25, 2, 30), PARIS) == (datetime(2026, 10, 25, 0, 30), "double")


def test_an_ordinary_wall_time_is_not_flagged() -> None:
    assert to_utc(datetime(2026, 7, 1, 12), PARIS) == (datetime(2026, 7, 1, 10), None)


@pytest.mark.parametrize("name", ZONES)
def test_the_wall_clock_table_reads_as_to_utc_does(name: str) -> None:
    zone = ZoneInfo(name)
    table = wall_clock_table(zone, date(2008, 1, 1), date(2028, 12, 31))
    rows = dict(zip(table["local_day"], zip(*list(table.values())[1:], strict=True), strict=True))
    draw = random.Random(name)
    changed = [day for day, row in rows.items() if row[3:] != (0, 0, 0, 0)]
    whole = [draw.choice(list(rows)) for _ in range(500)]
    seen = set()
    for day in changed * 40 + whole:
        second = draw.randrange(86400)
        wall = datetime(day.year, day.month, day.day) + timedelta(seconds=second)
        offset, change, after, *bounds = rows[day]
        expected = to_utc(wall, zone)
        assert wall - timedelta(seconds=offset if second < change else after) == expected.at
        kind = "gap" if bounds[0] <= second < bounds[1] else "double" if bounds[2] <= second < bounds[3] else None
        assert kind == expected.irregular, wall
        seen.add(kind)
    assert name in ("UTC", "Asia/Kolkata") or seen == {"gap", "double", None}


def test_a_day_that_a_zone_skipped_is_one_gap() -> None:
    table = wall_clock_table(ZoneInfo("Pacific/Apia"), date(2011, 12, 30), date(2011, 12, 30))
    assert (table["gap_from"], table["gap_to"]) == ([0], [86400])


@pytest.mark.parametrize("name", ZONES)
def test_the_end_of_a_day_is_followed_by_the_next_day(name: str) -> None:
    zone = ZoneInfo(name)
    for number in range(date(2008, 1, 1).toordinal(), date(2030, 1, 1).toordinal()):
        day = date.fromordinal(number)
        if name == "Pacific/Apia" and day in (date(2011, 12, 29), date(2011, 12, 30)):
            continue
        last = end_of_day(day, zone)
        assert company_day(last, zone) == day
        assert company_day(last + timedelta(microseconds=1), zone) == day + timedelta(days=1)
        assert company_day(start_of_day(day, zone), zone) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-31", datetime(2026, 3, 31, 21, 59, 59, 999999)),
        (" 2026-01-31 ", datetime(2026, 1, 31, 22, 59, 59, 999999)),
        ("2026-03-31T17:00:00Z", datetime(2026, 3, 31, 17)),
        ("2026-03-31T17:00", datetime(2026, 3, 31, 15)),
        ("2026-03-31 17:00:00+05:30", datetime(2026, 3, 31, 11, 30)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30)),
    ],
)
def test_as_of_is_read_in_the_company_zone(text: str, expected: datetime) -> None:
    assert parse_as_of(text, PARIS) == expected


@pytest.mark.parametrize("text", ["", "31/03/2026", "2026-02-30", "20260331", "2026-W12-1", "now", "2026-03-31T25:00"])
def test_a_text_that_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuestionError, match="2026-03-31T17:00:00Z"):
        parse_as_of(text, PARIS)


def test_an_as_of_beyond_what_a_calendar_holds_is_refused_too() -> None:
    with pytest.raises(QuestionError):
        parse_as_of("9999-12-31", ZoneInfo("America/New_York"))


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_any_text_is_an_as_of_or_refused(text: str) -> None:
    with suppress(QuestionError):
        assert parse_as_of(text, PARIS).tzinfo is None


AS_OF = datetime(2026, 3, 15, 11, 0)


def test_months_of_a_range_are_clipped_and_keep_their_first_day_as_label() -> None:
    found = periods(Grain.MONTH, date(2026, 1, 15), date(2026, 3, 10), AS_OF, PARIS)
    assert [(p.start, p.end, p.label, p.partial) for p in found] == [
        (date(2026, 1, 15), date(2026, 2, 1), date(2026, 1, 1), False),
        (date(2026, 2, 1), date(2026, 3, 1), date(2026, 2, 1), False),
        (date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 1), False),
    ]


def test_without_an_end_the_running_month_is_whole_and_partial() -> None:
    last = periods(Grain.MONTH, date(2026, 1, 15), None, AS_OF, PARIS)[-1]
    assert last == Period(date(2026, 3, 1), date(2026, 4, 1), date(2026, 3, 1), date(2026, 3, 16), True)
    assert last.known_days == 15


def test_everything_up_to_as_of_is_one_whole_period() -> None:
    found = periods(Grain.ALL, date(2026, 1, 15), None, AS_OF, PARIS)
    assert found == (Period(date(2026, 1, 15), date(2026, 3, 16), None, date(2026, 3, 16), False),)


def test_a_range_beyond_as_of_is_partial() -> None:
    found = periods(Grain.ALL, date(2026, 1, 1), date(2027, 1, 1), AS_OF, PARIS)
    assert found == (Period(date(2026, 1, 1), date(2027, 1, 1), None, date(2026, 3, 16), True),)


def test_as_of_at_the_last_microsecond_of_a_month_makes_it_whole() -> None:
    end = end_of_day(date(2026, 3, 31), PARIS)
    assert not periods(Grain.MONTH, date(2026, 3, 1), date(2026, 4, 1), end, PARIS)[0].partial
    before = end - timedelta(microseconds=1)
    assert periods(Grain.MONTH, date(2026, 3, 1), date(2026, 4, 1), before, PARIS)[0].partial


def test_a_period_that_lies_in_the_future_has_no_known_day() -> None:
    future = periods(Grain.MONTH, date(2026, 3, 1), date(2026, 6, 1), AS_OF, PARIS)[-1]
    assert (future.known_days, future.partial) == (0, True)


def test_an_empty_range_has_no_period() -> None:
    assert periods(Grain.MONTH, date(2026, 3, 1), date(2026, 3, 1), AS_OF, PARIS) == ()
    assert periods(Grain.ALL, date(2026, 3, 1), date(2026, 3, 1), AS_OF, PARIS) == ()


@pytest.mark.parametrize(
    ("day", "grain", "fiscal", "expected"),
    [
        (date(2026, 3, 15), Grain.WEEK, 1, date(2026, 3, 9)),
        (date(2026, 1, 1), Grain.WEEK, 1, date(2025, 12, 29)),
        (date(2026, 3, 15), Grain.QUARTER, 4, date(2026, 1, 1)),
        (date(2026, 3, 15), Grain.FISCAL_QUARTER, 2, date(2026, 2, 1)),
        (date(2026, 1, 31), Grain.FISCAL_QUARTER, 2, date(2025, 11, 1)),
        (date(2026, 3, 15), Grain.FISCAL_YEAR, 7, date(2025, 7, 1)),
        (date(2026, 7, 1), Grain.FISCAL_YEAR, 7, date(2026, 7, 1)),
        (date(2026, 3, 15), Grain.YEAR, 7, date(2026, 1, 1)),
    ],
)
def test_a_day_lies_in_its_calendar_period(day: date, grain: Grain, fiscal: int, expected: date) -> None:
    assert period_start(day, grain, fiscal) == expected


@given(GRAINS, DAYS, st.integers(1, 1200), st.integers(1, 12), st.integers(-900, 900))
@settings(max_examples=300, deadline=None)
def test_periods_cover_the_range_without_gap_or_overlap(
    grain: Grain, first: date, length: int, fiscal: int, ahead: int
) -> None:
    end = first + timedelta(days=length)
    as_of = datetime(end.year, end.month, end.day, 12) + timedelta(days=ahead)
    found = periods(grain, first, end, as_of, PARIS, fiscal_year_start=fiscal)
    assert (found[0].start, found[-1].end) == (first, end)
    assert all(a.end == b.start for a, b in pairwise(found))
    for period in found:
        assert period.start < period.end
        assert period.start <= period.known_end <= period.end
        assert period.known_end == period.end or period.partial
        if period.label is not None:
            assert period_start(period.start, grain, fiscal) == period.label
            assert period_start(period.end - timedelta(days=1), grain, fiscal) == period.label


@given(st.sampled_from([grain for grain in Grain if grain is not Grain.ALL]), DAYS, st.integers(1, 12))
def test_one_step_on_is_the_first_day_of_another_period(grain: Grain, day: date, fiscal: int) -> None:
    start = period_start(day, grain, fiscal)
    following = next_start(start, grain)
    assert start <= day < following
    assert period_start(following, grain, fiscal) == following
    assert next_start(following, grain, -1) == start


@given(DAYS, st.integers(-600, 600))
def test_adding_months_lands_in_the_month_counted_on_fingers(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    last_of_month = (found + timedelta(days=1)).month != found.month
    assert found.day == day.day or (found.day < day.day and last_of_month)


def test_a_whole_month_is_compared_with_the_whole_month_before() -> None:
    march = periods(Grain.MONTH, date(2026, 3, 1), date(2026, 4, 1), datetime(2026, 5, 1), PARIS)[0]
    before = earlier(march, Grain.MONTH, "previous")
    assert (before.start, before.end, before.partial) == (date(2026, 2, 1), date(2026, 3, 1), False)


def test_a_partial_month_is_compared_with_as_many_days() -> None:
    march = periods(Grain.MONTH, date(2026, 3, 1), None, AS_OF, PARIS)[0]
    before = earlier(march, Grain.MONTH, "previous")
    assert (before.start, before.end, before.partial) == (date(2026, 2, 1), date(2026, 2, 16), True)


def test_a_partial_month_is_compared_with_all_of_a_shorter_one() -> None:
    march = periods(Grain.MONTH, date(2026, 3, 1), None, datetime(2026, 3, 30, 12), PARIS)[0]
    before = earlier(march, Grain.MONTH, "previous")
    assert (before.start, before.end) == (date(2026, 2, 1), date(2026, 3, 1))


def test_a_year_ago_in_a_leap_year() -> None:
    day = periods(Grain.DAY, date(2024, 2, 29), date(2024, 3, 1), AS_OF, PARIS)[0]
    assert earlier(day, Grain.DAY, "last_year").start == date(2023, 2, 28)
    month = periods(Grain.MONTH, date(2024, 2, 1), date(2024, 3, 1), AS_OF, PARIS)[0]
    assert (earlier(month, Grain.MONTH, "last_year").end) == date(2023, 3, 1)


def test_a_week_is_compared_with_the_week_fifty_two_weeks_before() -> None:
    week = periods(Grain.WEEK, date(2026, 3, 2), date(2026, 3, 9), AS_OF, PARIS)[0]
    before = earlier(week, Grain.WEEK, "last_year")
    assert (before.start, before.end) == (date(2025, 3, 3), date(2025, 3, 10))


def test_a_bounded_range_is_compared_with_as_many_days_just_before_or_a_year_before() -> None:
    whole = periods(Grain.ALL, date(2026, 1, 10), date(2026, 1, 20), AS_OF, PARIS)[0]
    before, year = earlier(whole, Grain.ALL, "previous"), earlier(whole, Grain.ALL, "last_year")
    assert (before.start, before.end, before.label) == (date(2025, 12, 31), date(2026, 1, 10), None)
    assert (year.start, year.end) == (date(2025, 1, 10), date(2025, 1, 20))


def test_a_month_clipped_by_the_range_is_compared_with_the_same_days() -> None:
    found = periods(Grain.MONTH, date(2026, 1, 15), date(2026, 3, 10), AS_OF, PARIS)
    first, last = (earlier(period, Grain.MONTH, "previous") for period in (found[0], found[-1]))
    assert (first.start, first.end) == (date(2025, 12, 15), date(2026, 1, 1))
    assert (last.start, last.end) == (date(2026, 2, 1), date(2026, 2, 10))
