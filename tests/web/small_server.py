"""A server on a small project of its own, to be changed and broken."""

from __future__ import annotations

import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from efficace.state.sessions import start_session
from efficace.state.users import user_named
from efficace.web.desk import now
from efficace.web.visitor import SESSION, csrf_of

HEAD = b"deal_id,created_at,status,amount,currency,rep_id\n"
DEALS = HEAD + b"D1,2026-03-05,won,1200,EUR,R1\nD2,2026-03-06,lost,80,EUR,R1\n"
MORE = HEAD + b"D3,2026-03-07,won,500,EUR,R1\n"
PATIENCE = 60


def client_of(app: FastAPI, login: str = "admin") -> TestClient:
    """A client signed in as an account."""
    with app.state.desk.project.state.open().writing() as transaction:
        secret = start_session(transaction, user_named(transaction, login).id, now())
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    client.cookies.set(SESSION, secret)
    client.headers["X-CSRF-Token"] = csrf_of(secret)
    return client


def ended(client: TestClient, path: str) -> str:
    """The page of some work once it has ended."""
    for _turn in range(PATIENCE * 10):
        text = client.get(path).text
        if "hx-get" not in text:
            return text
        time.sleep(0.1)
    pytest.fail(f"{path} did not end")


def bring(client: TestClient, name: str, content: bytes) -> str:
    """Drop a file, load it, and give the page of that."""
    path = client.post("/data/files", files=[("files", (name, content))]).headers["location"]
    client.get(path)
    assert client.post(f"{path}/load").status_code == 303
    return ended(client, path)


def is_clear(answer: Response) -> bool:
    return answer.text.count("<h1>") == 1 and "Traceback" not in answer.text
