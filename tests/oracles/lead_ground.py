"""Loads a random company of leads and reads its facts, as stored and as of an earlier instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lead_company import Company

from efficace.build.tables import load_tables
from efficace.facts import BY_NAME
from efficace.facts.known import Tables
from efficace.facts.store import moment
from efficace.project import Project, open_project

NOW = datetime.fromisoformat("2024-04-20")


def project_of(company: Company, folder: Path) -> Project:
    """A project with the company loaded; files are in UTC."""
    tables = {name: [_zoned(row) for row in rows] for name, rows in company.tables.items()}
    load_tables(folder, tables, {"company": {"timezone": "Europe/Paris"}}, NOW)
    return open_project(folder)


def fact_rows(
    project: Project, fact: str, as_of: datetime | None = None, settings: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a fact; as stored, or evaluated for another instant or setting."""
    from efficace.config import with_settings

    ground = project.ground()
    config = with_settings(ground.config, settings or {})
    is_stored = as_of is None and not settings
    tables = Tables(ground.engine, moment(as_of or ground.as_of, config), BY_NAME, stored=is_stored)
    rows: list[dict[str, Any]] = ground.engine.run(getattr(tables, fact)).to_pylist()
    tables.close()
    return rows


def _zoned(row: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{value.isoformat()}Z" if isinstance(value, datetime) else value for name, value in row.items()}
