"""The limit of what is sent, counted as it comes in: a sender need not say, or may lie, how much it will be."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


SMALL = 1_000_000
"""Bytes that a form, a note or a call may have."""
LARGE = ("/data/files", "/api/v1/loads")
"""Where files are sent to; nothing of a body is read there before it is known who sends it."""


class UploadLimit:
    """Ends a request whose body grows beyond ``SMALL`` bytes, or ``most`` where files are sent to, with 413."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = self._counting(receive, limit_of(scope["path"], self._most))
        await self._app(scope, receive, send)

    def _counting(self, receive: Receive, most: int) -> Receive:
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        return counted


def limit_of(path: str, most: int) -> int:
    """Bytes that may be sent to a path."""
    return most if path in LARGE else min(SMALL, most)
