"""Secrets that are handed out once and kept as hashes only."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_secret(prefix: str = "") -> str:
    """256 random bits as text that fits in an address; the one place that needs true randomness."""
    return prefix + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret. Its 256 bits cannot be guessed, so a quick hash without salt is enough."""
    return sha256(secret.encode()).hexdigest()
