"""Runs the app: listens, tells where, stops gracefully."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from efficace.errors import refused
from efficace.web.serving import Serving, ServingError

if TYPE_CHECKING:
    from uvicorn import Config

GRACE_SECONDS = 10
"""How long requests at work may go on when the server is asked to stop."""


def serve(serving: Serving, once_listening: Callable[[], object] = lambda: None) -> None:
    """Serve until interrupted.

    Args:
        once_listening: Called when browsers can come.

    Raises:
        ServingError: If the address is taken or may not be used.
    """
    import uvicorn

    from efficace.web.app import create_app
    from efficace.web.log import write_to_stderr

    _try_address(serving)
    write_to_stderr()
    config = uvicorn.Config(
        create_app(serving), host=serving.host, port=serving.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=GRACE_SECONDS, proxy_headers=False,
    )  # fmt: skip
    _run(config, once_listening)


def _run(config: Config, once_listening: Callable[[], object]) -> None:
    import uvicorn

    class Telling(uvicorn.Server):
        """Says when it listens."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                once_listening()

    # Whoever presses Ctrl-C wants just this end.
    with suppress(KeyboardInterrupt):
        Telling(config).run()


def _try_address(serving: Serving) -> None:
    """Refuse an address that is taken before anything is opened."""
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((serving.host, serving.port))
        except OSError as error:
            raise ServingError(
                "{host}:{port}: cannot listen there: {error}. Choose another one: --port 8400",
                host=serving.host, port=serving.port, error=refused(error),
            ) from error  # fmt: skip
