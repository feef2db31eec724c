"""Compiled queries, kept in the snapshot for the load that comes next: compiling all of them takes seconds.

A query is taken over only where this very program would compile it: the mark is of all source files that have a part
in a query, and of the libraries that write it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from efficace.facts.changes import EARLIER, is_held
from efficace.facts.compiled import QUERIES, Key, Query

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from efficace.warehouse.engine import Engine

TABLE = "compiled_queries"
SOURCES = ("config", "facts", "model", "warehouse")
"""Packages of ours that have a part in the queries of facts."""
LIBRARIES = ("ibis-framework", "sqlglot", "duckdb")
_BETWEEN = "\n"


def take_queries(engine: Engine) -> None:
    """Take over the queries that the snapshot before keeps, where this program compiled them."""
    if not is_held(engine, EARLIER, TABLE):
        return
    rows = engine.execute(
        f"SELECT name, settings, reads, text, as_of, as_of_on, is_proved FROM {EARLIER}.{TABLE} WHERE mark = ?",  # noqa: S608  (declared names)
        [mark()],
    ).fetchall()
    for name, settings, reads, text, at, on, is_proved in rows:
        key = Key(engine.dialect, name, settings, tuple(reads.split(_BETWEEN)) if reads else ())
        QUERIES.setdefault(key, Query(text, (at, on), is_proved))


def keep_queries(engine: Engine, settings: str) -> None:
    """Keep the queries of these settings in the snapshot that is being made."""
    engine.execute(
        f"CREATE OR REPLACE TABLE {TABLE} "
        "(mark VARCHAR, name VARCHAR, settings VARCHAR, reads VARCHAR, text VARCHAR, as_of VARCHAR, as_of_on VARCHAR, "
        "is_proved BOOLEAN)"
    )
    rows = [
        (mark(), key.name, settings, _BETWEEN.join(key.reads), query.text, *query.literals, query.is_proved)
        for key, query in sorted(QUERIES.items(), key=lambda item: item[0])
        if query is not None and key.settings == settings and key.dialect == engine.dialect
    ]
    for row in rows:
        engine.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608  (a declared name)


@cache
def mark() -> str:
    """Tells whether two programs compile alike."""
    found = hashlib.sha256(repr([version(name) for name in LIBRARIES]).encode())
    for package in SOURCES:
        for file in sorted(_python_files(files("efficace") / package), key=lambda one: one.name):
            found.update(file.read_bytes())
    return found.hexdigest()


def _python_files(folder: Traversable) -> list[Traversable]:
    inner = [file for one in folder.iterdir() if one.is_dir() for file in _python_files(one)]
    return inner + [one for one in folder.iterdir() if one.name.endswith(".py")]
