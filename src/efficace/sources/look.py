"""Looks at the values of a stream's columns: dates and their order, numbers and their marks, the words that occur."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from efficace.sources.compile import ROW
from efficace.sources.expression import Decimal, Order
from efficace.sources.files import take_in
from efficace.sources.month_names import names_month
from efficace.sources.stream import Stream
from efficace.warehouse import sql

MOST_WORDS = 60

_ISO = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([T ].*)?$")
_SLASHED = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(\D.*)?$")
_NUMBER = re.compile(r"^[^\d,.-]{0,4}-?[\d\s\u00a0\u202f'’]*\d([.,]\d+)*[^\d,.]{0,4}$")
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY"}


@dataclass(frozen=True)
class Look:
    """What the values of a column are.

    Attributes:
        filled: Values that are not empty.
        words: The different values, if they are few.
        is_date: Nearly all values are dates.
        orders: Orders in which all its slashed dates are dates; both = no value decides; none = it has no such date.
        decimal: Mark of decimals, where a value decides it.
        is_plain: Its numbers need no mark to be known: digits and at most a point.
        sign: Currency signs that occur.
        is_whole: All its values are whole numbers without any sign.
        dates: Part of its different values that are dates, 0 to 1; ``numbers`` likewise.
    """

    name: str
    filled: int
    words: tuple[str, ...]
    is_date: bool
    is_number: bool
    orders: frozenset[Order]
    decimal: Decimal | None
    is_plain: bool
    sign: frozenset[str]
    example: str
    is_whole: bool = False
    dates: float = 1.0
    numbers: float = 1.0


@dataclass(frozen=True)
class Seen:
    """A stream that was looked at."""

    stream: Stream
    rows: int
    columns: Mapping[str, Look]


def look_at(stream: Stream, temp: Path, connection: Any) -> Seen:
    """Read a stream whole, and look at the different values of each column."""
    target = temp / "seen" / "stream.parquet"
    taken = take_in(stream, target, temp / "seen" / "bad.parquet", temp, connection)
    source = f"read_parquet({sql.text(target)})"
    columns = {name: _look(name, source, connection) for name in taken.columns}
    target.unlink()
    return Seen(stream, taken.rows, columns)


def row_number(rows: int) -> Look:
    """The number of a row in its file, as a column."""
    return Look(ROW, rows, (), False, True, frozenset(), None, True, frozenset(), "1")


def _look(name: str, source: str, connection: Any) -> Look:
    value = f"nullif(trim(CAST({sql.name(name)} AS VARCHAR)), '')"
    counted = sql.select({"v": value, "n": "count(*)"}, source, "GROUP BY 1")
    query = sql.select("v, n", f"({counted})", "WHERE v IS NOT NULL", "ORDER BY n DESC, v", "LIMIT 20000")
    found: Sequence[tuple[str, int]] = connection.execute(query).fetchall()
    values = [text for text, _ in found]
    slashed = [match for match in map(_SLASHED.match, values) if match]
    dates = len(slashed) + sum(bool(_ISO.match(text)) or names_month(text) for text in values)
    numbers = [text for text in values if _NUMBER.match(text)]
    return Look(
        name,
        sum(count for _, count in found),
        tuple(sorted(values)) if len(values) <= MOST_WORDS else (),
        bool(values) and dates >= 0.9 * len(values),
        bool(values) and len(numbers) >= 0.9 * len(values),
        _orders(slashed),
        _decimal(numbers),
        all(re.fullmatch(r"-?\d+(\.\d+)?", text) for text in numbers),
        frozenset(code for sign, code in _SIGNS.items() if any(sign in text for text in values))
        | ({"$"} if any("$" in text for text in values) else set()),
        next((match.group(0) for match in slashed), values[0] if values else ""),
        bool(values) and all(re.fullmatch(r"-?\d+", text) for text in values),
        dates / max(len(values), 1),
        len(numbers) / max(len(values), 1),
    )


def _orders(slashed: Sequence[re.Match[str]]) -> frozenset[Order]:
    if not slashed:
        return frozenset()
    days = [(int(match.group(1)), int(match.group(2))) for match in slashed]
    day_first = all(second <= 12 for _, second in days)
    month_first = all(first <= 12 for first, _ in days)
    if day_first and month_first and all(first == second for first, second in days):
        return frozenset({"dmy"})
    orders: list[tuple[Order, bool]] = [("dmy", day_first), ("mdy", month_first)]
    return frozenset(order for order, fits in orders if fits)


def _decimal(numbers: Sequence[str]) -> Decimal | None:
    """A mark followed by other than three digits, or the last of two different marks, is that of decimals."""
    for text in numbers:
        marks = re.findall(r"[.,]", text)
        last = re.search(r"([.,])(\d+)\D*$", text)
        if last and (len(last.group(2)) != 3 or len(set(marks)) == 2):
            return "," if last.group(1) == "," else "."
    return None
