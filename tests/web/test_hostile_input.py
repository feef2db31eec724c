"""Names that attack in the data: escaped on every page, plain in every file, and no page breaks of them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hostile_company import IDS, SCRIPT, TURNED, write_hostile

from command import run
from efficace.state.sessions import start_session
from efficace.state.users import add_user
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.serving import Serving
from efficace.web.visitor import SESSION, csrf_of

PAGES = (
    "/", "/parts/findings", "/findings", "/team", "/team/help", "/team?sort=name", "/leads", "/pipeline",
    "/pipeline/sections/0", "/customers", "/voice", "/data", "/settings", "/metrics", "/kpi/win_rate",
    "/kpi/win_rate?by=rep", "/kpi/win_rate?by=product", "/kpi/win_rate/parts/by?by=rep", "/kpi/win_rate/rows",
    "/kpi/comment_sentiment/rows", "/kpi/lead_response_time/rows", "/kpi/win_rate/explain", "/kpi/win_rate/definitions",
    *(f"/reps/{quote(rep, safe='')}" for rep in IDS.values() if "|" not in rep),
)  # fmt: skip
HANDLERS = re.compile(r"^on[a-z]+$")
STARTS = ("=", "+", "-", "@", "\t", "\r")


class Tags(HTMLParser):
    """What a browser would make of a page: its tags, and whether one would run something."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.titles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.titles += tag == "h1"
        if tag == "script" and not (given.get("src") or "").startswith("/static/") and given.get("type") is None:
            self.wrong.append(f"script {given}")
        self.wrong += [f"{tag} {name}" for name in given if HANDLERS.match(name) or name == "style"]
        self.wrong += [f"{tag} {given}" for value in (given.get("href"), given.get("src")) if _leads_out(value, given)]


def _leads_out(address: str | None, given: dict[str, str | None]) -> bool:
    """Whether an address is of elsewhere; sources of definitions are, and tell nothing of where one comes from."""
    is_source = (address or "").startswith("https://") and "noreferrer" in (given.get("rel") or "")
    return address is not None and not is_source and not address.startswith(("/", "#", "?", "data:image/"))


@pytest.fixture(scope="module")
def hostile(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    folder = tmp_path_factory.mktemp("hostile")
    write_hostile(company.parent / "files", folder / "files")
    loaded = run("load", str(folder / "files"), "--project", str(folder / "project"))
    assert loaded.code == 0, loaded.errors
    made = create_app(Serving(folder / "project"))
    yield made
    made.state.desk.close()
    made.state.desk.project.close()
    made.state.desk.project.state.close()


@pytest.fixture(scope="module")
def client(hostile: FastAPI) -> TestClient:
    with hostile.state.desk.project.state.open().writing() as transaction:
        user = add_user(transaction, "admin", "admin", now(), f"{SCRIPT} Ada")
        secret = start_session(transaction, user.id, now())
    made = TestClient(hostile, follow_redirects=False, raise_server_exceptions=False)
    made.cookies.set(SESSION, secret)
    made.headers["X-CSRF-Token"] = csrf_of(secret)
    return made


@pytest.mark.parametrize("path", PAGES)
def test_hostile_names_are_text_on_every_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    found = Tags()
    found.feed(answer.text)
    assert found.wrong == []
    assert SCRIPT not in answer.text
    assert "49{name}" not in answer.text
    assert found.titles <= 1


def test_a_rep_with_a_hostile_id_has_a_page_that_names_it(client: TestClient) -> None:
    links = set(re.findall(r'href="(/reps/[^"?]+)', client.get("/team").text))
    assert len(links) >= len(IDS)
    assert any("%7C" in link for link in links), "no id holds the sign that parts the members of a filter"
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "parquet"])
@pytest.mark.parametrize("part", ["by", "rows"])
def test_exports_hold_no_formula(client: TestClient, form: str, part: str) -> None:
    answer = client.get(f"/kpi/win_rate/export?by=rep&part={part}&format={form}")
    assert answer.status_code == 200
    cells: list[object] = []
    if form == "csv":
        cells = [cell for line in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in line]
    elif form == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
        every = [cell for sheet in sheets for line in sheet.iter_rows() for cell in line]
        assert [cell.value for cell in every if cell.data_type == "f"] == []
        cells = [cell.value for cell in every]
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert [text for text in texts if text.startswith(STARTS) and not re.fullmatch(r"-?[\d.e+-]+", text)] == []
    assert bool(texts) is (form in ("csv", "xlsx"))


@pytest.mark.parametrize("form", ["png", "svg"])
def test_pictures_of_hostile_names_are_pictures(client: TestClient, form: str) -> None:
    answer = client.get(f"/kpi/win_rate/export?by=rep&picture=by&format={form}")
    assert answer.status_code == 200
    if form == "svg":
        assert SCRIPT not in answer.text
    assert len(answer.content) < 2_000_000


def test_what_people_write_is_text_too(client: TestClient) -> None:
    client.post("/kpi/win_rate/notes", data={"text": f"{SCRIPT} {TURNED}"})
    client.post("/views", data={"name": SCRIPT, "address": "/team?where=rep%3D%3Cscript%3E"})
    client.post("/settings/accounts", data={"login": "<b>x</b>", "name": SCRIPT, "role": "rep"})
    for path in ("/kpi/win_rate", "/settings", "/parts/palette", "/api/v1/views"):
        answer = client.get(path)
        assert answer.status_code == 200
        if "json" not in answer.headers["content-type"]:
            assert SCRIPT not in answer.text


def test_a_view_cannot_lead_to_another_site(client: TestClient) -> None:
    evil = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example")
    for address in evil:
        assert client.post("/views", data={"name": "x", "address": address}).headers.get("location", "/") == "/"
        answer = client.post("/api/v1/views", json={"name": "y", "page": address})
        assert answer.status_code == 422, address
