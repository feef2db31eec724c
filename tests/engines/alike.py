"""What the tests of engines ask, and when two answers are the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from efficace.metrics.answer import Answer
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.metric import Metric
from efficace.metrics.question import Request, dimensions_of
from efficace.warehouse.queryable import Queryable

PAST = "2025-12-31"
MAIN = ("rep", "team", "stage", "product", "territory", "segment", "source", "account", "heat", "channel")
"""Dimensions by which people ask most, the first that a metric has is taken."""
SETTINGS: Mapping[str, Mapping[str, object]] = {"target_attainment": {"metric": "bookings"}}


def by_main_dimension(metric: Metric) -> Request:
    """By the main dimension and a grain; a state is asked at two instants, one of them past."""
    grain, start = ("year" if metric.state else "quarter"), (None if metric.ahead else "2025-01-01")
    settings = SETTINGS.get(metric.id, {})
    return Request(metric.id, by=_dimensions(metric), grain=grain, start=start, settings=settings)


def in_the_past(metric: Metric) -> Request:
    """As it was known at a past instant, facts worked out for it."""
    by = tuple(metric.always_by) or tuple(metric.only_by[:1])
    return Request(metric.id, by=by, as_of=PAST, settings=SETTINGS.get(metric.id, {}))


def _dimensions(metric: Metric) -> tuple[str, ...]:
    known = dimensions_of(metric)
    main = tuple(metric.always_by) or tuple(name for name in MAIN if name in known and name != metric.curve)[:1]
    if metric.only_by and not set(main) & set(metric.only_by):
        return metric.only_by[:1]
    return main


def names() -> tuple[str, ...]:
    return tuple(CATALOGUE)


def told(answer: Answer) -> list[Any]:
    """All that an answer says, for comparing."""
    rows = [row.to_dict() for row in answer.rows]
    return [rows, dict(answer.left_out), answer.comparison, [dict(entry) for entry in answer.missing]]


def differences(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """Where two answers differ by more than 1e-9."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping) and ours.keys() == theirs.keys():
        for key in ours:
            yield from differences(ours[key], theirs[key], f"{where}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif isinstance(ours, float) and isinstance(theirs, float):
        if not math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9) and not (math.isnan(ours) and math.isnan(theirs)):
            yield f"{where}: {ours!r} {theirs!r}"
    elif ours != theirs:
        yield f"{where}: {ours!r} {theirs!r}"


def rows_of(engine: Queryable, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """A table's rows in any order, floats to ten digits."""
    found = engine.run(engine.table(table).select(*columns)).to_pylist()
    return sorted((tuple(_rounded(value) for value in row.values()) for row in found), key=repr)


def _rounded(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (float, Decimal)):
        return value
    number = float(value)
    return None if math.isnan(number) else float(f"{number:.10g}")


def halves(engine: Queryable) -> list[Any]:
    """Floats written as halves, rounded: the float itself decides, not how it is written."""
    values = [993.41375, -993.41375, 0.00005, 2.00015, 1.00005, 123456.78905, 8_000_000.00015, -0.5, 1.5, 2.5, None]
    given = engine.give("halves", pa.table({"place": range(len(values)), "value": pa.array(values, pa.float64())}))
    found = engine.run(given.select("place", places=given.value.round(4), whole=given.value.round().cast("string")))
    return sorted(found.to_pylist(), key=lambda row: row["place"])
