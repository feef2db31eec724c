"""Definitions side by side: what other tools would say of the same events, and the rows that make the difference.

From our value to theirs one thing changes at a time; each step's effect is measured, so the effects add up to the
difference. Where a value is a quotient of two sums, so do the rows added to and dropped from them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from efficace.errors import QuestionError, nearest
from efficace.metrics.ask import Evaluated, Ground, evaluate
from efficace.metrics.assembly import unit_of
from efficace.metrics.filters import resolved
from efficace.metrics.gaps import Gaps, entry
from efficace.metrics.metric import Comparable, Estimator, Metric
from efficace.metrics.question import Question, Request, understand
from efficace.metrics.reading import DifferentRows, different, read

if TYPE_CHECKING:
    import pyarrow as pa

OURS = "default"
LIMIT = 1000


@dataclass(frozen=True)
class Reckoned:
    """A metric by one definition.

    Attributes:
        n: Facts used.
        above: Sum of the numerator, where the value is a quotient of two sums.
        below: Sum of the denominator (or the facts that are counted).
        estimates: Values of the further estimates by name.
        missing: Why there is no value, as an answer tells it.
    """

    definition: str
    value: float | None
    low: float | None
    high: float | None
    n: float
    above: float | None
    below: float | None
    estimates: Mapping[str, float | None] = field(default_factory=dict)
    missing: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class StepTaken:
    """One change between two definitions.

    Attributes:
        change: What changes, by language.
        effect: Value after less value before.
        rows: How many rows are counted by one side alone, or differently.
        above_added: What the rows add to the numerator; None where there is none.
        above_dropped: What they take from it.
        below_added: What they add to the denominator, or to the facts counted.
        below_dropped: What they take from it.
    """

    change: Mapping[str, str]
    before: float | None
    after: float | None
    effect: float | None
    rows: int
    above_added: float | None
    above_dropped: float | None
    below_added: float
    below_dropped: float


@dataclass(frozen=True)
class Compared:
    """Another definition beside ours.

    Attributes:
        meaning: Of the definition, by language.
        why: Why its value differs from ours, by language.
        source: Where the definition was published.
        difference: Its value less ours; the sum of the effects of its steps.
    """

    reckoned: Reckoned
    meaning: Mapping[str, str]
    why: Mapping[str, str]
    source: str
    difference: float | None
    steps: tuple[StepTaken, ...]


@dataclass(frozen=True)
class Definitions:
    """A metric by each of its definitions.

    Attributes:
        as_of: The instant used, with the company's offset.
        start: First day of the range, by our definition; None where there is no data.
        end: First day after it.
    """

    metric: str
    unit: str
    meaning: Mapping[str, str]
    as_of: datetime
    start: date | None
    end: date | None
    ours: Reckoned
    others: tuple[Compared, ...]

    def __getitem__(self, definition: str) -> Compared:
        for one in self.others:
            if one.reckoned.definition == definition:
                return one
        raise KeyError(definition)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "unit": self.unit,
            "as_of": self.as_of.isoformat(),
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "ours": dict(vars(self.ours)),
            "definitions": [
                {
                    **vars(one.reckoned),
                    "difference": one.difference,
                    "meaning": dict(one.meaning),
                    "why": dict(one.why),
                    "source": one.source,
                    "steps": [{**vars(step), "change": dict(step.change)} for step in one.steps],
                }
                for one in self.others
            ],
        }

    def to_dicts(self, language: str = "en") -> list[dict[str, Any]]:
        """One flat dict a definition, ours first."""
        ours = _flat(self.ours) | {"difference": None, "why": "", "source": ""}
        return [ours] + [
            _flat(one.reckoned) | {"difference": one.difference, "why": one.why.get(language, ""), "source": one.source}
            for one in self.others
        ]

    def _repr_html_(self) -> str:
        from html import escape

        rows = self.to_dicts()
        head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(value))}</td>" for value in row.values()) + "</tr>" for row in rows
        )
        title = f"<strong>{escape(self.metric)}</strong> ({escape(self.unit)}): {escape(self.meaning['en'])}"
        return f"<p>{title}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True)
class RowsBetween:
    """The rows that make the difference between our definition and another.

    Attributes:
        total: Rows there are; ``rows`` holds at most the limit of them.
        rows: ``step`` (from 1), the key of the row, ``effect`` (added, dropped, changed), ``above_before``,
            ``above_after``, ``below_before``, ``below_after`` and further columns.
    """

    metric: str
    definition: str
    as_of: datetime
    total: int
    rows: pa.Table

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "definition": self.definition,
            "as_of": self.as_of.isoformat(),
            "total": self.total,
            "shown": self.rows.num_rows,
            "rows": self.rows.to_pylist(),
        }


def compare_definitions(ground: Ground, request: Request, catalogue: Mapping[str, Metric]) -> Definitions:
    """Ask for a metric by all its definitions.

    Args:
        request: Its range, filters, as-of and settings count; it is answered whole.

    Raises:
        QuestionError: If a name, date or value does not exist, or the metric has only its own definition.
    """
    metric = _metric(request, catalogue)
    ours = _side(ground, request, metric, metric.estimator, {})
    others = tuple(_compared(ground, request, metric, ours, name) for name in metric.presets)
    question = ours.question
    period = question.periods[0] if question.periods else None
    return Definitions(
        metric.id,
        unit_of(metric.unit, question.config),
        metric.meaning,
        question.as_of.replace(tzinfo=UTC).astimezone(question.config.zone),
        period.start if period else None,
        period.end if period else None,
        replace(ours.reckoned, definition=OURS),
        others,
    )


def rows_between(
    ground: Ground, request: Request, catalogue: Mapping[str, Metric], definition: str, limit: int | None = LIMIT
) -> RowsBetween:
    """Show the rows that one of the two definitions counts and the other does not, or counts differently.

    Args:
        limit: At most so many, over all steps; None = all.

    Raises:
        QuestionError: If the definition does not exist.
    """
    import pyarrow as pa

    metric = _metric(request, catalogue)
    if definition not in metric.presets:
        raise QuestionError(
            '{id} has no definition "{name}".{known}',
            id=metric.id,
            name=definition,
            known=nearest(definition, metric.presets),
        )
    ours = _side(ground, request, metric, metric.estimator, {})
    total, left, tables = 0, limit, []
    for number, (_, found, _) in enumerate(_path(ground, request, metric, ours, definition), start=1):
        rows = found.rows if left is None else found.rows.slice(0, left)
        total += found.rows.num_rows
        left = None if left is None else left - rows.num_rows
        tables.append(rows.add_column(0, "step", pa.array([number] * rows.num_rows, pa.int64())))
    shown = pa.concat_tables(tables, promote_options="permissive")
    return RowsBetween(metric.id, definition, ours.question.as_of.replace(tzinfo=UTC), total, shown)


@dataclass(frozen=True)
class _Side:
    """One definition as asked: its value and its rows."""

    question: Question
    reckoned: Reckoned
    rows: pa.Table
    key: tuple[str, ...]
    is_quotient: bool


def _metric(request: Request, catalogue: Mapping[str, Metric]) -> Metric:
    metric = catalogue.get(request.metric)
    if metric is None:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics',
            metric=request.metric,
            nearest=nearest(request.metric, catalogue),
        )
    if not metric.presets:
        raise QuestionError(
            "{id} has only its own definition. Others: {metrics}.",
            id=metric.id,
            metrics=", ".join(one.id for one in catalogue.values() if one.presets),
        )
    return metric


def _compared(ground: Ground, request: Request, metric: Metric, ours: _Side, name: str) -> Compared:
    preset = metric.presets[name]
    steps: list[StepTaken] = []
    last = ours
    for change, found, side in _path(ground, request, metric, ours, name):
        steps.append(_step(change, last, side, found))
        last = side
    difference = _less(last.reckoned.value, ours.reckoned.value)
    reckoned = replace(last.reckoned, definition=name)
    return Compared(reckoned, preset.meaning, preset.why, preset.source, difference, tuple(steps))


def _path(
    ground: Ground, request: Request, metric: Metric, ours: _Side, name: str
) -> Iterator[tuple[Mapping[str, str], DifferentRows, _Side]]:
    """Each step towards a preset: what changes, the rows that differ, and what is said after it."""
    last = ours
    for step in metric.presets[name].steps():
        is_same = step.estimator == metric.estimator and not step.settings
        side = ours if is_same else _side(ground, request, metric, step.estimator, step.settings)
        yield step.change, different(last.rows, side.rows, last.key or side.key), side
        last = side


def _step(change: Mapping[str, str], before: _Side, after: _Side, found: DifferentRows) -> StepTaken:
    is_quotient = before.is_quotient and after.is_quotient
    return StepTaken(
        change,
        before.reckoned.value,
        after.reckoned.value,
        _less(after.reckoned.value, before.reckoned.value),
        found.rows.num_rows,
        found.above_added if is_quotient else None,
        found.above_dropped if is_quotient else None,
        found.below_added,
        found.below_dropped,
    )


def _side(
    ground: Ground, request: Request, metric: Metric, estimator: Estimator, settings: Mapping[str, object]
) -> _Side:
    """Ask by one definition, whole."""
    asked = replace(metric, estimator=estimator, presets={})
    whole = replace(request, by=(), grain="all", definition=None, compare=None, adjust=())
    whole = replace(whole, settings={**settings, **request.settings})
    question = understand(whole, {metric.id: asked}, ground.config, ground.as_of)
    question = replace(question, filters=resolved(ground.engine, ground.tables(question), question))
    gaps = Gaps(ground.engine, question)
    if gaps.has_no_data:
        nothing = Reckoned(OURS, None, None, None, 0, None, None, missing=gaps.without_data((None,))[0])
        return _Side(question, nothing, read(ground, question, ()), (), False)
    evaluated = evaluate(ground, question)
    readings = estimator.readings(evaluated.question) if isinstance(estimator, Comparable) else ()
    rows = read(ground, evaluated.question, readings)
    is_quotient = bool(readings) and all(reading.above is not None for reading in readings)
    key = readings[0].key if readings else ()
    return _Side(evaluated.question, _reckoned(evaluated, rows, is_quotient), rows, key, is_quotient)


def _reckoned(evaluated: Evaluated, rows: pa.Table, is_quotient: bool) -> Reckoned:
    import pyarrow.compute as pc

    estimated = evaluated.estimated
    if len(estimated.main) == 0:
        return Reckoned(OURS, None, None, None, 0, None, None, missing=entry("no_rows", None, None))
    value, low, high = (
        _number(limits[0]) for limits in (estimated.main.value, estimated.main.low, estimated.main.high)
    )
    n = float(estimated.n[0])
    why = estimated.why_null.get(0, "no_rows" if n == 0 else "undefined")
    return Reckoned(
        OURS,
        value,
        low,
        high,
        n,
        float(pc.sum(rows["above"]).as_py() or 0.0) if is_quotient else None,
        float(pc.sum(rows["below"]).as_py() or 0.0) if rows.num_rows else None,
        {name: _number(one.estimates.value[0]) for name, one in estimated.further.items() if one.words is None},
        None if value is not None else entry(why, None, None),
    )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _flat(one: Reckoned) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("definition", "value", "low", "high", "n", "above", "below")}


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}"
    return "" if value is None else str(value)
