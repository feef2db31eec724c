"""A load of 1 % changed rows, and whether it left what a load of everything at once would have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CHANGES = {
    "touches": ("touch_id", "duration_seconds", "coalesce(duration_seconds, 0) + 1"),
    "leads": ("lead_id", "score", "coalesce(score, 0) + 1"),
    "deals": ("deal_id", "amount", "amount + 1"),
    "order_lines": ("line_id", "units", "units * 2"),
}
"""Table -> its key, the column that changes, and what it becomes."""

OF_THE_FILE = ("table_origins", "build_inputs", "load_counts", "load_notes", "source_status", "compiled_queries")
"""Tables that say how a snapshot came about, not what is known."""


def delta_of(company: Path, folder: Path) -> Path:
    """Write one row in a hundred of the large tables, changed."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for table, (key, column, change) in CHANGES.items():
            rows = f"SELECT * REPLACE (({change}) AS {column}) FROM '{company / table}.parquet'"  # noqa: S608  (ours)
            connection.execute(f"COPY ({rows} WHERE hash({key}) % 100 = 0) TO '{folder / table}.parquet'")
    return folder


def differing_tables(one: Path, other: Path) -> list[str]:
    """The tables whose rows are not the same in two snapshots, counted row by row."""
    import duckdb

    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        found = connection.execute("SELECT DISTINCT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        names = [name for (name,) in found if name not in OF_THE_FILE]
        return [name for name in names if not _is_same(connection, name)]


def _is_same(connection: DuckDBPyConnection, table: str) -> bool:
    """Also a table that only one of them has is a difference."""
    import duckdb

    try:
        for left, right in (("one", "other"), ("other", "one")):
            query = f'FROM {left}."{table}" EXCEPT ALL FROM {right}."{table}"'
            if connection.execute(f"SELECT 1 FROM ({query}) LIMIT 1").fetchone():  # noqa: S608  (a listed table)
                return False
    except duckdb.CatalogException:
        return False
    return True
