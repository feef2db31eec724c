"""Opening the state database: SQLite or PostgreSQL, brought up to date, with explicit transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from efficace.config import StateSettings
from efficace.errors import EfficaceError, ProjectError
from efficace.state.address import address
from efficace.state.migrate import bring_up_to_date

BUSY_SECONDS = 10
"""How long SQLite waits for another process that is writing."""


class StateError(EfficaceError, RuntimeError):
    """The state database cannot be opened or used."""


def open_state(folder: Path, settings: StateSettings | None = None) -> State:
    """Open a project's state database, made and migrated where needed.

    Raises:
        ProjectError: If it cannot be reached, or was made by a newer program.
        ConfigError: If its address in the settings cannot be used.
    """
    return State(address(folder, settings or StateSettings()))


class State:
    """An open state database; functions of this package take the session of one of its transactions."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = _engine(url)
        try:
            with self.engine.connect() as connection, _writes(connection).begin():
                bring_up_to_date(connection, self.shown)
        except DBAPIError as error:
            self.close()
            raise _unusable(self.shown, error) from error
        except ProjectError:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"State({self.shown})"

    @property
    def shown(self) -> str:
        """The database's name without its password."""
        return self.url.database or "" if self.is_sqlite else self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state throughout and changes nothing."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect() as connection:
            connection.execution_options(**level)
            with Session(connection, expire_on_commit=False) as session:
                yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction: all of it, or nothing where an error leaves it.

        Raises:
            StateError: If the database is locked, full or out of reach.
        """
        try:
            with (
                self.engine.connect() as connection,
                _writes(connection).begin(),
                Session(connection, expire_on_commit=False) as session,
            ):
                yield session
                session.flush()
        except DBAPIError as error:
            raise _unusable(self.shown, error) from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _writes(connection: Connection) -> Connection:
    return connection.execution_options(writes=True)


def _unusable(shown: str, error: DBAPIError) -> StateError:
    # The driver's own words only: SQLAlchemy's text would carry the values of the statement.
    return StateError("{database}: cannot be used ({error}).", database=shown, error=str(error.orig).strip())


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # The driver would begin transactions late and commit before DDL; SQLAlchemy begins them below.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _keep_a_log(connection)
    connection.execute("PRAGMA foreign_keys = ON")


def _keep_a_log(connection: Any) -> None:
    """Switch to write-ahead logging; of two processes that make the file at once SQLite lets none wait by itself."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    # A writer that begins as a reader fails at once where another wrote in between; so it says so from the start.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
