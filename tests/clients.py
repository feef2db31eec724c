"""What the web tests' ``signed_in`` fixture gives: a client for a role, and the visitor whom the app makes of it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient
from starlette.requests import Request

from efficace.web.visitor import Visitor, visitor

SignedIn = Callable[[str], TestClient]


def visitor_of(signed_in: SignedIn, login: str) -> Visitor:
    """The visitor as the app makes it of an account."""
    client = signed_in(login)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    scope = {"type": "http", "headers": [(b"cookie", cookie.encode())], "app": client.app, "client": ("test", 1)}
    return visitor(Request(scope))
