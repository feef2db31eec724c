"""Reads the rows that a definition counts, and finds those that two definitions count differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from efficace.metrics.ask import Ground
from efficace.metrics.metric import Reading
from efficace.metrics.query import NO_PERIOD, PERIOD, REASON, WEIGHT, placed, population
from efficace.metrics.question import Question
from efficace.metrics.ranges import calendar, give_calendar

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

SUMS = ("above", "below")
SAME = 1e-9
"""Sums of money that differ by no more than rounding are the same."""


@dataclass(frozen=True)
class DifferentRows:
    """Rows that two definitions count differently, and what they add to and take from both sums."""

    rows: pa.Table
    above_added: float
    above_dropped: float
    below_added: float
    below_dropped: float


def read(ground: Ground, question: Question, readings: Sequence[Reading]) -> pa.Table:
    """The rows of a definition: their key, ``above``, ``below`` and the columns shown, one row a key."""
    import pyarrow as pa

    if not readings:
        return pa.table({name: pa.array([], pa.float64()) for name in SUMS})
    tables = ground.tables(question)
    days, spell = calendar()
    give_calendar(ground.engine, question)
    found = []
    for reading in readings:
        rows = population(reading.term, question, tables, question.filters)
        rows = placed(rows, reading.term, question, days, spell, tables)
        found.append(
            ground.engine.run(_summed(rows.filter(rows[REASON].isnull() & (rows[PERIOD] != NO_PERIOD)), reading))
        )
    if len(found) == 1:
        return found[0]
    return _by_key(pa.concat_tables(found, promote_options="permissive"), readings[0].key, SUMS)


def different(before: pa.Table, after: pa.Table, key: Sequence[str]) -> DifferentRows:
    """The rows whose sums differ, by key: one that a side does not have counts 0 there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not key:
        return DifferentRows(pa.table({"effect": pa.array([], pa.string())}), 0.0, 0.0, 0.0, 0.0)
    sides = [_sided(before, "before"), _sided(after, "after")]
    names = [f"{name}_{side}" for name in SUMS for side in ("before", "after")]
    both = pa.concat_tables(sides, promote_options="permissive")
    merged = _by_key(both, key, names)
    moved = {name: pc.subtract(merged[f"{name}_after"], merged[f"{name}_before"]) for name in SUMS}
    differs = pc.or_(*(pc.greater(pc.abs(moved[name]), SAME) for name in SUMS))
    effect = _effects(merged)
    rows = merged.append_column("effect", effect).filter(differs)
    rest = [name for name in rows.column_names if name not in (*key, "effect", *names)]
    rows = rows.select([*key, "effect", *names, *rest]).sort_by([(name, "ascending") for name in key])
    totals = [_part(moved[name], sign) for name in SUMS for sign in (1, -1)]
    return DifferentRows(rows, *totals)


def _summed(rows: ir.Table, reading: Reading) -> ir.Table:
    import ibis

    weight = rows[WEIGHT]
    above = reading.above(rows).cast("float64") * weight if reading.above is not None else ibis.literal(0.0) * weight
    below = reading.below(rows).cast("float64") * weight
    sums = {"above": above.sum(), "below": below.sum()}
    shown = {name: rows[name].max() for name in reading.shown}
    return rows.group_by(list(reading.key)).agg(**sums, **shown)


def _sided(rows: pa.Table, side: str) -> pa.Table:
    return rows.rename_columns([f"{name}_{side}" if name in SUMS else name for name in rows.column_names])


def _by_key(rows: pa.Table, key: Sequence[str], sums: Sequence[str]) -> pa.Table:
    """One row a key: sums added up, what is lacking 0; of other columns the greatest."""
    import pyarrow.compute as pc

    for name in sums:
        place = rows.column_names.index(name)
        rows = rows.set_column(place, name, pc.fill_null(rows[name].cast("float64"), 0.0))
    rest = [name for name in rows.column_names if name not in (*key, *sums)]
    wanted = [(name, "sum") for name in sums] + [(name, "max") for name in rest]
    merged = rows.group_by(list(key)).aggregate(wanted)
    return merged.rename_columns([name.removesuffix("_sum").removesuffix("_max") for name in merged.column_names])


def _effects(rows: pa.Table) -> pa.Array:
    import pyarrow.compute as pc

    def is_absent(side: str) -> pa.Array:
        return pc.and_(*(pc.equal(rows[f"{name}_{side}"], 0.0) for name in SUMS))

    return pc.if_else(is_absent("before"), "added", pc.if_else(is_absent("after"), "dropped", "changed"))


def _part(moved: pa.ChunkedArray, sign: int) -> float:
    import pyarrow.compute as pc

    return float(pc.sum(pc.max_element_wise(pc.multiply(moved, float(sign)), 0.0)).as_py() or 0.0)
