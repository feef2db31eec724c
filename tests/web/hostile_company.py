"""The simulated company with names, ids and texts that attack pages, spreadsheets and terminals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
QUOTES = "'\" onmouseover=alert(3) x='"
TEMPLATE = "{{ 7 * 7 }}{name}%s"
FORMULA = "=cmd|' /C calc'!A0"
TURNED = "\u202egnp.exe\u2066"
CLOSING = "</title></textarea></svg>-->"
LONG = "W" * 10_000
NAMES = (SCRIPT, IMAGE, QUOTES, TEMPLATE, FORMULA, TURNED, CLOSING, LONG)
IDS = {
    "R001": SCRIPT,
    "R002": FORMULA,
    "R003": "../../etc/passwd",
    "R004": TURNED,
    "R005": "a|b=c&d?e#f",
    "R006": IMAGE,
}
NAMED = ("name", "full_name", "company", "subject", "title")
TEXTS = ("comment", "body", "text")


def write_hostile(files: Path, to: Path) -> None:
    """Write the files of a simulated company anew, its names, texts and some ids of reps made hostile."""
    to.mkdir()
    for path in sorted(files.iterdir()):
        if path.suffix == ".parquet":
            pq.write_table(_hostile(pq.read_table(path)), to / path.name)
        elif path.name == "efficace.yaml":
            text = path.read_text(encoding="utf-8").replace("Orvane Technologies", f"'{SCRIPT}'")
            (to / path.name).write_text(text, encoding="utf-8")


def _hostile(table: pa.Table) -> pa.Table:
    for number, column in enumerate(table.schema):
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        change = _named if column.name in NAMED else _told if column.name in TEXTS else _identified
        table = table.set_column(number, column, _changed(table[column.name], change).cast(column.type))
    return table


def _changed(values: pa.ChunkedArray, change: Callable[[str, int], str]) -> pa.Array:
    told = [None if text is None else change(text, row) for row, text in enumerate(values.to_pylist())]
    return pa.array(told, pa.string())


def _named(text: str, row: int) -> str:
    # The formula keeps its sign in front; the others keep the name behind, so that names stay apart.
    return f"{NAMES[row % len(NAMES)]} {text}"


def _told(text: str, row: int) -> str:
    return f"{NAMES[row % (len(NAMES) - 1)]} {text}"


def _identified(text: str, _row: int) -> str:
    return IDS.get(text, text)
