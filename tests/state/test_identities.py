"""Accounts and the identities of a provider: who enters as whom, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from efficace.state import State
from efficace.state.identities import Proven, enter
from efficace.state.sign_in import SignInError
from efficace.state.users import UserError, disable, user_named, users
from moments import NOON, after

ADA = Proven("https://id.example", "subject 1", "ADA", "Ada")


def entered(state: State, proven: Proven, admit: str = "none") -> int:
    with state.writing() as transaction:
        return enter(transaction, proven, admit, NOON).id


def test_the_first_time_a_login_names_the_account_and_later_the_subject_alone(
    state: State, team: dict[str, int]
) -> None:
    assert entered(state, ADA) == team["ada"]
    assert entered(state, replace(ADA, login="mia")) == team["ada"]


def test_an_address_that_moves_to_somebody_else_opens_nothing(state: State, team: dict[str, int]) -> None:
    entered(state, ADA)
    with pytest.raises(SignInError, match="belongs to another identity"):
        entered(state, replace(ADA, subject="subject 2"))
    assert entered(state, replace(ADA, login="mia", subject="subject 2")) == team["mia"]


def test_newcomers_enter_only_where_they_are_admitted(state: State, team: dict[str, int]) -> None:
    new = Proven("https://id.example", "subject 9", "new@acme.example", "Nia")
    with pytest.raises(SignInError, match="no open account"):
        entered(state, new)
    assert entered(state, new, "analyst") == entered(state, new)
    with state.reading() as transaction:
        found = user_named(transaction, "new@acme.example")
        assert (found.name, found.role, len(users(transaction))) == ("Nia", "analyst", len(team) + 1)


def test_a_closed_account_stays_closed_to_its_identity(state: State, team: dict[str, int]) -> None:
    rob = Proven("https://id.example", "subject 3", "rob", "Rob")
    entered(state, rob)
    with state.writing() as transaction:
        disable(transaction, user_named(transaction, "rob"), after(hours=1))
    with pytest.raises((SignInError, UserError)):
        entered(state, rob)
    with pytest.raises((SignInError, UserError)):
        entered(state, replace(rob, subject="subject 4"), "rep")
