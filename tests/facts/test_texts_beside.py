"""Texts are read in a thread of their own while the engine builds the facts that do not need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from efficace.build.one_load import load
from efficace.facts import store
from efficace.facts.comment_themes import COMMENT_READINGS
from efficace.facts.message_elements import MESSAGE_ELEMENTS
from efficace.locale.said import Said
from efficace.project import open_project

NOW = datetime.fromisoformat("2024-04-01")
MAILS = """touch_id,occurred_at,kind,direction,lead_id,rep_id,body
t1,2024-03-04 10:00,email,outbound,l1,r1,"Hi Jane, see you on Tuesday at 10?"
t2,2024-03-05 10:00,email,outbound,l1,r1,"Hello,"
"""
LEADS = "lead_id,created_at,rep_id\nl1,2024-03-04 09:00,r1\n"

Texts = Sequence[Mapping[str, Any]]


def _files(folder: Path) -> Path:
    folder.mkdir()
    (folder / "touches.csv").write_text(MAILS)
    (folder / "leads.csv").write_text(LEADS)
    return folder


def _reading(monkeypatch: pytest.MonkeyPatch, read: Any) -> None:
    monkeypatch.setattr(store, "READINGS", (COMMENT_READINGS, replace(MESSAGE_ELEMENTS, read=read)))


def test_facts_are_built_while_texts_are_read_and_those_of_messages_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_are_built = Event()
    told: list[str] = []

    def read(texts: Texts) -> Any:
        assert others_are_built.wait(60), "texts hold up the facts that do not need them"
        return MESSAGE_ELEMENTS.read(texts)

    def tell(stage: Said, _: float | None) -> None:
        told.append(str(stage))
        if str(stage) == "reading texts":
            others_are_built.set()

    _reading(monkeypatch, read)
    load(tmp_path / "project", _files(tmp_path / "data"), None, NOW, tell)
    assert told.index("fact follow_ups") < told.index("reading texts")
    with open_project(tmp_path / "project") as project:
        rows = project.ground().engine.execute("SELECT touch_id, found FROM fact_messages ORDER BY 1").fetchall()
    assert rows == [("t1", 1), ("t2", 0)]


def test_what_goes_wrong_with_texts_stops_the_load_and_leaves_what_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, data = tmp_path / "project", _files(tmp_path / "data")
    first = load(project, data, None, NOW)

    def read(_: Texts) -> Any:
        raise ValueError("no such rule")

    _reading(monkeypatch, read)
    (data / "touches.csv").write_text(MAILS.replace("Hello,", "Hello Jane,"))
    with pytest.raises(ValueError, match="no such rule"):
        load(project, data, None, NOW)
    with open_project(project) as opened:
        assert opened.ground().number == first.snapshot
    monkeypatch.undo()
    assert load(project, data, None, NOW).changed


def test_what_goes_wrong_with_a_fact_ends_the_reading_of_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    fact_failed = Event()

    def read(texts: Texts) -> Any:
        batches.append(len(texts))
        assert fact_failed.wait(60)
        return MESSAGE_ELEMENTS.read(texts)

    def fails(*_: object) -> None:
        fact_failed.set()
        raise RuntimeError("no such fact")

    _reading(monkeypatch, read)
    monkeypatch.setattr("efficace.facts.text_readings.BATCH", 1)
    monkeypatch.setattr(store, "_refresh", fails)
    with pytest.raises(RuntimeError, match="no such fact"):
        load(tmp_path / "project", _files(tmp_path / "data"), None, NOW)
    assert batches in ([], [1], [1, 1])
    monkeypatch.undo()
    assert load(tmp_path / "project", tmp_path / "data", None, NOW).snapshot == 1
