"""The JSON API: the same figures as the command line, the same rights as the pages."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clients import SignedIn
from command import run
from efficace.state.tokens import new_token
from efficace.state.users import user_named
from efficace.web.desk import now

ROLES = ("admin", "analyst", "executive", "manager", "rep")


@pytest.fixture
def program(app: FastAPI) -> TestClient:
    """A program with the analyst's key to read."""
    state = app.state.desk.project.state.open()
    with state.writing() as transaction:
        _token, secret = new_token(transaction, user_named(transaction, "analyst"), "report", ["read"], now(), None)
    client = TestClient(app, follow_redirects=False)
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def test_an_answer_is_the_one_of_the_command_line(program: TestClient, company: object) -> None:
    answer = program.get("/api/v1/kpi/win_rate", params={"by": "team", "grain": "quarter"}).json()
    told = run("kpi", "win_rate", "--by", "team", "--grain", "quarter", "--format", "json", "--project", str(company))
    assert answer.pop("hidden") == 0
    assert answer == json.loads(told.output)


def test_a_call_without_a_key_or_with_a_wrong_one_is_refused(app: FastAPI) -> None:
    client = TestClient(app, follow_redirects=False)
    assert client.get("/api/v1/metrics").status_code == 401
    client.headers["Authorization"] = "Bearer eff_wrong"
    assert client.get("/api/v1/metrics").status_code == 401
    client.headers["Authorization"] = "Basic YTpi"
    assert client.get("/api/v1/metrics").status_code == 401


def test_a_key_to_read_changes_nothing(program: TestClient) -> None:
    wanted = {"metric": "win_rate", "value": 0.4, "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
    assert program.put("/api/v1/targets", json=wanted).status_code == 403
    assert program.post("/api/v1/views", json={"name": "x", "page": "/"}).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_targets_are_set_by_those_who_may(signed_in: SignedIn, role: str) -> None:
    wanted = {
        "metric": "win_rate", "value": 0.4, "scope": "team", "scope_id": role, "starts_on": "2026-01-01",
        "ends_on": "2027-01-01",
    }  # fmt: skip
    answer = signed_in(role).put("/api/v1/targets", json=wanted)
    assert answer.status_code == (200 if role in ("admin", "executive", "manager") else 403)
    if answer.status_code == 200:
        found = answer.json()
        path = f"/api/v1/targets/{found['id']}?version={found['version']}"
        assert signed_in(role).delete(path).json() == {"removed": True}


def test_a_page_of_another_site_cannot_call_for_somebody(signed_in: SignedIn) -> None:
    client = signed_in("admin")
    view = {"name": "x", "page": "/"}
    refused = client.post("/api/v1/views", json=view, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    refused = client.post("/api/v1/views", json=view, headers={"X-CSRF-Token": "guessed"})
    assert refused.status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_single_persons_are_seen_by_those_who_may(app: FastAPI, signed_in: SignedIn, role: str) -> None:
    answer = signed_in(role).get("/api/v1/kpi/win_rate", params={"by": "rep"})
    people = {row["rep"] for row in answer.json().get("rows", [])}
    if role in ("admin", "analyst"):
        assert len(people) > 5
    elif role == "executive":
        assert answer.status_code == 403
    else:
        data = app.state.desk.project.data
        own = {data.members("rep")[0][0]} if role == "rep" else data.reps_of_teams([data.members("team")[0][0]])
        assert people
        assert people <= own


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/kpi/no_such", "/api/v1/kpi/win_rate?by=nothing", "/api/v1/kpi/win_rate?from=yesterday",
        "/api/v1/kpi/win_rate?where=rep", "/api/v1/kpi/win_rate?grain=%00", "/api/v1/kpi/win_rate?set=x%3Dy",
    ],
)  # fmt: skip
def test_nonsense_gets_a_clear_refusal(program: TestClient, path: str) -> None:
    answer = program.get(path)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]


def test_the_description_names_every_call(program: TestClient, signed_in: SignedIn) -> None:
    described = signed_in("rep").get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert {"/api/v1/kpi/{metric}", "/api/v1/findings", "/api/v1/targets"} <= set(described["paths"])
