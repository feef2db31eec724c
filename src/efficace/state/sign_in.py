"""Signing in with a password, and the limit to how often it may be tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError
from efficace.state.database import State
from efficace.state.passwords import hash_password, is_outdated, is_password
from efficace.state.schema import SignInCount, User
from efficace.state.secret import hashed

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50
"""An office shares one address."""


class SignInError(EfficaceError, PermissionError):
    """Wrong login or password; which of the two is not said."""


class TooManyAttempts(SignInError):
    """Tried too often; ``retry_at`` says from when on again (zone-less UTC)."""

    def __init__(self, retry_at: datetime, at: datetime) -> None:
        self.retry_at = retry_at
        minutes = -(-int((retry_at - at).total_seconds()) // 60)
        super().__init__("Too many attempts. Try again in {minutes} min.", minutes=max(1, minutes))


@dataclass(frozen=True)
class _Counted:
    kind: str
    key: str
    limit: int


def sign_in(state: State, login: str, password: str, network_address: str, at: datetime) -> int:
    """Check a login and its password.

    Args:
        network_address: Of the browser.

    Returns:
        The id of the account; the caller starts a session for it.

    Raises:
        TooManyAttempts: For this account or from this address, right or wrong.
        SignInError: If login or password are wrong or the account is closed.
    """
    typed = login.strip().casefold()
    counted = (
        _Counted("account", hashed(typed), PER_ACCOUNT),
        _Counted("address", hashed(network_address), PER_ADDRESS),
    )
    retry_at = None
    # Counted before the password is looked at, in its own transaction: trying at once in parallel gains nothing.
    with state.writing() as transaction:
        for one in counted:
            retry_at = max(filter(None, (retry_at, _count(transaction, one, at))), default=None)
    if retry_at is not None:
        raise TooManyAttempts(retry_at, at)
    with state.reading() as transaction:
        user = transaction.scalars(select(User).where(User.login == typed)).one_or_none()
    kept = user.password_hash if user is not None and user.disabled_at is None else None
    # Argon2 takes tens of milliseconds; no transaction is open meanwhile.
    if not is_password(password, kept) or user is None or kept is None:
        raise SignInError("Wrong login or password.")
    _welcome(state, user, password, kept, counted[0])
    return user.id


def forget_old_counts(transaction: Transaction, at: datetime) -> None:
    """Delete counts whose window is over."""
    transaction.execute(delete(SignInCount).where(SignInCount.since <= at - WINDOW))


def _welcome(state: State, user: User, password: str, kept: str, account: _Counted) -> None:
    with state.writing() as transaction:
        transaction.execute(delete(SignInCount).where(SignInCount.kind == account.kind, SignInCount.key == account.key))
        if is_outdated(kept):
            unchanged = (User.id == user.id) & (User.password_hash == kept)
            transaction.execute(update(User).where(unchanged).values(password_hash=hash_password(password)))


def _count(transaction: Transaction, one: _Counted, at: datetime) -> datetime | None:
    """Count an attempt; gives from when on it may be tried again, where it was one too many."""
    _ensure(transaction, one, at)
    row = (SignInCount.kind == one.kind) & (SignInCount.key == one.key)
    is_over = SignInCount.since <= at - WINDOW
    since, attempts = transaction.execute(
        update(SignInCount)
        .where(row)
        .values(
            attempts=case((is_over, 1), else_=SignInCount.attempts + 1),
            since=case((is_over, at), else_=SignInCount.since),
        )
        .returning(SignInCount.since, SignInCount.attempts)
        .execution_options(synchronize_session=False)
    ).one()
    return since + WINDOW if attempts > one.limit else None


def _ensure(transaction: Transaction, one: _Counted, at: datetime) -> None:
    if transaction.get(SignInCount, (one.kind, one.key)) is None:
        try:
            with transaction.begin_nested():
                transaction.add(SignInCount(kind=one.kind, key=one.key, since=at, attempts=0))
        except IntegrityError:
            return  # another process was first
