"""A rep's page: who may open it, what is logged, whose target stands beside a figure."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html import unescape

import pytest
from fastapi import FastAPI
from test_team_page import visitor_of

from clients import SignedIn
from efficace.locale.numbers import format_value
from efficace.state.audit import person_views
from efficace.state.targets import Aim, set_target, targets
from efficace.state.users import user_named
from efficace.web.desk import Desk, now
from efficace.web.figures import figure
from efficace.web.goals import goals_of
from efficace.web.place import Place


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    return found


@pytest.fixture
def own(desk: Desk) -> str:
    """The rep behind the account of the role."""
    with desk.project.state.open().reading() as transaction:
        found = user_named(transaction, "rep").rep_id
    assert found is not None
    return found


@pytest.fixture
def other(desk: Desk, own: str) -> str:
    """A rep of another team than the manager's, and not the account's."""
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    led = desk.team_members(teams)
    return next(rep for rep, _name in desk.members("rep") if rep not in led and rep != own)


def test_a_rep_opens_the_own_page_and_no_other(signed_in: SignedIn, own: str, other: str) -> None:
    client = signed_in("rep")
    assert client.get(f"/reps/{own}").status_code == 200
    assert "How am I doing, what next?" in client.get(f"/reps/{own}").text
    assert client.get(f"/reps/{other}").status_code == 403
    assert client.get(f"/parts/rep-findings?rep={other}").status_code == 403


def test_a_manager_opens_the_pages_of_the_own_team_alone(signed_in: SignedIn, desk: Desk, other: str) -> None:
    client = signed_in("manager")
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    assert client.get(f"/reps/{min(desk.team_members(teams))}").status_code == 200
    assert client.get(f"/reps/{other}").status_code == 403


def test_an_executive_opens_none_and_an_analyst_all(signed_in: SignedIn, other: str) -> None:
    assert signed_in("executive").get(f"/reps/{other}").status_code == 403
    shown = signed_in("analyst").get(f"/reps/{other}")
    assert shown.status_code == 200
    assert 'name="step"' not in shown.text, "an analyst takes no lead"


def test_nobody_learns_whether_a_rep_exists_whom_they_may_not_see(signed_in: SignedIn) -> None:
    assert signed_in("rep").get("/reps/nobody-at-all").status_code == 403
    assert signed_in("analyst").get("/reps/nobody-at-all").status_code == 400


def test_each_look_at_somebody_else_is_logged_and_at_oneself_is_not(
    signed_in: SignedIn, desk: Desk, own: str, other: str
) -> None:
    def looks(login: str, rep: str) -> int:
        with desk.project.state.open().reading() as transaction:
            viewer = user_named(transaction, login).id
            return sum(one.viewer_id == viewer for one in person_views(transaction, rep, limit=100_000))

    before = looks("analyst", other)
    signed_in("analyst").get(f"/reps/{other}")
    assert looks("analyst", other) > before
    signed_in("rep").get(f"/reps/{own}")
    assert looks("rep", own) == 0


def test_a_rep_hears_the_same_verdict_as_the_analyst(signed_in: SignedIn, own: str) -> None:
    """Who sees nobody else is told no other side of the typical than who sees all."""
    answers = []
    for login in ("rep", "analyst"):
        head = re.search(r"<h1>(.*?)</h1>", signed_in(login).get(f"/reps/{own}").text, re.DOTALL)
        assert head is not None
        answers.append(re.sub(r"\d+ leads wait.*", "", unescape(head.group(1))).strip())
    assert answers[0] == answers[1]


def test_beside_a_rep_s_figure_stands_the_rep_s_target_and_not_the_company_s(
    signed_in: SignedIn, desk: Desk, own: str
) -> None:
    who = visitor_of(desk, signed_in, "analyst")
    start, end = date(2000, 1, 1), desk.until + timedelta(days=1)
    with desk.project.state.open().writing() as transaction:
        set_target(transaction, Aim("personalization", "company", "", start, end), 0.9, who.id, now())
        set_target(transaction, Aim("personalization", "rep", own, start, end), 0.7, who.id, now())
    try:
        found = {
            where: figure(desk, who, Place("/", "all", None, desk.until, "none", where, {}), "personalization")
            for where in ((), (f"rep={own}",), ("source=web",), (f"rep={own}", "source=web"))
        }
    finally:
        with desk.project.state.open().writing() as transaction:
            for one in targets(transaction, "personalization"):
                transaction.delete(one)
    aims = {where: one.aim.value if one.aim is not None else None for where, one in found.items()}
    assert aims[()] == 0.9
    assert aims[(f"rep={own}",)] in (0.7, None if found[(f"rep={own}",)].row is None else 0.7)
    assert aims[("source=web",)] is None
    assert aims[(f"rep={own}", "source=web")] is None


def test_a_rep_s_goals_stand_on_the_page_with_what_is_left_of_them(
    signed_in: SignedIn, desk: Desk, own: str, other: str
) -> None:
    who = visitor_of(desk, signed_in, "analyst")
    start, end = desk.until - timedelta(days=30), desk.until + timedelta(days=30)
    with desk.project.state.open().writing() as transaction:
        for rep, goal in ((own, 9e9), (other, 8e9)):
            set_target(transaction, Aim("bookings", "rep", rep, start, end), goal, who.id, now())
    try:
        shown = unescape(signed_in("rep").get(f"/reps/{own}?period=all").text)
        groups = goals_of(desk, who, Place("/", "all", None, desk.until, "none", (), {}), own)
    finally:
        with desk.project.state.open().writing() as transaction:
            for one in targets(transaction, "bookings"):
                transaction.delete(one)
    found = next(one for group in groups for one in group.milestones if one.progress.goal.value == 9e9).progress
    assert found.row is not None
    assert found.row.value is not None
    assert (found.days_left, found.passed) == (30, 0.5)
    assert found.left == 9e9 - found.row.value
    assert found.state == "behind"
    assert f"{format_value(found.left, 'EUR')} in 30 days" in shown
    assert all(one.progress.goal.value != 8e9 for group in groups for one in group.milestones)


def test_the_advice_on_messages_says_what_the_metric_says(signed_in: SignedIn, desk: Desk, own: str) -> None:
    shown = unescape(signed_in("rep").get(f"/parts/rep-messages?rep={own}&period=all").text)
    rows = desk.project.metrics.ask("personalization", by=["element"], where=[f"rep={own}"], end=desk.until).rows
    assert len(rows) >= 5
    for row in rows:
        assert format_value(row.value, "share") in shown, row.members
        assert f"where=element%3D{row.members['element']}" in shown
    lacking = desk.project.metrics.rows("personalization", limit=None, by=["element"], where=[f"rep={own}"])
    first = re.search(r"of the (\d+) that do not", shown)
    assert first is not None
    counts = Counter(row["element"] for row in lacking.rows.to_pylist() if row["found"] == 0)
    assert int(first[1]) in counts.values()
