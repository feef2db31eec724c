"""Loads tables that a program holds in memory, through the same path as files."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.build.one_load import load
from efficace.build.report import LoadReport
from efficace.config import CONFIG_FILE
from efficace.model.tables import BY_NAME
from efficace.sources.text_rows import as_text

if TYPE_CHECKING:
    import pyarrow as pa

Rows = Sequence[Mapping[str, Any]]


def load_tables(
    project_dir: Path,
    tables: Mapping[str, pa.Table | Rows],
    config: Mapping[str, Any] | None,
    now: datetime,
) -> LoadReport:
    """Write tables as CSV files and load them into a project.

    Args:
        tables: Canonical table -> its rows.
        config: Settings, written as ``efficace.yaml``; None = those that are there.
        now: The load's instant, zone-less UTC.
    """
    import yaml

    if config is not None:
        project_dir.mkdir(parents=True, exist_ok=True)
        (project_dir / CONFIG_FILE).write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in tables.items():
            _write(Path(folder, f"{name}.csv"), rows if isinstance(rows, Sequence) else rows.to_pylist())
        return load(project_dir, Path(folder), None, now)


def _write(path: Path, rows: Rows) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row)) or list(BY_NAME[path.stem].required)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([as_text(row.get(column)) for column in columns] for row in rows)
