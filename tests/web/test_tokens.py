"""One's own tokens on the settings page: made, shown once, used by a program, ended."""

from __future__ import annotations

import re

from fastapi import FastAPI
from fastapi.testclient import TestClient

from clients import SignedIn

SECRET = re.compile(r"eff_[\w-]{20,}")


def ask(app: FastAPI, secret: str, path: str = "/api/v1/metrics") -> int:
    return TestClient(app).get(path, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_token_is_made_shown_once_used_and_revoked(app: FastAPI, signed_in: SignedIn) -> None:
    client = signed_in("executive")
    made = client.post("/settings/tokens", data={"name": "<b>report</b>", "scopes": ["read"], "days": "30"})
    (secret,) = SECRET.findall(made.text)
    assert "&lt;b&gt;report&lt;/b&gt;" in made.text
    assert ask(app, secret) == 200
    shown = client.get("/settings").text
    assert secret not in shown
    (revoke,) = re.findall(r'action="(/settings/tokens/\d+/revoke)"', shown)
    assert signed_in("rep").post(revoke).status_code == 400
    assert ask(app, secret) == 200
    assert client.post(revoke).headers["location"] == "/settings#tokens"
    assert ask(app, secret) == 401
    assert revoke not in client.get("/settings").text


def test_nobody_is_offered_a_scope_that_the_role_has_no_use_for(signed_in: SignedIn) -> None:
    def offered(role: str) -> set[str]:
        return set(re.findall(r'name="scopes" value="(\w+)"', signed_in(role).get("/settings").text))

    assert offered("admin") == {"read", "export", "write", "load", "admin"}
    assert offered("rep") == {"read", "write"}


def test_a_token_never_does_more_than_its_account(app: FastAPI, signed_in: SignedIn) -> None:
    made = signed_in("rep").post("/settings/tokens", data={"name": "all", "scopes": ["read", "export", "admin"]})
    (secret,) = SECRET.findall(made.text)
    rep = app.state.desk.project.data.members("rep")[1][0]
    assert ask(app, secret, f"/api/v1/kpi/win_rate?where=rep%3D{rep}") == 403


def test_nonsense_makes_no_token(signed_in: SignedIn) -> None:
    for form in (
        {"name": "", "scopes": ["read"]},
        {"name": "x"},
        {"name": "x", "scopes": ["all"]},
        {"name": "x" * 201},
    ):
        assert signed_in("rep").post("/settings/tokens", data=form).status_code == 400
    for days in ("0", "-1", "4000", "soon"):
        sent = {"name": "x", "scopes": ["read"], "days": days}
        assert signed_in("rep").post("/settings/tokens", data=sent).status_code == 422
