"""The lead queue as data: who waits, in which order, with which reasons and by which clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.build.tables import load_tables
from efficace.errors import QuestionError
from efficace.metrics.waiting import LeadQueue, Prospect, Reason, WaitingLead, in_turn, reasons_of
from efficace.project import Project, open_project

LOADED = datetime(2026, 3, 4)
AS_OF = datetime(2026, 3, 3, 10, 50)
"""A Tuesday, 11:50 in Paris: the newest instant of the data."""
SETTINGS = {
    "company": {"timezone": "Europe/Paris"},
    "response": {"promise": {"hot": "30 min", "warm": "4 h", "cold": "1 day"}},
}
HOURS = {"opens": "09:00", "closes": "17:00"}
WEEK = [
    {
        "calendar_id": "c",
        "rep_id": "ann",
        "timezone": "Europe/Paris",
        "weekday": day,
        "opens": "09:00",
        "closes": "17:00",
    }
    for day in range(1, 6)
]


def _lead(lead: str, at: str, heat: str, **more: str) -> dict[str, str]:
    return {"lead_id": lead, "created_at": at, "heat": heat, "source": "web", **more}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Of five leads three wait: Ann's, who works from 9 to 17 in Paris, one of nobody, and one for 101 days."""
    leads = [
        _lead("answered", "2026-03-02 10:00", "hot", rep_id="ann"),
        _lead("dropped", "2026-03-02 10:00", "hot", rep_id="ann", disqualified_at="2026-03-02 10:30"),
        _lead("early", "2026-03-03 08:30", "hot", rep_id="ann", contact_id="p"),
        _lead("nobody", "2026-03-03 11:50", "hot", account_id="x"),
        _lead("old", "2025-11-22 12:00", "warm", rep_id="ann"),
    ]
    call = {"touch_id": "t", "occurred_at": "2026-03-02 11:00", "kind": "call", "direction": "outbound"}
    tables = {
        "reps": [{"rep_id": "ann", "name": "Ann"}],
        "accounts": [{"account_id": "x", "name": "Xylo", "employees": 40}],
        "contacts": [{"contact_id": "p", "account_id": "x", "name": "Pia", "title": "Buyer"}],
        "calendars": WEEK,
        "leads": leads,
        "touches": [{**call, "lead_id": "answered", "rep_id": "ann"}],
    }
    load_tables(tmp_path, tables, SETTINGS, LOADED)
    return open_project(tmp_path)


@pytest.fixture
def queue(project: Project) -> LeadQueue:
    with project:
        return project.metrics.lead_queue()


def test_who_was_answered_or_dropped_does_not_wait_and_who_waits_too_long_is_only_counted(queue: LeadQueue) -> None:
    assert queue.as_of == AS_OF
    assert [lead.lead_id for lead in queue.leads] == ["nobody", "early"]
    assert queue.older == 1


def test_a_lead_says_who_it_is_through_its_contact_or_its_account(queue: LeadQueue) -> None:
    named = {lead.lead_id: lead.prospect for lead in queue.leads}
    assert named == {"early": Prospect("Pia", "Buyer", "Xylo", 40), "nobody": Prospect(None, None, "Xylo", 40)}


def test_the_promise_counts_the_hours_of_the_owner_and_all_hours_where_there_are_none(queue: LeadQueue) -> None:
    """From 9:00, when Ann opens, to 11:50 are 170 minutes, 140 of them past the promise."""
    leads = {lead.lead_id: lead for lead in queue.leads}
    assert queue.left_seconds(leads["early"], AS_OF) == -140 * 60
    assert queue.left_seconds(leads["nobody"], AS_OF) == 30 * 60
    night = AS_OF + timedelta(hours=12)
    assert queue.left_seconds(leads["early"], night) == -(140 + 310) * 60, "Ann closes at 17:00, 310 minutes later"
    assert queue.left_seconds(leads["nobody"], night) == (30 - 12 * 60) * 60
    opening, close = queue.hours["c"][1]
    assert (opening, close) == (datetime(2026, 3, 4, 8), datetime(2026, 3, 4, 16)), "Wednesday from 9 to 17 in Paris"


def test_filters_narrow_the_queue_and_unknown_ones_are_told(project: Project) -> None:
    with project:
        assert [lead.lead_id for lead in project.metrics.lead_queue(["rep=ann"]).leads] == ["early"]
        with pytest.raises(QuestionError):
            project.metrics.lead_queue(["product=x"])


def test_reasons_are_read_as_multiples_of_the_odds_the_strongest_first() -> None:
    told = reasons_of("heat hot +78%, industry Food, drink +13%", "score 2/5 -34%, source review_site -76%")
    assert told == (
        Reason("source", "review_site", 0.24),
        Reason("heat", "hot", 1.78),
        Reason("score", "2/5", 0.66),
        Reason("industry", "Food, drink", 1.13),
    )
    assert reasons_of(None, "") == ()


heats = st.sampled_from(["hot", "warm", "cold", None])


@st.composite
def waiting(draw: st.DrawFn) -> WaitingLead:
    promise, age = draw(st.none() | st.integers(1, 10**5)), draw(st.integers(0, 10**6))
    worth = draw(st.none() | st.floats(0, 1e6))
    lead = str(draw(st.integers(0, 10**6)))
    at = AS_OF - timedelta(seconds=draw(st.integers(0, 10**6)))
    return WaitingLead(
        lead, at, None, draw(heats), None, None, None, None, None, promise, age, None, None, worth, (), Prospect()
    )


@given(st.lists(waiting(), max_size=8, unique_by=lambda one: one.lead_id), st.randoms())
def test_the_order_is_by_heat_then_what_can_be_kept_then_time_left_or_worth(leads, chance) -> None:  # type: ignore[no-untyped-def]
    ordered = in_turn(leads)
    shuffled = list(leads)
    chance.shuffle(shuffled)
    assert ordered == in_turn(shuffled)
    for one, other in pairwise(ordered):
        rank = ["hot", "warm", "cold", None]
        assert rank.index(one.heat) <= rank.index(other.heat)
        if one.heat != other.heat or one.promise_seconds is None or other.promise_seconds is None:
            continue
        left, next_left = (lead.promise_seconds - lead.promise_age for lead in (one, other))
        assert (left < 0) <= (next_left < 0)
        if left >= 0 and next_left >= 0:
            assert left <= next_left
        elif left < 0:
            assert (one.expected_value or 0) >= (other.expected_value or 0)
