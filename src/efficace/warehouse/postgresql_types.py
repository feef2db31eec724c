"""Types on the way to PostgreSQL and back: Arrow's, Ibis' and the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_BOOLEAN, _DATE, _INSTANT = 16, 1082, 1114
_WHOLE = frozenset({20, 21, 23})
_FLOATS = frozenset({700, 701, 1700})
"""Codes of the server's types; its unbounded decimals come from sums of whole numbers."""


def from_server(code: int) -> pa.DataType:
    """The Arrow type of a column of an answer."""
    import pyarrow as pa

    if code in _WHOLE:
        return pa.int64()
    if code in _FLOATS:
        return pa.float64()
    return {_BOOLEAN: pa.bool_(), _DATE: pa.date32(), _INSTANT: pa.timestamp("us")}.get(code, pa.string())


def to_server(kind: pa.DataType) -> str:
    """The server's type of a column of an Arrow table."""
    import pyarrow as pa

    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    if pa.types.is_integer(kind):
        return "numeric" if kind == pa.uint64() else "bigint"
    if pa.types.is_floating(kind):
        return "double precision"
    if pa.types.is_timestamp(kind):
        return "timestamp(6)"
    return {pa.bool_(): "boolean", pa.date32(): "date"}.get(kind, "text")


def to_ibis(kind: str) -> Any:
    """The type of a stored column as Ibis knows it."""
    from ibis.backends.sql.datatypes import PostgresType

    if kind.startswith("timestamp"):
        return PostgresType.from_string("timestamp(6)")
    return PostgresType.from_string(kind)


def column(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    """The values of a column; the driver gives decimals where Arrow has floats."""
    import pyarrow as pa

    if pa.types.is_floating(kind):
        values = tuple(None if value is None else float(value) for value in values)
    return pa.array(values, kind)
