"""What a server keeps: each thing is reckoned once, whoever asks, and no more is kept than there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from efficace.access.rights import Reader
from efficace.metrics.answer import Answer
from efficace.metrics.definitions import Definitions
from efficace.metrics.question import Request
from efficace.project import open_project
from efficace.web.desk import Desk

ADMIN, EXECUTIVE = Reader(1, "admin"), Reader(2, "executive")


@pytest.fixture
def desk(company: Path) -> Iterator[Desk]:
    with open_project(company) as project:
        made = Desk(project)
        yield made
        made.close()


def test_the_same_question_of_ten_threads_is_reckoned_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []
    plain, together = desk.project.metrics.answer, Barrier(10)

    def noted(request: Request) -> Answer:
        asked.append(request)
        return plain(request)

    def ask(_person: int) -> Answer:
        together.wait(30)
        return desk.answer(Request("win_rate", by=["team"], start=date(2026, 1, 1)))

    monkeypatch.setattr(desk.project.metrics, "answer", noted)
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(ask, range(10)))
    assert len(asked) == 1
    assert all(one is found[0] for one in found)


def test_definitions_are_compared_once_for_all_who_see_everybody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []
    plain = desk.project.metrics.compared

    def noted(request: Request) -> Definitions:
        asked.append(request)
        return plain(request)

    monkeypatch.setattr(desk.project.metrics, "compared", noted)
    ask = partial(desk.definitions, metric="win_rate", start=date(2026, 1, 1))
    assert ask(ADMIN) == ask(Reader(3, "admin"))
    assert len(asked) == 1


def test_definitions_tell_who_may_not_see_everybody_no_numbers_of_rows(desk: Desk) -> None:
    ask = partial(desk.definitions, metric="win_rate", start=date(2026, 1, 1))
    assert any(one.steps for one in ask(ADMIN).others)
    assert not any(one.steps for one in ask(EXECUTIVE).others)
