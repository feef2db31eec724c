"""Runs every worked case through loading and the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import run
from pages import check, read_page, write_tables

PAGES = sorted(Path(__file__).parent.rglob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(Path(__file__).parent)) for path in PAGES])
def test_the_page_comes_out_as_worked_by_hand(path: Path, tmp_path: Path) -> None:
    page = read_page(path)
    data, project = tmp_path / "data", tmp_path / "project"
    data.mkdir()
    project.mkdir()
    write_tables(page, data)
    if page.config is not None:
        (project / "efficace.yaml").write_text(page.config, encoding="utf-8")
    loaded = run("load", str(data), "--project", str(project), "--format", "json")
    assert loaded.code == 0, loaded.errors
    for asked in page.asked:
        answered = run(*asked.command, "--format", "json", "--project", str(project))
        assert answered.code == 0, answered.errors
        check(asked, json.loads(answered.output))
