"""How the app is served: address, who is signed in without asking, limits."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from efficace.errors import EfficaceError

DEFAULT_PORT = 8321


class ServingError(EfficaceError, ValueError):
    """The app cannot be served as asked."""


@dataclass(frozen=True)
class Serving:
    """How one server gives a project out.

    Attributes:
        host: Address to listen at.
        automatic: Login of the account that is signed in without asking; loopback addresses only.
        is_secure: Whether browsers reach it by https, so that cookies never travel in the clear.
        upload_bytes: The largest request body.
        patience: Seconds after which a page waits no longer for what can come in after it.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    automatic: str | None = None
    is_secure: bool = False
    upload_bytes: int = 2_000_000_000
    patience: float = 0.15

    def __post_init__(self) -> None:
        if self.automatic is not None and not is_loopback(self.host):
            raise ServingError(
                "Nobody is signed in without asking at {host}: only where the server listens at 127.0.0.1.",
                host=self.host,
            )

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_secure else 'http'}://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether an address is reached from its own machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
