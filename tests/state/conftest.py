"""The same tests on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher

import postgresql
from efficace.config import StateSettings
from efficace.state import State, open_state
from efficace.state.users import add_user
from moments import NOON

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    where = postgresql.programs()
    if where is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with postgresql.server(where) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> StateSettings:
    if request.param == "sqlite":
        return StateSettings()
    address = request.getfixturevalue("postgresql_address")
    return StateSettings(url=postgresql.new_database(address, f"state_{next(_NUMBERS)}"))


@pytest.fixture
def state(settings: StateSettings, tmp_path: Path) -> Iterator[State]:
    with open_state(tmp_path, settings) as opened:
        yield opened


@pytest.fixture
def team(state: State) -> dict[str, int]:
    """Ada (admin), Mia (manager), Rob and Rea (reps): login -> id."""
    with state.writing() as transaction:
        people = {"ada": "admin", "mia": "manager", "rob": "rep", "rea": "rep"}
        return {login: add_user(transaction, login, role, NOON).id for login, role in people.items()}


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 that costs little; the parameters of the product are tested by ``test_passwords``."""
    quick = PasswordHasher(time_cost=2, memory_cost=2048, parallelism=1)
    monkeypatch.setattr("efficace.state.passwords._hasher", lambda: quick)
