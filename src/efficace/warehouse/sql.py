"""Writes the engine's own language safely: quoted names, quoted texts, one way to spell a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def name(identifier: str) -> str:
    """Quote a table or column name."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str | Path) -> str:
    """Quote a text value."""
    return "'" + str(value).replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """A parenthesised list of text values, for ``IN``."""
    return "(" + ", ".join(text(value) for value in values) + ")"


def select(columns: Mapping[str, str] | str, source: str, *more: str) -> str:
    """Spell a query.

    Args:
        columns: Name -> expression, or the written list.
        source: A table, a joined table or a parenthesised query.
        more: Further clauses in their order (``WHERE``, ``GROUP BY``...).
    """
    written = (
        columns if isinstance(columns, str) else ", ".join(f"{sql} AS {name(key)}" for key, sql in columns.items())
    )
    return " ".join(("SELECT", written, "FROM", source, *more))


def only_below(folder: Path) -> tuple[str, str]:
    """Settings after which a connection reads and writes in one folder alone, until it is closed."""
    return f"SET allowed_directories = [{text(f'{folder.resolve()}/')}]", "SET enable_external_access = false"


def delete(table: str, where: str) -> str:
    """Spell a deletion."""
    return " ".join(("DELETE", "FROM", name(table), "WHERE", where))


def create(table: str, columns: Mapping[str, str]) -> str:
    """Spell the making of an empty table.

    Args:
        columns: Name -> the engine's type.
    """
    return f"CREATE TABLE {name(table)} ({', '.join(f'{name(key)} {kind}' for key, kind in columns.items())})"


def update(table: str, changes: str, where: str) -> str:
    """Spell a change of rows.

    Args:
        changes: ``column = expression``.
        where: The test, behind a further ``FROM`` where the change needs one.
    """
    return " ".join(("UPDATE", name(table), "SET", changes, where))


def insert(table: str, query: str) -> str:
    """Spell an insertion of a query's rows."""
    return " ".join(("INSERT", "INTO", name(table), query))
