"""Servers among others: one state for two of them, loads beside them, and an end that cuts nobody off."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import socket
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from efficace.project import open_project
from efficace.state.sessions import start_session
from efficace.state.users import add_user, user_named
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.serving import Serving
from efficace.web.visitor import SESSION, csrf_of

LOCKED = """
import sys
from pathlib import Path
from efficace.build.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
SERVE = "import sys; from efficace.cli.app import main; sys.exit(main())"


@pytest.fixture
def folder(company: Path, tmp_path: Path) -> Path:
    """A copy of the company without accounts."""
    shutil.copytree(company, tmp_path / "project", ignore=shutil.ignore_patterns("state*"))
    return tmp_path / "project"


@pytest.fixture
def servers(folder: Path) -> Iterator[tuple[FastAPI, FastAPI]]:
    """Two servers of one project, as two processes would be: nothing of theirs is shared but the files."""
    made = create_app(Serving(folder)), create_app(Serving(folder))
    with made[0].state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "admin", "admin", now())
    yield made
    for app in made:
        app.state.desk.close()
        app.state.desk.project.close()
        app.state.desk.project.state.close()


def client_of(app: FastAPI, secret: str = "") -> TestClient:
    """Somebody signed in at a server, with a session of their own where none is given."""
    if not secret:
        with app.state.desk.project.state.open().writing() as transaction:
            secret = start_session(transaction, user_named(transaction, "admin").id, now())
    client = TestClient(app, follow_redirects=False)
    client.cookies.set(SESSION, secret)
    client.headers["X-CSRF-Token"] = csrf_of(secret)
    return client


def test_two_servers_share_sessions_and_what_people_make(servers: tuple[FastAPI, FastAPI]) -> None:
    here = client_of(servers[0])
    there = client_of(servers[1], here.cookies[SESSION])
    assert there.get("/metrics").status_code == 200
    assert here.post("/kpi/win_rate/notes", data={"text": "asked at the first server"}).status_code == 303
    assert "asked at the first server" in there.get("/kpi/win_rate").text
    assert there.post("/sign-out").status_code == 303
    assert here.get("/metrics").headers["location"].startswith("/sign-in")


def test_two_servers_write_at_once_and_lose_nothing(servers: tuple[FastAPI, FastAPI]) -> None:
    clients = [client_of(app) for app in servers]
    with ThreadPoolExecutor(8) as people:
        sent = people.map(
            lambda number: (
                clients[number % 2].post("/kpi/win_rate/notes", data={"text": f"note <{number}>"}).status_code
            ),
            range(24),
        )
        assert set(sent) == {303}
    text = clients[0].get("/kpi/win_rate").text
    assert [number for number in range(24) if f"note &lt;{number}&gt;" not in text] == []


def test_a_new_snapshot_appears_at_every_server_without_a_restart(
    servers: tuple[FastAPI, FastAPI], folder: Path
) -> None:
    clients = [client_of(app) for app in servers]
    assert [client.get("/healthz").json()["snapshot"] for client in clients] == [1, 1]
    assert {client.get("/kpi/win_rate").status_code for client in clients} == {200}
    with open_project(folder) as loading:
        loading.data.rebuild()
    assert [client.get("/healthz").json()["snapshot"] for client in clients] == [2, 2]
    assert {client.get("/kpi/win_rate").status_code for client in clients} == {200}


def test_a_load_in_another_process_keeps_nobody_waiting(servers: tuple[FastAPI, FastAPI], folder: Path) -> None:
    client = client_of(servers[0])
    with subprocess.Popen(
        [sys.executable, "-c", LOCKED, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as load:
        assert load.stdout is not None
        assert load.stdout.readline() == "held\n"
        for page in ("/", "/kpi/win_rate?by=team", "/leads", "/data", "/healthz"):
            assert client.get(page).status_code == 200, page
        assert client.post("/kpi/win_rate/notes", data={"text": "written meanwhile"}).status_code == 303
        assert load.poll() is None
        load.communicate("")
    assert load.returncode == 0


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_to_stop_answers_first(folder: Path, tmp_path: Path, wish: signal.Signals) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, "serve", "--project", str(folder), "--port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as output:
        running = subprocess.Popen([*command, "--signed-in-as", "me"], stdout=output, stderr=output)
    until_it_listens(port)
    with ThreadPoolExecutor(1) as people:
        # Not asked before: it takes the better part of a second at least.
        asked = people.submit(lambda: urlopen(f"http://127.0.0.1:{port}/kpi/revenue_growth?grain=week").read())
        sleep(0.4)
        running.send_signal(wish)
        assert b"<h1>" in asked.result(60)
    assert running.wait(60) == (0 if wish is signal.SIGINT else -signal.SIGTERM)
    assert "Traceback" not in log.read_text()


def until_it_listens(port: int, seconds: float = 90) -> None:
    deadline = monotonic() + seconds
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/static/page.js").close()
        except URLError:
            assert monotonic() < deadline
            sleep(0.05)
        else:
            return
