"""Opening, migrating, sharing between processes, transactions."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, select, text

from efficace.config import StateSettings
from efficace.errors import ConfigError, ProjectError
from efficace.state import State, open_state
from efficace.state.address import address
from efficace.state.changes import changes_made
from efficace.state.claims import ClaimedByOther, claim
from efficace.state.database import StateError
from efficace.state.migrate import bring_up_to_date
from efficace.state.schema import Record
from efficace.state.sign_in import PER_ACCOUNT, TooManyAttempts, sign_in
from efficace.state.targets import targets
from efficace.state.users import add_user, users
from moments import NOON, after

SPAWN = multiprocessing.get_context("spawn")


def test_the_migrations_make_what_the_schema_declares(state: State) -> None:
    with state.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Record.metadata) == []


def test_opening_again_finds_what_was_written(state: State, settings: StateSettings, tmp_path: Path) -> None:
    with state.writing() as transaction:
        add_user(transaction, "ada", "admin", NOON)
    with open_state(tmp_path, settings) as again, again.reading() as transaction:
        assert [(user.login, user.created_at) for user in users(transaction)] == [("ada", NOON)]


def test_an_error_leaves_nothing_of_its_transaction(state: State) -> None:
    def fail() -> None:
        with state.writing() as transaction:
            add_user(transaction, "ada", "admin", NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with state.reading() as transaction:
        assert users(transaction) == []


def test_a_reader_sees_one_state_while_another_writes(state: State) -> None:
    with state.reading() as reader:
        assert users(reader) == []
        with state.writing() as transaction:
            add_user(transaction, "ada", "admin", NOON)
        assert users(reader) == []
    with state.reading() as reader:
        assert len(users(reader)) == 1


def test_a_database_of_a_newer_program_is_refused(state: State, settings: StateSettings, tmp_path: Path) -> None:
    with state.writing() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ProjectError, match=r"made by a newer version of efficace \(its form is 9999"):
        open_state(tmp_path, settings)


def test_foreign_keys_hold(state: State) -> None:
    with pytest.raises(StateError, match="cannot be used"), state.writing() as transaction:
        transaction.execute(text("INSERT INTO managed_teams (user_id, team_id) VALUES (99, 't1')"))


def test_a_file_that_is_no_database_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_text("not a database, " * 100)
    with pytest.raises(StateError, match=r"state\.sqlite: cannot be used \(file is not a database\)"):
        open_state(tmp_path)


def test_the_password_comes_from_the_environment_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = StateSettings("postgresql://me@db.example/efficace", "STATE_PASSWORD")
    with pytest.raises(ConfigError, match="STATE_PASSWORD is not set"):
        address(Path(), settings)
    monkeypatch.setenv("STATE_PASSWORD", "s3cret!@:/")
    url = address(Path(), settings)
    assert (url.password, url.drivername) == ("s3cret!@:/", "postgresql+psycopg")
    assert "s3cret" not in str(url) + repr(url) + repr(settings)


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite:///x", "nonsense"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="postgresql://user@host/database"):
        address(Path(), StateSettings(url))


def test_a_server_out_of_reach_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StateError) as refused:
        open_state(tmp_path, StateSettings("postgresql://me:s3cret@127.0.0.1:1/efficace"))
    assert "s3cret" not in str(refused.value)


def _opens(folder: Path, settings: StateSettings, start: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    open_state(folder, settings).close()


def _claims(folder: Path, settings: StateSettings, user_id: int, start: object, told: object) -> None:
    with open_state(folder, settings) as state:
        start.wait()  # type: ignore[attr-defined]
        for number in range(20):
            try:
                with state.writing() as transaction:
                    claim(transaction, f"l{number}", user_id, NOON)
                told.put((number, user_id, None))  # type: ignore[attr-defined]
            except ClaimedByOther as error:
                told.put((number, user_id, error.holder))  # type: ignore[attr-defined]


def _guesses(folder: Path, settings: StateSettings, start: object, told: object) -> None:
    with open_state(folder, settings) as state:
        start.wait()  # type: ignore[attr-defined]
        for _guess in range(PER_ACCOUNT):
            try:
                sign_in(state, "ada", "guess", "10.0.0.1", NOON)
            except Exception as error:
                told.put(type(error) is TooManyAttempts)  # type: ignore[attr-defined]


def _both(target: object, arguments: list[tuple[object, ...]]) -> None:
    processes = [SPAWN.Process(target=target, args=args) for args in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_two_processes_that_open_an_empty_database_make_it_once(settings: StateSettings, tmp_path: Path) -> None:
    start = SPAWN.Barrier(2)
    _both(_opens, [(tmp_path, settings, start)] * 2)
    with open_state(tmp_path, settings) as state, state.reading() as transaction:
        assert users(transaction) == []


def test_of_two_processes_that_claim_the_same_lead_one_wins_and_the_other_is_told_who(
    state: State, team: dict[str, int], settings: StateSettings, tmp_path: Path
) -> None:
    start, told = SPAWN.Barrier(2), SPAWN.Queue()
    _both(_claims, [(tmp_path, settings, team[login], start, told) for login in ("rob", "rea")])
    found = [told.get(timeout=5) for _ in range(40)]
    names = {team["rob"]: "rob", team["rea"]: "rea"}
    for lead in range(20):
        winner, loser = sorted((one for one in found if one[0] == lead), key=lambda one: one[2] is not None)
        assert winner[2] is None
        assert loser[2] == names[winner[1]]


def test_guessing_from_two_processes_at_once_gives_no_more_guesses(
    state: State, team: dict[str, int], settings: StateSettings, tmp_path: Path
) -> None:
    start, told = SPAWN.Barrier(2), SPAWN.Queue()
    _both(_guesses, [(tmp_path, settings, start, told)] * 2)
    refused = [told.get(timeout=5) for _ in range(2 * PER_ACCOUNT)]
    assert refused.count(True) == PER_ACCOUNT


def test_a_database_of_the_first_version_is_migrated_with_all_that_is_in_it(
    settings: StateSettings, tmp_path: Path
) -> None:
    url = address(tmp_path, settings)
    engine = create_engine(url)
    with engine.begin() as connection:
        bring_up_to_date(connection, "old", "0001")
        old = MetaData()
        old.reflect(connection)
        users_then = old.tables["users"]
        connection.execute(users_then.insert(), {"login": "ada", "name": "Ada", "role": "admin", "created_at": NOON})
        number = connection.execute(select(users_then.c.id)).scalar_one()
        made = {"metric": "mrr", "scope": "company", "scope_id": "", "starts_on": NOON.date(),
                "ends_on": after(days=30).date(), "value": 0.1 + 0.2, "version": 3, "set_by": number,
                "set_at": NOON}  # fmt: skip
        connection.execute(old.tables["targets"].insert(), made)
        note = {"about": "/kpi/mrr", "author_id": number, "text": "été", "created_at": NOON}
        connection.execute(old.tables["notes"].insert(), note)
        tables = [table for table in old.sorted_tables if table.name != "alembic_version"]
        before = {table.name: connection.execute(select(table)).all() for table in tables}
    engine.dispose()
    with open_state(tmp_path, settings) as now, now.reading() as transaction:
        connection = transaction.connection()
        assert {table.name: connection.execute(select(table)).all() for table in tables} == before
        assert changes_made(transaction) == []
        assert (targets(transaction)[0].value, targets(transaction)[0].version) == (0.1 + 0.2, 3)
    assert sum(map(len, before.values())) == 3
