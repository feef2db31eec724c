"""Every route for every role and for nobody: one table says who may, and a route without a line in it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from routes import API, routes_of

from efficace.state.sessions import start_session
from efficace.state.tokens import SCOPES, new_token
from efficace.state.users import user_named
from efficace.web.desk import now
from efficace.web.visitor import SESSION, csrf_of

ROLES = ("admin", "analyst", "executive", "manager", "rep")
EVERYBODY = frozenset(ROLES)
OPEN = EVERYBODY | {"nobody"}
ROW_READERS = EVERYBODY - {"executive"}
EXPORTERS = EVERYBODY - {"rep"}
LOADERS = frozenset({"admin", "analyst"})
AIMERS = frozenset({"admin", "executive", "manager"})
COACHES = frozenset({"admin", "manager"})
CLAIMERS = frozenset({"admin", "manager", "rep"})
ADMIN = frozenset({"admin"})
COACHING = ("/coaching", "/api/v1/coaching")
LEAD_STEPS = ("POST /leads/step", "POST /api/v1/leads/{lead_id}/steps")
INDIVIDUALS = frozenset({"admin", "analyst", "manager", "rep"})
"""Those to whom a figure by rep shows anybody at all."""


@dataclass(frozen=True)
class Line:
    """Who may call a route, and one call of it that is whole but changes nothing that other tests look at.

    Attributes:
        at: What stands in the path's gaps.
        query: Of the address.
        form: Fields of a form; a route of the API gets them as JSON.
        scope: Of a token that reaches it, or ``any``; None where no token does.
    """

    allowed: frozenset[str]
    at: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    scope: str | None = None


WIN = {"metric": "win_rate"}
TARGET = {"metric": "no_such", "value": 0.4, "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
AIM = {"metric": "no_such", "value": "40%", "starts_on": "2026-01-01", "last_on": "2026-12-31"}
SECTION = Line(EVERYBODY, {"number": "0"})
PAGE = Line(EVERYBODY)
BY_REP = "by=rep&from=2025-01-01&to=2026-01-01"

TABLE: Mapping[str, Line] = {
    "GET /static/vega.js": Line(OPEN),
    "GET /static/{name}": Line(OPEN, {"name": "page.js"}),
    "GET /healthz": Line(OPEN),
    "GET /sign-in": Line(OPEN),
    "POST /sign-in": Line(OPEN, form={"login": "admin", "password": "a long password of ours"}),
    "GET /sign-in/oidc": Line(OPEN),
    "GET /sign-in/oidc/callback": Line(OPEN),
    "GET /setup/{secret}": Line(OPEN, {"secret": "guessed"}),
    "POST /setup/{secret}": Line(OPEN, {"secret": "guessed"}, form={"password": "a long password of mine"}),
    "POST /sign-out": PAGE,
    "POST /looks": Line(EVERYBODY, form={"theme": "dark"}),
    "GET /": PAGE,
    "GET /findings": PAGE,
    "GET /parts/findings": PAGE,
    "GET /parts/side": PAGE,
    "GET /parts/follow-up": PAGE,
    "GET /parts/kpis/{metric}": Line(EVERYBODY, {"metric": "sales_cycle_length"}),
    "GET /pipeline": PAGE,
    "GET /pipeline/findings": PAGE,
    "GET /pipeline/sections/{number}": SECTION,
    "GET /customers": PAGE,
    "GET /customers/findings": PAGE,
    "GET /customers/sections/{number}": SECTION,
    "GET /acquisition": PAGE,
    "GET /acquisition/findings": PAGE,
    "GET /acquisition/sections/{number}": SECTION,
    "GET /revenue": PAGE,
    "GET /revenue/findings": PAGE,
    "GET /revenue/sections/{number}": SECTION,
    "GET /voice": PAGE,
    "GET /voice/findings": PAGE,
    "GET /voice/sections/{number}": SECTION,
    "GET /data": PAGE,
    "GET /data/rejected.csv": Line(LOADERS),
    "POST /data/files": Line(LOADERS, form={"files": ""}),
    "GET /data/files/{name}": Line(LOADERS, {"name": "guessed"}),
    "POST /data/files/{name}/answers": Line(LOADERS, {"name": "guessed"}),
    "POST /data/files/{name}/load": Line(LOADERS, {"name": "guessed"}),
    "GET /data/files/{name}/progress": Line(LOADERS, {"name": "guessed"}),
    "POST /data/files/{name}/forget": Line(LOADERS, {"name": "guessed"}),
    "POST /data/undo": Line(LOADERS, form={"load": "999"}),
    "POST /data/rebuild": Line(LOADERS, form={"snapshot": "999"}),
    "GET /data/needs/{metric}": Line(EVERYBODY, WIN),
    "GET /data/template/{table}.csv": Line(LOADERS, {"table": "deals"}),
    "GET /metrics": PAGE,
    "GET /kpi/{metric}": Line(EVERYBODY, WIN),
    "GET /kpi/{metric}/parts/{part}": Line(EVERYBODY, WIN | {"part": "trend"}),
    "GET /kpi/{metric}/chart": Line(EVERYBODY, WIN, "picture=trend"),
    "GET /kpi/{metric}/export": Line(EXPORTERS, WIN),
    "GET /kpi/{metric}/rows": Line(ROW_READERS, WIN),
    "GET /kpi/{metric}/explain": Line(EVERYBODY, WIN),
    "GET /kpi/{metric}/definitions": Line(EVERYBODY, WIN),
    "POST /kpi/{metric}/notes": Line(EVERYBODY, WIN, form={"text": ""}),
    "POST /kpi/{metric}/notes/{note}/change": Line(EVERYBODY, WIN | {"note": "999"}, form={"text": "x"}),
    "POST /kpi/{metric}/notes/{note}/remove": Line(EVERYBODY, WIN | {"note": "999"}),
    "GET /leads": Line(ROW_READERS),
    "POST /leads/step": Line(CLAIMERS, form={"lead": "no such lead", "step": "claim"}),
    "GET /reps/{rep_id:path}": Line(INDIVIDUALS),
    "GET /parts/rep-findings": Line(INDIVIDUALS),
    "GET /parts/rep-messages": Line(INDIVIDUALS),
    "POST /coaching": Line(COACHES, form={"text": ""}),
    "POST /coaching/{note}/answer": Line(EVERYBODY, {"note": "999"}, form={"text": "x"}),
    "POST /coaching/{note}/change": Line(EVERYBODY, {"note": "999"}, form={"text": "x"}),
    "POST /coaching/{note}/take-back": Line(EVERYBODY, {"note": "999"}),
    "POST /coaching/{note}/put-back": Line(EVERYBODY, {"note": "999"}),
    "POST /coaching/{note}/delete": Line(EVERYBODY, {"note": "999"}),
    "GET /parts/palette": PAGE,
    "GET /team": PAGE,
    "GET /team/help": PAGE,
    "GET /settings": PAGE,
    "POST /settings/accounts": Line(ADMIN, form={"login": "no login", "role": "rep"}),
    "POST /settings/accounts/{login}": Line(ADMIN, {"login": "no_such"}, form={"action": "close"}),
    "POST /settings/targets": Line(AIMERS, form=AIM),
    "POST /settings/targets/{target_id}/remove": Line(AIMERS, {"target_id": "999"}, form={"version": "1"}),
    "POST /settings/values": Line(ADMIN),
    "POST /settings/changes/{change_id}/undo": Line(EVERYBODY, {"change_id": "999"}),
    "POST /settings/language": Line(EVERYBODY, form={"language": ""}),
    "POST /settings/sign-out-everywhere": PAGE,
    "POST /settings/tokens": Line(EVERYBODY, form={"name": ""}),
    "POST /settings/tokens/{token_id}/revoke": Line(EVERYBODY, {"token_id": "999"}),
    "POST /views": Line(EVERYBODY, form={"name": ""}),
    "POST /views/{view_id}/remove": Line(EVERYBODY, {"view_id": "999"}),
    "GET /api/v1/openapi.json": Line(EVERYBODY, scope="any"),
    "GET /api/v1/metrics": Line(EVERYBODY, scope="read"),
    "GET /api/v1/metrics/{metric}": Line(EVERYBODY, WIN, scope="read"),
    "GET /api/v1/kpi/{metric}": Line(INDIVIDUALS, WIN, BY_REP, scope="read"),
    "GET /api/v1/kpi/{metric}/rows": Line(ROW_READERS, WIN, scope="read"),
    "GET /api/v1/kpi/{metric}/explain": Line(EVERYBODY, WIN, scope="read"),
    "GET /api/v1/kpi/{metric}/definitions": Line(EVERYBODY, WIN, scope="read"),
    "GET /api/v1/findings": Line(EVERYBODY, scope="read"),
    "GET /api/v1/data": Line(EVERYBODY, scope="read"),
    "GET /api/v1/targets": Line(EVERYBODY, scope="read"),
    "PUT /api/v1/targets": Line(AIMERS, form=TARGET, scope="write"),
    "DELETE /api/v1/targets/{target_id}": Line(AIMERS, {"target_id": "999"}, "version=1", scope="write"),
    "GET /api/v1/kpi/{metric}/notes": Line(EVERYBODY, WIN, scope="read"),
    "POST /api/v1/kpi/{metric}/notes": Line(EVERYBODY, WIN, form={"text": ""}, scope="write"),
    "GET /api/v1/views": Line(EVERYBODY, scope="read"),
    "POST /api/v1/views": Line(EVERYBODY, form={"name": "", "page": "/"}, scope="write"),
    "DELETE /api/v1/views/{view_id}": Line(EVERYBODY, {"view_id": "999"}, scope="write"),
    "GET /parts/lead-news": Line(ROW_READERS),
    "GET /api/v1/leads": Line(ROW_READERS, scope="read"),
    "GET /api/v1/customers/at-risk": Line(ROW_READERS, scope="read"),
    "GET /api/v1/comments/unanswered": Line(ROW_READERS, scope="read"),
    "GET /api/v1/territories/allocation": Line(EVERYBODY, scope="read"),
    "GET /api/v1/coaching": Line(INDIVIDUALS, scope="read"),
    # Who writes to a rep must see the rep too: a token of one scope does not do, it takes read and write.
    "POST /api/v1/coaching": Line(COACHES, form={"text": ""}),
    "PUT /api/v1/coaching/{note}": Line(EVERYBODY, {"note": "999"}, form={"text": "x"}, scope="write"),
    "DELETE /api/v1/coaching/{note}": Line(EVERYBODY, {"note": "999"}, scope="write"),
    "POST /api/v1/leads/{lead_id}/steps": Line(
        CLAIMERS, {"lead_id": "no such lead"}, form={"step": "claim"}, scope="write"
    ),
    "GET /api/v1/loads": Line(LOADERS, scope="load"),
    "POST /api/v1/loads": Line(LOADERS, form={"files": ""}, scope="load"),
    "GET /api/v1/loads/{name}": Line(LOADERS, {"name": "guessed"}, scope="load"),
    "PUT /api/v1/loads/{name}/answers": Line(LOADERS, {"name": "guessed"}, scope="load"),
    "POST /api/v1/loads/{name}/start": Line(LOADERS, {"name": "guessed"}, scope="load"),
    "DELETE /api/v1/loads/{name}": Line(LOADERS, {"name": "guessed"}, scope="load"),
    "POST /api/v1/undo": Line(LOADERS, form={"load": 999}, scope="load"),
    "GET /api/v1/rejected": Line(LOADERS, scope="load"),
    "GET /api/v1/users": Line(ADMIN, scope="admin"),
    "POST /api/v1/users": Line(ADMIN, form={"login": "no login", "role": "rep"}, scope="admin"),
    "PATCH /api/v1/users/{login}": Line(ADMIN, {"login": "no_such"}, form={"role": "rep"}, scope="admin"),
    "GET /api/v1/settings": Line(ADMIN, scope="admin"),
    "PATCH /api/v1/settings": Line(ADMIN, scope="admin"),
    "GET /api/v1/changes": Line(ADMIN, scope="admin"),
    "GET /api/v1/person-views": Line(ADMIN, scope="admin"),
}


@pytest.fixture(scope="module")
def persons(app: FastAPI) -> Mapping[str, str]:
    """For each role a rep whose page it may open, if it may open any; for the others somebody."""
    data = app.state.desk.project.data
    reps = [rep for rep, _name in data.members("rep")]
    led = data.reps_of_teams([data.members("team")[-1][0]])
    return dict.fromkeys(("nobody", "admin", "analyst", "executive", "rep"), reps[0]) | {"manager": min(led)}


def client_of(app: FastAPI, who: str) -> TestClient:
    """A client of its own, so that what it does to its session touches no other test."""
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    if who != "nobody":
        with app.state.desk.project.state.open().writing() as transaction:
            secret = start_session(transaction, user_named(transaction, who).id, now())
        client.cookies.set(SESSION, secret)
        client.headers["X-CSRF-Token"] = csrf_of(secret)
    return client


def call(client: TestClient, name: str, line: Line, person: str) -> Response:
    """Call a route as its line says."""
    method, declared = name.split(" ")
    path = declared.replace("{rep_id:path}", person).format(**line.at)
    query = f"rep={person}" if declared.startswith(("/parts/rep-", COACHING[1])) else line.query
    sent: dict[str, Any] = {}
    if method != "GET":
        form = line.form | {"rep": person} if declared in COACHING else line.form
        sent = {"json": form} if declared.startswith(API) else {"data": form}
    if "files" in line.form:
        sent = {"files": [("files", ("nothing.exe", b"x"))]}
    return client.request(method, f"{path}?{query}" if query else path, **sent)


def is_refused(answer: Response) -> bool:
    """Whether somebody was turned away for who it is, not for what was asked."""
    is_sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?")
    return is_sent_away or answer.status_code in (401, 403)


def test_every_route_has_its_line(app: FastAPI) -> None:
    assert {str(route) for route in routes_of(app)} == set(TABLE)


@pytest.mark.parametrize("who", [*ROLES, "nobody"])
def test_a_route_is_open_to_those_who_may_alone(app: FastAPI, persons: Mapping[str, str], who: str) -> None:
    wrong = []
    for name, line in TABLE.items():
        answer = call(client_of(app, who), name, line, persons[who])
        is_wrong = is_refused(answer) is (who in line.allowed)
        # A lead that does not wait is nobody's: the refusal of one who may claim says so.
        if name in LEAD_STEPS and who in line.allowed:
            is_wrong = "does not wait any more" not in answer.text
        if is_wrong or (answer.status_code in (404, 405, 422) and "/oidc" not in name) or answer.status_code == 500:
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_reaches_what_its_scope_says_alone(app: FastAPI, persons: Mapping[str, str], scope: str) -> None:
    with app.state.desk.project.state.open().writing() as transaction:
        _token, secret = new_token(transaction, user_named(transaction, "admin"), scope, [scope], now(), None)
    wrong = []
    for name, line in TABLE.items():
        client = client_of(app, "nobody")
        client.headers["Authorization"] = f"Bearer {secret}"
        answer = call(client, name, line, persons["admin"])
        if name in LEAD_STEPS and line.scope == scope and "does not wait any more" in answer.text:
            continue
        if is_refused(answer) is (line.scope in (scope, "any") or "nobody" in line.allowed):
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


def test_a_form_without_its_own_token_is_refused(app: FastAPI, persons: Mapping[str, str]) -> None:
    client = client_of(app, "admin")
    del client.headers["X-CSRF-Token"]
    changing = {
        name: line for name, line in TABLE.items() if not name.startswith("GET") and "nobody" not in line.allowed
    }
    assert len(changing) > 20
    for name, line in changing.items():
        assert call(client, name, line, persons["admin"]).status_code == 403, name


def test_a_form_from_another_site_is_refused(app: FastAPI, persons: Mapping[str, str]) -> None:
    client = client_of(app, "admin")
    client.headers["Sec-Fetch-Site"] = "cross-site"
    for name, line in TABLE.items():
        if not name.startswith("GET"):
            assert call(client, name, line, persons["admin"]).status_code == 403, name


@pytest.mark.parametrize("who", ["rep", "manager", "executive"])
def test_no_address_shows_a_person_whom_a_role_may_not_see(app: FastAPI, persons: Mapping[str, str], who: str) -> None:
    data = app.state.desk.project.data
    names = dict(data.members("rep"))
    seen = {"rep": {persons["rep"]}, "executive": set(), "manager": data.reps_of_teams([data.members("team")[-1][0]])}
    other = min(set(names) - seen[who] - {persons["rep"]})
    client = client_of(app, who)
    for path in (f"/reps/{other}", f"/parts/rep-findings?rep={other}", f"/parts/rep-messages?rep={other}"):
        assert client.get(path).status_code == 403, path
    for path in ("/api/v1/kpi/win_rate", "/api/v1/kpi/win_rate/rows", "/api/v1/kpi/win_rate/explain"):
        asked = f"{path}?where=rep%3D{other}&from=2025-01-01&to=2026-01-01"
        assert client.get(asked).status_code == 403, asked
    for path in ("/team", "/leads", "/kpi/win_rate?by=rep", "/kpi/win_rate/rows", "/parts/palette", "/findings"):
        assert f"/reps/{other}" not in client.get(path).text, path
