"""The rows of a published snapshot, to compare it with another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from efficace.warehouse.snapshot import Snapshots

OF_THE_FILE = (
    "table_origins",
    "build_inputs",
    "load_counts",
    "load_notes",
    "source_status",
    "built_for",
    "compiled_queries",
)
"""Tables that say how a snapshot came about, not what is known."""

Rows = dict[str, list[str]]


def rows_of(project: Path) -> Rows:
    """Every table's rows as sorted texts, floats to 9 digits: sums depend on the order of rows in the last ones."""
    snapshots = Snapshots(project)
    present = snapshots.current()
    assert present is not None
    with duckdb.connect(str(snapshots.file(present.number)), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        kept = sorted(name for name in names if name not in OF_THE_FILE)
        return {name: sorted(map(_text, connection.execute(f'FROM "{name}"').fetchall())) for name in kept}


def differing(one: Rows, other: Rows) -> dict[str, Any]:
    """Some of the rows that one has and the other lacks, in both directions, by table."""
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    left = {name: (set(one.get(name, [])), set(other.get(name, []))) for name in names}
    return {name: (sorted(mine - theirs)[:3], sorted(theirs - mine)[:3]) for name, (mine, theirs) in left.items()}


def _text(row: tuple[Any, ...]) -> str:
    return repr(tuple(float(f"{value:.9g}") if isinstance(value, float) else value for value in row))
