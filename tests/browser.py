"""A real browser at a real server: Chromium of the system, watched for errors and for requests that leave."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, sync_playwright

SCREENS = Path(__file__).parents[1] / "build" / "screens"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PENDING = """Array.from(
    document.querySelectorAll("[hx-trigger='load'], .htmx-request, [data-chart]:not([data-state='drawn'])")
).map(one => one.outerHTML.slice(0, 200)).join()"""
"""What a page still waits for."""
PATIENCE = 60_000
"""Milliseconds: what is worked out for the first time on a busy machine takes a while."""


@dataclass
class Watched:
    """A page, with what went wrong while it was looked at."""

    page: Page
    errors: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def go(self, address: str) -> Page:
        """Go to an address of the server and wait until nothing is being fetched."""
        self.page.goto(address)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until every part of the page is there; what polls for findings may go on."""
        self.page.wait_for_load_state("load")
        deadline = time.monotonic() + PATIENCE / 1000
        # Asked from outside: the page's policy forbids the waiting functions that are made from text.
        while pending := self._pending():
            assert time.monotonic() < deadline, pending
            self.page.wait_for_timeout(50)

    def _pending(self) -> str:
        try:
            return str(self.page.evaluate(PENDING))
        except Error as error:
            if "navigation" not in error.message:
                raise
            self.page.wait_for_load_state("load")
            return "the next page"


def chromium() -> str | None:
    """Where the browser is, if it is installed."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@contextmanager
def server(project: Path, *options: str) -> Iterator[str]:
    """``efficace serve`` as its own process; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "import sys; from efficace.cli.app import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "serve", "--project", str(project), "--port", str(port)]
    with (project.parent / "serve.log").open("w") as log:
        running = subprocess.Popen([*command, *options], stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, running, project.parent / "serve.log")
        yield address
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)


@contextmanager
def watched(
    opened: Browser, address: str, width: int = 1440, scheme: str = "light", locale: str = "en-GB", **options: object
) -> Iterator[Watched]:
    """A page in a fresh context; a request to anywhere but the server is stopped and noted."""
    context = opened.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale=locale,
        **options,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    found = Watched(context.new_page())
    _watch(context, found, urlsplit(address).netloc)
    yield found
    context.close()


def _watch(context: BrowserContext, found: Watched, host: str) -> None:
    def route(asked: Route) -> None:
        if urlsplit(asked.request.url).netloc == host or asked.request.url.startswith("data:"):
            asked.continue_()
        else:
            found.left.append(asked.request.url)
            asked.abort()

    context.route("**/*", route)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on(
        "console", lambda told: found.errors.append(f"{told.type}: {told.text}") if told.type == "error" else None
    )


def _await(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(600):
        assert running.poll() is None, log.read_text()
        try:
            with urlopen(f"{address}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())
