"""Several works of one page at once: while the engine reads for one of them, the others go on."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from time import monotonic
from typing import Generic, TypeVar

Found = TypeVar("Found")
CORES = os.cpu_count() or 1


class Hands:
    """Threads that help those that make pages; without a free one a page goes on alone."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(CORES, thread_name_prefix="hands")

    def at_once(self, works: Sequence[Callable[[], Found]]) -> list[Found]:
        """What each work gives, in their order; the first error is raised."""
        turn = self._carried_out(works, None)
        return [turn.done[number] for number in range(len(works))]

    def within(self, seconds: float | None, works: Sequence[Callable[[], Found]]) -> list[Found | None]:
        """What each work gives that is done in time, else None; what was not begun by then is not done at all.

        Args:
            seconds: None = all of them are waited for.
        """
        turn = self._carried_out(works, None if seconds is None else monotonic() + seconds)
        return [turn.done.get(number) for number in range(len(works))]

    def _carried_out(self, works: Sequence[Callable[[], Found]], until: float | None) -> _Turn[Found]:
        turn = _Turn(works)
        helpers = [self._pool.submit(turn.go_on, until) for _ in range(min(len(works), CORES) - 1)]
        turn.go_on(until)
        # Whoever has not come to help by now would find nothing to do.
        begun = [helper for helper in helpers if not helper.cancel()]
        wait(begun, None if until is None else max(until - monotonic(), 0))
        if turn.failed:
            raise turn.failed[0]
        return turn

    def close(self) -> None:
        """Let the helpers go once they have finished what they do."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class _Turn(Generic[Found]):
    """Works, and what has become of them."""

    def __init__(self, works: Sequence[Callable[[], Found]]) -> None:
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
                self.done[number] = work()
            except Exception as error:
                self.failed.append(error)
                self._left.clear()
