"""A small company of seven reps in two teams for the tests of rights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from command import run
from efficace.project import Project, open_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Team a has r1..r5, team b r6 and r7; each rep won one deal and lost one."""
    files = tmp_path / "files"
    files.mkdir()
    reps = [(f"r{number}", "a" if number <= 5 else "b") for number in range(1, 8)]
    (files / "teams.csv").write_text("team_id,name\na,North\nb,South\n", encoding="utf-8")
    lines = "".join(f"{rep},Rep {rep},{team}\n" for rep, team in reps)
    (files / "reps.csv").write_text("rep_id,name,team_id\n" + lines, encoding="utf-8")
    deals = "".join(
        f"{rep}-{status},{rep},{status},2026-01-05,2026-02-0{place}\n"
        for rep, _team in reps
        for place, status in enumerate(("won", "lost"), 1)
    )
    (files / "deals.csv").write_text("deal_id,rep_id,status,created_at,closed_at\n" + deals, encoding="utf-8")
    loaded = run("load", str(files), "--project", str(tmp_path / "project"))
    assert loaded.code == 0, loaded.errors
    with open_project(tmp_path / "project") as opened:
        yield opened
