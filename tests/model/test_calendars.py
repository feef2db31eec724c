"""Business time against a minute-by-minute walk over the wall clock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from efficace.config import Hours
from efficace.errors import ConfigError
from efficace.model.calendar_rows import assign_calendars, working_weekdays
from efficace.model.calendars import Calendar, business_days, public_holidays, rep_calendars, working_days

PARIS = ZoneInfo("Europe/Paris")
NO_HOLIDAYS = Hours(holidays="")
Rows = list[dict[str, Any]]


def week(name: str, zone: str, days: str, *intervals: str, **owner: str) -> Rows:
    return [
        {"calendar_id": name, "timezone": zone, "weekday": int(day), "opens": opens, "closes": closes, **owner}
        for day in days
        for opens, closes in (interval.split("-") for interval in intervals)
    ]


def rep(name: str, team: str | None = None, zone: str | None = None) -> dict[str, Any]:
    return {"rep_id": name, "team_id": team, "timezone": zone}


def opened(name: str, day: date, opens: str, closes: str) -> dict[str, Any]:
    return {"calendar_id": name, "day_on": day, "open": True, "opens": opens, "closes": closes}


@dataclass
class Table:
    """The table read as an engine reads it: two look-ups and a subtraction."""

    rows: dict[tuple[str, date], tuple[int, ...]]

    @classmethod
    def of(cls, columns: dict[str, list[Any]]) -> Table:
        keys = zip(columns["calendar_key"], columns["utc_day"], strict=True)
        return cls(dict(zip(keys, zip(*list(columns.values())[2:], strict=True), strict=True)))

    def seconds(self, key: str, start: datetime, end: datetime) -> int:
        return self._until(key, end) - self._until(key, start)

    def _until(self, key: str, instant: datetime) -> int:
        before, *bounds = self.rows[key, instant.date()]
        second = instant.hour * 3600 + instant.minute * 60 + instant.second
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        return before + sum(max(0, min(second - opening, close - opening)) for opening, close in pairs)


def is_open(instant: datetime, rows: Rows, exceptions: Rows) -> bool:
    """Whether the wall clock lies in an interval of its day, or of a night shift begun the day before."""
    wall = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(rows[0]["timezone"])).replace(tzinfo=None)
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        special = [row for row in exceptions if row["day_on"] == day]
        usual = [row for row in rows if row["weekday"] == day.isoweekday()]
        for row in [row for row in special if row["open"]] if special else usual:
            opens, closes = (_at(day, row[side]) for side in ("opens", "closes"))
            if opens <= wall < (closes if closes > opens else closes + timedelta(days=1)):
                return True
    return False


def _at(day: date, text: str) -> datetime:
    hour, minute = map(int, text.split(":"))
    return datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)


SHOPS: dict[str, tuple[Rows, Rows]] = {
    "office": (week("office", "Europe/Paris", "12345", "09:00-17:00"), []),
    "lunch": (week("lunch", "America/New_York", "123456", "08:30-12:00", "13:15-18:00"), []),
    "night": (week("night", "Europe/Paris", "567", "22:00-06:00"), []),
    "always": (week("always", "Australia/Lord_Howe", "1234567", "00:00-24:00"), []),
    "split": (week("split", "Asia/Kolkata", "1357", "00:15-03:00", "06:00-09:00", "20:00-23:45"), []),
    "in_the_change": (week("in_the_change", "Europe/Paris", "1234567", "01:30-02:30", "02:45-04:00"), []),
    "evening_and_morning": (
        week("evening_and_morning", "America/Los_Angeles", "1", "13:00-14:00", "16:00-17:00", "18:00-19:00")
        + week("evening_and_morning", "America/Los_Angeles", "2", "02:00-03:00", "05:00-06:00", "08:00-09:00"),
        [],
    ),
    "exceptions": (
        week("exceptions", "Europe/Paris", "12345", "09:00-12:00", "14:00-18:00"),
        [
            {"calendar_id": "exceptions", "day_on": date(2026, 3, 30), "open": False},
            opened("exceptions", date(2026, 3, 29), "01:00", "05:00"),
            opened("exceptions", date(2026, 10, 23), "20:00", "04:00"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("first", [date(2026, 3, 20), date(2026, 10, 16)])
@pytest.mark.parametrize("name", SHOPS)
def test_business_time_equals_a_walk_minute_by_minute(name: str, first: date) -> None:
    rows, exceptions = SHOPS[name]
    owned = [{**row, "rep_id": "r"} for row in rows]
    found = assign_calendars(owned, exceptions, [rep("r")], NO_HOLIDAYS, PARIS)
    last = first + timedelta(days=20)
    table = Table.of(business_days(found, first, last))
    start = datetime(first.year, first.month, first.day)
    minutes = 20 * 1440
    worked = [0]
    for number in range(minutes):
        worked.append(worked[-1] + is_open(start + timedelta(minutes=number), rows, exceptions))
    draw = random.Random(f"{name} {first}")
    assert worked[-1] > 0
    for _ in range(200):
        low, high = sorted(draw.sample(range(minutes), 2))
        span = (start + timedelta(minutes=low), start + timedelta(minutes=high))
        assert table.seconds(found.of_rep["r"], *span) == 60 * (worked[high] - worked[low]), span


def test_business_time_equals_seconds_counted_for_thousands_of_random_spans() -> None:
    """3,000 spans of up to five hours over two years, which meet both changes of the clock in every zone."""
    calendars = [{**row, "rep_id": name} for name, (rows, _) in SHOPS.items() for row in rows]
    exceptions = [row for _, more in SHOPS.values() for row in more]
    found = assign_calendars(calendars, exceptions, [], NO_HOLIDAYS, PARIS)
    table = Table.of(business_days(found, date(2025, 6, 1), date(2027, 6, 1)))
    draw = random.Random(20260325)
    start, minutes = datetime(2025, 6, 1), 729 * 1440
    for name, (rows, more) in SHOPS.items():
        for _ in range(375):
            low = draw.randrange(minutes)
            high = low + draw.randrange(1, 300)
            walked = sum(is_open(start + timedelta(minutes=number), rows, more) for number in range(low, high))
            span = (start + timedelta(minutes=low), start + timedelta(minutes=high))
            assert table.seconds(found.of_rep[name], *span) == 60 * walked, (name, span)


def test_a_day_with_more_than_four_stretches_widens_the_table() -> None:
    found = assign_calendars(*SHOPS["evening_and_morning"], [], NO_HOLIDAYS, PARIS)
    columns = business_days(found, date(2026, 3, 2), date(2026, 3, 8))
    assert list(columns)[-1] == "c4"
    assert all(len(values) == 7 for values in columns.values())


def test_friday_evening_to_monday_morning_is_an_hour_and_a_half() -> None:
    """Friday 16:00 to 17:00 and Monday 09:00 to 09:30, Paris time (UTC+1 in January)."""
    found = assign_calendars([], [], [], NO_HOLIDAYS, PARIS)
    table = Table.of(business_days(found, date(2026, 1, 1), date(2026, 1, 31)))
    assert table.seconds("", datetime(2026, 1, 9, 15), datetime(2026, 1, 12, 8, 30)) == 5400


def test_answered_while_closed_is_zero() -> None:
    found = assign_calendars([], [], [], NO_HOLIDAYS, PARIS)
    table = Table.of(business_days(found, date(2026, 1, 1), date(2026, 1, 31)))
    assert table.seconds("", datetime(2026, 1, 10, 9), datetime(2026, 1, 11, 9)) == 0


def test_public_holidays_close_the_default_hours_but_not_a_calendar() -> None:
    """14 July 2026 is a Tuesday and a French holiday."""
    reps = [rep("a"), rep("b")]
    own = week("own", "Europe/Paris", "12345", "09:00-17:00", rep_id="b")
    found = assign_calendars(own, [], reps, Hours(holidays="FR"), PARIS)
    table = Table.of(business_days(found, date(2026, 7, 1), date(2026, 7, 31)))
    span = datetime(2026, 7, 14), datetime(2026, 7, 15)
    assert [table.seconds(found.of_rep[name], *span) for name in "ab"] == [0, 8 * 3600]


def test_the_rep_s_calendar_comes_before_the_team_s_before_the_company_s() -> None:
    rows = [
        *week("mine", "Europe/Paris", "1", "09:00-10:00", rep_id="own"),
        *week("ours", "Europe/Paris", "1", "09:00-11:00", team_id="team"),
        *week("all", "Europe/Paris", "1", "09:00-12:00"),
    ]
    reps = [rep("own", "team"), rep("member", "team"), rep("other", "elsewhere"), rep("alone", zone="Asia/Tokyo")]
    found = assign_calendars(rows, [], reps, NO_HOLIDAYS, PARIS)
    assert rep_calendars(found) == {
        "rep_id": ["own", "member", "other", "alone"],
        "calendar_key": ["mine", "ours", "", ""],
    }
    table = Table.of(business_days(found, date(2026, 1, 5), date(2026, 1, 6)))
    span = datetime(2026, 1, 5), datetime(2026, 1, 6)
    assert [table.seconds(key, *span) // 3600 for key in ("mine", "ours", "")] == [1, 2, 3]


def test_a_rep_with_a_zone_and_no_calendar_works_the_default_hours_there() -> None:
    found = assign_calendars(
        [], [], [rep("a", zone="America/New_York"), rep("b", zone="Europe/Paris")], NO_HOLIDAYS, PARIS
    )
    assert found.of_rep == {"a": "hours in America/New_York", "b": ""}
    table = Table.of(business_days(found, date(2026, 1, 5), date(2026, 1, 6)))
    key = found.of_rep["a"]
    assert table.seconds(key, datetime(2026, 1, 5, 14), datetime(2026, 1, 5, 22)) == 8 * 3600
    assert table.seconds(key, datetime(2026, 1, 5, 0), datetime(2026, 1, 5, 14)) == 0


def test_a_rep_who_is_not_listed_keeps_the_calendar_that_names_it() -> None:
    found = assign_calendars(week("c", "Asia/Tokyo", "1", "09:00-10:00", rep_id="ghost"), [], [], NO_HOLIDAYS, PARIS)
    assert found.of_rep == {"ghost": "c"}


def test_equal_calendars_are_built_once() -> None:
    rows = [row for name in "abc" for row in week(name, "Asia/Tokyo", "12345", "09:00-18:00", rep_id=name)]
    found = assign_calendars(rows, [], [rep(name) for name in "abc"], NO_HOLIDAYS, PARIS)
    assert set(found.by_key) == {"", "a"}
    assert set(found.of_rep.values()) == {"a"}


def test_an_exception_that_opens_a_closed_day_without_hours_has_those_of_a_working_day() -> None:
    rows = week("c", "UTC", "12345", "08:00-12:00", rep_id="r")
    saturday = {"calendar_id": "c", "day_on": date(2026, 1, 10), "open": True, "opens": None, "closes": None}
    found = assign_calendars(rows, [saturday], [rep("r")], NO_HOLIDAYS, PARIS)
    table = Table.of(business_days(found, date(2026, 1, 9), date(2026, 1, 12)))
    assert table.seconds("c", datetime(2026, 1, 10), datetime(2026, 1, 11)) == 4 * 3600


@pytest.mark.parametrize(
    ("rows", "column", "reason"),
    [
        (week("c", "Paris", "1", "09:00-10:00", rep_id="r"), "timezone", "no_time_zone"),
        (week("c", "UTC", "1", "9 am-10:00", rep_id="r"), "opens", "no_opening_hours"),
        (week("c", "UTC", "9", "09:00-10:00", rep_id="r"), "weekday", "no_opening_hours"),
        (week("c", "UTC", "1", "24:00-10:00", rep_id="r"), "opens", "no_opening_hours"),
    ],
)
def test_what_cannot_be_used_is_listed(rows: Rows, column: str, reason: str) -> None:
    found = assign_calendars(rows, [], [rep("r")], NO_HOLIDAYS, PARIS)
    assert [(item.key, item.column, item.reason) for item in found.unusable] == [("c", column, reason)]


def test_a_second_calendar_of_one_rep_is_listed_and_the_first_by_name_counts() -> None:
    rows = [*week("b", "UTC", "1", "09:00-10:00", rep_id="r"), *week("a", "UTC", "2", "09:00-10:00", rep_id="r")]
    found = assign_calendars(rows, [], [rep("r")], NO_HOLIDAYS, PARIS)
    assert found.of_rep["r"] == "a"
    assert [(item.key, item.reason, item.original) for item in found.unusable] == [("b", "second_calendar", "a")]


def test_a_rep_s_unknown_zone_is_listed_and_the_company_s_is_used() -> None:
    found = assign_calendars([], [], [rep("r", zone="Mars/Base")], NO_HOLIDAYS, PARIS)
    assert found.of_rep == {"r": ""}
    assert found.unusable[0].original == "Mars/Base"


def test_working_days_follow_week_exceptions_and_holidays() -> None:
    """Week of 13 July 2026: the 14th is a French holiday, the 16th closed by hand for the calendar alone."""
    own = week("own", "Europe/Paris", "567", "22:00-06:00", rep_id="r")
    closed = [{"calendar_id": "own", "day_on": date(2026, 7, 18), "open": False}]
    found = assign_calendars(own, closed, [rep("r")], Hours(holidays="FR"), PARIS)
    table = working_days(found, date(2026, 7, 13), date(2026, 7, 19))
    rows = list(zip(*table.values(), strict=True))
    open_days = {key: [day.day for owner, day, is_open in rows if owner == key and is_open] for key in ("", "own")}
    assert open_days == {"": [13, 15, 16, 17], "own": [17, 19]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("mon-fri", {1, 2, 3, 4, 5}), ("sun-thu", {7, 1, 2, 3, 4}), ("Mon, Wed;sat", {1, 3, 6}), ("lundi-mardi", {1, 2})],
)
def test_weekdays_are_read_in_both_languages(text: str, expected: set[int]) -> None:
    assert working_weekdays(text) == expected


@pytest.mark.parametrize("text", ["", "mon-", "someday", "mon-tue-wed", "1-5"])
def test_unknown_weekdays_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="mon-fri"):
        working_weekdays(text)


def test_holidays_of_a_part_of_a_country_and_of_none() -> None:
    epiphany = date(2026, 1, 6)
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert epiphany in public_holidays("DE-BY", *year)
    assert epiphany not in public_holidays("DE-BE", *year)
    assert public_holidays("", *year) == frozenset()


@pytest.mark.parametrize("code", ["XX", "Narnia", "FR-Paris"])
def test_an_unknown_holiday_country_is_refused(code: str) -> None:
    with pytest.raises(ConfigError, match=code):
        public_holidays(code, date(2026, 1, 1), date(2026, 12, 31))


def test_hours_that_are_no_times_are_refused() -> None:
    with pytest.raises(ConfigError, match="09:00"):
        assign_calendars([], [], [], Hours(opens="nine"), PARIS)


def test_a_calendar_that_never_opens_has_no_business_seconds() -> None:
    never = Calendar(PARIS, ((),) * 7)
    found = assign_calendars([], [], [], NO_HOLIDAYS, PARIS)
    columns = business_days(type(found)({"": never}, {}), date(2026, 1, 1), date(2026, 1, 3))
    assert columns["before"] == [0, 0, 0]


def test_a_team_without_a_calendar_keeps_that_of_the_team_above_it() -> None:
    rows = week("company", "Europe/Paris", "1", "09:00-17:00") + week(
        "west", "Asia/Tokyo", "1", "09:00-10:00", team_id="W"
    )
    reps = [rep("deep", "W2"), rep("beside", "E"), rep("lone")]
    found = assign_calendars(rows, [], reps, NO_HOLIDAYS, PARIS, {"W2": "W1", "W1": "W", "W": None, "E": None})
    zones = {name: found.by_key[key].zone.key for name, key in found.of_rep.items()}
    assert zones == {"deep": "Asia/Tokyo", "beside": "Europe/Paris", "lone": "Europe/Paris"}
