"""Finds files whose first row is data already, and asks what their columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from efficace.locale.said import Said, counted
from efficace.sources.csv_text import sample
from efficace.sources.stream import Stream

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})(\D.*)?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_AMOUNT = re.compile(r"(?!(19|20)\d\d$)-?\d+([.,]\d+)*")
"""Not a year: tables with a column a year are common."""


class Ask(Protocol):
    """Asks a question; None = not answered yet."""

    def __call__(self, key: str, text: Said, choices: Sequence[str], *, free: bool = False) -> str | None: ...


def with_columns(stream: Stream, ask: Ask) -> Stream:
    """The stream, with the names that were given to its columns where no row names them."""
    if stream.format != "csv":
        return stream
    shape, rows = sample(replace(stream, columns=()))
    if not looks_like_data(rows[:2]):
        return stream
    text = counted(
        '{file}: the first row looks like data: "{row}". What is its {n} column called?',
        '{file}: the first row looks like data: "{row}". What are its {n} columns called (parted by commas)?',
        len(shape.columns),
        **{"file": stream.label, "row": shape.delimiter.join(rows[0])},
    )
    answer = ask(f"columns:{stream.name}", text, (",".join(shape.columns),), free=True)
    names = [name.strip() for name in answer.split(",")] if answer else []
    return replace(stream, columns=tuple(names))


def looks_like_data(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of two rows holds what the second one holds: dates, addresses or mostly numbers."""
    if not rows or sum(bool(cell.strip()) for cell in rows[0]) < 2:
        return False
    pairs = [(first.strip(), second.strip()) for first, second in zip(rows[0], rows[-1], strict=False)]
    if any(
        pattern.fullmatch(first) and pattern.fullmatch(second) for first, second in pairs for pattern in (_DATE, _MAIL)
    ):
        return True
    numbers = sum(bool(_AMOUNT.fullmatch(first) and _AMOUNT.fullmatch(second)) for first, second in pairs)
    return numbers * 2 >= len(pairs)
