"""Several works of one page at once: while the engine reads for one of them, the others go on."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from time import monotonic
from typing import Generic, TypeVar

Found = TypeVar("Found")
CORES = os.cpu_count() or 1
THREADS = 8
"""Helpers of all pages together; more than cores, so that a slow question does not keep those who ask quick ones."""


class Hands:
    """Threads that help those that make pages; without a free one a page goes on alone."""

    def __init__(self, number: int = CORES) -> None:
        """Begin with nobody at work.

        Args:
            number: Works of one page at once, its own thread included; 1 = one after the other.
        """
        self._number = number
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hands")

    def at_once(self, works: Sequence[Callable[[], Found]]) -> list[Found]:
        """What each work gives, in their order; the first error is raised."""
        turn = _Turn(works)
        helpers = [self._pool.submit(turn.go_on, None) for _ in range(min(len(works), self._number) - 1)]
        turn.go_on(None)
        # Whoever has not come to help by now would find nothing to do.
        wait([helper for helper in helpers if not helper.cancel()])
        turn.told()
        return [turn.done[number] for number in range(len(works))]

    def within(self, seconds: float | None, works: Sequence[Callable[[], Found]]) -> list[Found | None]:
        """What each work gives that is done in time, else None; what was not begun by then is not done at all.

        Args:
            seconds: None = all of them are waited for.
        """
        if seconds is None:
            return [*self.at_once(works)]
        turn, until = _Turn(works), monotonic() + seconds
        # The page's own thread takes none: it could not leave off in time.
        helpers = [self._pool.submit(turn.go_on, until) for _ in range(min(len(works), self._number))]
        wait(helpers, seconds)
        for helper in helpers:
            helper.cancel()
        return turn.told()

    def begin(self, work: Callable[[], Found]) -> Future[Found]:
        """Have a work done beside what the page does meanwhile."""
        return self._pool.submit(copy_context().run, work)

    def close(self) -> None:
        """Let the helpers go once they have finished what they do; a server that begins again gets others."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hands")


class _Turn(Generic[Found]):
    """Works, and what has become of them."""

    def __init__(self, works: Sequence[Callable[[], Found]]) -> None:
        self._number = len(works)
        self._context = copy_context()
        self._left = deque(enumerate(works))
        self.done: dict[int, Found] = {}
        self.failed: list[Exception] = []

    def go_on(self, until: float | None) -> None:
        """Take one work after the other, as long as there is time."""
        while self._left and (until is None or monotonic() < until):
            try:
                number, work = self._left.popleft()
            except IndexError:  # another thread took the last one
                return
            try:
                # What holds for the page that asks holds for its helpers.
                self.done[number] = self._context.copy().run(work)
            except Exception as error:
                self.failed.append(error)
                self._left.clear()

    def told(self) -> list[Found | None]:
        """What is done by now.

        Raises:
            Exception: The first that a work has raised.
        """
        if self.failed:
            raise self.failed[0]
        return [self.done.get(number) for number in range(self._number)]
