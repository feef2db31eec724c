"""Loads small companies from texts and reads back what a snapshot holds."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from efficace.build import LoadReport, load
from efficace.warehouse.snapshot import Snapshots

NOW = datetime(2026, 4, 1)
REAL = Path(os.environ.get("EFFICACE_DATA", Path(__file__).parents[2] / "shared" / "data"))
VENDOR = REAL.parent / "vendor"
EXAMPLES = Path(__file__).parents[1] / "examples" / "mappings"


class Company:
    """A project folder and a folder of files beside it."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.files = folder / "files"
        self.files.mkdir(parents=True)

    def write(self, **files: str | bytes) -> None:
        """Write files; ``deals_csv`` is ``deals.csv``."""
        for name, content in files.items():
            path = self.files / ".".join(name.rsplit("_", 1))
            path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).lstrip("\n").encode())

    def settings(self, text: str) -> None:
        self.project.mkdir(parents=True, exist_ok=True)
        (self.project / "efficace.yaml").write_text(text, encoding="utf-8")

    def load(self, mapping: str | Path | None = None, path: Path | None = None, now: datetime = NOW) -> LoadReport:
        if isinstance(mapping, str):
            target = self.files.parent / "mapping.yaml"
            target.write_text(textwrap.dedent(mapping), encoding="utf-8")
            mapping = target
        report = load(self.project, path or self.files, mapping, now)
        for name, counts in report.tables.items():
            assert counts.read == counts.loaded + counts.rejected, name
        return report

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the published snapshot to a query."""
        snapshots = Snapshots(self.project)
        present = snapshots.current()
        assert present is not None
        with duckdb.connect(str(snapshots.file(present.number)), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def reasons(self, table: str) -> Mapping[str, str]:
        """Reason by key of the rejected rows of a table."""
        return dict(self.rows(f"SELECT row_key, reason FROM rejected_rows WHERE table_name = '{table}'"))

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """All canonical tables, for comparing two snapshots."""
        from efficace.model.tables import TABLES

        return {table.name: sorted(self.rows(f'SELECT * FROM "{table.name}"'), key=repr) for table in TABLES}


def real_set(name: str) -> Path:
    """Folder of a real data set; the test is skipped where it is absent."""
    folder = REAL / name
    if not folder.is_dir():
        pytest.skip(f"the real data set {name} is not here (set EFFICACE_DATA)")
    return folder
