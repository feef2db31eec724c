"""What stays true as long as a snapshot is published, reckoned once and kept while there is room for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from concurrent.futures import Future
from threading import Lock
from typing import Any

MOST = 150_000
"""Rows kept at once, of all answers together: some 200 MB. What was not asked for longest goes first."""


class Kept:
    """Values by snapshot and name; for all threads.

    Attributes:
        weight: Rows kept now.
    """

    def __init__(self, most: int = MOST) -> None:
        """Begin with nothing.

        Args:
            most: Rows kept at once.
        """
        self.weight = 0
        self._most = most
        self._snapshot = 0
        self._found: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._weights: dict[Hashable, int] = {}
        self._lock = Lock()

    def of(self, snapshot: int, name: Hashable) -> tuple[Future[Any], bool]:
        """What is kept under a name, and whether it is still to be reckoned by the one who asks.

        Args:
            snapshot: The one published now; what was kept of another is let go.
        """
        key = (snapshot, name)
        with self._lock:
            self._turn_to(snapshot)
            found = self._found.get(key)
            is_new = found is None
            if found is None:
                found = self._found[key] = Future()
            self._found.move_to_end(key)
        return found, is_new

    def reckon(self, snapshot: int, name: Hashable, found: Future[Any], reckon: Callable[[], Any]) -> None:
        """Fill what ``of`` has given. What fails is asked anew by the next one; those who wait now hear of it."""
        key = (snapshot, name)
        try:
            value = reckon()
        except BaseException as error:
            with self._lock:
                self._let_go(key)
            found.set_exception(error)
            return
        with self._lock:
            weight = weight_of(value)
            if snapshot != self._snapshot:
                self._let_go(key)
            elif self._found.get(key) is found:
                self._weights[key] = weight
                self.weight += weight
                self._make_room(key if weight > self._most / 2 else None)
        found.set_result(value)

    def _turn_to(self, snapshot: int) -> None:
        # Whoever takes a load back makes the snapshot before the present one.
        if snapshot != self._snapshot:
            for key in [*self._weights]:
                self._let_go(key)
            self._snapshot = snapshot

    def _make_room(self, first: Hashable = None) -> None:
        """Let go of what is too large to stand beside others, then of what was not asked for longest."""
        for key in ([] if first is None else [first]) + [*self._found]:
            if self.weight <= self._most:
                return
            # What is being reckoned has those who wait for it.
            if key in self._weights:
                self._let_go(key)

    def _let_go(self, key: Hashable) -> None:
        self._found.pop(key, None)
        self.weight -= self._weights.pop(key, 0)


def weight_of(value: object) -> int:
    """How much a value weighs: its rows, or whatever it has many of, and one for itself."""
    parts = vars(value).values() if hasattr(value, "__dict__") else ()
    return 1 + sum(len(part) for part in (*parts, value) if isinstance(part, Sized) and not isinstance(part, str))
