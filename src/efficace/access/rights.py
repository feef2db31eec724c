"""The one table of rights, and the one guard that reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from efficace.config import Privacy
from efficace.errors import EfficaceError
from efficace.locale.said import Said
from efficace.state.schema import User

PERSONS = ("rep", "present_owner")
"""Dimensions whose members are persons."""


class Right(StrEnum):
    """Something that an account may be allowed to do."""

    GROUPS = "groups"
    OWN_FIGURES = "own_figures"
    TEAM_INDIVIDUALS = "team_individuals"
    ALL_INDIVIDUALS = "all_individuals"
    ROWS = "rows"
    EXPORT = "export"
    VIEWS = "views"
    NOTES = "notes"
    COACH = "coach"
    CLAIM = "claim"
    TARGETS = "targets"
    LOAD = "load"
    SETTINGS = "settings"
    USERS = "users"
    AUDIT = "audit"


_EVERYBODY = frozenset({Right.GROUPS, Right.OWN_FIGURES, Right.VIEWS, Right.NOTES})

RIGHTS: Mapping[str, frozenset[Right]] = {
    "rep": _EVERYBODY | {Right.CLAIM, Right.ROWS},
    "manager": _EVERYBODY | {Right.TEAM_INDIVIDUALS, Right.ROWS, Right.EXPORT, Right.TARGETS, Right.CLAIM, Right.COACH},
    "analyst": _EVERYBODY | {Right.ALL_INDIVIDUALS, Right.ROWS, Right.EXPORT, Right.LOAD},
    "executive": _EVERYBODY | {Right.EXPORT, Right.TARGETS},
    "admin": frozenset(Right),
}
"""Who may do what. ``ROWS`` are those of the persons that one may see; an executive reads groups alone."""

SCOPE_RIGHTS: Mapping[str, frozenset[Right]] = {
    "read": frozenset({Right.GROUPS, Right.OWN_FIGURES, Right.TEAM_INDIVIDUALS, Right.ALL_INDIVIDUALS, Right.ROWS}),
    "export": frozenset({Right.EXPORT}),
    "write": frozenset({Right.VIEWS, Right.NOTES, Right.COACH, Right.CLAIM, Right.TARGETS}),
    "load": frozenset({Right.LOAD}),
    "admin": frozenset({Right.SETTINGS, Right.USERS, Right.AUDIT}),
}
"""What a token of a scope lets a program do, of what its account may."""

_NAMES: Mapping[Right, Said] = {
    Right.GROUPS: Said("see figures"),
    Right.OWN_FIGURES: Said("see one's own figures"),
    Right.TEAM_INDIVIDUALS: Said("see figures of single persons"),
    Right.ALL_INDIVIDUALS: Said("see figures of single persons"),
    Right.ROWS: Said("see the rows behind a figure"),
    Right.EXPORT: Said("export"),
    Right.VIEWS: Said("save views"),
    Right.NOTES: Said("write notes"),
    Right.COACH: Said("write coaching notes"),
    Right.CLAIM: Said("claim leads"),
    Right.TARGETS: Said("set targets"),
    Right.LOAD: Said("load data"),
    Right.SETTINGS: Said("change settings"),
    Right.USERS: Said("manage accounts"),
    Right.AUDIT: Said("see who saw whose figures"),
}


class Forbidden(EfficaceError, PermissionError):
    """Something that the account may not do."""


@dataclass(frozen=True)
class Reader:
    """Who asks.

    Attributes:
        rep_id: The rep of the data who this person is.
        team_members: Reps of the teams that this person answers for.
        scopes: Of the token that asks; None where a person does.
    """

    user_id: int
    role: str
    rep_id: str | None = None
    team_members: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None


def reader_of(user: User, team_members: Iterable[str] = (), scopes: str | None = None) -> Reader:
    """The reader behind an account.

    Args:
        team_members: Reps of the teams that the account answers for, as the published data has them.
        scopes: Of the token used, as the token keeps them; None for a session.
    """
    return Reader(
        user.id, user.role, user.rep_id, frozenset(team_members), None if scopes is None else frozenset(scopes.split())
    )


def rights_of(reader: Reader) -> frozenset[Right]:
    """All that a reader may do: what the role allows, cut to the token's scopes."""
    role = RIGHTS.get(reader.role, frozenset())
    if reader.scopes is None:
        return role
    return role & frozenset().union(*(SCOPE_RIGHTS.get(scope, frozenset()) for scope in reader.scopes))


def visible_people(reader: Reader, privacy: Privacy) -> frozenset[str] | None:
    """Reps whose own figures a reader may see; None for all."""
    rights = rights_of(reader)
    widened = privacy.individuals == "everyone" and Right.GROUPS in rights
    led = privacy.individuals == "managers" and Right.TEAM_INDIVIDUALS in rights
    if widened or led or Right.ALL_INDIVIDUALS in rights:
        return None
    own = {reader.rep_id} if Right.OWN_FIGURES in rights and reader.rep_id else set()
    members = reader.team_members if Right.TEAM_INDIVIDUALS in rights else frozenset()
    return frozenset(own) | members


def may_see_members(reader: Reader, members: Mapping[str, str], privacy: Privacy) -> bool:
    """Whether a reader may see what is said of members; persons among them only where their figures may be seen.

    Args:
        members: Dimension -> id.
    """
    seen = visible_people(reader, privacy)
    return seen is None or all(members[name] in seen for name in PERSONS if name in members)


def allowed(reader: Reader, right: Right, privacy: Privacy, person: str | None = None) -> bool:
    """Whether a reader may do something, where it concerns a person also with this one.

    Args:
        person: The rep whose figures or rows it is about.
    """
    if right not in rights_of(reader):
        return False
    if person is None:
        return True
    seen = visible_people(reader, privacy)
    return seen is None or person in seen


def require(reader: Reader, right: Right, privacy: Privacy, person: str | None = None) -> None:
    """Refuse what a reader may not do.

    Raises:
        Forbidden: Naming what it is.
    """
    if right not in rights_of(reader):
        raise Forbidden("This account may not: {what}.", what=_NAMES[right])
    if not allowed(reader, right, privacy, person):
        raise Forbidden("This account may not see figures of this person.")


def may_read_coaching(reader: Reader, rep: str, author_id: int) -> bool:
    """Whether a reader may read what one account wrote to a rep: both of them, and who may audit everything.

    Args:
        rep: To whom it was written.
        author_id: Of the account that wrote first.
    """
    rights = rights_of(reader)
    is_rep = Right.OWN_FIGURES in rights and reader.rep_id == rep
    return is_rep or (Right.COACH in rights and reader.user_id == author_id) or Right.AUDIT in rights
