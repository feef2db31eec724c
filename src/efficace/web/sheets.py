"""Flat records as files: CSV, Excel, JSON, Parquet; safe to open whatever names the data holds."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any
from xml.sax.saxutils import escape

from efficace.web.spreadsheet import harmless

Records = Sequence[Mapping[str, Any]]

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook may have."""
_INVISIBLE = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that turn the direction of text: they make a cell look like what it is not."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML file may hold."""


@dataclass(frozen=True)
class Form:
    """A kind of file.

    Attributes:
        write: Makes its content from records.
    """

    media_type: str
    write: Callable[[Records], bytes]


def csv_file(records: Records) -> bytes:
    """CSV in UTF-8 with the mark that spreadsheets know it by."""
    buffer = io.StringIO()
    names = names_of(records)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in names])
    writer.writerows([_cell(record.get(name)) for name in names] for record in records)
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def json_file(records: Records) -> bytes:
    """JSON with every digit that a number has."""
    return json.dumps([dict(record) for record in records], ensure_ascii=False, indent=1, default=_plain).encode(
        "utf-8", errors="replace"
    )


def parquet_file(records: Records) -> bytes:
    """Parquet; nested values as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = names_of(records)
    table = pa.table({name: _column([record.get(name) for record in records]) for name in names})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def excel_file(records: Records) -> bytes:
    """A workbook of one sheet: numbers as numbers, all else as text that is never run."""
    names = names_of(records)
    lines: list[Sequence[object]] = [names, *([record.get(name) for name in names] for record in records)]
    rows = "".join(f'<row r="{number}">{_row(line, number)}</row>' for number, line in enumerate(lines, 1))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _BOOK.items():
            book.writestr(name, _HEAD + text)
        book.writestr(
            "xl/worksheets/sheet1.xml", f"{_HEAD}<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"
        )
    return buffer.getvalue()


FORMS: Mapping[str, Form] = {
    "csv": Form("text/csv; charset=utf-8", csv_file),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", excel_file),
    "json": Form("application/json", json_file),
    "parquet": Form("application/vnd.apache.parquet", parquet_file),
}
"""Kinds of files by the end of their name."""


def names_of(records: Records) -> list[str]:
    """Columns of all records, in the order in which they first come."""
    return list(dict.fromkeys(name for record in records for name in record))


def _cell(value: object) -> object:
    """A value as a spreadsheet may read it."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    return harmless(clean(str(_plain(value))))


def clean(text: str) -> str:
    """Text without characters that disguise or break a cell, and not longer than one may be."""
    return _FORBIDDEN.sub("", _INVISIBLE.sub("", text))[: LONGEST_CELL - 1]


def _row(line: Sequence[object], number: int) -> str:
    return "".join(_excel_cell(value, f"{_letters(column)}{number}") for column, value in enumerate(line))


def _excel_cell(value: object, place: str) -> str:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and isfinite(value):
        return f'<c r="{place}"><v>{value}</v></c>'
    text = str(_cell(value))
    if not text:
        return ""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _letters(column: int) -> str:
    """Name of a column, counted from 0: A, B, ... Z, AA."""
    name, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(65 + letter) + name
    return name


def _column(values: list[Any]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(_plain(value)) for value in values], pa.string())


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | bool) else str(value)


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BOOK: Mapping[str, str] = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets><sheet name="efficace" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
