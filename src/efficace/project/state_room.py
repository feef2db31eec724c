"""The room ``state``: what people make, and the figures as an account may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efficace.metrics.answer import Answer
from efficace.project.answers import Opening
from efficace.project.asked import asked

if TYPE_CHECKING:
    from efficace.access import Reader
    from efficace.access.answers import Seen
    from efficace.metrics.definitions import Definitions, RowsBetween
    from efficace.metrics.explain import Explanation
    from efficace.metrics.opened import Opened
    from efficace.metrics.question import Request
    from efficace.metrics.set_targets import SetTarget
    from efficace.project.folder import Project
    from efficace.state import State
    from efficace.state.audit import Way
    from efficace.state.backup import Saved


Log = Callable[["Reader", Sequence[str], str, "Way", datetime], None]
"""Writes down whose figures of a metric a reader is shown, how and when."""


class StateRoom:
    """What people make: accounts, saved views, targets, notes, claims; and the figures as an account may see them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._state: State | None = None

    def open(self) -> State:
        """The state database, made and brought up to date at the first use.

        Raises:
            ProjectError: If it was made by a newer program.
            StateError: If it cannot be reached.
        """
        from efficace.state import open_state

        if self._state is None:
            self._state = open_state(self._project.folder, self._project.config.state)
        return self._state

    def set_targets(self) -> tuple[SetTarget, ...]:
        """The targets that people set in the app; none where nobody has made anything yet.

        Raises:
            StateError: If the database cannot be reached.
        """
        from efficace.metrics.set_targets import SetTarget
        from efficace.state.address import is_there
        from efficace.state.targets import COMPANY, targets

        if self._state is None and not is_there(self._project.folder, self._project.config.state):
            return ()
        with self.open().reading() as transaction:
            return tuple(
                SetTarget(
                    one.metric, one.starts_on, one.ends_on, one.value,
                    None if one.scope == COMPANY else one.scope, one.scope_id,
                )
                for one in targets(transaction)
            )  # fmt: skip

    def see(
        self,
        reader: Reader,
        way: Way,
        at: datetime,
        metric: str,
        ask: Callable[[Request], Answer] | None = None,
        log: Log | None = None,
        **question: Any,
    ) -> Seen:
        """An answer as far as a reader may know; takes what ``metrics.ask`` takes. Whose figures are in it is logged.

        Args:
            way: How it is shown: page, api or export.
            at: Now, zone-less UTC.
            ask: What answers in full; by default ``metrics.answer``.
            log: What is told whose figures are in it, to write it down before they are shown; by default written here.

        Raises:
            Forbidden: If nothing of it may be seen.
            QuestionError: If a name, date or value does not exist.
        """
        from efficace.access.answers import see

        request = asked(metric, question)
        metrics = self._project.metrics
        seen = see(reader, request, self._project.config.privacy, metrics.catalogue(), ask or metrics.answer)
        (log or self._log)(reader, seen.people, metric, way, at)
        return seen

    def opened(
        self,
        reader: Reader,
        way: Way,
        at: datetime,
        metric: str,
        left_out: str | None = None,
        limit: int | None = 1000,
        **question: Any,
    ) -> Opened:
        """The rows behind an answer that a reader may see; takes what ``metrics.ask`` takes. Whose they are is logged.

        Raises:
            Forbidden: If no row may be seen.
            QuestionError: If a name, date, value or reason does not exist.
        """
        from efficace.access.openings import see_rows
        from efficace.metrics.behind import opened

        project = self._project
        request, catalogue = asked(metric, question), project.metrics.catalogue()
        found, people = see_rows(
            reader, request, project.config.privacy, catalogue,
            lambda asked: opened(project.ground(), asked, catalogue, left_out, limit),
        )  # fmt: skip
        self._log(reader, people, metric, way, at)
        return found

    def explain(self, reader: Reader, way: Way, at: datetime, metric: str, **question: Any) -> Explanation:
        """How an answer was reckoned, as far as a reader may know; takes what ``metrics.ask`` takes.

        Raises:
            Forbidden: If nothing of the answer may be seen.
            QuestionError: If a name, date or value does not exist.
        """
        from efficace.access.openings import see_explanation

        project = self._project
        found, seen = see_explanation(
            reader, asked(metric, question), project.config.privacy, project.metrics.catalogue(),
            project.metrics.answer, lambda asked: Opening(project, asked).explain(),
        )  # fmt: skip
        self._log(reader, seen.people, metric, way, at)
        return found

    def definitions(
        self,
        reader: Reader,
        metric: str,
        ask: Callable[[Request], Answer] | None = None,
        compare: Callable[[Request], Definitions] | None = None,
        **question: Any,
    ) -> Definitions:
        """A metric by each of its definitions, where a reader may see its figure; ``metrics.compare_definitions``.

        Args:
            ask: What answers in full; by default ``metrics.answer``.
            compare: What compares in full; by default ``metrics.compared``.

        Raises:
            Forbidden: If the figure may not be seen.
            QuestionError: If the metric has only its own definition.
        """
        from efficace.access.openings import see_definitions

        metrics = self._project.metrics
        return see_definitions(
            reader, asked(metric, question), self._project.config.privacy, metrics.catalogue(),
            ask or metrics.answer, compare or metrics.compared,
        )  # fmt: skip

    def rows_between(
        self,
        reader: Reader,
        way: Way,
        at: datetime,
        metric: str,
        definition: str,
        limit: int | None = 1000,
        **question: Any,
    ) -> RowsBetween:
        """The rows between our definition and another one, for readers who may see everybody.

        Raises:
            Forbidden: If the reader may not.
            QuestionError: If the definition does not exist.
        """
        from efficace.access.openings import people_in, see_rows_between

        found = see_rows_between(
            reader, asked(metric, question), self._project.config.privacy,
            lambda _request: self._project.metrics.rows_between_definitions(metric, definition, limit, **question),
        )  # fmt: skip
        self._log(reader, people_in(found.rows, reader), metric, way, at)
        return found

    def _log(self, reader: Reader, people: Sequence[str], metric: str, way: Way, at: datetime) -> None:
        if people:
            from efficace.state.audit import write_person_views

            with self.open().writing() as transaction:
                write_person_views(transaction, reader.user_id, people, metric, way, at)

    def back_up(self, file: Path, at: datetime, raw: bool = False) -> Saved:
        """Write all that people made, the settings, own metrics and mappings to one file.

        Raises:
            BackupError: If the file is there already.
        """
        from efficace.state.backup import back_up

        return back_up(self._project.folder, self.open(), file, at, raw)

    def restore(self, file: Path, at: datetime) -> tuple[Saved, Path]:
        """Put a backup in place; gives also the file whose restoring undoes it.

        Raises:
            BackupError: If the file is damaged, no backup, or made by a newer program. Nothing was changed then.
            ProjectError: If a load is running.
        """
        from efficace.build.lock import only_writer
        from efficace.state.backup import restore

        with only_writer(self._project.folder):
            return restore(self._project.folder, self.open(), file, at)

    def close(self) -> None:
        """Let go of the database."""
        if self._state is not None:
            self._state.close()
            self._state = None
