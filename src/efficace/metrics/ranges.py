"""The periods of a question, and how the engine is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from efficace.metrics.query import population
from efficace.metrics.question import Question, whole_number
from efficace.model.time import Period, earlier, next_start, period_start, periods

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from efficace.facts.known import Tables
    from efficace.metrics.ask import Ground
    from efficace.warehouse.queryable import Queryable

DAYS = "_days"
"""The table of the days of each period: ``day``, ``period``."""
SPANS = "_periods"
"""The table of the periods; ``Term.place`` says its columns."""
BY_CHANCE = 0.01
"""A gap before the first fact that chance would leave less often is the beginning of the data."""
_ONE = timedelta(days=1)
_DATES: Mapping[str, Callable[[Period, Question], date]] = {
    "start_on": lambda period, _: period.start,
    "end_on": lambda period, _: period.known_end,
    "whole_end_on": lambda period, _: period.end,
    "eve_on": lambda period, _: period.start - _ONE,
    "last_on": lambda period, _: period.known_end - _ONE,
    "before_start_on": lambda period, question: _before(period, question).start,
    "before_end_on": lambda period, question: _before(period, question).end,
    "year_start_on": lambda period, question: earlier(period, question.grain, "last_year").start,
    "year_end_on": lambda period, question: earlier(period, question.grain, "last_year").end,
}


def spans_of(ground: Ground, question: Question) -> tuple[Period, ...]:
    """The periods of a question's range; without a start it begins with the first fact."""
    if question.metric.ahead:
        return _ahead(question)
    first = question.start or _first_day(ground, question) or question.as_of_on
    if question.end is not None:
        first = min(first, question.end - _ONE)
    return cut(question, first)


def cut(question: Question, first: date) -> tuple[Period, ...]:
    """The periods of the range that begins on a day."""
    fiscal = question.config.company.fiscal_year_start
    return periods(question.grain, first, question.end, question.as_of, question.config.zone, fiscal_year_start=fiscal)


def calendar() -> tuple[ir.Table, ir.Table]:
    """The days of each period, and the periods themselves, as queries read them."""
    import ibis

    days = ibis.table({"day": "date", "period": "int64"}, name=DAYS)
    return days, ibis.table({"period": "int64", **dict.fromkeys(_DATES, "date")}, name=SPANS)


def give_calendar(engine: Queryable, question: Question, queries: Iterable[str] = (DAYS, SPANS)) -> None:
    """Hand the engine the periods of a question, in the forms that queries read."""
    read = " ".join(queries)
    if DAYS in read:
        engine.give(DAYS, _days(question))
    if SPANS in read:
        engine.give(SPANS, _spans(question))


def _days(question: Question) -> pa.Table:
    """The days of each period."""
    known = np.array([(period.known_end - period.start).days for period in question.periods], dtype="int64")
    numbers = np.arange(len(known))
    of_day = np.repeat(numbers, known)
    starts = np.array([period.start for period in question.periods], dtype="datetime64[D]")
    within = np.arange(len(of_day)) - np.repeat(np.cumsum(known) - known, known)
    return table_of({"day": starts[of_day] + within, "period": of_day})


def _spans(question: Question) -> pa.Table:
    """The first and last days of each period, and of those before it."""
    dates = {name: np.array([of(period, question) for period in question.periods]) for name, of in _DATES.items()}
    numbers = np.arange(len(question.periods))
    return table_of({"period": numbers, **{name: days.astype("M8[D]") for name, days in dates.items()}})


def table_of(columns: Mapping[str, NDArray[Any]]) -> pa.Table:
    """Days and whole numbers as an Arrow table, by their buffers: reading a list, PyArrow imports pandas."""
    import pyarrow as pa

    kinds = {"M": (pa.date32(), np.int32), "i": (pa.int64(), np.int64)}
    arrays = []
    for values in columns.values():
        kind, width = kinds[values.dtype.kind]
        buffer = pa.py_buffer(values.astype(np.int64).astype(width))
        arrays.append(pa.Array.from_buffers(kind, len(values), [None, buffer]))
    return pa.table(arrays, names=list(columns))


def _before(period: Period, question: Question) -> Period:
    return earlier(period, question.grain, question.compare or "previous")


def first_day(ground: Ground, question: Question) -> date | None:
    """The earliest day of any row that the question's metric reads, whatever its filters; None where nothing tells."""
    return _first_day(ground, replace(question, filters=(), compare=None, adjust=()))


def is_before_data(period: Period, first: date | None, facts: float) -> bool:
    """Whether a period begins before the data does, so that what it lacks is no zero.

    Facts that fall anywhere in the period would all lie behind its first day by ``(1 - part before it) ** facts``.

    Args:
        first: The earliest day of the data.
        facts: That lie in the period.
    """
    if first is None or first <= period.start:
        return False
    part = (first - period.start).days / (period.end - period.start).days
    return part >= 1 or bool((1 - part) ** facts < BY_CHANCE)


def _ahead(question: Question) -> tuple[Period, ...]:
    """The periods from the first that is not over, as many as the horizon says where no end is asked; none partial."""
    fiscal = question.config.company.fiscal_year_start
    start = question.start or period_start(question.whole_until, question.grain, fiscal)
    end = question.end or next_start(start, question.grain, whole_number(question.options, "horizon"))
    return tuple(replace(period, partial=False) for period in cut(replace(question, end=end), start))


def _first_day(ground: Ground, question: Question) -> date | None:
    """The earliest day of any term's rows, so that a range without a start begins with the data."""
    texts = ground.compiled("first", question, _firsts)
    # A snapshot does not change, nor does the day on which its rows begin; what is set aside for a moment does.
    known = ground.first_days if ground.tables(question).is_stored else {}
    for text in texts.values():
        if text not in known:
            known[text] = ground.engine.fetch(text).column("first")[0].as_py()
    return min((day for text in texts.values() if (day := known[text]) is not None), default=None)


def _firsts(question: Question, tables: Tables) -> dict[str, ir.Table]:
    """For each term that may begin the range, the earliest day of its rows."""
    found = {}
    for name, term in question.metric.estimator.terms(question).items():
        column = term.first or term.at
        if column is not None and term.begins:
            rows = population(term, question, tables, question.filters)
            found[name] = rows.agg(first=rows[column].min())
    return found
