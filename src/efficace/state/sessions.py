"""Sign-ins that last: random ids kept as hashes, ended by rest and by age."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session as Transaction

from efficace.state.schema import Session, User
from efficace.state.secret import hashed, new_secret
from efficace.state.sign_in import forget_old_counts

REST = timedelta(hours=12)
AGE = timedelta(days=14)
NOTICED_AFTER = timedelta(minutes=1)
"""Use is written down at most so often, so that reading pages does not write all the time."""


def start_session(transaction: Transaction, user_id: int, at: datetime) -> str:
    """A new session; gives its secret for the cookie. Ended sessions and old counts are cleared on the way."""
    transaction.execute(delete(Session).where(or_(Session.ends_at <= at, Session.seen_at <= at - REST)))
    forget_old_counts(transaction, at)
    secret = new_secret()
    transaction.add(Session(hash=hashed(secret), user_id=user_id, created_at=at, seen_at=at, ends_at=at + AGE))
    transaction.flush()
    return secret


def user_of_session(transaction: Transaction, secret: str, at: datetime) -> User | None:
    """Whose session it is; None where it has ended, never was, or the account is closed."""
    session = transaction.get(Session, hashed(secret))
    if session is None or session.ends_at <= at or session.seen_at <= at - REST:
        return None
    user = transaction.get(User, session.user_id)
    return user if user is not None and user.disabled_at is None else None


def is_to_be_noticed(transaction: Transaction, secret: str, at: datetime) -> bool:
    """Whether the last use that was written down is long enough ago to write down this one."""
    session = transaction.get(Session, hashed(secret))
    return session is not None and session.seen_at <= at - NOTICED_AFTER


def notice_use(transaction: Transaction, secret: str, at: datetime) -> None:
    """Write down that a session is in use; never moves back, whichever of two servers writes last."""
    session = transaction.get(Session, hashed(secret), with_for_update=True)
    if session is not None:
        session.seen_at = max(session.seen_at, at)


def end_session(transaction: Transaction, secret: str) -> None:
    """Sign out."""
    transaction.execute(delete(Session).where(Session.hash == hashed(secret)))
