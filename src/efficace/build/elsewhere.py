"""Publishes a load's tables to the engine that keeps them, where that is not the project's own file."""

from __future__ import annotations

from pathlib import Path

from efficace.build.record import COUNTS, INPUTS
from efficace.build.report import Progress
from efficace.config import Config
from efficace.facts import kept_queries
from efficace.facts.anew import build_anew
from efficace.facts.known import PREFIX
from efficace.facts.store import READINGS
from efficace.locale.said import Said
from efficace.warehouse import sql
from efficace.warehouse.building import Building, Versions
from efficace.warehouse.engine import Engine
from efficace.warehouse.snapshot import Snapshot

_OF_LOADS = frozenset({COUNTS, INPUTS, kept_queries.TABLE, *(reading.table for reading in READINGS)})
"""Tables that only the next load reads, or that the engine makes itself."""


def publish_elsewhere(
    versions: Versions, file: Path, config: Config, snapshot: Snapshot, temp: Path, tell: Progress
) -> None:
    """Copy the canonical tables of a finished load to the engine, build the facts there and show them to readers.

    Args:
        file: The database file that the load has made.
        temp: A folder for one table at a time.
    """
    building = versions.begin(snapshot.number)
    try:
        with Engine.open(file, read_only=True) as engine:
            copy_tables(engine, building, temp, tell)
        build_anew(building, config, snapshot.as_of, tell)
        building.publish(snapshot)
    finally:
        building.close()
    versions.clean()


def copy_tables(engine: Engine, building: Building, temp: Path, tell: Progress) -> None:
    """Hand the canonical and helper tables of a database file to another engine."""
    names = sorted(name for name in engine.table_names() - _OF_LOADS if not name.startswith(PREFIX))
    for place, name in enumerate(names):
        tell(Said("table {name}", {"name": name}), place / len(names))
        copy = temp / f"{name}.parquet"
        engine.execute(f"COPY {sql.name(name)} TO {sql.text(copy)} (FORMAT parquet)")
        building.take(name, copy)
        copy.unlink()
