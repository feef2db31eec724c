"""Texts are read once: a further load reads only what is new or has changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build.tables import load_tables
from efficace.facts import message_elements, text_readings
from efficace.project import open_project

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
