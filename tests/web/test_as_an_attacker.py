"""What an attacker would try: other sites, other names, proxies, large bodies, and words of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from small_server import DEALS, bring, client_of
from sqlalchemy import select

from efficace.state.schema import SignInCount
from efficace.state.sign_in import PER_ADDRESS
from efficace.state.tokens import new_token
from efficace.state.users import add_user, set_password, user_named
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.guard import HEADERS
from efficace.web.serving import Serving
from efficace.web.upload_limit import SMALL

PASSWORD = "a long password of ours"


def alone(app: FastAPI, address: str = "203.0.113.9") -> TestClient:
    """A browser that nobody is signed in at."""
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False, client=(address, 50000))


@pytest.fixture
def automatic(tmp_path: Path) -> FastAPI:
    """A try-out that signs its admin in without asking."""
    made = create_app(Serving(tmp_path / "project", automatic="ann"))
    with made.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "ann", "admin", now())
    return made


@pytest.mark.parametrize(
    ("address", "headers", "is_let_in"),
    [
        ("127.0.0.1", {"Host": "127.0.0.1:8321"}, True), ("127.0.0.1", {"Host": "localhost:8321"}, True),
        ("::1", {"Host": "[::1]:8321"}, True), ("203.0.113.9", {"Host": "127.0.0.1:8321"}, False),
        # A name of somebody else that points to this machine (DNS rebinding).
        ("127.0.0.1", {"Host": "evil.example:8321"}, False), ("127.0.0.1", {"Host": "127.0.0.1.evil.example"}, False),
        ("127.0.0.1", {"Host": "localhost@evil.example"}, False), ("127.0.0.1", {"Host": ""}, False),
        # A proxy on this machine: whoever comes through it comes from elsewhere.
        ("127.0.0.1", {"Host": "127.0.0.1", "X-Forwarded-For": "203.0.113.9"}, False),
        ("127.0.0.1", {"Host": "127.0.0.1", "Forwarded": "for=203.0.113.9"}, False),
    ],
)  # fmt: skip
def test_nobody_else_is_signed_in_without_asking(
    automatic: FastAPI, address: str, headers: dict[str, str], is_let_in: bool
) -> None:
    answer = alone(automatic, address).get("/data", headers=headers)
    assert (answer.status_code == 200) is is_let_in
    assert ("set-cookie" in answer.headers) is is_let_in


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.acme.example"}, {"Origin": "http://testserver.evil"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)  # fmt: skip
def test_no_other_site_signs_a_visitor_in_as_somebody_else(small: FastAPI, headers: dict[str, str]) -> None:
    with small.state.desk.project.state.open().writing() as transaction:
        set_password(transaction, user_named(transaction, "admin"), PASSWORD)
    form = {"login": "admin", "password": PASSWORD}
    assert alone(small).post("/sign-in", data=form, headers=headers).status_code == 403
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert alone(small).post("/sign-in", data=form, headers=own).status_code == 303


def test_behind_a_proxy_attempts_are_counted_by_whoever_stands_before_it(tmp_path: Path) -> None:
    app = create_app(Serving(tmp_path / "project", is_secure=True))
    proxy, elsewhere = alone(app, "127.0.0.1"), alone(app)

    def attempt(client: TestClient, told: str) -> None:
        sent = {"login": f"who{told}", "password": "wrong"}
        client.post("/sign-in", data=sent, headers={"X-Forwarded-For": f"6.6.6.6, {told}"})

    attempt(proxy, "198.51.100.1")
    attempt(proxy, "198.51.100.1")
    attempt(proxy, "198.51.100.2")
    attempt(elsewhere, "198.51.100.3")  # no proxy of ours: what it says of itself counts for nothing
    attempt(elsewhere, "198.51.100.4")
    with app.state.desk.project.state.open().reading() as transaction:
        counts = transaction.scalars(select(SignInCount).where(SignInCount.kind == "address"))
        assert sorted(one.attempts for one in counts) == [1, 2, 2]


def test_two_servers_on_one_database_count_attempts_together(tmp_path: Path) -> None:
    servers = [create_app(Serving(tmp_path / "project")) for _turn in range(2)]
    answers = [
        alone(servers[turn % 2]).post("/sign-in", data={"login": f"guess{turn}", "password": "wrong"})
        for turn in range(PER_ADDRESS + 1)
    ]
    assert all("Wrong login or password" in answer.text for answer in answers[:-1])
    assert "Too many attempts" in answers[-1].text
    assert "Too many attempts" in alone(servers[0]).post("/sign-in", data={"login": "x", "password": "y"}).text
    assert "Wrong" in alone(servers[0], "203.0.113.10").post("/sign-in", data={"login": "x", "password": "y"}).text


def test_nothing_large_is_read_of_somebody_who_may_not_load(small: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    state = small.state.desk.project.state.open()
    with state.writing() as transaction:
        add_user(transaction, "rob", "rep", now())
        _token, secret = new_token(transaction, user_named(transaction, "admin"), "r", ["read"], now(), None)

    def read(*_given: object, **_named: object) -> None:
        pytest.fail("a body was read")

    monkeypatch.setattr("starlette.requests.Request.form", read)
    sent = [("files", ("deals.csv", b"x" * 3 * SMALL))]
    assert alone(small).post("/data/files", files=sent).headers["location"].startswith("/sign-in")
    assert alone(small).post("/api/v1/loads", files=sent).status_code == 401
    assert client_of(small, "rob").post("/data/files", files=sent).status_code == 403
    assert client_of(small, "rob").post("/api/v1/loads", files=sent).status_code == 403
    program = alone(small)
    program.headers["Authorization"] = f"Bearer {secret}"
    assert program.post("/api/v1/loads", files=sent).status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/setup/guessed", "/views", "/settings/values", "/api/v1/views"])
def test_no_form_takes_more_than_a_form_may_have(small: FastAPI, path: str) -> None:
    assert client_of(small).post(path, content=b"x" * (SMALL + 1)).status_code == 413
    pieces = iter([b"x" * 500_000] * 3)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client_of(small).post(path, content=pieces, headers=kind).status_code in (400, 413)


def test_who_is_not_signed_in_learns_nothing_of_the_machine(small: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(client_of(small), "deals.csv", DEALS)
    folder = small.state.serving.folder
    (folder / "snapshots" / "current.json").write_text("{", encoding="utf-8")
    for path in ("/healthz", "/sign-in", "/setup/x", "/no-such", "/api/v1/kpi/win_rate"):
        assert str(folder) not in alone(small).get(path).text, path
    assert alone(small).get("/healthz").json() == {"ok": False, "problem": "snapshot"}
    assert alone(small).get("/healthz").status_code == 503
    (folder / "state.sqlite").write_bytes(b"no database" * 500)
    for path in ("/healthz", "/sign-in"):
        answer = alone(small).get(path)
        assert answer.status_code in (200, 503)
        assert str(folder) not in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/metrics", "/no-such", "/api/v1/metrics", "/static/page.js", "/healthz"])
def test_every_answer_carries_the_headers_that_protect_it(small: FastAPI, path: str) -> None:
    bring(client_of(small), "deals.csv", DEALS)
    for client in (alone(small), client_of(small)):
        headers = client.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
        assert "unsafe" not in headers["content-security-policy"]
    assert "strict-transport-security" not in alone(small).get(path).headers


def test_by_https_cookies_travel_by_https_alone(tmp_path: Path) -> None:
    app = create_app(Serving(tmp_path / "project", is_secure=True))
    with app.state.desk.project.state.open().writing() as transaction:
        set_password(transaction, add_user(transaction, "ann", "admin", now()), PASSWORD)
    answer = alone(app).post("/sign-in", data={"login": "ann", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("secure", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_signing_in_never_goes_on_in_the_session_that_was_there(small: FastAPI) -> None:
    with small.state.desk.project.state.open().writing() as transaction:
        set_password(transaction, user_named(transaction, "admin"), PASSWORD)
    client = client_of(small)
    before = client.cookies["efficace_session"]
    client.post("/sign-in", data={"login": "admin", "password": PASSWORD})
    assert client.cookies.get("efficace_session", domain="testserver.local") != before
    stolen = alone(small)
    stolen.cookies.set("efficace_session", before)
    assert stolen.get("/data").status_code == 303


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "\\\\x"],
)
def test_signing_in_leads_to_pages_of_this_server_alone(small: FastAPI, to: str) -> None:
    with small.state.desk.project.state.open().writing() as transaction:
        set_password(transaction, user_named(transaction, "admin"), PASSWORD)
    form = {"login": "admin", "password": PASSWORD, "next": to}
    assert alone(small).post("/sign-in", data=form).headers["location"] == "/"
