"""What the web tests' ``signed_in`` fixture gives: a client for a role."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient

SignedIn = Callable[[str], TestClient]
