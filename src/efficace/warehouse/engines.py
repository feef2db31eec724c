"""Which engine keeps a project's tables: the one place where the setting ``engine`` is read."""

from __future__ import annotations

from pathlib import Path

from efficace.config import Config
from efficace.warehouse.building import Published, Versions
from efficace.warehouse.snapshot import Snapshots


def published(project: Path, config: Config, threads: int | None = None) -> Published:
    """Where a project's published tables are.

    Args:
        threads: At work on one question in the project's own file; None = as many as there are cores.

    Raises:
        ProjectError: If the engine is not installed or cannot be reached.
        ConfigError: If its settings cannot be used.
    """
    return versions_elsewhere(project, config) or Snapshots(project, threads)


def versions_elsewhere(project: Path, config: Config) -> Versions | None:
    """Where a load publishes, beside the project's own file; None where that file is what readers open.

    Raises:
        ProjectError: If the engine is not installed or cannot be reached.
        ConfigError: If its settings cannot be used.
    """
    if config.engine == "spark":
        from efficace.warehouse.spark import SparkVersions

        return SparkVersions(config.spark, project)
    if config.engine == "postgresql":
        from efficace.warehouse.postgresql import PostgresVersions, address_of

        return PostgresVersions(address_of(config.postgresql), config.postgresql.schema)
    return None
