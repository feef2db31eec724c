"""One small simulated company for all tests of the web app, and clients signed in as each role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clients import SignedIn
from command import run
from efficace.state.sessions import start_session, user_of_session
from efficace.state.users import add_user, set_password, user_named
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.serving import Serving
from efficace.web.visitor import SESSION, csrf_of

SIMULATED = ("--reps", "10", "--months", "20", "--touches", "3000")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a loaded project with an account of each role, its login the role's name.

    The manager answers for the last team, one of half of the reps; the rep is the first of the data.
    """
    folder = tmp_path_factory.mktemp("company")
    assert run("simulate", str(folder / "files"), *SIMULATED).code == 0
    loaded = run("load", str(folder / "files"), "--project", str(folder / "project"))
    assert loaded.code == 0, loaded.errors
    return folder / "project"


@pytest.fixture(scope="session")
def app(company: Path) -> Iterator[FastAPI]:
    """The app that gives the company out."""
    # A page waits for all that it may show, however busy the machine is.
    made = create_app(Serving(company, patience=60.0))
    project = made.state.desk.project
    teams = [team for team, _name in project.data.members("team")]
    reps = [rep for rep, _name in project.data.members("rep")]
    with project.state.open().writing() as transaction:
        set_password(
            transaction, add_user(transaction, "admin", "admin", now(), "Ada Admin"), "a long password of ours"
        )
        add_user(transaction, "analyst", "analyst", now(), "Ann Analyst")
        add_user(transaction, "executive", "executive", now(), "Eve Executive")
        add_user(transaction, "manager", "manager", now(), "Max Manager", teams=teams[-1:])
        add_user(transaction, "rep", "rep", now(), "Rob Rep", rep_id=reps[0])
    yield made
    made.state.desk.close()
    project.close()
    project.state.close()


@pytest.fixture(scope="session")
def signed_in(app: FastAPI) -> SignedIn:
    """A client signed in as a role, anew where a test has ended its session; its headers carry the forms' token."""
    clients: dict[str, TestClient] = {}
    state = app.state.desk.project.state

    def is_known(role: str) -> bool:
        with state.open().reading() as transaction:
            return user_of_session(transaction, clients[role].cookies[SESSION], now()) is not None

    def client(role: str) -> TestClient:
        if role not in clients or not is_known(role):
            with state.open().writing() as transaction:
                secret = start_session(transaction, user_named(transaction, role).id, now())
            made = TestClient(app, follow_redirects=False)
            made.cookies.set(SESSION, secret)
            made.headers["X-CSRF-Token"] = csrf_of(secret)
            clients[role] = made
        return clients[role]

    return client


@pytest.fixture
def small(tmp_path: Path) -> Iterator[FastAPI]:
    """A server on an empty project, for its admin alone."""
    made = create_app(Serving(tmp_path / "project"))
    with made.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "admin", "admin", now())
    yield made
    made.state.desk.project.state.close()  # the snapshot stays open: counts of the side may still be reckoned
