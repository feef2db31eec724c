"""What a new version of the tables needs of the engine that keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from efficace.warehouse.queryable import Queryable
from efficace.warehouse.snapshot import Snapshot

Read = Callable[[Sequence[Mapping[str, Any]]], Iterable[Mapping[str, Any]]]
"""The rows that some rows of texts give."""


class Building(Queryable, Protocol):
    """A version that is being made: it can be asked, and nobody else sees it before it is published."""

    def take(self, name: str, file: Path) -> None:
        """Store the rows of a Parquet file as a table."""
        ...

    def keep(self, name: str, query: str) -> None:
        """Store the rows of a query as a table."""
        ...

    def keep_read(self, name: str, query: str, read: Read, columns: Mapping[str, str]) -> None:
        """Store what Python reads in each row of a query.

        Args:
            columns: Of the table, with their types: ``VARCHAR`` or ``INTEGER``.
        """
        ...

    def publish(self, snapshot: Snapshot) -> None:
        """Show the version to readers, all or nothing."""
        ...


class Published(Protocol):
    """Where the published versions of the tables are."""

    def current(self) -> Snapshot | None:
        """The newest published version, or None before the first."""
        ...

    def open(self, snapshot: Snapshot) -> Queryable:
        """Open a published version for reading."""
        ...


class Versions(Published, Protocol):
    """Where a load publishes to an engine that is not the project's own file."""

    def next_number(self) -> int:
        """A number that no version, published or left by a killed load, has carried."""
        ...

    def begin(self, number: int) -> Building:
        """Start a version."""
        ...

    def clean(self) -> None:
        """Remove what killed loads left, and old versions."""
        ...
