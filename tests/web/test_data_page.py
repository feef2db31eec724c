"""The data page: work behind it, what figures need, templates, and files that should not be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from small_server import DEALS, MORE, bring, client_of, ended, is_clear

from clients import SignedIn
from efficace.web.intake import FOLDER
from efficace.web.unpacked import is_bomb


def last_load(client: TestClient) -> str:
    return re.findall(r'name="load" value="(\d+)"', client.get("/data").text)[0]


def test_a_load_is_taken_back_behind_a_page_that_tells_how_far_it_is(small: FastAPI) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    bring(client, "deals.csv", MORE)
    data = small.state.desk.project.data
    assert data.doctor().columns["deals", "deal_id"] == (1, 1) or data.doctor().columns["deals", "deal_id"] == (3, 3)
    begun = client.post("/data/undo", data={"load": last_load(client)})
    assert begun.status_code == 303
    assert begun.headers["location"].startswith("/data/files/")
    assert "The last load was taken back" in ended(client, begun.headers["location"])
    assert data.doctor().columns["deals", "deal_id"] == (2, 2)


def test_a_single_load_is_not_taken_back_and_a_clear_page_says_so(small: FastAPI) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    answer = client.post("/data/undo", data={"load": "1"})
    assert (answer.status_code, is_clear(answer)) == (409, True)
    assert "There is no load before the last one" in answer.text
    assert small.state.desk.project.data.doctor().columns["deals", "deal_id"] == (2, 2)


def test_a_second_click_takes_back_no_other_load(small: FastAPI) -> None:
    client = client_of(small)
    for content in (DEALS, MORE, MORE.replace(b"D3", b"D4")):
        bring(client, "deals.csv", content)
    number = last_load(client)
    ended(client, client.post("/data/undo", data={"load": number}).headers["location"])
    again = client.post("/data/undo", data={"load": number})
    assert (again.status_code, is_clear(again)) == (409, True)
    assert client.post("/data/undo").status_code == 409
    assert len(small.state.desk.project.data.loads()) == 2


def test_dropped_files_are_gone_once_they_are_loaded(small: FastAPI) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    assert list((small.state.serving.folder / FOLDER).iterdir()) == []


def test_what_a_stopped_server_left_is_cleared_after_a_day(small: FastAPI) -> None:
    client, folder = client_of(small), small.state.serving.folder / FOLDER
    for name, age in (("old", 2 * 86400), ("new", 3600)):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (time.time() - age, time.time() - age))
    client.post("/data/files", files=[("files", ("deals.csv", DEALS))])
    left = {path.name for path in folder.iterdir()}
    assert "old" not in left
    assert "new" in left


def test_data_of_another_version_is_built_anew_from_its_page(small: FastAPI) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    pointer = small.state.serving.folder / "snapshots" / "current.json"
    found = json.loads(pointer.read_text(encoding="utf-8"))
    pointer.write_text(json.dumps(found | {"form": "another", "number": found["number"] + 1}), encoding="utf-8")
    shown = next((small.state.serving.folder / "snapshots").glob("*.duckdb"))
    shutil.copy(shown, shown.with_name(f"{found['number'] + 1:06d}.duckdb"))
    assert client.get("/kpi/win_rate").headers["location"] == "/data"
    told = client.get("/api/v1/kpi/win_rate")
    assert (told.status_code, "another version of efficace" in told.json()["error"]["message"]) == (503, True)
    page = client.get("/data")
    assert (page.status_code, is_clear(page)) == (503, True)
    assert "built by another version of efficace" in page.text
    assert client.post("/data/rebuild", data={"snapshot": "1"}).status_code == 409
    (number,) = re.findall(r'name="snapshot" value="(\d+)"', page.text)
    ended(client, client.post("/data/rebuild", data={"snapshot": number}).headers["location"])
    assert client.get("/kpi/win_rate").status_code == 200


def test_what_a_figure_needs_is_told_with_how_full_it_is(small: FastAPI) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    text = client.get("/data/needs/mrr").text
    assert "Not known yet: no row has mrr." in text
    assert "subscription_periods.<strong>mrr</strong>" in text
    assert "0 of 0" in text
    whole = client.get("/data/needs/win_rate").text
    assert "It has all that it needs." in whole
    assert "2 of 2" in whole
    head = client.get("/data/template/subscription_periods.csv").text.strip().split(",")
    assert {"subscription_id", "mrr"} <= set(head)
    assert len(head) == len(set(head))
    assert "subscription_periods" in client.get("/data").text


@pytest.mark.parametrize("path", ["/data/needs/no_such", "/data/template/no_such.csv", "/data/template/%2e%2e.csv"])
def test_nonsense_about_needs_is_refused(signed_in: SignedIn, path: str) -> None:
    answer = signed_in("admin").get(path)
    assert answer.status_code in (400, 404)
    assert is_clear(answer)


def packed(name: str, size: int) -> bytes:
    """A file that unpacks to ``size`` bytes of blanks."""
    content = io.BytesIO()
    if name.endswith(".gz"):
        with gzip.GzipFile(fileobj=content, mode="wb", compresslevel=9) as file:
            for _turn in range(size // 1_000_000):
                file.write(b" " * 1_000_000)
    else:
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
            book.writestr("xl/workbook.xml", b" " * size)
    return content.getvalue()


@pytest.mark.parametrize("name", ["deals.csv.gz", "deals.xlsx", "deals.ods"])
def test_a_bomb_is_refused_before_anything_unpacks_it(small: FastAPI, name: str) -> None:
    client = client_of(small)
    sent = [("files", (name, packed(name, 150_000_000))), ("files", ("deals.csv", DEALS))]
    path = client.post("/data/files", files=sent).headers["location"]
    text = client.get(path).text
    assert f"{name}: unpacks to far more than tables do" in text
    assert "Recognised: deals" in text
    assert [one.name for one in (small.state.serving.folder / FOLDER).rglob("deals*")] == ["deals.csv"]


def same_value(rows: int) -> bytes:
    """A Parquet file of so many rows of one number, which packs them to next to nothing."""
    made = io.BytesIO()
    run = pa.array(np.zeros(min(rows, 10_000_000), np.int64))
    with pq.ParquetWriter(made, pa.schema({"amount": pa.int64()}), compression="zstd") as file:
        for _turn in range(max(rows // len(run), 1)):
            file.write_table(pa.table({"amount": run}))
    return made.getvalue()


def test_a_parquet_file_of_rows_without_end_is_refused_unread(small: FastAPI) -> None:
    bomb = same_value(120_000_000)
    assert len(bomb) < 1_000_000
    client = client_of(small)
    sent = [("files", ("leads.parquet", bomb)), ("files", ("deals.csv", DEALS))]
    text = client.get(client.post("/data/files", files=sent).headers["location"]).text
    assert "leads.parquet: unpacks to far more than tables do" in text
    assert "Recognised: deals" in text


def test_a_parquet_file_that_packs_well_is_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    path.write_bytes(same_value(1_000_000))
    assert not is_bomb(path)
    path.write_bytes(b"PAR1 no parquet PAR1")
    assert not is_bomb(path), "what reads it tells what is wrong"


ENDLESS = "WITH RECURSIVE n(deal_id) AS (SELECT 1 UNION ALL SELECT deal_id + 1 FROM n) SELECT deal_id FROM n"


@pytest.mark.parametrize(("view", "is_one"), [(ENDLESS, True), ("SELECT 1 AS deal_id", False)])
def test_a_view_of_sqlite_without_end_is_refused(tmp_path: Path, view: str, is_one: bool) -> None:
    path = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE VIEW deals AS {view}")
        database.commit()
    assert is_bomb(path) is is_one


def test_a_file_that_is_only_well_packed_is_read(small: FastAPI) -> None:
    client = client_of(small)
    sent = [("files", ("deals.csv.gz", gzip.compress(DEALS)))]
    assert "Recognised: deals" in client.get(client.post("/data/files", files=sent).headers["location"]).text


def test_a_load_that_fails_in_an_unforeseen_way_says_so(small: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(small.state.desk.project.data), "load", fail)
    text = bring(client_of(small), "deals.csv", DEALS)
    assert "This should not have happened" in text
    assert "ZeroDivision" not in text


def test_a_full_disk_during_a_load_says_so(small: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise OSError(28, "No space left on device", "/secret/place")

    monkeypatch.setattr(type(small.state.desk.project.data), "load", fail)
    text = bring(client_of(small), "deals.csv", DEALS)
    assert "The disk refused this" in text
    assert "/secret" not in text


def test_columns_that_were_not_recognised_are_taken_all_in_one_step(small: FastAPI) -> None:
    client = client_of(small)
    head = "subscription_id,account_id,product_id,from_on,Montant mensuel,Fin de terme\n"
    rows = "".join(f"S{n},A{n},P1,2026-0{n}-01,{n}00.50,2027-0{n}-01\n" for n in range(1, 5))
    sent = [("files", ("subscription_periods.csv", (head + rows + "S9,A9,P1,2026-09-01,?,later\n").encode()))]
    path = client.post("/data/files", files=sent).headers["location"]
    text = client.get(path).text
    assert "Nothing was recognised" in text
    asked = re.findall(r'<select id="gap-\d+" name="(q:take:[^"]+)"', text)
    assert "q:take:subscription_periods.csv:subscription_periods.mrr" in asked
    assert '<option value="Montant mensuel">' in text
    prefix = "q:take:subscription_periods.csv:subscription_periods."
    chosen = {f"{prefix}mrr": "Montant mensuel", f"{prefix}term_ends_on": "Fin de terme"}
    assert client.post(f"{path}/answers", data=chosen).status_code == 303
    text = client.get(path).text
    while "for example" in text:  # what the values leave open, such as the currency
        (question,) = re.findall(r'name="(q:(?!take)[^"]+)"', text)
        client.post(f"{path}/answers", data={question: "EUR"})
        text = client.get(path).text
    assert text.count("as you said") == 2
    assert "sure: name and all values fit" in text
    client.post(f"{path}/load")
    assert "Loaded." in ended(client, path)
    columns = small.state.desk.project.data.doctor().columns
    assert columns["subscription_periods", "mrr"][1] == 4
    assert columns["subscription_periods", "term_ends_on"][1] == 4


def test_a_column_of_which_not_all_values_fit_is_only_likely(small: FastAPI) -> None:
    client = client_of(small)
    rows = "".join(f"D{n},2026-03-{n:02},won,{n}\n" for n in range(1, 21)) + "D99,soon,won,5\n"
    sent = [("files", ("deals.csv", ("deal_id,created_at,status,amount\n" + rows).encode()))]
    text = client.get(client.post("/data/files", files=sent).headers["location"]).text
    assert "likely: 95.2% of its values fit" in text


def test_a_page_of_a_figure_without_data_leads_to_what_it_needs(small: FastAPI) -> None:
    client = client_of(small)
    bring(client, "deals.csv", DEALS)
    assert 'href="/data/needs/mrr"' in client.get("/kpi/mrr").text
    assert 'href="/data/needs/win_rate"' not in client.get("/kpi/win_rate?from=2026-01-01&to=2026-04-01").text
