"""Workbooks, Parquet, JSON Lines and SQLite."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from efficace.errors import SourceError
from loading import Company


def test_a_workbook_named_as_a_table_is_read_below_its_title(company: Company) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Deals of March"])
    sheet.append([])
    sheet.append(["deal_id", "created_at", "status", "amount", "expected_close_on"])
    sheet.append(["007", datetime(2026, 3, 1, 9, 15), "won", 1234.5, date(2026, 4, 1)])
    sheet.append([8, datetime(2026, 3, 2), "open", 10, None])
    sheet.append(["009", "never", "open", None, None])
    book.save(company.files / "deals.xlsx")
    report = company.load()
    assert company.rows("SELECT deal_id, created_at, amount, expected_close_on FROM deals ORDER BY 1") == [
        ("007", datetime(2026, 3, 1, 8, 15), Decimal("1234.5"), date(2026, 4, 1)),
        ("8", datetime(2026, 3, 1, 23), Decimal("10"), None),
    ]
    assert report.tables["deals"].rejected == 1
    assert company.rows("SELECT row_no FROM rejected_rows") == [(6,)]


def test_each_sheet_named_as_a_table_is_taken(company: Company) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    for name, rows in {
        "reps": [["rep_id", "name"], ["R1", "Ann"]],
        "Teams": [["team_id", "name"], ["T", "North"]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(company.files / "crm.xlsx")
    report = company.load()
    assert set(report.tables) == {"reps", "teams"}
    assert "ignored_file" in {note.kind for note in report.notes}


def test_a_sheet_and_a_header_row_can_be_named(company: Company) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("People")
    for row in (["a", "b"], ["Id", "Full name"], ["R1", "Ann"]):
        book["People"].append(row)
    book.save(company.files / "export.xlsx")
    company.load("""
        files: {people: {file: export.xlsx, sheet: People, header_row: 2}}
        tables: {reps: {from: people, columns: {rep_id: Id, name: Full name}}}
    """)
    assert company.rows("SELECT rep_id, name FROM reps") == [("R1", "Ann")]
    with pytest.raises(SourceError, match=r'no sheet "Persons"\. Sheets: Sheet, People'):
        company.load("""
            files: {people: {file: export.xlsx, sheet: Persons}}
            tables: {reps: {from: people, columns: {rep_id: Id, name: Full name}}}
        """)


def test_parquet_keeps_its_types(company: Company) -> None:
    table = pa.table(
        {
            "lead_id": pa.array([1.0, 2.0, 3.0]),
            "created_at": pa.array([datetime(2026, 1, 1, 12)] * 3, pa.timestamp("ns")),
            "converted_at": pa.array(
                [datetime(2026, 1, 2, 12, tzinfo=UTC)] * 3, pa.timestamp("us", "America/New_York")
            ),
            "disqualified_at": pa.array([date(2026, 7, 1)] * 3),
            "score": pa.array([0.5, None, float("nan")]),
        }
    )
    pq.write_table(table, company.files / "leads.parquet")
    company.load()
    assert company.rows("SELECT lead_id, created_at, converted_at, disqualified_at, score FROM leads ORDER BY 1") == [
        ("1", datetime(2026, 1, 1, 11), datetime(2026, 1, 2, 12), datetime(2026, 6, 30, 22), 0.5),
        ("2", datetime(2026, 1, 1, 11), datetime(2026, 1, 2, 12), datetime(2026, 6, 30, 22), None),
    ]
    assert company.reasons("leads") == {"3": "not_a_number"}


def test_a_parquet_file_is_kept_as_it_is(company: Company) -> None:
    pq.write_table(pa.table({"rep_id": ["R1"], "name": ["Ann"]}), company.files / "reps.parquet")
    company.load()
    (kept,) = (company.project / "raw" / "files" / "reps").glob("*.parquet")
    assert kept.read_bytes() == (company.files / "reps.parquet").read_bytes()


def test_json_lines_have_paths_and_arrays(company: Company) -> None:
    deals = [
        {
            "id": "D1",
            "properties": {"createdate": "2026-01-01T10:00:00Z", "amount": "12.5"},
            "items": [{"sku": "A", "n": 2}],
        },
        {
            "id": "D2",
            "properties": {"createdate": "2026-01-02T10:00:00Z"},
            "items": [{"sku": "B", "n": 1}, {"sku": "C", "n": 3}],
        },
    ]
    lines = [json.dumps(deal) for deal in deals]
    company.write(export_jsonl="\n".join([*lines, "{broken", ""]))
    report = company.load("""
        tables:
          deals:
            from: export
            columns:
              deal_id: id
              created_at: {path: properties.createdate}
              amount: {path: properties.amount}
              status: {const: open}
          order_lines:
            from: export
            explode: {column: items, as: item}
            columns:
              line_id: {sql: "id || '-' || (item->>'sku')"}
              ordered_at: {path: properties.createdate}
              product_id: {path: item.sku}
              units: {path: item.n}
    """)
    assert company.rows("SELECT deal_id, created_at, amount FROM deals ORDER BY 1") == [
        ("D1", datetime(2026, 1, 1, 10), Decimal("12.5")),
        ("D2", datetime(2026, 1, 2, 10), None),
    ]
    assert company.rows("SELECT line_id, product_id, units FROM order_lines ORDER BY 1") == [
        ("D1-A", "A", 2),
        ("D2-B", "B", 1),
        ("D2-C", "C", 3),
    ]
    assert (report.tables["deals"].read, report.tables["deals"].rejected) == (3, 1)
    assert set(company.rows("SELECT reason, row_no FROM rejected_rows WHERE table_name = 'deals'")) == {("not_json", 3)}


def test_a_json_array_is_read_like_lines(company: Company) -> None:
    company.write(reps_json=json.dumps([{"rep_id": "R1", "name": "Ann"}, {"rep_id": "R2", "name": "Bob"}], indent=1))
    company.load()
    assert company.rows("SELECT rep_id, name FROM reps ORDER BY 1") == [("R1", "Ann"), ("R2", "Bob")]


def test_a_sqlite_database_gives_a_stream_a_table(company: Company) -> None:
    with sqlite3.connect(company.files / "crm.sqlite") as database:
        database.execute("CREATE TABLE reps (rep_id INTEGER, name TEXT)")
        database.execute("INSERT INTO reps VALUES (1, 'Ann'), (2, 'Zoë')")
        database.execute("CREATE TABLE deals (deal_id TEXT, created_at TEXT, status TEXT, amount REAL)")
        database.execute("INSERT INTO deals VALUES ('007', '2026-01-01T00:00:00Z', 'won', 12.5), ('8', '', 'won', 1)")
    database.close()
    report = company.load()
    assert company.rows("SELECT rep_id, name FROM reps ORDER BY 1") == [("1", "Ann"), ("2", "Zoë")]
    assert company.rows("SELECT deal_id, amount FROM deals") == [("007", Decimal("12.5"))]
    assert report.tables["deals"].rejected == 1


@pytest.mark.parametrize("name", ["deals.xlsx", "deals.sqlite", "deals.parquet", "deals.csv.gz"])
def test_a_file_that_is_not_what_its_ending_says_is_refused_by_name(company: Company, name: str) -> None:
    (company.files / name).write_bytes(b"this is nothing of the kind" * 20)
    with pytest.raises(SourceError, match="deals"):
        company.load()
