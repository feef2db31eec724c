"""A project folder opened, with its rooms."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from efficace.config import CONFIG_FILE, Config, load_config
from efficace.errors import ForeignSnapshot, ProjectError, refused
from efficace.project.data_room import DataRoom
from efficace.project.insights_room import InsightsRoom
from efficace.project.metrics_room import MetricsRoom
from efficace.project.state_room import StateRoom
from efficace.warehouse.building import Published
from efficace.warehouse.engines import published
from efficace.warehouse.snapshot import Snapshots

if TYPE_CHECKING:
    from efficace.metrics.ask import Ground
    from efficace.warehouse.queryable import Queryable
    from efficace.warehouse.snapshot import Snapshot

CENSUS = "column_fill"
"""Table of a snapshot: the columns of its tables, and how full they are."""


def open_project(folder: str | Path = ".") -> Project:
    """Open a project folder.

    Raises:
        ProjectError: If there is no project in it.
        ConfigError: If its ``efficace.yaml`` has a setting that does not exist.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ProjectError("{path}: no such folder. efficace load PATH --project {path} creates a project.", path=path)
    if not (path / CONFIG_FILE).exists() and Snapshots(path).current() is None:
        raise ProjectError(
            "{path}: no project here ({file} is missing). efficace load PATH creates one.",
            path=path,
            file=CONFIG_FILE,
        )
    return Project(path)


def begin_project(folder: str | Path, threads: int | None = None) -> Project:
    """Open a project folder, made where it is not there yet; the first load writes its settings.

    Args:
        threads: At work on one question; None = as many as there are cores.

    Raises:
        ProjectError: If the folder cannot be made.
        ConfigError: If its ``efficace.yaml`` has a setting that does not exist.
    """
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("{path}: cannot be made: {error}.", path=path, error=refused(error)) from error
    return Project(path, threads)


class Project:
    """A project folder with its rooms ``data``, ``metrics`` and ``insights``."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = folder
        self._threads = threads
        self.config: Config = load_config(folder)
        self.data = DataRoom(self)
        self.metrics = MetricsRoom(self)
        self.state = StateRoom(self)
        self.insights = InsightsRoom(self)
        self._grounds = threading.local()
        self._opened: list[tuple[threading.Thread, Ground]] = []
        self._opening = threading.Lock()

    def __repr__(self) -> str:
        return f"Project({str(self.folder)!r}, company={self.config.company.name!r})"

    def published(self) -> Published:
        """Where the published tables are, as the setting ``engine`` says."""
        return published(self.folder, self.config, self._threads)

    def ground(self) -> Ground:
        """The published snapshot, opened for the thread that asks; a newer one is noticed by itself.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        snapshot = self.data.snapshot()
        ground: Ground | None = getattr(self._grounds, "ground", None)
        if ground is None or ground.number != snapshot.number:
            with self._opening:
                ground = self._grounds.ground = self._open(snapshot)
        return ground

    def _open(self, snapshot: Snapshot) -> Ground:
        """The snapshot for this thread; those of threads that have ended, and its own earlier one, are closed."""
        from efficace.metrics.ask import Ground

        beside = next((ground for _, ground in self._opened if ground.number == snapshot.number), None)
        this = threading.current_thread()
        for thread, ground in [*self._opened]:
            if thread is this or not thread.is_alive():
                self._opened.remove((thread, ground))
                ground.engine.close()
        if beside is None:
            # A load may have brought settings along; until the next one they stay as they are for all threads.
            self.config = load_config(self.folder)
        engine = self.published().open(snapshot)
        _refuse_foreign(self.folder, snapshot, engine)
        config = self.config if beside is None else beside.config
        ground = Ground(engine, config, snapshot.as_of, snapshot.number, beside)
        self._opened.append((this, ground))
        return ground

    def close(self) -> None:
        """Let go of the snapshot's file, in whatever thread it was opened."""
        with self._opening:
            for _, ground in self._opened:
                ground.engine.close()
            self._opened.clear()
            self._grounds = threading.local()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self.state.close()


def _refuse_foreign(folder: Path, snapshot: Snapshot, engine: Queryable) -> None:
    """Stop before a question meets tables or columns that are not there."""
    from efficace.facts.form import form

    if snapshot.form == form() or (not snapshot.form and _has_declared_columns(engine)):
        return
    engine.close()
    raise ForeignSnapshot(
        "{folder}: the published data was built by another version of efficace. Load any file again (efficace load "
        "PATH), and everything is built anew from the log.",
        folder=folder,
    )


def _has_declared_columns(engine: Queryable) -> bool:
    """Whether a snapshot that does not tell its form has every column that questions may read."""
    from efficace.facts.form import declared_columns

    if CENSUS not in engine.table_names():
        return False
    return declared_columns() <= set(engine.find(CENSUS, ("table_name", "column_name")))
