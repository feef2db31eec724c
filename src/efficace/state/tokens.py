"""Keys for programs: with scopes, an end, and when they were last used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError, nearest
from efficace.state.schema import ApiToken, User
from efficace.state.secret import hashed, new_secret

SCOPES = ("read", "export", "write", "load", "admin")
PREFIX = "eff_"
"""Lets scanners of repositories and people recognise a key that leaked."""
LONGEST_NAME = 200
NOTICED_AFTER = timedelta(minutes=1)


class TokenError(EfficaceError, ValueError):
    """A scope, an end or a token that does not exist."""


def new_token(
    transaction: Transaction, user: User, name: str, scopes: Sequence[str], at: datetime, expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """Make a key; its secret is given here and never again.

    Raises:
        TokenError: If a scope does not exist, none is given, the name is empty or too long, or the end has passed.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise TokenError('No scope "{scope}".{nearest}', scope=scope, nearest=nearest(scope, SCOPES))
    if not scopes:
        raise TokenError("A token needs a scope at least. Choices: {choices}.", choices=", ".join(SCOPES))
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise TokenError("Give the token a name of at most {longest} characters.", longest=LONGEST_NAME)
    if expires_at is not None and expires_at <= at:
        raise TokenError("The token would have ended before it begins: {expires_at}.", expires_at=expires_at)
    secret = new_secret(PREFIX)
    kept = " ".join(scope for scope in SCOPES if scope in scopes)
    token = ApiToken(
        user_id=user.id, name=name.strip(), hash=hashed(secret), scopes=kept, created_at=at, expires_at=expires_at
    )
    transaction.add(token)
    transaction.flush()
    return token, secret


def token_of(transaction: Transaction, secret: str, at: datetime) -> tuple[User, ApiToken] | None:
    """Whose key it is; None where it ended, was revoked, never was, or the account is closed."""
    token = transaction.scalars(select(ApiToken).where(ApiToken.hash == hashed(secret))).one_or_none()
    if token is None or token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= at):
        return None
    user = transaction.get(User, token.user_id)
    return (user, token) if user is not None and user.disabled_at is None else None


def notice_token(transaction: Transaction, token_id: int, at: datetime) -> None:
    """Write down that a key was used, at most once a minute."""
    is_due = ApiToken.used_at.is_(None) | (ApiToken.used_at <= at - NOTICED_AFTER)
    transaction.execute(update(ApiToken).where(ApiToken.id == token_id, is_due).values(used_at=at))


def tokens_of(transaction: Transaction, user: User) -> list[ApiToken]:
    """The keys of an account, ended ones too, newest first."""
    return list(transaction.scalars(select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())))


def state_of(token: ApiToken, at: datetime) -> Literal["open", "revoked", "ended"]:
    """Whether a key still opens anything."""
    if token.revoked_at is not None:
        return "revoked"
    return "ended" if token.expires_at is not None and token.expires_at <= at else "open"


def revoke_token(transaction: Transaction, user: User, token_id: int, at: datetime) -> None:
    """End a key of an account.

    Raises:
        TokenError: If the account has no such key.
    """
    token = transaction.get(ApiToken, token_id)
    if token is None or token.user_id != user.id:
        raise TokenError("No token {id} of this account.", id=token_id)
    token.revoked_at = token.revoked_at or at
