"""Passwords: argon2 with its present parameters, and a rule by length only."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from efficace.errors import EfficaceError

SHORTEST, LONGEST = 12, 1000
"""Characters. Composition rules make passwords worse (NIST SP 800-63B, 5.1.1.2); the upper limit bounds the work."""


class PasswordError(EfficaceError, ValueError):
    """A password that is too short or too long."""


def hash_password(password: str) -> str:
    """What is kept of a password.

    Raises:
        PasswordError: If it is too short or too long.
    """
    if len(password) < SHORTEST:
        raise PasswordError("The password is too short: {shortest} characters at least.", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordError("The password is too long: {longest} characters at most.", longest=LONGEST)
    return _hasher().hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the right one; takes as long where there is none, so that time does not tell who has an account."""
    try:
        return _hasher().verify(kept or _of_nobody(), password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with weaker parameters than today's, so that the next sign-in should hash it again."""
    return _hasher().check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _hasher().hash("a password that nobody has")
