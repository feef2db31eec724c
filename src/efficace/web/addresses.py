"""Addresses that come from outside and are gone to: paths of this server only."""

from __future__ import annotations


def own_path(to: str) -> str:
    """A path of this server; the overview in place of another site's address."""
    is_own = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()
    return to if is_own else "/"
