"""What the benchmark of the pages measures: everything that a browser loads, and every page that fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread

import pytest

from efficace.build import load
from efficace.simulate import SimulationSettings, simulate

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import web
from benchmarks.browsing import Browser, fonts_of, needs_of
from benchmarks.measured import Failed
from benchmarks.web import Crowd, p95, served, web_bounds

NOW = datetime(2027, 1, 1)
"""After the simulated company's last day."""
PAGE = b"""<link rel=stylesheet href=/static/a.css?v=1><script src=/static/b.js?v=2></script><img src=data:,>
<h1>Hello</h1><div hx-get=/parts/one hx-trigger=load></div><div hx-get=/parts/two hx-trigger="load delay:2s"></div>"""
STYLE = b"""
@font-face { font-family: I; src: url(/static/latin.woff2) format("woff2"); unicode-range: U+0000-00FF, U+2019; }
@font-face { font-family: I; src: url(/static/ext.woff2) format("woff2"); unicode-range: U+0100-02BA; }"""
FILES = {"/": PAGE, "/static/a.css?v=1": STYLE, "/static/b.js?v=2": b"1;", "/static/latin.woff2": b"x" * 99}


class Small(BaseHTTPRequestHandler):
    """Gives out what ``FILES`` holds, nothing else."""

    def do_GET(self) -> None:
        content = FILES.get(self.path)
        if self.path == "/old":
            self.send_response(303)
            self.send_header("Location", "/")
        else:
            self.send_response(200 if content is not None else 500)
        self.send_header("Content-Length", str(len(content or b"")))
        self.send_header("Set-Cookie", "session=secret; HttpOnly")
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_told: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Small) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_page_is_weighed_with_all_that_it_loads_by_itself_once(address: str) -> None:
    browser = Browser(address)
    first = browser.visit("/")
    assert [one.path for one in first] == [
        "/", "/static/a.css?v=1", "/static/b.js?v=2", "/static/latin.woff2", "/parts/one"
    ]  # fmt: skip
    assert sum(one.weight for one in first) == sum(map(len, FILES.values()))
    assert browser.cookies == {"session": "secret"}
    assert [one.path for one in browser.visit("/")] == ["/", "/parts/one"]


def test_a_part_that_fails_is_seen(address: str) -> None:
    assert [one.status for one in Browser(address).visit("/")] == [200, 200, 200, 200, 500]
    assert Browser("http://127.0.0.1:9").get("/").status == 0


def test_a_page_that_leads_on_is_followed(address: str) -> None:
    found = Browser(address).get("/old")
    assert (found.path, found.status, found.text) == ("/", 200, PAGE.decode())


def test_a_connection_that_the_server_has_closed_is_opened_anew(address: str) -> None:
    browser = Browser(address)
    assert browser.get("/").status == 200
    # The server speaks HTTP/1.0: it has closed the connection, and says so only to those who write to it.
    kept = HTTPConnection(browser.address.removeprefix("http://"))
    kept.connect()
    kept.sock.shutdown(SHUT_RDWR)
    browser._connection = kept
    assert browser.get("/").status == 200


def test_a_font_is_loaded_for_the_letters_of_the_page_alone() -> None:
    style = STYLE.decode()
    assert fonts_of(style, "cafe") == ["/static/latin.woff2"]
    assert fonts_of(style, "\N{LATIN SMALL LETTER S WITH CARON}") == ["/static/ext.woff2"]


def test_what_comes_in_later_by_itself_is_told_from_what_waits() -> None:
    found = needs_of(PAGE.decode())
    assert found.parts == ["/parts/one"]
    assert found.files == ["/static/a.css?v=1", "/static/b.js?v=2"]


def test_one_in_twenty_may_be_slower() -> None:
    assert p95([1.0] * 19 + [9.0]) == 1.0
    assert p95([1.0] * 18 + [9.0] * 2) == 9.0
    assert p95([3.0]) == 3.0


def test_a_page_that_fails_ends_the_measurement(address: str) -> None:
    with pytest.raises(Failed, match="/broken: 500"):
        web._late("a page", Browser(address), ["/", "/broken"], 1.0)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    simulate(folder / "company", SimulationSettings(touches=3000, planted=False, dirty=False))
    load(folder / "project", folder / "company", None, NOW)
    return folder / "project"


def test_all_promises_of_the_pages_are_measured(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        web, "_questions", lambda _last, _seed: ["/kpi/win_rate?period=6_months", "/kpi/nps?period=all"]
    )
    monkeypatch.setattr(web, "PAGES", ("/", "/leads"))
    # Making all pages ready takes half a minute, which the figures of a test do not need.
    monkeypatch.setattr(web, "READY", "efficace is at")
    bounds = web_bounds(project, tmp_path / "web", Crowd(people=3, clicks=2, pause=(0.0, 0.1)))
    measured = {bound.name: bound.measured.middle for bound in bounds}
    assert len(measured) == 9
    assert measured.pop("web: 3 people clicking: errors") == 0
    assert all(value > 0 for value in measured.values())
    weights = {bound.name: bound for bound in bounds if bound.unit == "kB"}
    assert all(bound.is_met for bound in weights.values()), weights
    assert not (project / "state.db").exists()


def test_a_server_that_ends_at_once_is_told(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "efficace.yaml").write_text("no_such_setting: 1\n", encoding="utf-8")
    with pytest.raises(Failed, match="no_such_setting"), served(tmp_path / "project", tmp_path / "web"):
        pass
