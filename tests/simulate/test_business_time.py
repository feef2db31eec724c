"""Working time on a calendar, against a count of minutes one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.simulate.clock import WorkCalendar

LUNCH = {day: [(540, 750), (810, 1080)] for day in range(1, 6)}
NIGHT = {day: [(0, 360), (1320, 1440)] for day in range(1, 6)}
SPAN = (date(2026, 3, 20), date(2026, 4, 10))
"""Clocks go forward in Paris on 29 March 2026."""
CLOSED = {date(2026, 4, 6): [], date(2026, 4, 7): [(540, 720)]}
CALENDARS = {"lunch": LUNCH, "night": NIGHT}


def counted(week, start: int, end: int, zone: ZoneInfo) -> int:
    """Open minutes between two instants that lie on whole minutes."""
    total = 0
    for minute in range(start // 60, end // 60):
        local = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
        hours = CLOSED.get(local.date(), week.get(local.isoweekday(), []))
        total += any(opens <= local.hour * 60 + local.minute < closes for opens, closes in hours)
    return total


@pytest.mark.parametrize("name", ["lunch", "night"])
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York"])
def test_worked_time_is_the_count_of_open_minutes(name, zone):
    calendar = WorkCalendar.build(zone, CALENDARS[name], CLOSED, SPAN)
    start = int(datetime(2026, 3, 27, 5, tzinfo=UTC).timestamp())
    for hours in (1, 7, 30, 60, 24 * 7, 24 * 12):
        end = start + hours * 3600
        found = calendar.worked(np.array([start, end]))
        assert (found[1] - found[0]) / 60 == counted(CALENDARS[name], start, end, ZoneInfo(zone))


@given(st.integers(0, 60 * 3600), st.sampled_from(["lunch", "night"]))
def test_the_instant_of_worked_time_has_that_worked_time_and_is_open(worked, name):
    calendar = WorkCalendar.build("Europe/Paris", CALENDARS[name], CLOSED, SPAN)
    at = calendar.instant(np.array([worked]))
    assert calendar.worked(at)[0] == worked
    assert calendar.is_open(at)[0]


def test_a_signal_on_friday_night_answered_on_monday_at_nine_thirty_took_half_an_hour():
    calendar = WorkCalendar.build("Europe/Paris", LUNCH, {}, SPAN)
    friday = datetime(2026, 3, 27, 21, 0, tzinfo=ZoneInfo("Europe/Paris"))
    monday = datetime(2026, 3, 30, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
    worked = calendar.worked(np.array([int(friday.timestamp()), int(monday.timestamp())]))
    assert timedelta(seconds=int(worked[1] - worked[0])) == timedelta(minutes=30)
