"""A state over months is answered instant by instant: the same answer, and none of its months is worked out twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from efficace.metrics.answer import Answer
from efficace.metrics.question import Request
from efficace.project import open_project
from efficace.web.desk import Desk


@pytest.fixture
def desk(company: Path) -> Iterator[Desk]:
    with open_project(company) as project:
        made = Desk(project)
        yield made
        made.close()


@pytest.fixture
def reckoned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """The questions that reach the engine."""
    asked: list[Request] = []
    plain = desk.project.metrics.answer

    def noted(request: Request) -> Answer:
        asked.append(request)
        return plain(request)

    monkeypatch.setattr(desk.project.metrics, "answer", noted)
    return asked


@pytest.mark.parametrize(
    "request_",
    [
        Request("open_leads", grain="month", start=date(2026, 2, 11), end=date(2026, 6, 20)),
        Request("open_leads", by=["team"], grain="month", start=date(2026, 3, 1)),
        Request("pipeline_velocity", grain="quarter", start=date(2025, 10, 1)),
        Request("stalled_deals", grain="month", start=date(2026, 4, 1), compare="last_year"),
    ],
    ids=lambda asked: f"{asked.metric} {asked.grain} {asked.end}",
)
def test_a_state_instant_by_instant_is_the_same_answer(desk: Desk, request_: Request) -> None:
    whole = desk.project.metrics.answer(request_)
    assert len(whole.rows) > 1
    assert desk.answer(request_).to_dict() == whole.to_dict()


def test_a_longer_range_works_out_only_the_months_that_were_not_asked_before(
    desk: Desk, reckoned: list[Request]
) -> None:
    desk.answer(Request("open_leads", grain="month", start=date(2026, 3, 1), end=date(2026, 5, 1)))
    assert [one.start for one in reckoned] == [date(2026, 3, 1), date(2026, 4, 1)]
    reckoned.clear()
    desk.answer(Request("open_leads", grain="month", start=date(2026, 2, 1), end=date(2026, 6, 1)))
    assert [one.start for one in reckoned] == [date(2026, 2, 1), date(2026, 5, 1)]


def test_other_questions_are_asked_as_one(desk: Desk, reckoned: list[Request]) -> None:
    desk.answer(Request("units_sold", grain="month", start=date(2026, 1, 1)))
    desk.answer(Request("open_leads"))
    desk.answer(Request("open_leads", grain="month", end=date(2026, 1, 1)))
    assert len(reckoned) == 3
