"""The history of settings, targets and accounts: who changed what, and taking a change back."""

from __future__ import annotations

from datetime import date

import pytest

from efficace.state import State
from efficace.state.changes import ChangeError, change_made, changes_made, note_change
from efficace.state.settings import change_setting, forget_setting, settings
from efficace.state.targets import Aim, TargetError, remove_target, set_target, take_back, targets
from moments import NOON, after

QUARTER = Aim("win_rate", "team", "t1", date(2026, 1, 1), date(2026, 4, 1))


def values(state: State) -> list[float]:
    with state.reading() as transaction:
        return [target.value for target in targets(transaction)]


def test_each_change_of_a_target_is_kept_with_what_it_was_before(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = set_target(transaction, QUARTER, 0.25, team["mia"], NOON)
        number, version = first.id, first.version
        set_target(transaction, QUARTER, 0.3, team["ada"], after(hours=1), version)
        remove_target(transaction, number, version + 1, team["mia"], after(hours=2))
    with state.reading() as transaction:
        made = changes_made(transaction)
    assert [(one.user_id, one.at) for one in made] == [
        (team["mia"], after(hours=2)), (team["ada"], after(hours=1)), (team["mia"], NOON)
    ]  # fmt: skip
    aim = {"scope": "team", "scope_id": "t1", "starts_on": "2026-01-01", "ends_on": "2026-04-01"}
    assert [(one.before, one.after) for one in made] == [
        ({**aim, "value": 0.3}, None),
        ({**aim, "value": 0.25}, {**aim, "value": 0.3}),
        (None, {**aim, "value": 0.25}),
    ]


def test_changes_of_a_target_are_taken_back_one_by_one(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = set_target(transaction, QUARTER, 0.25, team["mia"], NOON)
        set_target(transaction, QUARTER, 0.3, team["ada"], NOON, first.version)
        remove_target(transaction, first.id, 2, team["mia"], NOON)
        removed, changed, begun = changes_made(transaction)
    for made, left in ((removed, [0.3]), (changed, [0.25]), (begun, [])):
        with state.writing() as transaction:
            take_back(transaction, made, team["ada"], after(hours=1))
        assert values(state) == left
    with state.reading() as transaction:
        assert len(changes_made(transaction)) == 6


def test_a_change_that_others_built_on_is_not_taken_back(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = set_target(transaction, QUARTER, 0.25, team["mia"], NOON)
        set_target(transaction, QUARTER, 0.3, team["ada"], NOON, first.version)
        begun = changes_made(transaction)[-1]
    with state.writing() as transaction, pytest.raises(TargetError, match="Somebody changed this target meanwhile"):
        take_back(transaction, begun, team["mia"], NOON)
    assert values(state) == [0.3]


def test_settings_keep_their_history_and_can_be_left_to_the_file_again(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        change_setting(transaction, "churn.grace_days", 20, team["ada"], NOON)
        change_setting(transaction, "churn.grace_days", 20, team["mia"], NOON)
        forget_setting(transaction, "churn.grace_days", team["mia"], after(hours=1))
        forget_setting(transaction, "never.set", team["mia"], after(hours=1))
        assert settings(transaction) == {}
        made = changes_made(transaction, kind="setting")
    assert [(one.name, one.before, one.after, one.user_id) for one in made] == [
        ("churn.grace_days", 20, None, team["mia"]), ("churn.grace_days", None, 20, team["ada"])
    ]  # fmt: skip


def test_a_change_has_a_number_and_others_do_not(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        note_change(transaction, "account", "rob", {"role": "rep"}, {"role": "manager"}, team["ada"], NOON)
        (one,) = changes_made(transaction)
        assert change_made(transaction, one.id) == one
        with pytest.raises(ChangeError, match="No change 99"):
            change_made(transaction, 99)
