"""How the work of territories would follow their demand."""

from __future__ import annotations

import pytest

from efficace.insights.allocation import proposals
from efficace.metrics.answer import Row


def territory(name: str, leads: float, touches: float, days: float | None) -> Row:
    told = {"leads": leads, "touches": touches, "rep_days": days}
    estimates = {key: {"value": value, "low": None, "high": None, "unit": None} for key, value in told.items()}
    return Row(None, {"territory": name}, None, None, None, leads, False, estimates=estimates)


def test_days_move_from_many_hands_to_many_leads_and_none_are_lost() -> None:
    """Leads 900, 300, 300 of 1,500 (60, 20, 20 %); touches 3,000 each (a third): of 300 days, 80 come, 40 and 40 go."""
    rows = [territory("A", 900, 3000, 100), territory("B", 300, 3000, 100), territory("C", 300, 3000, 100)]
    found = {one.row.members["territory"]: one for one in proposals(rows, ())}
    assert found["A"].due == pytest.approx(500)
    assert found["A"].moved_days == pytest.approx(80)
    assert found["B"].moved_days == pytest.approx(-40)
    assert found["C"].moved_days == pytest.approx(-40)


def test_what_chance_explains_stays_as_it_is() -> None:
    rows = [territory("A", 31, 300, 100), territory("B", 29, 300, 100)]
    assert [one.moved_days for one in proposals(rows, ())] == [0.0, 0.0]


def test_what_comes_equals_what_goes_where_one_side_is_within_chance() -> None:
    rows = [territory("A", 900, 3000, 100), territory("B", 300, 2900, 100), territory("C", 480, 2900, 100)]
    moved = [one.moved_days or 0.0 for one in proposals(rows, ())]
    assert sum(moved) == pytest.approx(0)
    assert max(moved) > 0


def test_parents_and_territories_without_work_are_left_out() -> None:
    rows = [territory("ALL", 1500, 9000, 300), territory("A", 900, 3000, 100), territory("B", 300, 3000, 100),
            territory("new", 20, 0, None)]  # fmt: skip
    assert [one.row.members["territory"] for one in proposals(rows, {"ALL"})] == ["A", "B"]


def test_without_days_of_reps_nothing_is_proposed_but_the_balance_is_told() -> None:
    rows = [territory("A", 900, 3000, None), territory("B", 300, 3000, 100)]
    found = proposals(rows, ())
    assert found[0].due == pytest.approx(600)
    assert [one.moved_days for one in found] == [None, None]
