"""Looks at pages as a browser does: keeps its session, unpacks, and fetches what a page needs beside."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

FONT = re.compile(r"@font-face\s*{[^}]*url\(([^)]+)\)[^}]*unicode-range:([^;}]+)", re.S)


@dataclass(frozen=True)
class Fetched:
    """One answer.

    Attributes:
        seconds: From asking to the last byte.
        weight: Bytes of the body as they travelled.
    """

    path: str
    status: int
    seconds: float
    weight: int
    text: str


@dataclass
class Browser:
    """One person's browser: one connection after the other, its cookies, its kept files."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    _connection: HTTPConnection | None = None

    def get(self, path: str) -> Fetched:
        """Fetch one address; a connection that fails counts as status 0."""
        began, is_kept = time.perf_counter(), self._connection is not None
        try:
            return self._get(path, began)
        except (OSError, HTTPException):
            self._connection = None
            # A server closes connections that nobody has used for a while; browsers then open another.
            return self.get(path) if is_kept else Fetched(path, 0, time.perf_counter() - began, 0, "")

    def visit(self, path: str) -> list[Fetched]:
        """A page, then the files that it needs and that are not kept, then the parts that come in after it."""
        found = [self.get(path)]
        seen = needs_of(found[0].text)
        found += self._files([*seen.files])
        text = found[0].text + "".join(one.text for one in found[1:] if ".css" in one.path)
        found += self._files(fonts_of(text, found[0].text))
        return found + [self.get(part) for part in seen.parts]

    def _files(self, paths: list[str]) -> list[Fetched]:
        new = [path for path in dict.fromkeys(paths) if path not in self.kept]
        self.kept.update(new)
        return [self.get(path) for path in new]

    def _get(self, path: str, began: float) -> Fetched:
        if self._connection is None:
            self._connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Cookie": cookies})
        answer = self._connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        for given in answer.headers.get_all("set-cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status == HTTPStatus.SEE_OTHER:
            return self._get(answer.headers["location"], began)
        plain = gzip.decompress(body) if answer.headers.get("content-encoding") == "gzip" else body
        return Fetched(path, answer.status, seconds, len(body), plain.decode("utf-8", "replace"))


@dataclass
class Needs:
    """What a page needs beside itself: files that browsers keep, and parts that come in as soon as it is there."""

    files: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


def needs_of(page: str) -> Needs:
    """Read a page for what it loads by itself."""
    reader = _Reader()
    reader.feed(page)
    return reader.needs


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.needs = Needs()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "link", "img"):
            address = given.get("src") or given.get("href", "")
            if address.startswith("/static/"):
                self.needs.files.append(address)
        if given.get("hx-trigger") == "load" and "hx-get" in given:
            self.needs.parts.append(given["hx-get"])


def fonts_of(style: str, page: str) -> list[str]:
    """Addresses of the fonts that a browser loads: those for which the page has letters."""
    letters = {ord(letter) for letter in page}
    return [
        address for address, ranges in FONT.findall(style) if any(_holds(one, letters) for one in ranges.split(","))
    ]


def _holds(span: str, letters: set[int]) -> bool:
    first, _, last = span.strip().removeprefix("U+").partition("-")
    return any(int(first, 16) <= letter <= int(last or first, 16) for letter in letters)
