"""The server's log: lines that programs read, and nobody's name, address, question or secret in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from small_server import DEALS, bring, client_of

from efficace.web.log import ROOT, JsonLines
from efficace.web.pages import search

SECRETS = ("admin", "s3cret-link", "Max Mustermann", "R1", "wrong-password", "203.0.113.9", "deals.csv")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(ROOT)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield text
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_each_request_is_a_line_without_anything_personal(small: FastAPI, lines: io.StringIO) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    client.get("/reps/R1?where=account=Max%20Mustermann")
    client.get("/no-such/Max%20Mustermann")
    nobody = TestClient(small, follow_redirects=False, client=("203.0.113.9", 5))
    nobody.post("/setup/s3cret-link", data={"password": "wrong-password"})
    nobody.post("/sign-in", data={"login": "admin", "password": "wrong-password"})
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    requests = [(one["method"], one["route"], one["status"]) for one in told if one["event"] == "request"]
    assert ("GET", "/reps/{rep_id:path}", 200) in requests or ("GET", "/reps/{rep_id:path}", 400) in requests
    assert ("GET", "no such page", 404) in requests
    assert ("POST", "/setup/{secret}", 400) in requests
    assert ("POST", "/sign-in", 401) in requests
    assert all(isinstance(one["ms"], int) for one in told if one["event"] == "request")
    found = [secret for secret in SECRETS if secret in lines.getvalue()]
    assert found == []


def test_an_accident_is_logged_under_its_code_with_where_it_happened_alone(
    small: FastAPI, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)

    def fail(*_given: object) -> None:
        raise ZeroDivisionError("Max Mustermann pays nothing")

    monkeypatch.setattr(search, "place_at", fail)
    answer = client.get("/parts/palette")
    assert answer.status_code == 500
    (told,) = [json.loads(line) for line in lines.getvalue().splitlines() if "accident" in line]
    assert told["code"] in answer.text
    assert (told["route"], told["error"]) == ("/parts/palette", "ZeroDivisionError")
    assert any("search.py" in frame for frame in told["stack"])
    assert "Mustermann" not in lines.getvalue()


def test_those_that_watch_the_server_fill_no_log(small: FastAPI, lines: io.StringIO) -> None:
    client_of(small).get("/healthz")
    assert lines.getvalue() == ""
