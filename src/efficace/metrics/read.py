"""From Arrow tables of sums to cells: one numbering of periods and members for all terms of a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from efficace.metrics.cells import Cells, Member, TermCells
from efficace.metrics.query import NO_PERIOD, NUMBER, PERIOD, REASON, dimension_column
from efficace.model.time import Period
from efficace.stats.estimate import Ints

if TYPE_CHECKING:
    import pyarrow as pa


def read_cells(
    tables: Mapping[str, pa.Table],
    names: Sequence[str],
    periods: Sequence[Period],
    orders: Mapping[str, Sequence[object]],
) -> Cells:
    """Number the members seen in any period of any term, and give each term its arrays.

    Args:
        tables: By term: columns period, reason, number, one for each dimension, keys and sums.
        names: The dimensions, in the order asked.
        orders: Members of a dimension that come first, in this order; all others follow sorted.
    """
    split = {name: table for name, table in tables.items() if _is_split(table, names)}
    members, numbers = _members(split, names, orders)
    repeated = {name: _for_every_member(table, names, members) for name, table in tables.items() if name not in split}
    numbered = {name: repeated.get(name) or (table, numbers[name]) for name, table in tables.items()}
    size = len(periods) * len(members)
    terms = {name: _term(table, number, len(members), size) for name, (table, number) in numbered.items()}
    return Cells(terms, tuple(periods), members)


def _is_split(table: pa.Table, names: Sequence[str]) -> bool:
    return all(dimension_column(name) in table.column_names for name in names)


def _for_every_member(table: pa.Table, names: Sequence[str], members: Sequence[Member]) -> tuple[pa.Table, Ints]:
    """Repeat sums for each member that shares their dimensions; what was left out is told by the split terms."""
    table = table.filter(table.column(REASON).is_null())
    own = [number for number, name in enumerate(names) if dimension_column(name) in table.column_names]
    numbers: dict[Member, list[int]] = {}
    for number, member in enumerate(members):
        numbers.setdefault(tuple(member[one] for one in own), []).append(number)
    columns = [table.column(dimension_column(names[one])).to_pylist() for one in own]
    keys = list(zip(*columns, strict=True)) if own else [()] * table.num_rows
    alike = [numbers.get(key, []) for key in keys]
    rows = np.repeat(np.arange(table.num_rows), [len(found) for found in alike])
    return table.take(rows), np.array([number for found in alike for number in found], dtype=np.int64)


def _members(
    tables: Mapping[str, pa.Table], names: Sequence[str], orders: Mapping[str, Sequence[object]]
) -> tuple[tuple[Member, ...], dict[str, Ints]]:
    """Members sorted (missing ones last), and the member number of each row of each term."""
    if not names:
        return ((),), {term: np.zeros(table.num_rows, dtype=np.int64) for term, table in tables.items()}
    lengths = [table.num_rows for table in tables.values()]
    codes: list[Ints] = []
    values: list[list[object]] = []
    for name in names:
        columns = [table.column(dimension_column(name)) for table in tables.values()]
        coded, uniques = _coded(columns, orders.get(name, ()))
        codes.append(coded)
        values.append(uniques)
    packed = np.zeros(sum(lengths), dtype=np.int64)
    for coded, uniques in zip(codes, values, strict=True):
        packed = packed * (len(uniques) + 1) + coded
    found, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    members = tuple(tuple(uniques[coded[row]] for coded, uniques in zip(codes, values, strict=True)) for row in first)
    seen = np.concatenate([_in_period(table) for table in tables.values()]) if lengths else np.zeros(0, dtype=bool)
    keep = np.zeros(len(found), dtype=bool)
    keep[inverse[seen]] = True
    number = np.cumsum(keep) - 1
    number[~keep] = 0
    parts = np.split(number[inverse], np.cumsum(lengths)[:-1])
    kept = tuple(member for member, is_kept in zip(members, keep, strict=True) if is_kept)
    return kept, dict(zip(tables, parts, strict=True))


def _coded(columns: Sequence[Any], first: Sequence[object] = ()) -> tuple[Ints, list[object]]:
    """Sorted codes of the values over several columns; those in ``first`` in that order, a missing value last."""
    import pyarrow as pa

    chunks = [chunk for column in columns for chunk in column.chunks]
    if not chunks:
        return np.zeros(0, dtype=np.int64), [None]
    encoded = pa.chunked_array(chunks, type=columns[0].type).combine_chunks().dictionary_encode()
    uniques = encoded.dictionary.to_pylist()
    place = {value: number for number, value in enumerate(first)}
    order = sorted(range(len(uniques)), key=lambda i: (place.get(uniques[i], len(place)), uniques[i]))
    rank = np.empty(len(uniques) + 1, dtype=np.int64)
    rank[order] = np.arange(len(uniques))
    rank[-1] = len(uniques)
    raw = _numbers(encoded.indices, len(uniques))
    return rank[raw], [*(uniques[i] for i in order), None]


def _in_period(table: pa.Table) -> NDArray[np.bool_]:
    return np.asarray(_numbers(table.column(PERIOD)) != NO_PERIOD, dtype=np.bool_)


def _term(table: pa.Table, member: Ints, members: int, size: int) -> TermCells:
    import pyarrow as pa

    period = np.asarray(_numbers(table.column(PERIOD)), dtype=np.int64)
    cell = np.where(period == NO_PERIOD, -1, period * members + member)
    number = _floats(table, NUMBER)
    is_used = (_numbers(table.column(REASON).is_null().cast(pa.uint8())) == 1) & (cell >= 0)
    why = table.column(REASON).to_pylist() if not is_used.all() else []
    reasons = [(str(why[row]), int(cell[row]), float(number[row])) for row in np.flatnonzero(~is_used)]
    columns = table.column_names
    return TermCells(
        cell=cell[is_used],
        n=number[is_used],
        sums={name[5:]: _floats(table, name)[is_used] for name in columns if name.startswith("_sum_")},
        keys={name[5:]: _key(table, name)[is_used] for name in columns if name.startswith("_key_")},
        reasons=reasons,
        size=size,
    )


def _floats(table: pa.Table, name: str) -> NDArray[np.float64]:
    import pyarrow as pa

    return np.asarray(_numbers(table.column(name).cast(pa.float64()), 0), dtype=np.float64)


def _numbers(column: Any, empty: float = np.nan) -> NDArray[Any]:
    """A column of numbers as an array, a number in its empty places.

    ``to_numpy`` and Python numbers make PyArrow import pandas, a fifth of a second of a cold start; buffers do not.
    """
    import pyarrow as pa

    if column.null_count:
        number = pa.Array.from_buffers(pa.float64(), 1, [None, pa.py_buffer(np.array([empty], dtype=np.float64))])
        column = column.fill_null(number.cast(column.type)[0])
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.from_dlpack(whole)


def _key(table: pa.Table, name: str) -> NDArray[Any]:
    import pyarrow as pa

    column = table.column(name)
    if pa.types.is_integer(column.type):
        # Left-out rows have no key; used rows without one (still running) read -1.
        return np.asarray(_numbers(column, -1), dtype=np.int64)
    if pa.types.is_floating(column.type):
        return np.asarray(_numbers(column), dtype=np.float64)
    return np.asarray(column.to_pylist(), dtype=object)
