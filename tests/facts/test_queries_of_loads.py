"""A load compiles no query that the load before has kept, and none that another program compiled is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from efficace.facts import compiled, kept_queries
from efficace.warehouse.engine import Engine
from loading import Company
from snapshot_rows import differing, rows_of

LEADS = """
    lead_id,created_at,rep_id
    l1,2026-01-05 09:00,r1
    l2,2026-01-07 10:00,r1
"""
TOUCHES = """
    touch_id,occurred_at,kind,direction,lead_id,rep_id
    t1,2026-01-05 09:20,call,outbound,l1,r1
    t2,2026-01-08 09:00,email,outbound,l2,r1
"""
SOON = "t3,2026-01-06 09:00,email,inbound,l1,r1\n"
LATER = "t4,2026-02-06 09:00,call,outbound,l2,r1\n"


class Counted:
    """How many queries were compiled; literals, which every load writes, are not counted."""

    def __init__(self) -> None:
        self.number = 0

    def clear(self) -> None:
        """Begin a new process, as far as queries go."""
        self.number = 0
        compiled.QUERIES.clear()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    found, compile_ = Counted(), Engine.compile

    def counting(engine: Engine, expression: Any) -> str:
        query = compile_(engine, expression)
        found.number += " FROM " in query
        return query

    monkeypatch.setattr(Engine, "compile", counting)
    before = dict(compiled.QUERIES)
    found.clear()
    yield found
    compiled.QUERIES.clear()
    compiled.QUERIES.update(before)


@pytest.fixture
def company(tmp_path: Path, counted: Counted) -> Company:
    given = Company(tmp_path)
    given.write(leads_csv=LEADS, touches_csv=TOUCHES)
    given.load()
    assert counted.number > 0
    counted.clear()
    return given


def _bring(company: Company, rows: str) -> None:
    company.write(touches_csv="touch_id,occurred_at,kind,direction,lead_id,rep_id\n" + rows)
    company.load(path=company.files / "touches.csv")


def _differs_from_a_full_build(company: Company, counted: Counted) -> dict[str, Any]:
    increment = rows_of(company.project)
    for file in (company.project / "snapshots").iterdir():
        file.unlink()
    counted.clear()
    company.load(path=company.files / "touches.csv")
    assert counted.number > 0
    return differing(increment, rows_of(company.project))


def test_a_load_up_to_the_same_instant_compiles_nothing(company: Company, counted: Counted) -> None:
    _bring(company, SOON)
    assert counted.number == 0
    assert not _differs_from_a_full_build(company, counted)


def test_a_load_up_to_a_later_instant_compiles_once_and_then_no_more(company: Company, counted: Counted) -> None:
    _bring(company, LATER)
    assert counted.number > 0
    counted.clear()
    _bring(company, LATER.replace("t4,2026-02-06", "t5,2026-03-08"))
    assert counted.number == 0
    assert not _differs_from_a_full_build(company, counted)


@pytest.mark.parametrize("changed", ["program", "settings"])
def test_what_another_program_or_other_settings_made_is_not_used(
    company: Company, counted: Counted, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if changed == "program":
        monkeypatch.setattr(kept_queries, "mark", lambda: "of another program")
    else:
        company.settings("follow_up: {given_up_after: 3 days}")
    _bring(company, SOON)
    assert counted.number > 0


def test_the_mark_is_of_every_source_that_has_a_part_in_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = kept_queries.mark.__wrapped__
    before = mark()
    assert mark() == before
    monkeypatch.setattr(kept_queries, "SOURCES", ("facts", "model", "warehouse"))
    assert mark() != before
    monkeypatch.undo()
    monkeypatch.setattr(kept_queries, "version", lambda _: "0")
    assert mark() != before
