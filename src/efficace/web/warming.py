"""Makes the usual pages ready before anybody asks: once a snapshot, in the background, whenever nobody is served.

What takes long the first time (queries are compiled once a shape) is done then, and the answers are at hand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from efficace.access.answers import Seen
from efficace.access.rights import Reader
from efficace.errors import EfficaceError
from efficace.metrics.question import Request
from efficace.web import files
from efficace.web.asked import Asked, offered
from efficace.web.desk import MISSED, PAUSE, Desk
from efficace.web.figures import moved
from efficace.web.frame import FILTERS
from efficace.web.hands import Hands
from efficace.web.pages import chapters, kpi, overview
from efficace.web.pages.kpi_opened import definitions_of
from efficace.web.place import DEFAULT_PERIOD, PERIODS, Place, usual_place
from efficace.web.plane import plane
from efficace.web.team_grid import team_grid
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding
    from efficace.metrics.answer import Answer
    from efficace.metrics.opened import Opened
    from efficace.state.audit import Way

LOG = logging.getLogger(__name__)
LOOK_EVERY = 2.0
"""Seconds between looks for a new snapshot."""
NOBODY = Visitor(
    id=0, login="", name="", role="admin", reader=Reader(0, "admin"), language="en", theme="system", secret="", csrf=""
)

Work = Callable[[], object]


class Stopped(Exception):
    """The server is asked to stop."""


class Rehearsal(Desk):
    """A desk for pages that nobody sees: what they ask is at hand afterwards, and no view of it is logged."""

    def __init__(self, desk: Desk, pause: Callable[[], None]) -> None:
        """Share what a desk keeps.

        Args:
            pause: Called before each question.
        """
        super().__init__(desk.project, Hands(1))
        self._kept, self.attendance = desk._kept, desk.attendance
        self._pause = pause

    def see(self, reader: Reader, way: Way, metric: str, **question: Any) -> Seen:  # noqa: ARG002  (as a desk is asked)
        """The whole answer; it goes nowhere."""
        request = Request(metric, **{**question, "settings": question.get("settings") or {}})
        return Seen(self.answer(request), (), 0)

    def opened(self, reader: Reader, way: Way, metric: str, limit: int, **question: Any) -> Opened:  # noqa: ARG002
        """All the rows; they go nowhere."""
        self._pause()
        return self.project.metrics.opened(metric, limit=limit, **question)

    def looked_at(self, reader: Reader, way: Way, metric: str, people: Iterable[str | None]) -> None:
        """Nobody looks."""

    def discovered(self) -> Sequence[Finding]:
        """The findings, worked out when nobody is served."""
        return self.project.insights.findings(progress=lambda *_: self._pause(), without=[MISSED])

    def answer(self, request: Request) -> Answer:
        """An answer as pages ask for it, when nobody is served."""
        self._pause()
        return super().answer(request)


class Warming:
    """A thread that makes each snapshot ready as it appears."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="warming", daemon=True)

    def start(self) -> None:
        """Begin; the server does not wait."""
        self._thread.start()

    def stop(self, seconds: float = 20.0) -> None:
        """Ask for the end and wait for it: a question at work reads what is closed next."""
        self._stopped.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        done: int | None = None
        while not self._stopped.is_set():
            try:
                if not self._desk.project.data.is_empty:
                    number = self._desk.project.data.snapshot().number
                    if number != done:
                        done = number
                        self._make_ready(number)
            except Stopped:
                return
            except EfficaceError as error:
                LOG.warning("pages are not made ready: %s", error)
            self._stopped.wait(LOOK_EVERY)

    def _make_ready(self, number: int) -> None:
        began, works, failed = monotonic(), 0, 0
        for work in usual_works(Rehearsal(self._desk, self._pause)):
            if self._desk.project.data.snapshot().number != number:
                return
            works += 1
            try:
                work()
            except EfficaceError:
                # A figure that cannot be asked so says why on its own page.
                failed += 1
            except Exception as error:
                if isinstance(error, Stopped):
                    raise
                failed += 1
                LOG.exception("a page could not be made ready")
        LOG.info("snapshot %d: %d usual pages ready after %.0f s", number, works - failed, monotonic() - began)

    def _pause(self) -> None:
        self._desk.attendance.give_way(PAUSE)
        if self._stopped.is_set():
            raise Stopped


def usual_works(desk: Desk) -> Iterator[Work]:
    """What people will ask first, the most likely first: each work asks what one page asks."""
    fiscal = desk.project.config.company.fiscal_year_start
    place = partial(usual_place, until=desk.until, fiscal_year_start=fiscal)
    yield partial(overview.shown_at, desk, NOBODY, place("/", DEFAULT_PERIOD), (), None)
    yield partial(desk.kept, "health", desk.project.data.doctor)
    yield from (partial(desk.members, dimension) for dimension in FILTERS)
    yield desk.every_finding
    yield files.charts
    yield partial(desk.kept, ("lead queue", ()), desk.project.metrics.lead_queue)
    yield from _chapters(desk, place, DEFAULT_PERIOD)
    pages = [_asked(desk, place, metric) for metric in desk.project.metrics.catalogue()]
    yield from (partial(_kpi, desk, page) for page in pages)
    yield from (partial(overview.shown_at, desk, NOBODY, place("/", period), (), None) for period in PERIODS)
    yield from (partial(definitions_of, desk, NOBODY, page) for page in pages if page.metric.presets)
    slow = [page for page in pages if _is_slow(page)]
    states = [page for page in slow if page.metric.state]
    yield from (partial(moved, desk, NOBODY, page.place, page.metric.id, **page.beside) for page in states)
    yield from (partial(kpi.drawn, desk, NOBODY, page, None, "trend") for page in slow)
    for period in PERIODS:
        yield from _chapters(desk, place, period)


def _chapters(desk: Desk, place: Callable[[str, str], Place], period: str) -> Iterator[Work]:
    for chapter in chapters.CHAPTERS:
        at = place(chapter.path, period)
        yield partial(chapters.tiles_of, desk, NOBODY, at, chapter)
        yield from (partial(chapters.section_of, desk, NOBODY, at, section) for section in chapter.sections)
    yield partial(team_grid, desk, NOBODY, place("/team", period), "name")
    yield partial(plane, desk, NOBODY, place("/team", period))


def _asked(desk: Desk, place: Callable[[str, str], Place], metric: str) -> Asked:
    declared = desk.project.metrics.catalogue()[metric]
    by = offered(declared)
    return Asked(declared, place(f"/kpi/{metric}", DEFAULT_PERIOD), "month", by[0] if by else None, None, None)


def _kpi(desk: Desk, asked: Asked) -> None:
    whole, _members = kpi.shown_at(desk, NOBODY, asked)
    if not _is_slow(asked):
        kpi.drawn(desk, NOBODY, asked, whole, "trend")


def _is_slow(asked: Asked) -> bool:
    """Whether its picture takes seconds: a state of each past month is worked out as of its end."""
    return asked.metric.state or bool(asked.metric.ahead)
