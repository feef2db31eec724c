"""A company whose tables DuckDB holds, to be published to other engines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from efficace.build.elsewhere import publish_elsewhere
from efficace.config import Config
from efficace.facts import BY_NAME
from efficace.facts.fact import Moment
from efficace.facts.known import Tables
from efficace.metrics.ask import Ground
from efficace.metrics.question import Question
from efficace.warehouse.building import Versions
from efficace.warehouse.queryable import Queryable
from efficace.warehouse.snapshot import Snapshot, Snapshots


class KeptGround(Ground):
    """Keeps the tables of as-of beside those of one other moment: to set facts aside again would take minutes."""

    _of_as_of: Tables | None = None

    def tables(self, question: Question) -> Tables:
        if question.as_of != self.as_of or question.overrides:
            return super().tables(question)
        if self._of_as_of is None:
            self._of_as_of = Tables(
                self.engine, Moment(question.as_of, question.as_of_on, question.config), BY_NAME, stored=True
            )
        return self._of_as_of


@dataclass(frozen=True)
class Loaded:
    """A project whose tables DuckDB holds."""

    project: Path
    config: Config
    snapshot: Snapshot
    engine: Queryable

    def ground(self, engine: Queryable) -> Ground:
        return KeptGround(engine, self.config, self.snapshot.as_of, self.snapshot.number)

    def publish(self, versions: Versions, temp: Path) -> Snapshot:
        """The same tables as the next version elsewhere."""
        snapshot = replace(self.snapshot, number=versions.next_number())
        file = Snapshots(self.project).file(self.snapshot.number)
        publish_elsewhere(versions, file, self.config, snapshot, temp, lambda *_: None)
        return snapshot
