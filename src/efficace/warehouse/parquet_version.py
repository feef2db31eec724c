"""One version of all tables as folders of Parquet files, with the manifest that publishes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from efficace.errors import ProjectError
from efficace.warehouse.snapshot import KEPT, Snapshot, as_json, from_json

if TYPE_CHECKING:
    from efficace.warehouse.hadoop import Files

MANIFEST = "published.json"


@dataclass
class Version:
    """A version, published or being made.

    Attributes:
        tables: Table -> where its files are and their columns; tables that a cluster made lie where it put them.
    """

    files: Files
    number: int
    tables: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    snapshot: Snapshot | None = None

    @staticmethod
    def numbers(files: Files) -> list[int]:
        """Numbers of all versions, whole or not."""
        return [int(name) for name in files.names() if name.isdigit()]

    @classmethod
    def newest(cls, files: Files) -> int | None:
        """Number of the newest published version."""
        numbers = sorted(cls.numbers(files), reverse=True)
        return next((number for number in numbers if MANIFEST in files.names(f"{number:06d}")), None)

    @classmethod
    def read(cls, files: Files, number: int) -> Version:
        """A published version.

        Raises:
            ProjectError: If it is gone or damaged.
        """
        path = f"{number:06d}/{MANIFEST}"
        text = files.read(path)
        if text is None:
            raise ProjectError(
                "{path}: the published version is missing. Load the data again to rebuild it.", path=files.address(path)
            )
        try:
            found = json.loads(text)
            return cls(files, number, dict(found["tables"]), from_json(found))
        except (ValueError, KeyError, TypeError) as error:
            raise ProjectError("{path}: damaged ({error}).", path=files.address(path), error=error) from error

    @classmethod
    def clean(cls, files: Files) -> None:
        """Remove what killed loads left, and all but the newest published versions."""
        last = cls.newest(files) or 0
        for number in cls.numbers(files):
            if number > last or number <= last - KEPT:
                files.remove(f"{number:06d}")

    def folder(self, name: str) -> str:
        """Address of a table's files."""
        return str(self.tables[name]["folder"])

    def own_folder(self, name: str) -> str:
        """Address below the version itself, for a table that is being written."""
        return self.files.address(f"{self.number:06d}/{name}")

    def schema(self, name: str) -> Any:
        """Columns of a table as Spark declares them."""
        from pyspark.sql.types import StructType

        return StructType.fromJson(dict(self.tables[name]["schema"]))

    def add(self, name: str, folder: str, schema: Mapping[str, Any]) -> None:
        """Note a table whose files are whole."""
        self.tables[name] = {"folder": folder, "schema": schema}

    def publish(self, snapshot: Snapshot) -> None:
        """Write the manifest: from then on readers find the version."""
        content = as_json(snapshot) | {"tables": self.tables}
        self.files.write_once(f"{self.number:06d}/{MANIFEST}", json.dumps(content, indent=1))
