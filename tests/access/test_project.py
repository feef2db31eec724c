"""The guard on real answers: a loaded project of seven reps in two teams, and the log of who saw whom."""

from __future__ import annotations

import pytest

from efficace.access import Forbidden, Reader
from efficace.access.answers import SMALL_GROUP
from efficace.project import Project
from efficace.state.audit import person_views
from efficace.state.users import add_user
from moments import NOON


def account(project: Project, role: str) -> int:
    with project.state.open().writing() as transaction:
        return add_user(transaction, role, role, NOON).id


def test_an_executive_sees_the_whole_but_no_small_team(project: Project) -> None:
    reader = Reader(account(project, "executive"), "executive")
    whole = project.state.see(reader, "page", NOON, "win_rate")
    assert [(row.value, row.n) for row in whole.answer.rows] == [(0.5, 14)]
    by_team = project.state.see(reader, "page", NOON, "win_rate", by=["team"])
    assert [row.value for row in by_team.answer.rows] == [None, None]
    assert {entry["reason"] for entry in by_team.answer.missing} == {SMALL_GROUP}
    filtered = project.state.see(reader, "page", NOON, "win_rate", where=["team=b"])
    assert [row.value for row in filtered.answer.rows] == [None]
    with pytest.raises(Forbidden):
        project.state.see(reader, "page", NOON, "win_rate", by=["rep"])


def test_a_manager_s_view_of_the_team_is_logged_and_a_rep_s_own_is_not(project: Project) -> None:
    manager = Reader(account(project, "manager"), "manager", None, frozenset({"r6", "r7"}))
    seen = project.state.see(manager, "export", NOON, "win_rate", by=["rep"])
    assert [(row.members["rep"], row.value) for row in seen.answer.rows] == [("r6", 0.5), ("r7", 0.5)]
    rep = Reader(account(project, "rep"), "rep", "r1")
    assert [row.members["rep"] for row in project.state.see(rep, "page", NOON, "win_rate", by=["rep"]).answer.rows] == [
        "r1"
    ]
    with project.state.open().reading() as transaction:
        logged = [(view.viewer_id, view.rep_id, view.way) for view in person_views(transaction)]
    assert sorted(logged) == [(manager.user_id, "r6", "export"), (manager.user_id, "r7", "export")]
