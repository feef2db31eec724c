"""The usual pages are ready before anybody asks: for each snapshot, without a restart, and never in the way."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from efficace.access.rights import reader_of
from efficace.metrics.question import Request
from efficace.project import Project, open_project
from efficace.state import State
from efficace.state.schema import PersonView
from efficace.state.users import add_user
from efficace.web import warming
from efficace.web.desk import Desk, now
from efficace.web.pages import overview
from efficace.web.place import DEFAULT_PERIOD, usual_place
from efficace.web.warming import NOBODY, Rehearsal, Stopped, Warming, usual_works

DAWDLE = 60
"""Seconds after which a busy machine has had its chance."""


@pytest.fixture
def desk(company: Path) -> Iterator[Desk]:
    with open_project(company) as project:
        made = Desk(project)
        yield made
        made.close()


def few_works(desk: Desk) -> Iterator[warming.Work]:
    """The overview alone: the whole list takes a minute."""
    place = usual_place("/", DEFAULT_PERIOD, desk.until)
    yield partial(overview.shown_at, desk, NOBODY, place, (), None)


def until(happened: Event | None = None, *, is_so: object = None) -> bool:
    """Wait for something that another thread does."""
    deadline = monotonic() + DAWDLE
    while monotonic() < deadline:
        if (happened is not None and happened.is_set()) or (callable(is_so) and is_so()):
            return True
        sleep(0.05)
    return False


def test_what_was_made_ready_is_not_reckoned_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for work in few_works(Rehearsal(desk, lambda: None)):
        work()
    asked: list[Request] = []
    monkeypatch.setattr(desk.project.metrics, "answer", asked.append)
    place = usual_place("/", DEFAULT_PERIOD, desk.until)
    shown = overview.shown_at(desk, NOBODY, place, (), None)
    assert len(shown.cards) == 7
    assert asked == []


def test_nobody_is_logged_as_having_seen_what_is_made_ready(own: Project) -> None:
    desk = Desk(own)
    with own.state.open().writing() as transaction:
        reader = reader_of(add_user(transaction, "boss", "admin", now()))

    def entries() -> int:
        with own.state.open().reading() as transaction:
            return transaction.scalar(select(func.count()).select_from(PersonView)) or 0

    Rehearsal(desk, lambda: None).see(reader, "page", "win_rate", by=["rep"])
    assert entries() == 0
    desk.see(reader, "page", "win_rate", by=["rep"])
    assert entries() > 0


def test_each_usual_page_can_be_made_ready(desk: Desk) -> None:
    works = usual_works(Rehearsal(desk, lambda: None))
    assert sum(1 for _work in works) > 100


def test_a_question_waits_until_nobody_is_served(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "usual_works", few_works)
    monkeypatch.setattr(warming, "PAUSE", DAWDLE)
    asked = Event()
    plain = desk.project.metrics.answer

    def noted(request: Request) -> object:
        asked.set()
        return plain(request)

    monkeypatch.setattr(desk.project.metrics, "answer", noted)
    desk.attendance.come()
    made = Warming(desk)
    made.start()
    assert not asked.wait(0.5)
    desk.attendance.leave()
    assert asked.wait(DAWDLE)
    made.stop()


def test_it_stops_between_two_questions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, stopped = Event(), Event()

    def endless(desk: Desk) -> Iterator[warming.Work]:
        begun.set()
        for day in range(1, 28):
            yield partial(desk.see, NOBODY.reader, "page", "win_rate", start=f"2026-01-{day:02}")
        stopped.set()

    monkeypatch.setattr(warming, "usual_works", endless)
    made = Warming(desk)
    made.start()
    assert begun.wait(DAWDLE)
    made.stop(DAWDLE)
    assert not stopped.is_set()
    with pytest.raises(Stopped):
        made._pause()


@pytest.fixture
def own(company: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of the company that can be loaded anew."""
    shutil.copytree(company, tmp_path / "project", ignore=shutil.ignore_patterns("state*"))
    with open_project(tmp_path / "project") as project:
        yield project


def test_a_new_snapshot_is_made_ready_without_a_restart(
    own: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warming, "usual_works", few_works)
    monkeypatch.setattr(warming, "LOOK_EVERY", 0.05)
    desk = Desk(own)
    made = Warming(desk)
    with caplog.at_level(logging.INFO, "efficace"):
        made.start()
        assert until(is_so=lambda: "snapshot 1: 1 usual pages ready" in caplog.text)
        with open_project(own.folder) as other:
            other.data.rebuild()
        assert until(is_so=lambda: "snapshot 2: 1 usual pages ready" in caplog.text)
    made.stop()
    assert caplog.text.count("usual pages ready") == 2


def test_whose_figures_a_page_shows_is_written_down_in_one_go(own: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, state = Desk(own), own.state.open()
    with state.writing() as transaction:
        reader = reader_of(add_user(transaction, "boss", "admin", now()))
    writes: list[int] = []
    plain = type(state).writing

    def counted(state: State) -> AbstractContextManager[Transaction]:
        writes.append(1)
        return plain(state)

    monkeypatch.setattr(type(state), "writing", counted)
    with desk.views_together():
        desk.hands.at_once([partial(desk.see, reader, "page", name, by=["rep"]) for name in ("win_rate", "promptness")])
        desk.see(reader, "page", "win_rate", by=["rep"])
        assert writes == []
    assert writes == [1]
    with state.reading() as transaction:
        found = {(view.metric, view.viewer_id) for view in transaction.scalars(select(PersonView))}
        number = transaction.scalar(select(func.count()).select_from(PersonView))
    assert found == {("win_rate", reader.user_id), ("promptness", reader.user_id)}
    shown = [own.metrics.ask(name, by=["rep"]).rows for name in ("win_rate", "promptness")]
    assert number == sum(row.members["rep"] is not None for rows in shown for row in rows)
