"""The very rows behind an answer: facts used and left out, in a stable order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from efficace.errors import QuestionError
from efficace.facts import BY_NAME as FACTS
from efficace.metrics.ask import Ground, calendar, spans_of
from efficace.metrics.filters import resolved
from efficace.metrics.metric import Metric
from efficace.metrics.query import NO_PERIOD, PERIOD, REASON, WEIGHT, dimension_column, placed, population
from efficace.metrics.question import Request, understand

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LIMIT = 1000


@dataclass(frozen=True)
class RowsBehind:
    """Rows of the fact behind an answer.

    Attributes:
        total: Rows there are; ``rows`` holds at most the limit of them.
        rows: ``period``, the asked dimensions, ``weight`` (share of a split row), ``left_out`` and the fact's columns.
    """

    metric: str
    fact: str
    as_of: datetime
    total: int
    rows: pa.Table

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "fact": self.fact,
            "as_of": self.as_of.isoformat(),
            "total": self.total,
            "shown": self.rows.num_rows,
            "rows": self.rows.to_pylist(),
        }


def rows_behind(
    ground: Ground, request: Request, catalogue: Mapping[str, Metric], limit: int | None = LIMIT
) -> RowsBehind:
    """Show the rows of the metric's population behind a question.

    Args:
        limit: At most so many; None = all.

    Raises:
        QuestionError: If a name, date or value in the question does not exist.
    """
    import ibis

    question = replace(understand(request, catalogue, ground.config, ground.as_of), adjust=())
    tables = ground.tables(question)
    question = replace(question, filters=resolved(ground.engine, tables, question))
    terms = question.metric.estimator.terms(question)
    if not terms:
        raise QuestionError(
            "{id} has no rows of its own: ask for those of the metric that it reads.", id=question.metric.id
        )
    populations = {name: population(term, question, tables, question.filters) for name, term in terms.items()}
    question = replace(question, periods=spans_of(ground.engine, question, terms, populations))
    days, spell = calendar(ground.engine, question)
    for name in question.metric.behind or tuple(terms)[:1]:
        term = terms[name]
        rows = placed(populations[name], term, question, days, spell, tables)
        total = _count(ground, rows)
        if total:
            break
    fact = FACTS[term.fact]
    asked = [dimension_column(one) for one in question.by]
    hidden = {PERIOD, REASON, WEIGHT, "left_out", *asked}
    own = [column for column in rows.columns if column not in hidden and not column.startswith("_")]
    own = [column for column in own if not question.metric.keeps or column in (*fact.key, *question.metric.keeps)]
    chosen = rows.select(
        period_number=rows[PERIOD],
        **{one: rows[dimension_column(one)] for one in question.by if one not in own},
        weight=rows[WEIGHT],
        left_out=rows[REASON],
        **{column: rows[column] for column in own},
    )
    first = [ibis.desc(column) for column in question.metric.foremost]
    order = dict.fromkeys((*question.by, *(key for key in fact.key if key in own)))
    chosen = chosen.order_by(["period_number", *first, *order])
    found = ground.engine.run(chosen if limit is None else chosen.limit(limit))
    labels = {number: period.label for number, period in enumerate(question.periods)} | {NO_PERIOD: None}
    return RowsBehind(question.metric.id, term.fact, question.as_of, total, _with_period(found, labels))


def _count(ground: Ground, rows: ir.Table) -> int:
    return int(ground.engine.run(rows.count().name("n").as_table()).column("n")[0].as_py())


def _with_period(rows: pa.Table, labels: Mapping[int, object]) -> pa.Table:
    import pyarrow as pa

    numbers = rows.column("period_number").to_pylist()
    period = pa.array([labels[number] for number in numbers], type=pa.date32())
    return rows.drop_columns(["period_number"]).add_column(0, "period", period)
