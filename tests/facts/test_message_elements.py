"""Texts are read once: a further load reads only what is new or has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build.tables import load_tables
from efficace.facts import message_elements, store, text_readings
from efficace.facts.message_elements import MESSAGE_ELEMENTS
from efficace.project import open_project
from efficace.text.elements import ELEMENTS

NOW = datetime.fromisoformat("2024-04-01")


def _mail(number: int, body: str, **more: Any) -> dict[str, Any]:
    return {
        "touch_id": f"t{number}", "occurred_at": "2024-03-04 10:00", "kind": "email", "direction": "outbound",
        "body": body, "contact_id": "c1", **more,
    }  # fmt: skip


def _load(folder: Path, mails: list[dict[str, Any]], name: str = "Jane Doe") -> dict[str, tuple[int, int]]:
    contacts = [{"contact_id": "c1", "name": name}]
    load_tables(folder, {"touches": mails, "contacts": contacts}, None, NOW)
    rows = open_project(folder).ground().engine.execute("SELECT touch_id, found, broken FROM message_elements")
    return {touch: (found, broken) for touch, found, broken in rows.fetchall()}


def test_only_new_and_changed_texts_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = message_elements._message

    def noted(mail: Any) -> Any:
        read.append(mail["touch_id"])
        return plain(mail)

    monkeypatch.setattr(message_elements, "_message", noted)
    first = [_mail(1, "Hi Jane, see you on Tuesday at 10?"), _mail(2, "Hello {{first_name}},")]
    assert _load(tmp_path, first) == {"t1": (2, 0), "t2": (0, 1)}
    assert sorted(read) == ["t1", "t2"]
    read.clear()
    found = _load(tmp_path, [*first[:1], _mail(2, "Hello Jane,"), _mail(3, "Hi Jane,")])
    assert found == {"t1": (2, 0), "t2": (1, 0), "t3": (1, 0)}
    assert sorted(read) == ["t2", "t3"]


def test_another_name_of_the_reader_has_its_texts_read_again(tmp_path: Path) -> None:
    assert _load(tmp_path, [_mail(1, "Hi Jane,")])["t1"] == (1, 0)
    assert _load(tmp_path, [_mail(1, "Hi Jane,")], name="Ann Lee")["t1"] == (0, 0)


def test_texts_kept_back_and_empty_ones_are_not_read(tmp_path: Path) -> None:
    mails = [
        _mail(1, "Hi Jane,", body_kind="redacted"),
        _mail(2, "  "),
        _mail(3, "Hi", kind="sms"),
        _mail(4, "Hi Jane,"),
    ]
    assert set(_load(tmp_path, mails)) == {"t4"}


def test_batches_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_readings, "BATCH", 2)
    found = _load(tmp_path, [_mail(number, "Hi Jane,") for number in range(7)])
    assert found == {f"t{number}": (1, 0) for number in range(7)}


def test_readings_by_other_rules_that_kept_other_columns_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {name: kind for name, kind in MESSAGE_ELEMENTS.columns.items() if name != "missing"}

    def without_missing(texts: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
        return [[{name: row[name] for name in columns} for row in rows] for rows in MESSAGE_ELEMENTS.read(texts)]

    mails = [_mail(1, "Hi Jane, see you on Tuesday at 10?")]
    with monkeypatch.context() as patched:
        older = replace(MESSAGE_ELEMENTS, rules=1, columns=columns, read=without_missing)
        patched.setattr(store, "READINGS", (older,))
        _load(tmp_path, mails)
    _load(tmp_path, [*mails, _mail(2, "Hello,")])
    rows = open_project(tmp_path).ground().engine.execute("SELECT elements, missing FROM message_elements ORDER BY 1")
    assert rows.fetchall() == [
        ("", "individual_sender,name_in_greeting,next_step,signature"),
        ("name_in_greeting,next_step", "individual_sender,signature"),
    ]


def test_each_element_that_can_apply_is_a_mark_once() -> None:
    assert not [(one, other) for one in ELEMENTS for other in ELEMENTS if one != other and one in other]


def test_marks_of_a_mail_are_its_elements_found_and_missing(tmp_path: Path) -> None:
    _load(tmp_path, [_mail(1, "Hi Jane, see you on Tuesday at 10?"), _mail(2, "Hello,")])
    with open_project(tmp_path) as project:
        rows = project.metrics.rows("personalization", by=["element"]).rows.to_pylist()
        whole = project.metrics.ask("personalization").rows[0]
    marks = {(row["touch_id"], row["element"]): row["found"] for row in rows}
    assert {touch: sum(found for (of, _), found in marks.items() if of == touch) for touch in ("t1", "t2")} == {
        "t1": 2, "t2": 0,
    }  # fmt: skip
    assert len(marks) == len(rows) == 8
    assert whole.value == pytest.approx((2 / 4 + 0 / 4) / 2)
