"""Reps asked with their role are compared with the reps of that role, and with nobody else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from efficace.build.tables import load_tables
from efficace.metrics.answer import Answer
from efficace.project import open_project

WON = {"ae1": 30, "ae2": 10, "ae3": 20, "am1": 35, "am2": 36}
"""Deals won by each rep of 40 decided."""


def _answers(folder: Path) -> tuple[Answer, Answer, Answer]:
    reps = [{"rep_id": rep, "name": rep, "role": rep[:2]} for rep in WON]
    deals = [
        {
            "deal_id": f"{rep}-{number}", "rep_id": rep, "status": "won" if number < won else "lost",
            "created_at": "2026-01-05", "closed_at": "2026-02-01",
        }
        for rep, won in WON.items()
        for number in range(40)
    ]  # fmt: skip
    load_tables(folder, {"reps": reps, "deals": deals}, None, datetime(2026, 4, 1))
    with open_project(folder) as project:
        ask = project.metrics.ask
        together = ask("win_rate", by=["role", "rep"])
        return together, ask("win_rate", by=["rep"], where=["role=ae"]), ask("win_rate", by=["rep"], where=["role=am"])


def test_figures_of_a_rep_are_those_of_its_role_asked_alone(tmp_path: Path) -> None:
    together, *alone = _answers(tmp_path)
    expected = {row.members["rep"]: row.estimates for answer in alone for row in answer.rows}
    assert {row.members["rep"]: row.estimates for row in together.rows} == expected
    assert len(expected) == len(WON)


def test_roles_that_differ_do_not_make_their_reps_stand_out(tmp_path: Path) -> None:
    together, _of_ae, of_am = _answers(tmp_path)
    chances = {row.members["rep"]: row.estimates["q"]["value"] for row in together.rows}
    assert chances["ae2"] < 0.05 < chances["am1"]
    assert of_am.comparison is not None
    assert of_am.comparison["p"] > 0.5
