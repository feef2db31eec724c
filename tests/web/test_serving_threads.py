"""Threads of a server: what one has compiled serves the others, and what ended ones held open is let go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from efficace.project import Project, begin_project, open_project
from efficace.warehouse.engine import Engine
from efficace.web.app import THREADS_OF_QUESTION


def in_a_thread(work: Callable[[], object]) -> None:
    failed: list[BaseException] = []

    def kept() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=kept)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def asks(project: Project) -> Callable[[], object]:
    return lambda: project.metrics.ask("win_rate", by=["rep"], start="2026-01-01")


def test_what_one_thread_compiled_serves_the_next(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    plain = Engine.compile

    def noted(engine: Engine, expression: Any) -> str:
        compiled.append(plain(engine, expression))
        return compiled[-1]

    monkeypatch.setattr(Engine, "compile", noted)
    with open_project(company) as project:
        in_a_thread(asks(project))
        first = len(compiled)
        assert first > 0
        in_a_thread(asks(project))
        assert len(compiled) == first


def test_threads_answer_alike(company: Path) -> None:
    found: list[object] = []
    # As a server opens it: two threads of one question add up in whatever order they come.
    with begin_project(company, THREADS_OF_QUESTION) as project:
        for _turn in range(2):
            in_a_thread(lambda: found.append(project.metrics.ask("lead_response_time", by=["team"]).rows))
    assert found[0] == found[1]


def test_what_ended_threads_held_open_is_closed(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Engine] = []
    plain = Engine.close

    def noted(engine: Engine) -> None:
        closed.append(engine)
        plain(engine)

    monkeypatch.setattr(Engine, "close", noted)
    with open_project(company) as project:
        for _turn in range(5):
            in_a_thread(asks(project))
        assert len(set(map(id, closed))) == 4
    assert len(set(map(id, closed))) == 5
