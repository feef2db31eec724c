"""Reads worked cases written as Markdown pages: tables given, questions asked, rows expected."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Grid:
    """A Markdown table: headings and rows of text."""

    headings: list[str]
    rows: list[dict[str, str]]


@dataclass
class Asked:
    """One question of a page and what is expected of its answer."""

    command: list[str]
    expected: Grid | None = None
    answer: Grid | None = None


@dataclass
class Page:
    """One worked case."""

    path: Path
    title: str = ""
    given: dict[str, Grid] = field(default_factory=dict)
    config: str | None = None
    asked: list[Asked] = field(default_factory=list)


def read_page(path: Path) -> Page:
    """Read a case page; the format is described in docs/cases.md."""
    page = Page(path)
    section, heading = "", ""
    for block in _blocks(path.read_text(encoding="utf-8")):
        if block.startswith("# "):
            page.title = block[2:].strip()
        elif block.startswith("## "):
            section, heading = block[3:].strip(), ""
        elif block.startswith("### "):
            heading = block[4:].strip()
        elif section == "Given" and block.startswith("|"):
            page.given[heading] = _grid(block)
        elif section == "Given" and block.startswith("```"):
            page.config = "\n".join(block.splitlines()[1:-1]) + "\n"
        elif section == "Asked" and block.startswith("`efficace kpi"):
            page.asked.append(Asked(shlex.split(block.strip().strip("`"))[1:]))
        elif section == "Asked" and block.startswith("|"):
            _fill(page.asked[-1], heading, _grid(block), path)
    assert page.asked, f"{path}: asks nothing"
    assert all(asked.expected or asked.answer for asked in page.asked), f"{path}: a question expects nothing"
    return page


def write_tables(page: Page, folder: Path) -> None:
    """Write the given tables as CSV files named as canonical tables."""
    import csv

    for name, grid in page.given.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(grid.headings)
            writer.writerows([row[heading] for heading in grid.headings] for row in grid.rows)


def check(asked: Asked, found: dict[str, Any]) -> None:
    """Compare an answer's JSON with what the page expects."""
    if asked.expected is not None:
        rows = found["rows"]
        wanted = asked.expected.rows
        assert len(rows) == len(wanted), f"{len(rows)} rows, expected {len(wanted)}: {rows}"
        for number, (row, want) in enumerate(zip(rows, wanted, strict=True), start=1):
            _check_cells(row, want, f"row {number}")
    if asked.answer is not None:
        _check_cells(found, asked.answer.rows[0], "answer")


def _blocks(text: str) -> list[str]:
    """Headings, tables, fences and paragraphs."""
    blocks: list[str] = []
    lines = iter(text.splitlines())
    current: list[str] = []
    is_fenced = False
    for line in lines:
        if line.startswith("```"):
            is_fenced = not is_fenced
            current.append(line)
        elif is_fenced:
            current.append(line)
        elif line.startswith("#"):
            blocks += ["\n".join(current)] if current else []
            blocks.append(line)
            current = []
        elif not line.strip():
            blocks += ["\n".join(current)] if current else []
            current = []
        elif current and (line.startswith("|") != current[0].startswith("|") or line.startswith("`efficace")):
            blocks.append("\n".join(current))
            current = [line]
        else:
            current.append(line)
    return blocks + (["\n".join(current)] if current else [])


def _grid(block: str) -> Grid:
    lines = [_cells(line) for line in block.splitlines()]
    headings, rows = lines[0], lines[2:]
    assert all(len(row) == len(headings) for row in rows), f"a row has other columns than {headings}"
    return Grid(headings, [dict(zip(headings, row, strict=True)) for row in rows])


def _cells(line: str) -> list[str]:
    parts = re.split(r"(?<!\\)\|", line.strip())[1:-1]
    return [part.strip().replace("\\|", "|") for part in parts]


def _fill(asked: Asked, heading: str, grid: Grid, path: Path) -> None:
    if heading == "Expected":
        asked.expected = grid
    elif heading == "Answer":
        asked.answer = grid
    else:
        raise AssertionError(f"{path}: a table under '{heading}' is neither Expected nor Answer")


def _check_cells(found: dict[str, Any], want: dict[str, str], where: str) -> None:
    for name, text in want.items():
        if text == "-":
            continue
        value = _at(found, name)
        assert _matches(value, text), f"{where}, {name}: {value!r}, expected {text} in {found}"


def _at(found: Any, name: str) -> Any:
    value: Any = found
    for part in name.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            value = None
    return 0 if value is None and "left_out" in name.split(".") else value


def _matches(value: Any, text: str) -> bool:
    if text in ("null", ""):
        return value is None
    if text in ("true", "false"):
        return value is (text == "true")
    number, _, within = text.partition("±")
    wanted = _number(number.strip())
    if wanted is None or isinstance(value, str):
        return str(value) == text
    if value is None or isinstance(value, bool):
        return False
    allowed = float(within) if within else TOLERANCE * max(1.0, abs(wanted))
    return abs(float(value) - wanted) <= allowed


def _number(text: str) -> float | None:
    try:
        return float(Fraction(text.replace(" ", "")))
    except (ValueError, ZeroDivisionError):
        pass
    try:
        return float(text)
    except ValueError:
        return None
