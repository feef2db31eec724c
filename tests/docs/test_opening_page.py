"""The worked example of docs/opening.md gives what the page shows."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from command import run
from efficace.build import load

PAGE = Path(__file__).parents[2] / "docs" / "opening.md"
BLOCK = re.compile(r"`([^`\n]+)`\n\n```csv\n(.*?)```", re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "given").mkdir()
    for name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if name.endswith(".csv"):
            (tmp_path / "given" / name).write_text(text, encoding="utf-8")
    load(tmp_path / "project", tmp_path / "given", None, datetime(2024, 6, 1))
    return tmp_path / "project"


def test_the_command_of_the_page_prints_the_rows_of_the_page(project: Path) -> None:
    ((command, shown),) = [
        (name, text) for name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if name.startswith("efficace ")
    ]
    found = run(*command.split()[1:], "--project", str(project))
    assert (found.code, found.errors) == (0, "")
    kept = [",".join(line.split(",")[: len(shown.splitlines()[0].split(","))]) for line in found.output.splitlines()]
    assert kept == shown.splitlines()


def test_the_reason_of_the_page_has_the_row_of_the_page(project: Path) -> None:
    found = run("rows", "win_rate", "--left-out", "ends_before_start", "--format", "csv", "--project", str(project))
    assert [",d3," in line for line in found.output.splitlines()[1:]] == [True]
