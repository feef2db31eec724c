"""The room ``data``: what was loaded, and loading more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.errors import ProjectError
from efficace.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from efficace.build import LoadReport
    from efficace.build.report import Progress
    from efficace.metrics.doctor import Health
    from efficace.metrics.people import Person
    from efficace.project.folder import Project
    from efficace.warehouse.raw_log import RawLoad


class DataRoom:
    """What was loaded, and loading more."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def is_empty(self) -> bool:
        """Whether nothing was loaded yet."""
        return self._project.published().current() is None

    def snapshot(self) -> Snapshot:
        """The published snapshot.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        found = self._project.published().current()
        if found is None:
            raise ProjectError(
                "{folder}: nothing was loaded yet. efficace load PATH brings data in.", folder=self._project.folder
            )
        return found

    def load(self, path: str | Path, mapping: str | Path | None = None, progress: Progress | None = None) -> LoadReport:
        """Bring a file or folder in and publish a new snapshot.

        Raises:
            SourceError: If a file cannot be read.
            MappingError: If the mapping cannot be carried out.
        """
        from efficace.build import load

        now = datetime.now(UTC).replace(tzinfo=None)
        return load(self._project.folder, Path(path), Path(mapping) if mapping else None, now, progress)

    def rebuild(self, progress: Progress | None = None, wait_seconds: float = 0) -> LoadReport:
        """Publish the same data under the settings as they are now.

        Args:
            wait_seconds: How long to wait for a load that is running.

        Raises:
            ProjectError: If nothing was loaded yet, or another load runs.
        """
        from efficace.build import rebuild

        now = datetime.now(UTC).replace(tzinfo=None)
        return rebuild(self._project.folder, now, progress, wait_seconds=wait_seconds)

    def publish(self, address: str, progress: Progress | None = None) -> Snapshot:
        """Publish canonical tables that a Spark cluster has made: folders of Parquet files, read where they lie.

        Raises:
            ProjectError: If the project's engine is not Spark, or a load runs.
            SourceError: If there are no such tables, or one of them cannot be used.
        """
        from efficace.build.cluster_tables import publish_tables

        now = datetime.now(UTC).replace(tzinfo=None)
        return publish_tables(self._project.folder, address, now, progress or (lambda *_: None))

    def undo(self, progress: Progress | None = None, number: int | None = None) -> LoadReport:
        """Take the last load back: a snapshot without it is published; its files stay in the log's folder.

        Args:
            number: Of the load that is meant; None = whichever is the last.

        Raises:
            NothingBefore: If there is no load before it, or another one is the last by now.
            ProjectError: If another load runs.
        """
        from efficace.build import undo_last

        return undo_last(self._project.folder, datetime.now(UTC).replace(tzinfo=None), progress, number)

    def sources(self) -> list[dict[str, Any]]:
        """How new and how large each stream of each source is: the rows of the table ``source_status``."""
        engine = self._project.ground().engine
        names = ("source", "stream")
        return list(engine.run(engine.table("source_status").order_by(*names)).to_pylist())

    def loads(self) -> Sequence[RawLoad]:
        """What was loaded so far, oldest first."""
        from efficace.warehouse.raw_log import RawLog

        return RawLog(self._project.folder).loads()

    def doctor(self) -> Health:
        """For each metric whether its data is there, which column is missing, and how fresh and complete the rest is.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.metrics.doctor import examine

        return examine(self._project.ground().engine, self._project.metrics.catalogue())

    def members(self, dimension: str) -> list[tuple[str, str]]:
        """Id and name of the members that a dimension has, by name.

        Raises:
            QuestionError: If there is no such dimension.
        """
        from efficace.metrics.members import members_of

        return members_of(self._project.ground().engine, dimension)

    def people(self) -> dict[str, Person]:
        """Every rep by id, with role and team."""
        from efficace.metrics.people import people_of

        return people_of(self._project.ground().engine)

    def account_names(self, account_ids: Sequence[str]) -> dict[str, str]:
        """Names of accounts by id, as far as they are known."""
        from efficace.metrics.people import account_names

        return account_names(self._project.ground().engine, account_ids)

    def reps_of_teams(self, teams: Sequence[str]) -> frozenset[str]:
        """The reps of teams and of all the teams below them."""
        from efficace.metrics.members import reps_of_teams

        return reps_of_teams(self._project.ground().engine, teams)

    def rejected(self, limit: int = 10_000) -> list[dict[str, Any]]:
        """Rejected rows with table, file, row, column, reason and the original text, in reading order."""
        engine = self._project.ground().engine
        return list(engine.run(engine.table("rejected_rows").limit(limit)).to_pylist())
