"""Rows of the data as a page writes them: names beside ids, instants by the company's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from efficace.metrics.left_out import why_left_out
from efficace.web.desk import Desk
from efficace.web.say import Say

if TYPE_CHECKING:
    import pyarrow as pa

NAMED = ("rep", "team", "territory", "product", "location")
"""Dimensions whose members have names beside their ids."""
LONGEST = 300
"""Characters of a text on the page; files have it whole."""


@dataclass(frozen=True)
class Cells:
    """A table to show.

    Attributes:
        heads: Names of the columns.
        numbers: Which columns are numbers.
        rows: Texts.
    """

    heads: Sequence[str]
    numbers: Sequence[bool]
    rows: Sequence[Sequence[str]]

    @classmethod
    def of(cls, rows: pa.Table, desk: Desk, say: Say) -> Cells:
        """Lay out rows; columns that are empty or "no" throughout, and weights that are all whole, are left out."""
        records = rows.to_pylist()
        columns = [name for name in rows.column_names if _tells(name, records)]
        names = {column: _names(column, desk) for column in columns}
        return cls(
            heads=[_head(column, say) for column in columns],
            numbers=[_is_number(records, column) for column in columns],
            rows=[[_text(column, record[column], names[column], say) for column in columns] for record in records],
        )


def _tells(column: str, records: Sequence[Mapping[str, Any]]) -> bool:
    found = {_hashable(record[column]) for record in records} - {None}
    if column in ("weight", "counted", "part"):
        return len(found) > 1
    return bool(found - {False})


def _hashable(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool | date) else str(value)


def _is_number(records: Sequence[Mapping[str, Any]], column: str) -> bool:
    found = [record[column] for record in records if record[column] is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _names(column: str, desk: Desk) -> Mapping[str, str]:
    dimension = column.removesuffix("_id")
    return dict(desk.members(dimension)) if dimension in NAMED else {}


def _head(column: str, say: Say) -> str:
    return say.text(column.removesuffix("_id").replace("_", " "))


def _text(column: str, value: Any, names: Mapping[str, str], say: Say) -> str:
    if column == "left_out" and value is not None:
        return why_left_out(str(value)).into(say.language)
    text = _told(value, say)
    text = names.get(text, text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _told(value: Any, say: Say) -> str:
    if isinstance(value, bool):
        return say.text("yes") if value else say.text("no")
    if isinstance(value, datetime):
        return say.instant(value)
    if isinstance(value, date):
        return say.day(value)
    if isinstance(value, int | float):
        return say.number(value)
    return "" if value is None else str(value)
