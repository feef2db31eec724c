"""Style, scripts and type as they travel: packed, kept for ever where the address names the content."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from efficace.web import files

FOR_EVER = "immutable"


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.mark.parametrize("name", ["efficace.css", "page.js", "htmx.min.js", "inter-latin.woff2", "vega.js"])
def test_what_a_page_links_may_be_kept_for_ever(client: TestClient, name: str) -> None:
    given = client.get(files.address(name))
    assert given.status_code == 200
    assert FOR_EVER in given.headers["cache-control"]
    other = client.get(f"/static/{name}?v=000000000000")
    assert other.content == given.content
    assert other.headers["cache-control"] == "no-cache"


def test_scripts_and_style_travel_packed_to_those_who_can_unpack(client: TestClient) -> None:
    for name in ("efficace.css", "vega.js"):
        packed = client.get(files.address(name), headers={"Accept-Encoding": "gzip"})
        plain = client.get(files.address(name), headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_the_style_names_the_type_by_its_content(client: TestClient) -> None:
    style = client.get(files.address("efficace.css")).text
    named = re.findall(r"url\(([^)]+)\)", style)
    assert len(named) >= 2
    for address in named:
        assert FOR_EVER in client.get(address).headers["cache-control"], address


def test_another_content_has_another_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "STATIC", tmp_path)
    path = tmp_path / "a.css"
    path.write_text("b {}", encoding="utf-8")
    first = files.address("a.css")
    path.write_text("i {}", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert files.address("a.css") != first
    found = files.file("a.css")
    assert found is not None
    assert found.packed is not None
    assert gzip.decompress(found.packed) == b"i {}"


@pytest.mark.parametrize("name", ["inter-LICENSE.txt", "none.css", "..%2fassets.py", "%2e%2e%2fapp.py"])
def test_nothing_else_is_given_out(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
