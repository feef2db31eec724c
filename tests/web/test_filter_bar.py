"""The bar of periods and filters: whose names it offers, and that what it sends comes back."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from clients import SignedIn
from efficace.state.users import user_named
from efficace.web.desk import Desk
from efficace.web.place import Place, place_of

UNTIL = date(2026, 10, 1)


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    return found


def read(query: str) -> Place:
    scope = {
        "type": "http", "path": "/", "query_string": query.encode(), "headers": [], "scheme": "http",
        "server": ("x", 80),
    }  # fmt: skip
    return place_of(Request(scope), UNTIL)


def offered(text: str) -> set[str]:
    """Ids of reps among the boxes of the bar."""
    import re

    return set(re.findall(r'name="in_rep" value="([^"]*)"', text))


def test_an_executive_is_offered_no_names(signed_in: SignedIn, desk: Desk) -> None:
    text = unescape(signed_in("executive").get("/metrics").text)
    assert offered(text) == set()
    assert not [name for _rep, name in desk.members("rep") if name in text]


def test_an_analyst_is_offered_everybody(signed_in: SignedIn, desk: Desk) -> None:
    assert offered(signed_in("analyst").get("/metrics").text) == {rep for rep, _name in desk.members("rep")}


def test_a_manager_is_offered_the_own_team_and_a_rep_the_own_name(signed_in: SignedIn, desk: Desk) -> None:
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    assert offered(signed_in("manager").get("/metrics").text) == desk.team_members(teams)
    with desk.project.state.open().reading() as transaction:
        own = user_named(transaction, "rep").rep_id
    assert offered(signed_in("rep").get("/metrics").text) == {own}


def test_a_member_with_a_bar_in_its_id_is_one_member() -> None:
    place = read("in_source=web%7Cpaid&in_source=fair")
    assert place.where == ("source=web\\|paid|fair",)
    assert place.chosen("source") == ("web|paid", "fair")
    assert read(place.within("source", "a|b").partition("?")[2]).chosen("source") == ("a|b",)
