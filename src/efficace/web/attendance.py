"""Who is being served: work that can wait gives way to visitors."""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Attendance:
    """How many requests are being answered."""

    def __init__(self) -> None:
        self._present = 0
        self._changed = Condition()

    def come(self) -> None:
        """A request begins."""
        with self._changed:
            self._present += 1

    def leave(self) -> None:
        """A request is answered."""
        with self._changed:
            self._present -= 1
            self._changed.notify_all()

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is being served."""
        return self._present == 0

    def give_way(self, most: float) -> None:
        """Wait until nobody is being served, at most so many seconds: what waits must come to its end too."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_quiet, most)


class Attended:
    """Counts the requests that pass through it."""

    def __init__(self, app: ASGIApp, attendance: Attendance) -> None:
        self._app = app
        self._attendance = attendance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it as long as it lasts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._attendance.come()
        try:
            await self._app(scope, receive, send)
        finally:
            self._attendance.leave()
