"""Comments are read once, in both languages, with the words that show what was read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build.tables import load_tables
from efficace.facts import comment_themes
from efficace.project import open_project

NOW = datetime.fromisoformat("2024-04-01")


def _comment(number: int, text: str) -> dict[str, Any]:
    return {"feedback_id": f"f{number}", "occurred_at": "2024-03-04", "kind": "comment", "comment": text}


def _load(folder: Path, comments: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    load_tables(folder, {"feedback": comments}, None, NOW)
    with open_project(folder) as project:
        return set(project.ground().engine.execute("SELECT * EXCLUDE (mark) FROM comment_readings").fetchall())


def test_each_theme_of_a_comment_has_its_words(tmp_path: Path) -> None:
    found = _load(tmp_path, [_comment(1, "Le support ne répond jamais, le prix est trop cher"), _comment(2, "Hello")])
    assert {(row[0], row[1]) for row in found} == {("f1", "support"), ("f1", "price"), ("f1", "problem"), ("f2", None)}
    words = {row[1]: row[2] for row in found if row[0] == "f1"}
    assert "prix" in words["price"]
    assert {row[3] for row in found if row[0] == "f1"} == {"negative"}
    assert {row[3:] for row in found if row[0] == "f2"} == {("neutral", None)}


def test_only_new_comments_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = comment_themes.sentiment

    def noted(text: str, language: str | None) -> Any:
        read.append(text)
        return plain(text, language)

    monkeypatch.setattr(comment_themes, "sentiment", noted)
    comment_themes._read.cache_clear()
    _load(tmp_path, [_comment(1, "great"), _comment(2, "slow")])
    assert sorted(read) == ["great", "slow"]
    read.clear()
    comment_themes._read.cache_clear()
    _load(tmp_path, [_comment(1, "great"), _comment(2, "slow again"), _comment(3, "fine")])
    assert sorted(read) == ["fine", "slow again"]


def test_rows_show_comment_theme_and_words(tmp_path: Path) -> None:
    load_tables(tmp_path, {"feedback": [_comment(1, "The price is far too expensive")]}, None, NOW)
    with open_project(tmp_path) as project:
        rows = project.metrics.rows("comment_themes", by=["theme"]).rows.to_pylist()
    assert [(row["comment"], row["theme"], row["sentiment"]) for row in rows] == [
        ("The price is far too expensive", "price", "negative")
    ]
    assert "price" in rows[0]["theme_words"].lower()
