"""Arrays of numbers turned into typed Arrow columns: ids, words, instants, dates, money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from efficace.model.tables import Kind
from efficace.simulate.draws import NONE, Flags, Floats, Ints

Cells = Any
"""A ``pyarrow.Array``; the library is untyped."""

ARROW_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.DATE: pa.date32(),
    Kind.BOOLEAN: pa.bool_(),
}
ID_WIDTH = 7


def ids(prefix: str, numbers: Ints, width: int = ID_WIDTH) -> Cells:
    """Text ids of numbers that count from 0, such as ``L0000001``; ``NONE`` is empty."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers + 1, mask=numbers == NONE), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def words(values: Sequence[str | None] | Cells, codes: Ints) -> Cells:
    """The word of each code; ``NONE`` is empty."""
    known = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return known.take(pa.array(codes, mask=codes == NONE))


def texts(values: Sequence[str | None]) -> Cells:
    """Words as they are, one a row."""
    return pa.array(values, pa.string())


def same(value: str, n: int) -> Cells:
    """One word in every row."""
    return pa.repeat(pa.scalar(value), n)


def instants(seconds: Ints) -> Cells:
    """UTC seconds as instants; ``NONE`` is empty."""
    micros = pa.array(seconds * 1_000_000, pa.int64(), mask=seconds == NONE)
    return micros.cast(ARROW_TYPES[Kind.INSTANT])


def dates(days: Ints) -> Cells:
    """Days since 1970 as dates; ``NONE`` is empty."""
    return pa.array(days.astype(np.int32), pa.int32(), mask=days == NONE).cast(pa.date32())


def money(amounts: Floats, empty: Flags | None = None) -> Cells:
    """Amounts to the cent."""
    return pa.array(np.round(amounts, 2), mask=empty).cast(ARROW_TYPES[Kind.MONEY])


def numbers(values: Floats | Ints, empty: Flags | None = None) -> Cells:
    """Numbers as they are."""
    return pa.array(values.astype(np.float64), mask=empty)


def integers(values: Ints) -> Cells:
    """Whole numbers; ``NONE`` is empty."""
    return pa.array(values, pa.int64(), mask=values == NONE)


def flags(values: Flags) -> Cells:
    """True or false, one a row."""
    return pa.array(values, pa.bool_())
