"""Accounts entered by an identity at a provider: known by issuer and subject, whatever the address becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from efficace.state.schema import Identity, User
from efficace.state.sign_in import SignInError
from efficace.state.users import add_user, as_login


@dataclass(frozen=True)
class Proven:
    """An identity as its provider has just proved it.

    Attributes:
        subject: Never changes, and is given to nobody else.
        login: What names the account at the first sign-in.
    """

    issuer: str
    subject: str
    login: str
    name: str


def enter(transaction: Transaction, proven: Proven, admit: str, at: datetime) -> User:
    """The account of an identity; the first time found by its login, from then on by issuer and subject alone.

    Args:
        admit: Role of a new account for those who have none; ``none``: they may not enter.

    Raises:
        SignInError: If there is no account, it is closed, or it belongs to another identity.
    """
    linked = transaction.get(Identity, (proven.issuer, proven.subject))
    user = transaction.get(User, linked.user_id) if linked is not None else _first(transaction, proven, admit, at)
    if user is None or user.disabled_at is not None:
        raise SignInError("There is no open account for {login}. Ask an admin.", login=proven.login)
    return user


def _first(transaction: Transaction, proven: Proven, admit: str, at: datetime) -> User | None:
    login = as_login(proven.login)
    user = transaction.scalars(select(User).where(User.login == login)).one_or_none()
    if user is None and admit != "none":
        user = add_user(transaction, login, admit, at, proven.name[:200])
    if user is None or user.disabled_at is not None:
        return None
    taken = select(Identity).where(Identity.user_id == user.id, Identity.issuer == proven.issuer)
    if transaction.scalars(taken).first() is not None:
        raise SignInError("The account {login} belongs to another identity. Ask an admin.", login=login)
    transaction.add(Identity(issuer=proven.issuer, subject=proven.subject, user_id=user.id, linked_at=at))
    transaction.flush()
    return user
