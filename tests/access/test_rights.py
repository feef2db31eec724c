"""Each role times each right, tokens, and whose figures one may see."""

from __future__ import annotations

import pytest

from efficace.access import RIGHTS, Forbidden, Reader, Right, allowed, require
from efficace.access.rights import SCOPE_RIGHTS, may_read_coaching, rights_of, visible_people
from efficace.config import Privacy
from efficace.state.schema import ROLES
from efficace.state.tokens import SCOPES

TEAMS = Privacy()
REP = Reader(1, "rep", "r1")
MANAGER = Reader(2, "manager", "r2", frozenset({"r1", "r3"}))

EXPECTED = {
    #                   rep    manager analyst executive admin
    "groups":           (True,  True,  True,  True,  True),
    "own_figures":      (True,  True,  True,  True,  True),
    "team_individuals": (False, True,  False, False, True),
    "all_individuals":  (False, False, True,  False, True),
    "rows":             (True,  True,  True,  False, True),
    "export":           (False, True,  True,  True,  True),
    "views":            (True,  True,  True,  True,  True),
    "notes":            (True,  True,  True,  True,  True),
    "coach":            (False, True,  False, False, True),
    "claim":            (True,  True,  False, False, True),
    "targets":          (False, True,  False, True,  True),
    "load":             (False, False, True,  False, True),
    "settings":         (False, False, False, False, True),
    "users":            (False, False, False, False, True),
    "audit":            (False, False, False, False, True),
}  # fmt: skip


def test_every_right_and_role_is_decided() -> None:
    assert set(EXPECTED) == {right.value for right in Right}
    assert tuple(RIGHTS) == ROLES
    assert set(SCOPE_RIGHTS) == set(SCOPES)
    assert frozenset().union(*SCOPE_RIGHTS.values()) == frozenset(Right)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says(role: str, right: Right) -> None:
    expected = EXPECTED[right.value][ROLES.index(role)]
    assert allowed(Reader(1, role), right, TEAMS) is expected
    if not expected:
        with pytest.raises(Forbidden, match="This account may not: "):
            require(Reader(1, role), right, TEAMS)


def test_an_unknown_role_may_nothing() -> None:
    assert not rights_of(Reader(1, "owner"))


def test_a_token_may_no_more_than_its_account_nor_than_its_scopes() -> None:
    admin = Reader(1, "admin", scopes=frozenset({"read"}))
    assert allowed(admin, Right.ROWS, TEAMS)
    assert not allowed(admin, Right.USERS, TEAMS)
    assert not allowed(admin, Right.EXPORT, TEAMS)
    rep = Reader(1, "rep", "r1", scopes=frozenset({"read", "admin", "load", "nonsense"}))
    assert rights_of(rep) == {Right.GROUPS, Right.OWN_FIGURES, Right.ROWS}
    assert not rights_of(Reader(1, "admin", scopes=frozenset()))


@pytest.mark.parametrize(
    ("individuals", "rep", "manager", "analyst", "executive"),
    [
        ("teams", {"r1"}, {"r1", "r2", "r3"}, None, set()),
        ("managers", {"r1"}, None, None, set()),
        ("everyone", None, None, None, None),
    ],
)
def test_whose_figures_are_seen_follows_the_setting(
    individuals: str, rep: object, manager: object, analyst: object, executive: object
) -> None:
    privacy = Privacy(individuals=individuals)  # type: ignore[arg-type]
    readers = (REP, MANAGER, Reader(3, "analyst"), Reader(4, "executive"))
    assert [visible_people(reader, privacy) for reader in readers] == [rep, manager, analyst, executive]


def test_a_token_that_may_not_read_sees_nobody_even_where_everyone_does() -> None:
    writer = Reader(1, "admin", "r1", scopes=frozenset({"write"}))
    assert visible_people(writer, Privacy(individuals="everyone")) == frozenset()


def test_rows_of_another_person_are_refused() -> None:
    assert allowed(REP, Right.ROWS, TEAMS, person="r1")
    assert not allowed(REP, Right.ROWS, TEAMS, person="r3")
    assert allowed(MANAGER, Right.ROWS, TEAMS, person="r3")
    with pytest.raises(Forbidden, match="figures of this person"):
        require(MANAGER, Right.ROWS, TEAMS, person="r9")


@pytest.mark.parametrize(
    ("reader", "is_allowed"),
    [
        (Reader(1, "rep", "r1"), True),
        (Reader(2, "manager", None, frozenset({"r1"})), True),
        (Reader(9, "admin"), True),
        (Reader(3, "manager", None, frozenset({"r1"})), False),
        (Reader(4, "rep", "r2"), False),
        (Reader(5, "analyst"), False),
        (Reader(6, "executive"), False),
        (Reader(2, "analyst"), False),
        (Reader(9, "admin", scopes=frozenset({"read"})), False),
    ],
    ids=["the rep", "its author", "the admin", "another manager of the rep", "another rep", "an analyst",
         "an executive", "its author in another role", "a token that may only read"],
)  # fmt: skip
def test_what_a_manager_writes_to_a_rep_is_read_by_both_and_the_admin_alone(reader: Reader, is_allowed: bool) -> None:
    assert may_read_coaching(reader, "r1", author_id=2) is is_allowed
