"""Nonsense in every parameter of every address, found in the routes: a clear refusal, never an accident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from routes import Route, routes_of

import efficace.web
from clients import SignedIn

NONSENSE = (
    "\0", '"><script>alert(1)</script>', "", "%s{0}{x}", "-1", "99999999999999999999", "nan", "1e400", "0000-00-00",
    "9999-12-31", "0001-01-01", "\u202e\u2066", "a=b|c", "rep=", "rep=|", "=x", "../../../etc/passwd", "'", "ё" * 300,
    "x" * 5000,
)  # fmt: skip
PATHS = ("%00", "%3Cscript%3E", "..%2F..%2Fetc%2Fpasswd", "-1", "9" * 30, "%F0%9F%98%80", "%ff%fe", "x" * 300)
EVERYWHERE = ("period", "from", "to", "compare", "where", "in_rep")
"""What every page reads from the address."""
OWN = {
    "/findings": ("all",),
    "/parts/side": ("here",),
    **dict.fromkeys(("/pipeline", "/customers", "/acquisition", "/revenue", "/voice"), ("by",)),
    "/kpi": (
        "by", "grain", "definition", "set", "page", "left_out", "between", "format", "part", "picture", "theme",
    ),
    "/leads": ("tab", "most", "did"),
    "/team": ("mix", "sort"),
}  # fmt: skip
"""What single pages read from it besides."""
GAPS = {
    "{name}": "page.js", "{number}": "0", "{metric}": "win_rate", "{part}": "trend", "{rep_id:path}": "R001",
    "{secret}": "guessed",
}  # fmt: skip


def parameters_of(route: Route) -> tuple[str, ...]:
    """All that a route reads from its address."""
    if route.path.startswith(("/static", "/healthz", "/setup", "/sign-in", "/api", "/data/")):
        return route.parameters
    own = next((names for start, names in OWN.items() if route.path.startswith(start)), ())
    return (*route.parameters, *EVERYWHERE, *own)


def addresses(route: Route, turn: int) -> Iterator[tuple[str, dict[str, str]]]:
    """A route with nonsense in one place after the other: each parameter, each gap of the path.

    Args:
        turn: Where in the nonsense to begin, so that over all routes each parameter gets each.
    """
    whole = filled(route.path)
    for at, name in enumerate(parameters_of(route)):
        yield whole, {name: NONSENSE[(at + turn) % len(NONSENSE)]}
    for gap in GAPS:
        if gap in route.path:
            yield from ((filled(route.path.replace(gap, text)), {}) for text in PATHS)


def filled(path: str) -> str:
    """A path with something real in each gap."""
    for gap, value in GAPS.items():
        path = path.replace(gap, value)
    return path


def test_every_parameter_that_pages_read_is_tried() -> None:
    sources = (path.read_text(encoding="utf-8") for path in Path(efficace.web.__file__).parent.rglob("*.py"))
    read = {name for text in sources for name in re.findall(r'more\.get\("(\w+)"', text)}
    assert read <= {*EVERYWHERE, *(name for names in OWN.values() for name in names)}


@pytest.mark.parametrize("path", ["/metrics", "/kpi/win_rate"])
def test_nonsense_in_what_every_page_reads_is_refused_or_read(signed_in: SignedIn, path: str) -> None:
    client = patient(signed_in)
    names = EVERYWHERE if path == "/metrics" else OWN["/kpi"][:4]
    accidents = [
        (name, text) for name in names for text in NONSENSE if is_accident(client.get(path, params={name: text}))
    ]
    assert accidents == []


def test_no_nonsense_in_any_route_makes_an_accident(app: FastAPI, signed_in: SignedIn) -> None:
    client, wrong = patient(signed_in), []
    routes = [route for route in routes_of(app) if route.method == "GET"]
    for turn, route in enumerate(routes):
        for path, query in addresses(route, turn):
            answer = client.get(path, params=query)
            if is_accident(answer):
                wrong.append(f"{path[:80]} {str(query)[:80]}: {answer.status_code}")
    assert len(routes) > 40
    assert wrong == []


def patient(signed_in: SignedIn) -> TestClient:
    """A client to which an accident is an answer."""
    signed = signed_in("admin")
    client = TestClient(signed.app, follow_redirects=False, raise_server_exceptions=False)
    client.cookies.update(signed.cookies)
    client.headers.update(signed.headers)
    return client


def is_accident(answer: Response) -> bool:
    """Whether the server broke, or gave back what it was sent as a part of the page."""
    is_page = "html" in answer.headers.get("content-type", "")
    told = is_page and any(text in answer.text for text in ("<script>alert", "Traceback (most recent"))
    return answer.status_code == 500 or told


@pytest.mark.parametrize("length", [4500, 60_000])
def test_a_very_long_address_is_refused_clearly(signed_in: SignedIn, length: int) -> None:
    answer = signed_in("admin").get("/kpi/win_rate", params={"where": "rep=" + "x" * length})
    assert answer.status_code == 400
    assert "<h1>" in answer.text
