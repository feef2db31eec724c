"""Where the state database is: the project's own file, or the server that the settings name."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from efficace.config import StateSettings
from efficace.errors import ConfigError

STATE_FILE = "state.sqlite"


def address(folder: Path, settings: StateSettings) -> URL:
    """The address of a project's state database; its password is never part of a text that is shown.

    Raises:
        ConfigError: If the address cannot be read, is of another database, or the variable is not set.
    """
    if not settings.url:
        return URL.create("sqlite", database=str(folder / STATE_FILE))
    try:
        url = make_url(settings.url)
    except ArgumentError as error:
        raise ConfigError("state: url: not readable. Write for example postgresql://user@host/database.") from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigError(
            'state: url: "{kind}" is not supported. Write postgresql://user@host/database, or leave it out for SQLite.',
            kind=url.drivername,
        )
    url = url.set(drivername="postgresql+psycopg")
    return url.set(password=_password(settings.password_from)) if settings.password_from else url


def is_there(folder: Path, settings: StateSettings) -> bool:
    """Whether somebody made the database already; a server's is taken to be there."""
    return bool(settings.url) or (folder / STATE_FILE).exists()


def _password(variable: str) -> str:
    if variable not in os.environ:
        raise ConfigError("state: password_from: the environment variable {variable} is not set.", variable=variable)
    return os.environ[variable]
