"""The team page: who is shown to whom, the order, and that it says no more than the metrics do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi import FastAPI

from clients import SignedIn
from efficace.state.audit import person_views
from efficace.state.users import user_named
from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.plane import HEIGHT, WIDTH, plane
from efficace.web.team_grid import MEASURES, Cell, is_still_apart, team_grid
from efficace.web.visitor import Visitor

REP_LINK = re.compile(r'href="/reps/([^"?]+)[^"]*"')


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    return found


def reps_on(text: str) -> set[str]:
    return set(REP_LINK.findall(text))


def visitor_of(desk: Desk, signed_in: SignedIn, login: str) -> Visitor:
    """The visitor as the app makes it of an account."""
    from starlette.requests import Request

    from efficace.web.visitor import visitor

    client = signed_in(login)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    scope = {"type": "http", "headers": [(b"cookie", cookie.encode())], "app": client.app, "client": ("test", 1)}
    return visitor(Request(scope))


def everything(desk: Desk, **more: str) -> Place:
    return Place("/team", "all", None, desk.until, "none", (), more)


def test_an_analyst_sees_every_rep_who_did_anything(signed_in: SignedIn, desk: Desk) -> None:
    grid = team_grid(desk, visitor_of(desk, signed_in, "analyst"), everything(desk), "name")
    text = signed_in("analyst").get("/team?period=all&compare=none").text
    assert reps_on(text) >= {line.id for line in grid.reps}
    assert {line.id for line in grid.reps} <= {rep for rep, _name in desk.members("rep")}
    assert len(grid.reps) > 3


def test_a_manager_sees_the_members_of_the_own_team_alone(signed_in: SignedIn, desk: Desk) -> None:
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    seen = reps_on(signed_in("manager").get("/team?period=all&compare=none").text)
    assert seen
    assert seen <= desk.team_members(teams)


def test_a_rep_sees_only_the_own_line(signed_in: SignedIn, desk: Desk) -> None:
    with desk.project.state.open().reading() as transaction:
        own = user_named(transaction, "rep").rep_id
    assert reps_on(signed_in("rep").get("/team?period=all&compare=none").text) <= {own}


def test_an_executive_sees_teams_and_no_name(signed_in: SignedIn, desk: Desk) -> None:
    shown = signed_in("executive").get("/team?period=all&compare=none")
    assert shown.status_code == 200
    assert "this account sees no single persons" in shown.text
    content = unescape(shown.text).partition("<main")[2]
    assert not [name for _rep, name in desk.members("rep") if name in content]


def test_looks_at_others_are_logged(signed_in: SignedIn, desk: Desk) -> None:
    seen = reps_on(signed_in("manager").get("/team?period=last_year&compare=none").text)
    with desk.project.state.open().reading() as transaction:
        manager = user_named(transaction, "manager").id
        logged = {one.rep_id for one in person_views(transaction, limit=100_000) if one.viewer_id == manager}
    assert seen <= logged


def test_every_figure_of_the_grid_is_the_metric_s_own(signed_in: SignedIn, desk: Desk) -> None:
    """The metrics asked by role and rep give the very figures, drawn and raw."""
    grid = team_grid(desk, visitor_of(desk, signed_in, "analyst"), everything(desk), "name")
    checked = 0
    for measure in (one for one in MEASURES if one.estimate is None):
        asked = desk.project.metrics.ask(measure.metric, by=["role", "rep"], end=desk.until)
        rows = {row.members["rep"]: row for row in asked.rows}
        for line in grid.reps:
            cell, row = line.cells[measure.key], rows.get(line.id)
            if row is None or row.value is None:
                assert cell.value is None
                continue
            expected = row.estimates["shrunken"]["value"] if cell.is_drawn else row.value
            assert cell.value == pytest.approx(expected, rel=1e-12), (measure.key, line.id)
            checked += 1
    assert checked > 20


def test_by_a_measure_the_best_of_each_role_comes_first(signed_in: SignedIn, desk: Desk) -> None:
    who = visitor_of(desk, signed_in, "analyst")
    for key, sign in (("promise_kept", -1), ("lead_response_time", 1)):
        for role in team_grid(desk, who, everything(desk), key).roles:
            values = [line.cells[key].value for line in role.lines]
            known = [value for value in values if value is not None]
            assert known == sorted(known, key=lambda value: sign * value)
            assert values[: len(known)] == known


def test_on_every_track_right_is_better(signed_in: SignedIn, desk: Desk) -> None:
    grid = team_grid(desk, visitor_of(desk, signed_in, "analyst"), everything(desk), "name")
    for role in grid.roles:
        placed = [
            (line.cells["lead_response_time"].value, line.cells["lead_response_time"].bar.dot)
            for line in role.reps
            if line.cells["lead_response_time"].bar is not None
        ]
        slow_first = [dot for _value, dot in sorted(placed, reverse=True)]
        assert slow_first == sorted(slow_first)


def test_what_depends_on_the_reader_of_a_message_names_nobody(signed_in: SignedIn, desk: Desk) -> None:
    grid = team_grid(desk, visitor_of(desk, signed_in, "analyst"), everything(desk), "name")
    assert not any(line.cells["personalization"].side for line in grid.reps)
    assert all(role.tested["personalization"] == 0 for role in grid.roles)


def test_the_plane_holds_every_point_and_no_two_names_cover_each_other(signed_in: SignedIn, desk: Desk) -> None:
    found = plane(desk, visitor_of(desk, signed_in, "analyst"), everything(desk))
    assert found is not None
    for point in found.points:
        assert 0 <= point.left <= point.x <= point.right <= WIDTH
        assert 0 <= point.top <= point.y <= point.bottom <= HEIGHT
    named = [point.label for point in found.points if point.label is not None]
    assert len({label[:2] for label in named}) == len(named)


def test_an_unknown_order_is_told_and_the_part_of_help_stands_alone(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    assert client.get("/team?sort=luck").status_code == 400
    part = client.get("/team/help?period=all&compare=none")
    assert part.status_code == 200
    assert part.text.lstrip().startswith("<div")
    assert "<html" not in part.text


def test_with_the_same_mix_for_all_the_figures_are_those_that_the_metric_evens_out(
    signed_in: SignedIn, desk: Desk
) -> None:
    who, place = visitor_of(desk, signed_in, "analyst"), everything(desk)
    mix = "segment"
    grid = team_grid(desk, who, place, "name", mix)
    assert "win_rate" in grid.evened
    assert "productivity" not in grid.evened
    rows = desk.project.metrics.ask(
        "win_rate", by=["role", "rep"], end=desk.until, adjust=[mix]
    ).rows  # fmt: skip
    told = {row.members["rep"]: row.estimates["adjusted"]["value"] for row in rows if not row.young}
    shown = {line.id: line.cells["win_rate"].value for line in grid.reps if line.cells["win_rate"].is_drawn}
    assert len(shown) > 3
    assert all(value == pytest.approx(told[rep]) for rep, value in shown.items())
    plain = team_grid(desk, who, place, "name")
    assert {line.id: line.cells["productivity"].value for line in grid.reps} == {
        line.id: line.cells["productivity"].value for line in plain.reps
    }
    assert {line.id for line in grid.reps if line.cells["win_rate"].side} <= {
        line.id for line in plain.reps if line.cells["win_rate"].side
    }, "what chance explains is not coloured because its mix was evened out"


@pytest.mark.parametrize(
    ("limits", "typical", "raw", "expected"),
    [
        ((0.31, 0.4), 0.3, 0.5, True),
        ((0.29, 0.4), 0.3, 0.5, False),
        ((0.1, 0.29), 0.3, 0.5, False),  # on the other side than before
        ((0.1, 0.29), 0.3, 0.2, True),
        ((None, None), 0.3, 0.2, False),
        ((0.1, 0.2), None, 0.2, False),
    ],
)
def test_a_difference_stays_only_where_the_whole_interval_says_so(
    limits: tuple[float | None, float | None], typical: float | None, raw: float, expected: bool
) -> None:
    assert is_still_apart(Cell(0.3, *limits), typical, raw) is expected


def test_the_switch_of_the_mix_stands_in_the_address_and_nonsense_is_told(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    text = unescape(client.get("/team?mix=segment&sort=win_rate").text)
    assert "as if all had the same mix of segment" in text
    assert 'href="/team?sort=win_rate"' in text, "the way back keeps the order"
    assert "mix=segment&sort=promise_kept" in text, "the order keeps the mix"
    refused = client.get("/team?mix=weather")
    assert refused.status_code == 400
    assert "weather" in refused.text
