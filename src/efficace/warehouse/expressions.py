"""Sets Ibis up for queries as long as ours, whichever engine they are for."""

from __future__ import annotations

import sys

RECURSION = 20_000


def prepare() -> None:
    """Let Ibis compile long chains of steps without repeating them."""
    import ibis

    # Fused selects repeat every expression in all that use it: queries grow tenfold, and so does compiling them.
    ibis.options.sql.fuse_selects = False
    # Compiling walks a query recursively; a fact is a long chain of steps.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
