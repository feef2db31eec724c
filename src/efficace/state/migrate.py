"""Bringing a state database to the form that this program knows; a newer one is refused."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from efficace.errors import ProjectError

_LOCK = 0x0EFF1CACE
"""Number of PostgreSQL's advisory lock: of two processes that start, one migrates and the other waits."""


def bring_up_to_date(connection: Connection, shown: str, revision: str = "head") -> None:
    """Apply what is missing, within the transaction of the connection.

    Args:
        shown: Name of the database for messages.
        revision: Up to which revision; the newest by default.

    Raises:
        ProjectError: If the database was made by a newer program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    present = revision_of(connection)
    if present is not None and present not in revisions():
        raise ProjectError(
            "{database}: made by a newer version of efficace (its form is {present}, this program knows {newest}). "
            "Update efficace, or restore a backup made before.",
            database=shown,
            present=present,
            newest=newest(),
        )
    if present != (newest() if revision == "head" else revision):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The form that a database has; None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> tuple[str, ...]:
    """All forms that this program knows, newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def newest() -> str:
    """The form that this program writes."""
    return revisions()[0]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
