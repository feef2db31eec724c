"""Links that work once: for the first admin, and for choosing a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError
from efficace.state.schema import SetupLink, User
from efficace.state.secret import hashed, new_secret
from efficace.state.users import add_user, has_admin, set_password

LASTS = timedelta(hours=24)


class LinkError(EfficaceError, PermissionError):
    """A link that was used, has ended, or never was."""


def first_admin_link(transaction: Transaction, at: datetime) -> str | None:
    """The secret of a fresh link that makes the first admin; earlier ones end. None where there is an admin."""
    if has_admin(transaction):
        return None
    transaction.execute(delete(SetupLink).where(SetupLink.user_id.is_(None)))
    return _link(transaction, None, at)


def password_link(transaction: Transaction, user: User, at: datetime) -> str:
    """The secret of a link by which a person chooses a password; earlier links of the account end."""
    transaction.execute(delete(SetupLink).where(SetupLink.user_id == user.id))
    return _link(transaction, user.id, at)


def make_first_admin(transaction: Transaction, secret: str, login: str, password: str, at: datetime) -> User:
    """Use the first link: an admin with a password.

    Raises:
        LinkError: If it does not work (any more), or somebody else became admin meanwhile.
        UserError, PasswordError: If login or password cannot be used; the link goes on working.
    """
    link = _used(transaction, secret, at)
    if link.user_id is not None or has_admin(transaction):
        raise _dead()
    user = add_user(transaction, login, "admin", at)
    set_password(transaction, user, password)
    return user


def choose_password(transaction: Transaction, secret: str, password: str, at: datetime) -> User:
    """Use a password link.

    Raises:
        LinkError: If it does not work (any more).
        PasswordError: If the password is too short or too long; the link goes on working.
    """
    link = _used(transaction, secret, at)
    user = transaction.get(User, link.user_id) if link.user_id is not None else None
    if user is None or user.disabled_at is not None:
        raise _dead()
    set_password(transaction, user, password)
    return user


def _link(transaction: Transaction, user_id: int | None, at: datetime) -> str:
    secret = new_secret()
    transaction.add(SetupLink(hash=hashed(secret), user_id=user_id, created_at=at, expires_at=at + LASTS))
    transaction.flush()
    return secret


def _used(transaction: Transaction, secret: str, at: datetime) -> SetupLink:
    """Mark a link as used; of two who use it at once one succeeds. A refusal later rolls this back too."""
    works = (SetupLink.hash == hashed(secret)) & SetupLink.used_at.is_(None) & (SetupLink.expires_at > at)
    changed = transaction.scalars(update(SetupLink).where(works).values(used_at=at).returning(SetupLink)).one_or_none()
    if changed is None:
        raise _dead()
    return changed


def _dead() -> LinkError:
    return LinkError("This link does not work any more. Ask for a new one: efficace users reset LOGIN")
