"""The desk that all pages and programs ask: answers as the reader may see them, kept as long as their snapshot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from efficace.access.rights import Reader, may_see_members
from efficace.insights.discover import ranked
from efficace.metrics.answer import Answer
from efficace.metrics.instants import joined
from efficace.metrics.question import Request
from efficace.model.time import company_day, end_of_day
from efficace.web.attendance import Attendance
from efficace.web.hands import Hands
from efficace.web.kept import Kept

if TYPE_CHECKING:
    from efficace.access.answers import Seen
    from efficace.insights.finding import Finding
    from efficace.metrics.definitions import Definitions
    from efficace.metrics.opened import Opened
    from efficace.metrics.set_targets import SetTarget
    from efficace.project import Project
    from efficace.state import State
    from efficace.state.audit import Way

LOG = logging.getLogger(__name__)
MISSED = "target_missed"
"""The detector whose findings change whenever somebody sets a target."""

PAUSE = 1.0
"""Seconds that what can wait gives way to visitors before it goes on all the same."""

Found = TypeVar("Found")


def now() -> datetime:
    """The present instant, zone-less UTC; the one clock of the app."""
    return datetime.now(UTC).replace(tzinfo=None)


class _Views:
    """Whose figures of which metrics one page shows to a reader."""

    def __init__(self) -> None:
        self._people: dict[tuple[int, str, Way], set[str]] = {}

    def note(self, reader: Reader, people: Sequence[str], metric: str, way: Way, _at: datetime) -> None:
        """Keep people until all are known."""
        if people:
            self._people.setdefault((reader.user_id, metric, way), set()).update(people)

    def write(self, state: State) -> None:
        """Write all down in one transaction."""
        from efficace.state.audit import write_person_views

        if self._people:
            with state.writing() as transaction:
                # What comes in after the page may still be worked on; its own request writes it down.
                for (user_id, metric, way), people in [*self._people.items()]:
                    write_person_views(transaction, user_id, people, metric, way, now())


_together: ContextVar[_Views | None] = ContextVar("views", default=None)


class Desk:
    """Answers questions for all threads of a server; the same question is reckoned once a snapshot."""

    def __init__(self, project: Project, hands: Hands | None = None) -> None:
        self.project = project
        self.hands = hands or Hands()
        self.attendance = Attendance()
        self._kept = Kept()
        self._at_work: list[Thread] = []
        self._beginning = Lock()

    def see(self, reader: Reader, way: Way, metric: str, **question: Any) -> Seen:
        """An answer as far as the reader may know; takes what ``metrics.ask`` takes.

        Raises:
            Forbidden: If nothing of it may be seen.
            QuestionError: If a name, date or value does not exist.
        """
        views = _together.get()
        log = None if views is None else views.note
        return self.project.state.see(reader, way, now(), metric, ask=self.answer, log=log, **question)

    @contextmanager
    def views_together(self) -> Iterator[None]:
        """Write down whose figures a page shows in one go, once all of them are known and before any is shown.

        Raises:
            StateError: If they cannot be written down.
        """
        views = _Views()
        before = _together.set(views)
        try:
            yield
        finally:
            _together.reset(before)
        views.write(self.project.state.open())

    def opened(self, reader: Reader, way: Way, metric: str, limit: int, **question: Any) -> Opened:
        """The rows behind an answer that the reader may see; takes what ``metrics.ask`` takes.

        Raises:
            Forbidden: If no row may be seen.
            QuestionError: If a name, date or value does not exist.
        """
        return self.project.state.opened(reader, way, now(), metric, limit=limit, **question)

    def looked_at(self, reader: Reader, way: Way, metric: str, people: Iterable[str | None]) -> None:
        """Log whose rows or findings a reader was shown, the reader's own aside; with the page's other views if any."""
        others = {rep for rep in people if rep is not None} - {reader.rep_id}
        views = _together.get()
        if views is not None:
            views.note(reader, sorted(others), metric, way, now())
        elif others:
            from efficace.state.audit import write_person_views

            with self.project.state.open().writing() as transaction:
                write_person_views(transaction, reader.user_id, others, metric, way, now())

    def answer(self, request: Request) -> Answer:
        """The full answer to a question, before anything is hidden: for the guard alone."""
        return self.kept(("answer", _key(request)), lambda: self._reckoned(request))

    def definitions(self, reader: Reader, metric: str, **question: Any) -> Definitions:
        """A metric by each of its definitions, as far as the reader may know.

        Raises:
            Forbidden: If the figure may not be seen.
            QuestionError: If the metric has only its own definition, or cannot be asked so.
        """
        return self.project.state.definitions(reader, metric, ask=self.answer, compare=self._compared, **question)

    def _compared(self, request: Request) -> Definitions:
        return self.kept(("definitions", _key(request)), lambda: self.project.metrics.compared(request))

    def _reckoned(self, request: Request) -> Answer:
        """An answer from the engine; of a state only for the instants that no other range had worked out."""
        instants = self.project.metrics.instants(request)
        if len(instants) == 1:
            return self.project.metrics.answer(request)
        return joined([self.answer(instant) for instant in instants])

    def findings(self, reader: Reader) -> Sequence[Finding] | None:
        """What the figures mean, as far as the reader may know; None while the first call has it worked out."""
        name, reckon = self.missed_targets()
        others, missed = self.later("findings", self.discovered), self.later(name, reckon)
        if others is None or missed is None:
            return None
        every = [*others, *missed]
        found: Sequence[Finding] = self.kept(("ranked", name), lambda: ranked(every))
        privacy = self.project.config.privacy
        return [one for one in found if may_see_members(reader, one.subject, privacy)]

    def every_finding(self) -> Sequence[Finding]:
        """All findings, the most important first, waited for: for what makes pages ready."""
        name, reckon = self.missed_targets()
        every = [*self.kept("findings", self.discovered), *self.kept(name, reckon)]
        return self.kept(("ranked", name), lambda: ranked(every))

    def discovered(self) -> Sequence[Finding]:
        """Work the findings out, in the gaps that visitors leave as far as they leave any."""
        return self.project.insights.findings(
            progress=lambda *_: self.attendance.give_way(PAUSE), without=[MISSED]
        )  # fmt: skip

    def missed_targets(self) -> tuple[tuple[Hashable, ...], Callable[[], Sequence[Finding]]]:
        """A name that changes with the targets, to keep findings by, and what works the missed ones out."""
        return (MISSED, self.set_targets()), lambda: self.project.insights.findings(only=[MISSED])

    def set_targets(self) -> tuple[SetTarget, ...]:
        """The targets that people set, as they are now."""
        return self.project.state.set_targets()

    @property
    def as_of(self) -> datetime:
        """The instant of the published snapshot, zone-less UTC."""
        return self.project.data.snapshot().as_of

    @property
    def until(self) -> date:
        """First day that the data has not reached in full."""
        zone = self.project.config.zone
        day = company_day(self.as_of, zone)
        return day + timedelta(days=1) if self.as_of >= end_of_day(day, zone) - timedelta(seconds=1) else day

    def members(self, dimension: str) -> Sequence[tuple[str, str]]:
        """Id and name of a dimension's members."""
        return self.kept(("members", dimension), lambda: self.project.data.members(dimension))

    def team_members(self, teams: tuple[str, ...]) -> frozenset[str]:
        """The reps of teams and of those below; nobody before the first load."""
        if self.project.data.is_empty:
            return frozenset()
        return self.kept(("reps of teams", teams), lambda: self.project.data.reps_of_teams(teams))

    def kept(self, name: Hashable, reckon: Callable[[], Found]) -> Found:
        """What stays true as long as the snapshot is published; reckoned once, whoever asks meanwhile waits."""
        snapshot = self.project.data.snapshot().number
        found, is_first = self._kept.of(snapshot, name)
        if is_first:
            self._kept.reckon(snapshot, name, found, reckon)
        result: Found = found.result()
        return result

    def later(self, name: Hashable, reckon: Callable[[], Found]) -> Found | None:
        """What ``kept`` gives, without waiting: None while the first call has it reckoned in the background."""
        snapshot = self.project.data.snapshot().number
        found, is_first = self._kept.of(snapshot, name)
        if is_first:
            work = partial(self._reckon_quietly, snapshot, name, found, reckon)
            thread = Thread(target=work, name=str(name), daemon=True)
            with self._beginning:
                self._at_work = [*(one for one in self._at_work if one.is_alive()), thread]
                thread.start()
            return None
        if not found.done() or found.exception() is not None:
            return None
        result: Found = found.result()
        return result

    def close(self, seconds: float = 10.0) -> None:
        """Let the helpers go, and what is reckoned in the background finish: it reads what is closed next.

        Args:
            seconds: So long each work is waited for.
        """
        self.hands.close()
        for thread in self._at_work:
            thread.join(seconds)

    def _reckon_quietly(
        self, snapshot: int, name: Hashable, found: Future[Any], reckon: Callable[[], Any]
    ) -> None:  # fmt: skip
        # Whoever looks at the page that asked for it waits for the page first.
        self.attendance.give_way(PAUSE)
        self._kept.reckon(snapshot, name, found, reckon)
        error = found.exception()
        if error is not None:
            LOG.error("what was reckoned in the background failed", exc_info=error)


def _key(request: Request) -> Hashable:
    """A request as something that can be compared: lists and settings made fast."""
    return tuple(_fast(part) for part in astuple(request))


def _fast(part: Any) -> Hashable:
    if isinstance(part, Mapping):
        return tuple(sorted((str(name), str(value)) for name, value in part.items()))
    return tuple(part) if isinstance(part, list | tuple) else part
