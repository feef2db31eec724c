"""Accounts, passwords, links, sessions, tokens and the limit to signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from efficace.state import State
from efficace.state.passwords import PasswordError, hash_password
from efficace.state.schema import ApiToken, Session, SetupLink, User
from efficace.state.sessions import (
    AGE,
    REST,
    end_session,
    is_to_be_noticed,
    notice_use,
    start_session,
    user_of_session,
)
from efficace.state.setup_links import (
    LASTS,
    LinkError,
    choose_password,
    first_admin_link,
    make_first_admin,
    password_link,
)
from efficace.state.sign_in import PER_ACCOUNT, PER_ADDRESS, WINDOW, SignInError, TooManyAttempts, sign_in
from efficace.state.tokens import TokenError, new_token, notice_token, revoke_token, token_of, tokens_of
from efficace.state.users import (
    UserError,
    add_user,
    disable,
    enable,
    set_password,
    set_role,
    set_teams,
    teams_of,
    user_named,
    users,
)
from moments import NOON, after

GOOD = "correct horse battery"


def with_password(state: State, login: str = "zoe", role: str = "rep") -> int:
    with state.writing() as transaction:
        user = add_user(transaction, login, role, NOON)
        set_password(transaction, user, GOOD)
        return user.id


def test_a_login_is_found_whatever_its_capitals_and_taken_once(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        assert user_named(transaction, " ADA ").id == team["ada"]
        with pytest.raises(UserError, match='There is an account "ada" already'):
            add_user(transaction, "Ada", "rep", NOON)
        assert [user.login for user in users(transaction)] == ["ada", "mia", "rea", "rob"]


def test_a_wrong_login_or_role_names_the_nearest(state: State, team: dict[str, int]) -> None:
    with state.reading() as transaction, pytest.raises(UserError, match=r'No account "robb". Nearest: rob'):
        user_named(transaction, "robb")
    with state.writing() as transaction, pytest.raises(UserError, match=r'No role "managr". Nearest: manager'):
        add_user(transaction, "new", "managr", NOON)


@pytest.mark.parametrize("login", ["", "  ", "a b", "a\x00b", "x" * 255, "a\u202eb"])
def test_an_unusable_login_is_refused(state: State, login: str) -> None:
    with state.writing() as transaction, pytest.raises(UserError, match="is no login"):
        add_user(transaction, login, "rep", NOON)


def test_the_only_admin_is_neither_demoted_nor_disabled(state: State, team: dict[str, int]) -> None:
    for leave in (lambda t, user: set_role(t, user, "rep"), lambda t, user: disable(t, user, NOON)):
        with state.writing() as transaction, pytest.raises(UserError, match='"ada" is the only admin'):
            leave(transaction, user_named(transaction, "ada"))
    with state.writing() as transaction:
        set_role(transaction, user_named(transaction, "mia"), "admin")
        set_role(transaction, user_named(transaction, "ada"), "rep")
    with state.reading() as transaction:
        assert user_named(transaction, "ada").role == "rep"


def test_teams_of_a_manager_replace_those_before(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        mia = user_named(transaction, "mia")
        set_teams(transaction, mia, ["t1", "t2", "t1"])
        set_teams(transaction, mia, ["t3", "t2"])
        assert teams_of(transaction, mia) == ("t2", "t3")


def test_passwords_are_judged_by_length_alone() -> None:
    with pytest.raises(PasswordError, match="12 characters at least"):
        hash_password("Aa1!Aa1!Aa1")
    with pytest.raises(PasswordError, match="1000 characters at most"):
        hash_password("a" * 1001)
    assert hash_password("aaaaaaaaaaaa").startswith("$argon2id$")


def test_the_right_password_signs_in_and_a_wrong_one_does_not_say_what_was_wrong(state: State) -> None:
    zoe = with_password(state)
    assert sign_in(state, "ZOE", GOOD, "10.0.0.1", NOON) == zoe
    told = []
    for login, password in (("zoe", "wrong password"), ("nobody", GOOD)):
        with pytest.raises(SignInError) as refused:
            sign_in(state, login, password, "10.0.0.1", NOON)
        told.append(str(refused.value))
    assert told == ["Wrong login or password."] * 2


def test_an_account_without_password_or_closed_does_not_sign_in(state: State, team: dict[str, int]) -> None:
    with pytest.raises(SignInError):
        sign_in(state, "ada", "", "10.0.0.1", NOON)
    with_password(state)
    with state.writing() as transaction:
        disable(transaction, user_named(transaction, "zoe"), NOON)
    with pytest.raises(SignInError):
        sign_in(state, "zoe", GOOD, "10.0.0.1", NOON)
    with state.writing() as transaction:
        enable(user_named(transaction, "zoe"))
    assert sign_in(state, "zoe", GOOD, "10.0.0.1", NOON)


def test_a_weaker_hash_is_made_anew_at_sign_in(state: State) -> None:
    with_password(state)
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(GOOD)
    with state.writing() as transaction:
        user_named(transaction, "zoe").password_hash = weak
    sign_in(state, "zoe", GOOD, "10.0.0.1", NOON)
    with state.reading() as transaction:
        assert user_named(transaction, "zoe").password_hash not in (None, weak)
    assert sign_in(state, "zoe", GOOD, "10.0.0.1", NOON)


def test_too_many_attempts_close_an_account_for_a_while_even_to_the_right_password(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password(state)
    for _attempt in range(PER_ACCOUNT):
        with pytest.raises(SignInError, match="Wrong"):
            sign_in(state, "zoe", "wrong password", "10.0.0.1", NOON)
    with pytest.raises(TooManyAttempts, match="Try again in 10 min") as refused:
        sign_in(state, "zoe", GOOD, "10.9.9.9", after(minutes=5))
    assert refused.value.retry_at == NOON + WINDOW
    assert sign_in(state, "zoe", GOOD, "10.0.0.1", NOON + WINDOW)


def test_too_many_attempts_from_one_address_are_refused_for_any_account(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password(state)
    monkeypatch.setattr("efficace.state.sign_in.is_password", lambda password, kept: password == GOOD)
    for number in range(PER_ADDRESS):
        with pytest.raises(SignInError, match="Wrong"):
            sign_in(state, f"guess{number}", "x", "10.0.0.1", NOON)
    with pytest.raises(TooManyAttempts):
        sign_in(state, "zoe", GOOD, "10.0.0.1", NOON)
    assert sign_in(state, "zoe", GOOD, "10.0.0.2", NOON)


def test_signing_in_clears_the_account_s_count(state: State) -> None:
    with_password(state)
    for _attempt in range(PER_ACCOUNT - 1):
        with pytest.raises(SignInError):
            sign_in(state, "zoe", "wrong password", "10.0.0.1", NOON)
    sign_in(state, "zoe", GOOD, "10.0.0.1", NOON)
    with pytest.raises(SignInError, match="Wrong"):
        sign_in(state, "zoe", "wrong password", "10.0.0.1", NOON)


def test_the_first_link_makes_one_admin_once(state: State) -> None:
    with state.writing() as transaction:
        secret = first_admin_link(transaction, NOON)
    assert secret
    with state.writing() as transaction:
        made = make_first_admin(transaction, secret, "ada", GOOD, after(minutes=1))
        assert (made.login, made.role) == ("ada", "admin")
    with state.writing() as transaction, pytest.raises(LinkError):
        make_first_admin(transaction, secret, "eve", GOOD, after(minutes=2))
    with state.writing() as transaction:
        assert first_admin_link(transaction, NOON) is None


def test_a_link_survives_a_password_that_was_too_short_but_not_a_day(state: State) -> None:
    with state.writing() as transaction:
        secret = first_admin_link(transaction, NOON)
        assert secret
    with pytest.raises(PasswordError), state.writing() as transaction:
        make_first_admin(transaction, secret, "ada", "short", NOON)
    with pytest.raises(LinkError), state.writing() as transaction:
        make_first_admin(transaction, secret, "ada", GOOD, NOON + LASTS)
    with state.writing() as transaction:
        make_first_admin(transaction, secret, "ada", GOOD, NOON + LASTS - timedelta(seconds=1))


def test_a_newer_link_ends_the_one_before_and_a_password_link_makes_no_admin(
    state: State, team: dict[str, int]
) -> None:
    with state.writing() as transaction:
        rob = user_named(transaction, "rob")
        first, second = password_link(transaction, rob, NOON), password_link(transaction, rob, NOON)
    with pytest.raises(LinkError), state.writing() as transaction:
        choose_password(transaction, first, GOOD, NOON)
    with pytest.raises(LinkError), state.writing() as transaction:
        make_first_admin(transaction, second, "eve", GOOD, NOON)
    with state.writing() as transaction:
        assert choose_password(transaction, second, GOOD, NOON).login == "rob"
    assert sign_in(state, "rob", GOOD, "10.0.0.1", NOON) == team["rob"]


def test_a_session_ends_by_rest_by_age_and_by_signing_out(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        secret = start_session(transaction, team["rob"], NOON)
    with state.reading() as transaction:
        user = user_of_session(transaction, secret, NOON + REST - timedelta(seconds=1))
        assert user is not None
        assert user.id == team["rob"]
        assert user_of_session(transaction, secret, NOON + REST) is None
        assert user_of_session(transaction, secret[:-1], NOON) is None
    step = NOON
    while step < NOON + AGE - REST / 2:
        step += REST / 2
        with state.writing() as transaction:
            notice_use(transaction, secret, step)
    with state.reading() as transaction:
        assert user_of_session(transaction, secret, NOON + AGE - timedelta(seconds=1)) is not None
        assert user_of_session(transaction, secret, NOON + AGE) is None
    with state.writing() as transaction:
        end_session(transaction, secret)
        assert user_of_session(transaction, secret, NOON) is None


def test_use_of_a_session_is_written_at_most_once_a_minute_and_never_moves_back(
    state: State, team: dict[str, int]
) -> None:
    with state.writing() as transaction:
        secret = start_session(transaction, team["rob"], NOON)
        assert not is_to_be_noticed(transaction, secret, after(seconds=59))
        assert is_to_be_noticed(transaction, secret, after(seconds=60))
        notice_use(transaction, secret, after(hours=2))
        notice_use(transaction, secret, after(hours=1))
        assert transaction.scalars(select(Session.seen_at)).one() == after(hours=2)


def test_closing_an_account_ends_its_sessions_tokens_and_links(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        rob = user_named(transaction, "rob")
        session = start_session(transaction, rob.id, NOON)
        _token, key = new_token(transaction, rob, "script", ["read"], NOON, None)
        link = password_link(transaction, rob, NOON)
        disable(transaction, rob, NOON)
    with state.writing() as transaction:
        enable(user_named(transaction, "rob"))
    with state.reading() as transaction:
        assert user_of_session(transaction, session, NOON) is None
        assert token_of(transaction, key, NOON) is None
    with pytest.raises(LinkError), state.writing() as transaction:
        choose_password(transaction, link, GOOD, NOON)


def test_a_new_password_ends_all_sessions(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        secret = start_session(transaction, team["rob"], NOON)
        set_password(transaction, user_named(transaction, "rob"), GOOD)
        assert user_of_session(transaction, secret, NOON) is None


def test_a_token_has_scopes_an_end_and_a_last_use(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        rob, mia = user_named(transaction, "rob"), user_named(transaction, "mia")
        token, key = new_token(transaction, rob, "script", ["export", "read"], NOON, after(days=1))
        assert (key[:4], token.scopes) == ("eff_", "read export")
        found = token_of(transaction, key, after(hours=1))
        assert found is not None
        assert found[0].id == rob.id
        assert token_of(transaction, key, after(days=1)) is None
        notice_token(transaction, token.id, after(hours=1))
        notice_token(transaction, token.id, after(hours=1, seconds=30))
        transaction.refresh(token)
        assert token.used_at == after(hours=1)
        with pytest.raises(TokenError, match=f"No token {token.id} of this account"):
            revoke_token(transaction, mia, token.id, NOON)
        revoke_token(transaction, rob, token.id, NOON)
        assert token_of(transaction, key, NOON) is None
        assert [one.id for one in tokens_of(transaction, rob)] == [token.id]


def test_a_token_without_or_with_unknown_scope_or_a_past_end_is_refused(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        rob = user_named(transaction, "rob")
        with pytest.raises(TokenError, match=r'No scope "raed". Nearest: read'):
            new_token(transaction, rob, "x", ["raed"], NOON, None)
        with pytest.raises(TokenError, match="needs a scope"):
            new_token(transaction, rob, "x", [], NOON, None)
        with pytest.raises(TokenError, match="before it begins"):
            new_token(transaction, rob, "x", ["read"], NOON, NOON)


def test_no_secret_is_kept_as_it_is(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        rob = user_named(transaction, "rob")
        set_password(transaction, rob, GOOD)
        link = password_link(transaction, rob, NOON)
        session = start_session(transaction, rob.id, NOON)
        _token, key = new_token(transaction, rob, "script", ["read"], NOON, None)
    with state.reading() as transaction:
        kept = [
            str(vars(row)) for kind in (User, Session, ApiToken, SetupLink) for row in transaction.scalars(select(kind))
        ]
    assert len(kept) == 7
    assert not [secret for secret in (link, session, key, GOOD) for row in kept if secret in row]
