"""Signing in at a real provider of identities that runs beside the test, and what is refused of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from efficace.state.users import add_user, disable, user_named
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.serving import Serving
from efficace.web.visitor import SESSION

PROGRAM = Path(__file__).parents[1] / "oidc_provider.py"
SECRET = "a secret: with % and é"
MIA = {"sub": "mia-1", "email": "Mia@acme.example", "email_verified": True, "name": "Mia"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    running = subprocess.Popen([sys.executable, str(PROGRAM), str(port), SECRET], env=environment)
    address = f"http://127.0.0.1:{port}"
    for _attempt in range(300):
        assert running.poll() is None
        try:
            httpx.get(f"{address}/keys")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            break
    yield address
    running.terminate()
    running.wait(10)


def serve(folder: Path, issuer: str, admit: str = "none") -> FastAPI:
    oidc = f"{{issuer: '{issuer}', client_id: efficace, secret_from: OIDC_SECRET, admit: {admit}}}"
    (folder / "efficace.yaml").write_text(f"sign_in: {{oidc: {oidc}}}\n", encoding="utf-8")
    return create_app(Serving(folder))


@pytest.fixture
def app(tmp_path: Path, issuer: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    made = serve(tmp_path, issuer)
    with made.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "mia@acme.example", "manager", now())
        add_user(transaction, "rob@acme.example", "rep", now())
    return made


def browser(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)


def go(client: TestClient, issuer: str, person: dict[str, object], to: str = "/data") -> str:
    """Go to the provider as a person; gives the address that it sends the browser back to."""
    httpx.post(f"{issuer}/people", json=person).raise_for_status()
    sent = client.get("/sign-in/oidc", params={"next": to})
    assert sent.status_code == 303, sent.text
    back = httpx.get(sent.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


def sign_in(app: FastAPI, issuer: str, person: dict[str, object]) -> Response:
    client = browser(app)
    return client.get(go(client, issuer, person))


def test_a_person_with_an_account_enters_and_goes_on(app: FastAPI, issuer: str) -> None:
    client = browser(app)
    assert issuer.removeprefix("http://") in client.get("/sign-in").text
    entered = client.get(go(client, issuer, MIA, "/data?period=all"))
    assert (entered.status_code, entered.headers["location"]) == (303, "/data?period=all")
    assert "httponly" in entered.headers["set-cookie"].lower()
    assert client.get("/data").status_code == 200
    # Nothing of the attempt is left, and it is never taken twice.
    assert [name for name in client.cookies if name.startswith("efficace_oidc")] == []


def test_an_address_that_moved_to_somebody_else_opens_nothing(app: FastAPI, issuer: str) -> None:
    assert sign_in(app, issuer, MIA).status_code == 303
    # Another person got her address: it is another subject.
    taken = sign_in(app, issuer, MIA | {"sub": "eve-2"})
    assert taken.status_code == 401
    assert "belongs to another identity" in taken.text
    # She has a new one, even somebody's login: she stays who she is.
    moved = browser(app)
    assert moved.get(go(moved, issuer, MIA | {"email": "rob@acme.example"})).status_code == 303
    with app.state.desk.project.state.open().reading() as transaction:
        assert user_named(transaction, "mia@acme.example").role == "manager"
    # So the account of that login is still free for its own person.
    assert sign_in(app, issuer, {**MIA, "sub": "rob-3", "email": "rob@acme.example"}).status_code == 303


@pytest.mark.parametrize(
    "person",
    [
        {**MIA, "email": "nobody@acme.example"}, {**MIA, "email_verified": False},
        {"sub": "x", "email": "mia@acme.example"}, {"sub": "x", "name": "no address"}, {**MIA, "_forged": True},
        {**MIA, "_issuer": "https://evil.example"}, {**MIA, "_audience": "another"}, {**MIA, "_nonce": "replayed"},
    ],
    ids=["no account", "not verified", "verified not told", "no address", "forged", "issuer", "audience", "nonce"],
)  # fmt: skip
def test_who_is_not_proven_or_not_known_stays_out(app: FastAPI, issuer: str, person: dict[str, object]) -> None:
    refused = sign_in(app, issuer, person)
    assert refused.status_code == 401
    assert 'role="alert"' in refused.text
    assert SESSION not in refused.headers.get("set-cookie", "")


def test_a_closed_account_stays_closed(app: FastAPI, issuer: str) -> None:
    assert sign_in(app, issuer, MIA).status_code == 303
    with app.state.desk.project.state.open().writing() as transaction:
        disable(transaction, user_named(transaction, "mia@acme.example"), now())
    assert sign_in(app, issuer, MIA).status_code == 401


def test_a_way_back_of_another_browser_or_twice_is_refused(app: FastAPI, issuer: str) -> None:
    client = browser(app)
    back = go(client, issuer, MIA)
    assert browser(app).get(back).status_code == 401
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 401
    other = browser(app)
    code = parse_qs(urlsplit(go(other, issuer, MIA)).query)["code"][0]
    mine = parse_qs(urlsplit(go(client, issuer, MIA)).query)["state"][0]
    # A code that was given to another attempt: its verifier is not ours.
    assert client.get("/sign-in/oidc/callback", params={"state": mine, "code": code}).status_code == 401


def test_those_without_an_account_are_admitted_where_the_settings_say_so(
    tmp_path: Path, app: FastAPI, issuer: str
) -> None:
    open_to_all = serve(tmp_path, issuer, "rep")
    new = MIA | {"sub": "new-4", "email": "new@acme.example", "name": "New"}
    assert sign_in(open_to_all, issuer, new).status_code == 303
    with open_to_all.state.desk.project.state.open().reading() as transaction:
        user = user_named(transaction, "new@acme.example")
        assert (user.role, user.name, user.password_hash) == ("rep", "New", None)


def test_a_provider_that_is_away_or_another_is_told_of(app: FastAPI, issuer: str, tmp_path: Path) -> None:
    httpx.post(f"{issuer}/people", json={"_called": "https://evil.example"})
    assert "calls itself" in browser(app).get("/sign-in/oidc").text
    away = serve(tmp_path, "http://127.0.0.1:9")
    assert browser(away).get("/sign-in/oidc").status_code == 401
    plain = serve(tmp_path, "http://id.acme.example")
    assert "no https address" in browser(plain).get("/sign-in/oidc").text
    without = serve(tmp_path, "")
    assert browser(without).get("/sign-in/oidc").status_code == 404
    assert "/sign-in/oidc" not in browser(without).get("/sign-in").text
