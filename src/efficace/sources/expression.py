"""The operators of a mapping as values: what a canonical column is made of, and which rows it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Type = Literal[
    "text", "money", "minor_units", "number", "instant", "date", "date_end", "bool", "currency", "seconds_from_ms"
]
Order = Literal["ymd", "dmy", "mdy"]
Decimal = Literal[".", ","]


@dataclass(frozen=True)
class Condition:
    """A test on a row.

    Attributes:
        kind: What is tested; ``all``, ``any`` and ``not`` join further conditions.
        value: What is compared: a column or a path.
        among: Texts of ``is`` and ``in``, or the pattern of ``matches``.
    """

    kind: Literal["in", "empty", "matches", "all", "any", "not", "sql"]
    value: Expression | None = None
    among: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()
    sql: str = ""


@dataclass(frozen=True)
class Expression:
    """What one canonical column is made of.

    Attributes:
        origin: Where the value comes from.
        name: The column, the path (``column.key.key``), the constant or the SQL of the origin.
        first_of: Expressions of which the first that is not empty counts.
        changes: Text -> text that replaces it (None = empty); compared without regard to case.
        default: What replaces an empty value and one that ``changes`` does not name, if ``has_default``.
        ref: Canonical table whose key in this source the value is.
        ref_by: Column of that table by which the value names its row, where it is not the key.
        type: How the value is read, where the canonical column does not say it already.
        when: Rows for which the value counts; elsewhere it is empty.
    """

    origin: Literal["column", "path", "const", "sql", "first_of"]
    name: str = ""
    first_of: tuple[Expression, ...] = ()
    changes: Mapping[str, str | None] = field(default_factory=dict)
    default: str | None = None
    has_default: bool = False
    ref: str | None = None
    ref_by: str | None = None
    type: Type | None = None
    when: Condition | None = None
    date_order: Order | None = None
    decimal: Decimal | None = None


@dataclass(frozen=True)
class Spread:
    """One row of a stream turned into several.

    Attributes:
        kind: ``array`` = elements of a JSON array or of a separated list; ``columns`` = one row a column.
        value: The array, where ``kind`` is ``array``.
        columns: Columns to turn into rows; ``prefix`` names them by how they begin.
        name_as: New column with the name of the column (without the prefix).
        value_as: New column with the element or the value.
    """

    kind: Literal["array", "columns"]
    value_as: str
    value: Expression | None = None
    separator: str | None = None
    columns: tuple[str, ...] = ()
    prefix: str | None = None
    name_as: str = ""
    keep_empty: bool = False


@dataclass(frozen=True)
class Feed:
    """How one stream, or a query over several, fills one canonical table.

    Attributes:
        where: The place in the mapping file, for messages.
        stream: The stream; for ``sql`` None.
        sql: A query over the streams by name that gives canonical columns.
    """

    table: str
    where: str
    stream: str | None = None
    columns: Mapping[str, Expression] = field(default_factory=dict)
    when: Condition | None = None
    spread: tuple[Spread, ...] = ()
    sql: str | None = None

    @property
    def has_sql(self) -> bool:
        """Whether the author of the mapping wrote some of it in the engine's language."""
        marks = ("origin='sql'", "kind='sql'")
        return self.sql is not None or any(mark in repr((self.columns, self.when)) for mark in marks)


@dataclass(frozen=True)
class Reading:
    """How texts of a source are read.

    Attributes:
        timezone: Zone of wall times without one; None = the company's.
        currency: Of amounts without one; None = the company's.
        date_order: Of dates such as 03/04/2026; None = what the column's values decide.
        decimal: Mark of decimals; None = a point, and no thousands.
    """

    timezone: str | None = None
    currency: str | None = None
    date_order: Order | None = None
    decimal: Decimal | None = None
