"""Rows, explanations and other definitions follow the same rights as the figures that they stand behind."""

from __future__ import annotations

import pytest

from efficace.access import Forbidden, Reader
from efficace.project import Project
from efficace.state.audit import person_views
from efficace.state.users import add_user
from moments import NOON


def reader(project: Project, role: str, rep: str | None = None, team: frozenset[str] = frozenset()) -> Reader:
    with project.state.open().writing() as transaction:
        return Reader(add_user(transaction, role, role, NOON).id, role, rep, team)


def test_an_analyst_sees_the_rows_of_everybody_and_the_log_knows(project: Project) -> None:
    analyst = reader(project, "analyst")
    found = project.state.opened(analyst, "page", NOON, "win_rate")
    assert (found.total, found.n) == (14, 14)
    with project.state.open().reading() as transaction:
        assert {view.rep_id for view in person_views(transaction)} == {f"r{number}" for number in range(1, 8)}


def test_a_manager_sees_the_rows_of_the_team_alone(project: Project) -> None:
    manager = reader(project, "manager", team=frozenset({"r6", "r7"}))
    found = project.state.opened(manager, "export", NOON, "win_rate")
    assert found.total == 4
    assert set(found.rows["rep"].to_pylist()) == {"r6", "r7"}
    narrow = project.state.opened(manager, "page", NOON, "win_rate", where=["rep=r6|r1"])
    assert set(narrow.rows["rep"].to_pylist()) == {"r6"}
    with pytest.raises(Forbidden):
        project.state.opened(manager, "page", NOON, "win_rate", where=["rep=r1"])
    with pytest.raises(Forbidden):
        project.state.opened(manager, "page", NOON, "win_rate", where=["rep!=r1"])


def test_a_rep_sees_own_rows_and_nothing_is_logged_of_that(project: Project) -> None:
    rep = reader(project, "rep", rep="r3")
    found = project.state.opened(rep, "page", NOON, "win_rate", by=["team"])
    assert set(found.rows["rep"].to_pylist()) == {"r3"}
    with project.state.open().reading() as transaction:
        assert not person_views(transaction)


def test_an_executive_sees_no_rows_at_all(project: Project) -> None:
    executive = reader(project, "executive")
    with pytest.raises(Forbidden, match="rows behind"):
        project.state.opened(executive, "page", NOON, "win_rate")


def test_rows_of_a_metric_that_is_not_told_by_person_are_for_those_who_see_everybody(project: Project) -> None:
    manager = reader(project, "manager", team=frozenset({"r6", "r7"}))
    for metric in ("forecast", "target_attainment"):
        with pytest.raises(Forbidden, match="not told by person"):
            project.state.opened(manager, "page", NOON, metric)


def test_an_explanation_tells_no_counts_of_a_hidden_group(project: Project) -> None:
    executive = reader(project, "executive")
    hidden = project.state.explain(executive, "page", NOON, "win_rate", where=["team=b"])
    assert [row.value for row in hidden.answer.rows] == [None]
    assert hidden.parts == ()
    whole = project.state.explain(executive, "page", NOON, "win_rate")
    assert [part.n for part in whole.parts] == [14]
    assert whole.queries
    with pytest.raises(Forbidden):
        project.state.explain(executive, "page", NOON, "win_rate", by=["rep"])


def test_other_definitions_are_told_where_the_figure_is_and_their_rows_to_those_who_see_everybody(
    project: Project,
) -> None:
    executive, analyst = reader(project, "executive"), reader(project, "analyst")
    told = project.state.definitions(executive, "win_rate")
    assert told.ours.value == 0.5
    assert all(one.steps == () for one in told.others)
    assert any(one.steps for one in project.state.definitions(analyst, "win_rate").others)
    with pytest.raises(Forbidden):
        project.state.definitions(executive, "win_rate", where=["team=b"])
