"""Files that people take along: whole, and harmless whatever the data holds."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from efficace.web.sheets import FORMS, LONGEST_CELL, clean, csv_file, excel_file

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\u202e=1+1", "\u200f=cmd|' /C calc'!A0")
LONG = "x" * 10_000


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(row) for row in book["efficace"].iter_rows(values_only=True)]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_a_spreadsheet_would_run_is_made_plain(text: str) -> None:
    for cell in (table(csv_file([{"name": text}]))[1][0], sheet(excel_file([{"name": text}]))[1][0]):
        assert str(cell).startswith("'")
        assert "\u202e" not in cell


def test_numbers_stay_numbers_in_both() -> None:
    record = {
        "n": -3.5,
        "count": 2,
        "none": None,
        "day": date(2026, 1, 2),
        "at": datetime(2026, 1, 2, 3, 4),
        "yes": True,
    }
    assert table(csv_file([record]))[1] == ["-3.5", "2", "", "2026-01-02", "2026-01-02T03:04:00", "True"]
    assert sheet(excel_file([record]))[1] == [-3.5, 2, None, "2026-01-02", "2026-01-02T03:04:00", "True"]


def test_markup_and_ten_thousand_characters_come_through() -> None:
    for text in ("<script>alert(1)</script> & 'x'", LONG, "line\nbreak", "é\u202f€", "  spaces  "):
        assert table(csv_file([{"name": text}]))[1][0] == text
        assert sheet(excel_file([{"name": text}]))[1][0] == text


def test_columns_are_those_of_all_records_in_the_order_in_which_they_come() -> None:
    found = table(csv_file([{"a": 1}, {"b": 2, "a": 3}]))
    assert found == [["a", "b"], ["1", ""], ["3", "2"]]


def test_another_reader_of_workbooks_reads_the_same() -> None:
    records = [{f"column {number}": number for number in range(30)}]
    read = CalamineWorkbook.from_filelike(io.BytesIO(excel_file(records))).get_sheet_by_index(0).to_python()
    assert read == [[f"column {number}" for number in range(30)], [float(number) for number in range(30)]]


def test_json_and_parquet_keep_values_as_they_are() -> None:
    records = [{"name": "=1+1", "value": 0.1, "day": date(2026, 1, 2)}, {"name": None, "value": None, "day": None}]
    assert json.loads(FORMS["json"].write(records))[0] == {"name": "=1+1", "value": 0.1, "day": "2026-01-02"}
    assert pq.read_table(io.BytesIO(FORMS["parquet"].write(records))).to_pylist() == records


def test_parquet_takes_columns_of_mixed_kinds_as_text() -> None:
    records = [{"mixed": 1}, {"mixed": "one"}, {"mixed": None}]
    read = pq.read_table(io.BytesIO(FORMS["parquet"].write(records))).to_pylist()
    assert [row["mixed"] for row in read] == ["1", "one", None]


def test_an_empty_table_is_a_file_all_the_same() -> None:
    for form in FORMS.values():
        assert form.write([])


@given(st.text())
def test_any_text_makes_a_workbook_that_opens(text: str) -> None:
    cell = sheet(excel_file([{"name": text, "n": 1}]))[1][0]
    assert cell is None or len(cell) <= LONGEST_CELL
    assert not clean(text).startswith(("\u202e", "\x00"))
