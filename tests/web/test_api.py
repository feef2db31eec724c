"""The JSON API: the same figures as the command line, the same rights as the pages."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from small_server import DEALS, MORE, client_of

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


def test_a_program_brings_a_file_watches_it_and_takes_it_back(small: FastAPI) -> None:
    state = small.state.desk.project.state.open()
    with state.writing() as transaction:
        _token, secret = new_token(transaction, user_named(transaction, "admin"), "nightly", ["load"], now(), None)
    client = TestClient(small, headers={"Authorization": f"Bearer {secret}"})

    def brought(content: bytes) -> dict[str, Any]:
        begun = client.post("/api/v1/loads", files=[("files", ("deals.csv", content))])
        assert begun.status_code == 201
        assert (begun.json()["state"], begun.json()["tables"][0]) == ("waiting", "deals")
        path = f"/api/v1/loads/{begun.json()['id']}"
        assert client.post(f"{path}/start").status_code == 202
        return watched(path)

    def watched(path: str) -> dict[str, Any]:
        for _turn in range(600):
            told = dict(client.get(path).json())
            if told["state"] != "loading":
                return told
            time.sleep(0.1)
        pytest.fail("it did not end")

    first = brought(DEALS)
    assert (first["state"], first["report"]["deals"]["loaded"]) == ("loaded", 2)
    assert brought(MORE)["report"]["deals"]["loaded"] == 1
    assert [one["load"] for one in client.get("/api/v1/loads").json()] == [1, 2]
    assert client.post("/api/v1/undo", json={"load": 1}).status_code == 409
    undone = client.post("/api/v1/undo", json={"load": 2})
    assert watched(f"/api/v1/loads/{undone.json()['id']}")["state"] == "loaded"
    assert [one["load"] for one in client.get("/api/v1/loads").json()] == [1]
    assert client.get("/api/v1/users").status_code == 403


def test_a_program_answers_what_the_files_leave_open(small: FastAPI) -> None:
    client = client_of(small)
    sent = [("files", ("deals.csv", b"deal_id;created_at;status;amount;currency\nD1;05/03/2026;won;1.200,50;EUR\n"))]
    begun = client.post("/api/v1/loads", files=sent).json()
    assert [one["id"] for one in begun["questions"]] == ["date_order"]
    path = f"/api/v1/loads/{begun['id']}"
    assert client.put(f"{path}/answers", json={"date_order": "dmy"}).json()["questions"] == []
    assert client.delete(path).json() == {"removed": True}
    assert client.get(path).status_code == 400


def test_a_program_of_the_admin_makes_accounts_and_changes_settings(small: FastAPI) -> None:
    client = client_of(small)
    made = client.post("/api/v1/users", json={"login": "mia", "role": "manager", "teams": ["T1"]})
    assert (made.status_code, made.json()["setup"][:7]) == (201, "/setup/")
    assert client.patch("/api/v1/users/mia", json={"role": "rep", "teams": []}).json()["role"] == "rep"
    assert client.patch("/api/v1/users/admin", json={"action": "close"}).status_code == 400
    assert [one["login"] for one in client.get("/api/v1/users").json()] == ["admin", "mia"]
    changed = client.patch("/api/v1/settings", json={"response.promise.hot": "10 min"})
    assert changed.json() == {"changed": {"response.promise.hot": "10 min"}}
    assert client.patch("/api/v1/settings", json={"state.url": "postgresql://x"}).status_code == 400
    assert client.patch("/api/v1/settings", json={"response.promise.hot": "soon"}).status_code == 400
    assert client.patch("/api/v1/settings", json={"response.promise.hot": None}).json() == {"changed": {}}
    told = [(one["kind"], one["name"]) for one in client.get("/api/v1/changes").json()]
    assert told == [("setting", "response.promise.hot")] * 2 + [("account", "mia")] * 2


def test_the_queue_of_leads_has_clocks_and_claims_and_a_step_is_taken_once(app: FastAPI, signed_in: SignedIn) -> None:
    admin, manager = signed_in("admin"), signed_in("manager")
    found = manager.get("/api/v1/leads").json()
    assert found["leads"]
    lead = next(one for one in found["leads"] if one["claim"]["state"] == "free")
    path = f"/api/v1/leads/{lead['lead_id']}/steps"
    try:
        assert manager.post(path, json={"step": "claim"}).json()["state"] == "claimed"
        taken = admin.post(path, json={"step": "claim"})
        assert (taken.status_code, "Max Manager" in taken.json()["error"]["message"]) == (400, True)
        seen = {one["lead_id"]: one["claim"] for one in admin.get("/api/v1/leads?limit=10000").json()["leads"]}
        assert (seen[lead["lead_id"]]["state"], seen[lead["lead_id"]]["holder"]) == ("claimed", "Max Manager")
    finally:
        manager.post(path, json={"step": "undo"})
    rep = signed_in("rep").get("/api/v1/leads").json()["leads"]
    own = app.state.desk.project.data.members("rep")[0][0]
    assert {one["rep_id"] for one in rep} <= {own, None}


def test_who_saw_whom_by_the_api_is_logged(app: FastAPI, signed_in: SignedIn) -> None:
    analyst, admin = signed_in("analyst"), signed_in("admin")
    rep = app.state.desk.project.data.members("rep")[1][0]
    asked = f"?where=rep%3D{rep}&from=2025-01-01&to=2026-01-01"
    for path in ("/api/v1/kpi/win_rate", "/api/v1/kpi/win_rate/rows", "/api/v1/kpi/win_rate/explain",
                 "/api/v1/kpi/win_rate/definitions", "/api/v1/leads"):  # fmt: skip
        before = admin.get("/api/v1/person-views?limit=1").json()
        assert analyst.get(path + (asked if "kpi" in path else "")).status_code == 200
        after = admin.get("/api/v1/person-views?limit=1").json()
        assert after != before, path
        assert after[0]["way"] == "api"
    assert {"rep": rep, "way": "api"}.items() <= admin.get(f"/api/v1/person-views?rep={rep}").json()[0].items()
