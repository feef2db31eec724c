"""What pages say of data that lacks much: nothing is called well that nobody knows, and all of it fits a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser
from small_server import DEALS, HEAD, bring, client_of

from browser import browser, chromium, server, watched
from efficace.web.chapters import CHAPTERS
from efficace.web.sections.pipeline import StuckDeals

IN_CI = os.environ.get("CI") == "true"
OPEN = HEAD + b"D1,2026-03-05,won,1200,EUR,R1\nD2,2026-03-06,open,80,EUR,R1\n"


@pytest.fixture
def client(small: FastAPI) -> TestClient:
    return client_of(small)


def test_deals_whose_stages_nobody_wrote_down_are_not_said_to_move(client: TestClient) -> None:
    bring(client, "deals.csv", OPEN)
    pipeline = next(chapter for chapter in CHAPTERS if chapter.path == "/pipeline")
    number = next(number for number, one in enumerate(pipeline.sections) if isinstance(one, StuckDeals))
    text = client.get(f"/pipeline/sections/{number}").text
    assert "the data has no stage_changes.entered_at" in text
    assert "No open deal stands still" not in text


def test_titles_say_what_is_known_and_nothing_that_is_not(client: TestClient) -> None:
    sold = b"".join(b"L%d,2026-%02d-10,P,2,A%d\n" % (number, number % 3 + 1, number) for number in range(12))
    bring(client, "order_lines.csv", b"line_id,ordered_at,product_id,units,account_id\n" + sold)
    assert "<h1>Cannot be told yet: no rep has figures in this period.</h1>" in client.get("/team").text
    assert "8 customers are new." in client.get("/acquisition").text
    overview = client.get("/").text
    assert "Nothing can be compared yet" in overview
    assert "beyond chance against" not in overview
    assert "nothing to compare with" in overview


def test_a_choice_without_any_row_is_not_said_to_be_before_the_data(client: TestClient) -> None:
    bring(client, "deals.csv", DEALS)
    assert "No figure is known for this period and choice." in client.get("/?where=rep%3Dnobody").text


def test_one_question_is_one_question(client: TestClient) -> None:
    path = client.post(
        "/data/files", files=[("files", ("sales.csv", b"Deal ID,Create Date,Status,Amount\n1,2026-01-02,won,5\n"))]
    )
    assert "<h1>1 question that the files cannot answer</h1>" in client.get(path.headers["location"]).text


def test_what_is_worked_out_from_a_column_is_not_said_to_be_that_column(client: TestClient) -> None:
    sales = b"Order ID,Order Date,Product ID,Quantity,Sales (USD)\n1,2026-01-02,P,2,9.5\n"
    path = client.post("/data/files", files=[("files", ("sales.csv", sales))]).headers["location"]
    row = next(line for line in client.get(path).text.splitlines() if "order_lines.unit_price" in line)
    assert "likely: worked out from it" in row[row.index("order_lines.unit_price") :][:200]


def test_every_table_shows_its_rejected_rows_and_how_many_there_are(client: TestClient) -> None:
    many = HEAD + b"".join(b"D%d,nonsense,won,1,EUR,R1\n" % number for number in range(230))
    bring(client, "deals.csv", many + b"E1,2026-01-02,won,1,EUR,R1\n")
    bring(client, "leads.csv", b"lead_id,created_at\nL1,nonsense\nL2,2026-01-02\n")
    text = client.get("/data").text
    assert "<summary>deals · 230</summary>" in text
    assert "<summary>leads · 1</summary>" in text


def test_what_was_set_aside_is_told_where_the_load_ends(client: TestClient) -> None:
    text = bring(client, "deals.csv", DEALS + b"D3,nonsense,won,1,EUR,R1\n")
    assert "deals: 1 row set aside. deals.csv, row 4, &#34;created_at&#34;: &#34;nonsense&#34; is no date" in text


@pytest.fixture
def opened() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.skipif(chromium() is None and not IN_CI, reason="Chromium is not installed")
def test_pages_on_missing_data_fit_a_phone_and_speak_french(
    opened: Browser, client: TestClient, tmp_path: Path
) -> None:
    bring(client, "deals.csv", DEALS)
    with (
        server(tmp_path / "project", "--signed-in-as", "admin") as address,
        watched(opened, address, 390, "dark", "fr-FR") as seen,
    ):
        for path in ("/metrics", "/data/needs/revenue", "/pipeline"):
            page = seen.go(address + path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            assert " or " not in page.inner_text("main"), path
