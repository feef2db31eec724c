"""By https the session's cookie is bound to the host; one under the name that is used without https opens nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from efficace.state.sessions import start_session, user_of_session
from efficace.state.users import add_user, set_password, user_named
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.serving import Serving
from efficace.web.visitor import BOUND, SESSION, csrf_of

PASSWORD = "a long password of ours"
SIGN_IN = {"login": "admin", "password": PASSWORD}


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[FastAPI]:
    made = create_app(Serving(tmp_path / "project", is_secure=True))
    with made.state.desk.project.state.open().writing() as transaction:
        set_password(transaction, add_user(transaction, "admin", "admin", now()), PASSWORD)
    yield made
    made.state.desk.project.state.close()


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False, base_url="https://efficace.test")


def session_of(app: FastAPI) -> str:
    with app.state.desk.project.state.open().writing() as transaction:
        return start_session(transaction, user_named(transaction, "admin").id, now())


def test_the_cookie_has_what_browsers_ask_of_its_name(secure: FastAPI) -> None:
    entered = client_of(secure).post("/sign-in", data=SIGN_IN, headers={"Origin": "https://efficace.test"})
    told = [line for line in entered.headers.get_list("set-cookie") if line.startswith("__Host-")]
    assert len(told) == 1
    parts = {part.strip().lower() for part in told[0].split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= parts
    assert not [part for part in parts if part.startswith("domain")], "browsers would refuse it"


def test_a_session_under_the_other_name_opens_nothing_and_ends_at_the_next_sign_in(secure: FastAPI) -> None:
    old = session_of(secure)
    client = client_of(secure)
    client.cookies.set(SESSION, old)
    assert client.get("/metrics").headers["location"].startswith("/sign-in")
    entered = client.post("/sign-in", data=SIGN_IN, headers={"Origin": "https://efficace.test"})
    assert entered.status_code == 303
    assert any(line.startswith(f'{SESSION}="";') for line in entered.headers.get_list("set-cookie"))
    with secure.state.desk.project.state.open().reading() as transaction:
        assert user_of_session(transaction, old, now()) is None
    assert BOUND in client.cookies
    assert client.get("/settings").status_code != 303


def test_signing_out_drops_both_names(secure: FastAPI) -> None:
    secret = session_of(secure)
    client = client_of(secure)
    client.cookies.set(BOUND, secret)
    left = client.post("/sign-out", data={"csrf": csrf_of(secret)}, headers={"X-CSRF-Token": csrf_of(secret)})
    assert left.headers["location"] == "/sign-in"
    dropped = {line.split("=")[0] for line in left.headers.get_list("set-cookie") if "Max-Age=0" in line}
    assert dropped == {BOUND, SESSION}
    assert all("secure" in line.lower() for line in left.headers.get_list("set-cookie"))
