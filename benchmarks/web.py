"""Measures the pages in the browser: a server as a process of its own, and people who click."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice
from math import ceil
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.bounds import Bound
from benchmarks.browsing import Browser, Fetched
from benchmarks.measured import Failed, Spread, efficace

READY = "usual pages ready"
"""What the server logs once it has made its pages ready."""
ANSWERED = (200, 400)
"""A figure that the question does not fit says so (400); that is an answer too."""
PAGES = ("/", "/pipeline", "/customers", "/acquisition", "/revenue", "/voice", "/team", "/leads", "/metrics", "/data")
PERIODS = ("", "?period=6_months", "?period=3_months", "?period=last_year", "?period=year", "?compare=previous")


@dataclass(frozen=True)
class Crowd:
    """Who clicks, and how long they look.

    Attributes:
        clicks: Pages of each.
        pause: Seconds that somebody looks at a page, least and most.
    """

    people: int = 50
    clicks: int = 8
    pause: tuple[float, float] = (1.0, 5.0)


def web_bounds(project: Path, folder: Path, crowd: Crowd, seed: int = 1) -> list[Bound]:
    """Serve a copy of a project and look at its pages.

    Raises:
        Failed: If the server does not start, or a page cannot be shown.
    """
    last = _last_day(project)
    with served(project, folder) as server:
        bounds = [Bound("web: start until the first page is there", Spread((server.started,)), 3.0, "s")]
        server.wait_until_ready()
        browser = Browser(server.address)
        bounds += _weights(server.address)
        asked = list(_questions(last, seed))
        bounds.append(_late("web: figure's page, not asked before", browser, asked, 0.3))
        bounds.append(_late("web: figure's page, asked before", browser, asked, 0.1))
        bounds.append(_late("web: overview of a period not asked before", browser, _overviews(last), 0.5))
        bounds += _crowded(server.address, crowd, seed)
        bounds.append(Bound("web: most memory of the server", Spread((server.peak_mb(),)), 1500, "MB"))
    return bounds


def p95(seconds: Sequence[float]) -> float:
    """What 19 of 20 do not exceed."""
    return sorted(seconds)[ceil(0.95 * len(seconds)) - 1]


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        started: Seconds from its start until the first page was there.
    """

    address: str
    process: subprocess.Popen[bytes]
    log: Path
    started: float

    def wait_until_ready(self, seconds: float = 1800) -> None:
        """Wait until the usual pages are ready.

        Raises:
            Failed: If they are not within so many seconds, or the server has ended.
        """
        deadline = time.monotonic() + seconds
        while READY not in self.log.read_text(encoding="utf-8"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"the pages are not ready: {self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.2)

    def peak_mb(self) -> float:
        """Most memory that it held at once, in MB of 1024 kB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@contextmanager
def served(project: Path, folder: Path) -> Iterator[Server]:
    """A copy of a project, served on a free port of this machine to somebody who is signed in."""
    shutil.rmtree(folder, ignore_errors=True)
    # Nobody writes to a snapshot, so that the copy may be the same file.
    left_out = shutil.ignore_patterns("raw", "state*")
    shutil.copytree(project, folder / "project", ignore=left_out, copy_function=os.link)
    port, log = _free_port(), folder / "server.log"
    command = efficace("serve", "--project", folder / "project", "--signed-in-as", "me", "--port", port)
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        _first_page(Browser(f"http://127.0.0.1:{port}"), process, log)
        yield Server(f"http://127.0.0.1:{port}", process, log, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _first_page(browser: Browser, process: subprocess.Popen[bytes], log: Path) -> None:
    while (answer := browser.get("/")).status != 200:
        if process.poll() is not None or answer.status:
            raise Failed(f"no first page ({answer.status}): {log.read_text(encoding='utf-8')[-2000:]}")
        time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def _last_day(project: Path) -> date:
    from efficace.project import open_project

    with open_project(project) as opened:
        return opened.data.snapshot().as_of.date()


def _questions(last: date, seed: int) -> Iterator[str]:
    """Two pages of each figure: by its usual dimension and by another one, over ranges that no page offers."""
    from efficace.metrics.catalogue import CATALOGUE
    from efficace.web.asked import offered

    drawn = random.Random(seed)
    for metric, declared in CATALOGUE.items():
        for by in islice(offered(declared) or [""], 2):
            yield f"/kpi/{metric}?{urlencode({**({'by': by} if by else {}), **_range(last, drawn)})}"


def _overviews(last: date, number: int = 20) -> list[str]:
    drawn = random.Random(number)
    return [f"/?{urlencode(_range(last, drawn))}" for _turn in range(number)]


def _range(last: date, drawn: random.Random) -> dict[str, date]:
    """Some months that end within the last year, on a day that no named period ends."""
    end = last - timedelta(days=drawn.randrange(40, 365))
    return {"from": end - timedelta(days=drawn.randrange(100, 360)), "to": end}


def _late(name: str, browser: Browser, paths: Sequence[str], limit: float) -> Bound:
    """The slowest but one in twenty.

    Raises:
        Failed: If a page cannot be shown.
    """
    found = [browser.get(path) for path in paths]
    if broken := [one for one in found if one.status not in ANSWERED]:
        raise Failed(f"{broken[0].path}: {broken[0].status}")
    return Bound(f"{name}, p95", Spread((p95([one.seconds for one in found]),)), limit, "s")


def _weights(address: str) -> list[Bound]:
    """What travels at a first visit, of the overview or a figure's page, and at later ones."""
    first = [_weight(Browser(address).visit(path)) for path in ("/", "/kpi/sales_cycle_length")]
    browser = Browser(address)
    browser.visit("/kpi/sales_cycle_length")
    later = [_weight(browser.visit(path)) for path in (*PAGES, "/kpi/win_rate", "/kpi/lead_response_time")]
    return [
        Bound("web: first visit, packed", Spread(tuple(first)), 700, "kB"),
        Bound("web: heaviest later page with all its parts, packed", Spread((max(later),)), 60, "kB"),
    ]


def _weight(found: Sequence[Fetched]) -> float:
    return sum(one.weight for one in found) / 1000


def _crowded(address: str, crowd: Crowd, seed: int) -> list[Bound]:
    """People who click at once, each at own pages; what comes in after a page is fetched, and counts for errors."""
    with ThreadPoolExecutor(crowd.people) as pool:
        visits = list(pool.map(partial(_clicks, address, crowd, seed), range(crowd.people)))
    pages = [page for person in visits for page, _rest in person]
    errors = [one for person in visits for page, rest in person for one in (page, *rest) if one.status not in ANSWERED]
    at_once = f"web: {crowd.people} people clicking"
    return [
        Bound(f"{at_once}: a page, p95", Spread((p95([page.seconds for page in pages]),)), 1.5, "s"),
        Bound(f"{at_once}: errors", Spread((float(len(errors)),)), 0, ""),
    ]


def _clicks(address: str, crowd: Crowd, seed: int, person: int) -> list[tuple[Fetched, list[Fetched]]]:
    drawn = random.Random(seed * 1000 + person)
    browser, found = Browser(address), []
    for _turn in range(crowd.clicks):
        page, *rest = browser.visit(_chosen(drawn))
        found.append((page, rest))
        time.sleep(drawn.uniform(*crowd.pause))
    return found


def _chosen(drawn: random.Random) -> str:
    """The overview and figures most of all; another period one time in four."""
    from efficace.metrics.catalogue import CATALOGUE

    kpis = [f"/kpi/{metric}" for metric in CATALOGUE]
    page = drawn.choice(("/", drawn.choice(kpis), drawn.choice(kpis), drawn.choice(PAGES)))
    return page + (drawn.choice(PERIODS) if drawn.random() < 0.25 else "")
