"""Accounts: who there is, in what role, with which teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError, nearest
from efficace.state.passwords import hash_password
from efficace.state.schema import ROLES, ApiToken, ManagedTeam, Session, SetupLink, User


class UserError(EfficaceError, ValueError):
    """An account that does not exist, exists already, or may not be changed so."""


def add_user(
    transaction: Transaction,
    login: str,
    role: str,
    at: datetime,
    name: str = "",
    rep_id: str | None = None,
    teams: Sequence[str] = (),
) -> User:
    """Make an account without a password; a setup link lets the person choose one.

    Args:
        login: What is typed at sign-in; capitals do not matter.
        rep_id: The rep of the data who this person is.
        teams: Teams that a manager answers for.

    Raises:
        UserError: If the login is taken or empty, or the role does not exist.
    """
    typed = as_login(login)
    user = User(login=typed, name=name.strip() or typed, role=_role(role), rep_id=rep_id, created_at=at)
    try:
        with transaction.begin_nested():
            transaction.add(user)
    except IntegrityError as error:
        raise UserError('There is an account "{login}" already.', login=typed) from error
    set_teams(transaction, user, teams)
    return user


def users(transaction: Transaction) -> list[User]:
    """All accounts, disabled ones too, by login."""
    return list(transaction.scalars(select(User).order_by(User.login)))


def user_named(transaction: Transaction, login: str) -> User:
    """The account with this login.

    Raises:
        UserError: If there is none; names the nearest.
    """
    typed = login.strip().casefold()
    found = transaction.scalars(select(User).where(User.login == typed)).one_or_none()
    if found is None:
        hint = nearest(typed, transaction.scalars(select(User.login)))
        raise UserError('No account "{login}".{nearest}', login=typed, nearest=hint)
    return found


def set_role(transaction: Transaction, user: User, role: str) -> None:
    """Give another role; takes effect with the next request of the person.

    Raises:
        UserError: If the role does not exist, or nobody would be admin any more.
    """
    _keep_an_admin(transaction, user, stays=_role(role) == "admin")
    user.role = role


def set_teams(transaction: Transaction, user: User, teams: Sequence[str]) -> None:
    """Say which teams a manager answers for, in place of those before."""
    transaction.execute(delete(ManagedTeam).where(ManagedTeam.user_id == user.id))
    transaction.add_all(ManagedTeam(user_id=user.id, team_id=team) for team in dict.fromkeys(teams))
    transaction.flush()


def teams_of(transaction: Transaction, user: User) -> tuple[str, ...]:
    """The teams that a manager answers for."""
    asked = select(ManagedTeam.team_id).where(ManagedTeam.user_id == user.id).order_by(ManagedTeam.team_id)
    return tuple(transaction.scalars(asked))


def disable(transaction: Transaction, user: User, at: datetime) -> None:
    """Close an account: its sessions, tokens and links end at once; what the person wrote stays.

    Raises:
        UserError: If nobody would be admin any more.
    """
    _keep_an_admin(transaction, user, stays=False)
    user.disabled_at = at
    sign_out_everywhere(transaction, user)
    still = (ApiToken.user_id == user.id) & ApiToken.revoked_at.is_(None)
    transaction.execute(update(ApiToken).where(still).values(revoked_at=at))
    transaction.execute(delete(SetupLink).where(SetupLink.user_id == user.id))


def enable(user: User) -> None:
    """Open a closed account again; tokens stay revoked."""
    user.disabled_at = None


def set_password(transaction: Transaction, user: User, password: str) -> None:
    """Set a password; every session of the account ends.

    Raises:
        PasswordError: If it is too short or too long.
    """
    user.password_hash = hash_password(password)
    sign_out_everywhere(transaction, user)


def sign_out_everywhere(transaction: Transaction, user: User) -> None:
    """End every session of an account."""
    transaction.execute(delete(Session).where(Session.user_id == user.id))


def has_admin(transaction: Transaction) -> bool:
    """Whether somebody can administer: an open admin account with a password."""
    able = _open_admins().where(User.password_hash.is_not(None))
    return bool(transaction.scalar(able))


def as_login(login: str) -> str:
    """A login as it is kept: without spaces around, capitals do not matter.

    Raises:
        UserError: If it is empty, too long, or has spaces or control characters in it.
    """
    typed = login.strip().casefold()
    if not 1 <= len(typed) <= 254 or any(sign.isspace() or not sign.isprintable() for sign in typed):
        raise UserError('"{login}" is no login: 1 to 254 characters, no spaces.', login=login[:300])
    return typed


def _role(role: str) -> str:
    if role not in ROLES:
        raise UserError('No role "{role}".{nearest}', role=role, nearest=nearest(role, ROLES))
    return role


def _keep_an_admin(transaction: Transaction, user: User, stays: bool) -> None:
    """Refuse what would leave nobody to administer; the lock makes two admins who demote each other take turns."""
    if stays or user.role != "admin" or user.disabled_at is not None:
        return
    transaction.scalars(select(User.id).where(User.role == "admin").order_by(User.id).with_for_update()).all()
    if (transaction.scalar(_open_admins().where(User.id != user.id)) or 0) == 0:
        raise UserError('"{login}" is the only admin: make another one first.', login=user.login)


def _open_admins() -> Select[int]:
    return select(func.count()).select_from(User).where(User.role == "admin", User.disabled_at.is_(None))
