"""What came of targets: the figures of a target's own metric over its own span and scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.facts.plan_targets import BUDGET, GOAL, PERSONAL, SCOPES
from efficace.metrics.answer import Answer
from efficace.metrics.cells import Cells
from efficace.metrics.metric import Metric
from efficace.metrics.question import OtherMetrics, Question, Request, dimensions_of, facts_of
from efficace.model.time import Grain, next_start, period_start
from efficace.stats.estimate import Floats

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable

EPOCH = date(1970, 1, 1)
CALENDAR = (
    Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR, Grain.WEEK, Grain.DAY,
)  # fmt: skip
Scope = tuple[tuple[str, str], ...]
"""What a target is set for: (dimension, id) pairs; () = the company."""


@dataclass(frozen=True)
class Target:
    """One goal, budget or forecast; ``end`` is the first day not covered, ``cell`` that of the answer."""

    cell: int
    metric: str
    kind: str
    start: date
    end: date
    value: float
    scope: Scope

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def read_targets(cells: Cells, term: str, question: Question) -> list[Target]:
    """The targets of a term whose keys are those of ``TARGET_KEYS``; a parent does not take over its parts' targets."""
    found = []
    rows = cells[term]
    own = {name: rows.keys[name] for name in SCOPES}
    for row, cell in enumerate(rows.cell):
        member = dict(zip(question.by, cells.member(int(cell)), strict=True))
        if any(own[name][row] != one for name, one in member.items()):
            continue
        found.append(
            Target(
                cell=int(cell),
                metric=str(rows.keys["metric"][row]),
                kind=str(rows.keys["kind"][row]),
                start=date.fromordinal(EPOCH.toordinal() + int(rows.keys["start"][row])),
                end=date.fromordinal(EPOCH.toordinal() + int(rows.keys["end"][row])),
                value=float(rows.sums["value"][row]),
                scope=_scope({name: own[name][row] for name in SCOPES}),
            )
        )
    return found


def _scope(ids: Mapping[str, str | None]) -> Scope:
    level = next((name for name in PERSONAL if ids[name] is not None), None)
    return tuple((name, str(ids[name])) for name in (level, "product") if name is not None and ids[name] is not None)


def metric_of(targets: Sequence[Target], question: Question) -> Metric | None:
    """The one metric that the targets judge; None without targets or where no such metric has actuals.

    Raises:
        QuestionError: If there are several, or the one asked does not exist.
    """
    assert question.others is not None
    catalogue = question.others.catalogue
    asked = str(question.options["metric"])
    if asked and asked not in catalogue:
        raise QuestionError(
            '--set metric: no metric "{asked}".{nearest}', asked=asked, nearest=nearest(asked, catalogue)
        )
    found = sorted({target.metric for target in targets})
    if len(found) > 1:
        raise QuestionError(
            "There are targets for several metrics: {choices}. Add --set metric={found}.",
            choices=", ".join(found),
            found=found[0],
        )
    metric = catalogue.get(asked or (found[0] if found else ""))
    return metric if metric is not None and _has_actuals(metric) else None


def aimed_at(engine: Queryable, catalogue: Mapping[str, Metric]) -> tuple[str, ...]:
    """The metrics for which the company as a whole has goals or budgets."""
    rows = engine.find("targets", ("metric", "kind", *(f"{name}_id" for name in SCOPES)))
    found = {metric for metric, kind, *scope in rows if kind in (None, GOAL, BUDGET) and scope == [None] * len(SCOPES)}
    return tuple(name for name in sorted(found) if name in catalogue and _has_actuals(catalogue[name]))


def _has_actuals(metric: Metric) -> bool:
    """Whether a metric tells what came: not one that looks ahead or that judges targets itself."""
    return not metric.ahead and "plan_targets" not in facts_of(metric)


def actuals(targets: Sequence[Target], metric: Metric, question: Question) -> Floats:
    """The figure of each target's span and scope, shape (targets,); NaN where the metric has none.

    Spans that are calendar periods are asked together, whatever their number.
    """
    assert question.others is not None
    groups: dict[tuple[tuple[str, ...], Grain, date | None, date | None], list[int]] = {}
    for number, target in enumerate(targets):
        grain = grain_of(target, question)
        span = (target.start, target.end) if grain is Grain.ALL else (None, None)
        groups.setdefault((_names(target.scope), grain, *span), []).append(number)
    found = np.full(len(targets), np.nan)
    for (names, grain, _, _), numbers in groups.items():
        own = [targets[number] for number in numbers]
        start, end = min(target.start for target in own), max(target.end for target in own)
        figures = _figures(question.others, metric, names, grain, start, end)
        labels = [None if grain is Grain.ALL else target.start for target in own]
        found[numbers] = [figures.at(label, target.scope) for label, target in zip(labels, own, strict=True)]
    return found


def history(scope: Scope, metric: Metric, grain: Grain, end: date, question: Question) -> Floats:
    """The metric's figures in the periods before a day, oldest first."""
    assert question.others is not None
    return _figures(question.others, metric, _names(scope), grain, None, end).series(scope)


def grain_of(target: Target, question: Question) -> Grain:
    """The calendar period that the span is; ``all`` for any other span."""
    fiscal = question.config.company.fiscal_year_start
    for grain in CALENDAR:
        if period_start(target.start, grain, fiscal) == target.start and next_start(target.start, grain) == target.end:
            return grain
    return Grain.ALL


@dataclass(frozen=True)
class _Figures:
    """Values by period and scope; ``absent`` is the value of a member without a row."""

    values: Mapping[tuple[date | None, Scope], float]
    absent: float

    def at(self, period: date | None, scope: Scope) -> float:
        return self.values.get((period, scope), self.absent)

    def series(self, scope: Scope) -> Floats:
        periods = sorted({period for period, _ in self.values if period is not None})
        return np.array([self.at(period, scope) for period in periods], dtype=np.float64)


def _figures(
    others: OtherMetrics, metric: Metric, names: tuple[str, ...], grain: Grain, start: date | None, end: date
) -> _Figures:
    lacks_members = bool(metric.always_by) or bool(metric.only_by and not set(metric.only_by) & set(names))
    if lacks_members or not set(names) <= set(dimensions_of(metric)):
        return _Figures({}, np.nan)
    answer = others.ask(Request(metric.id, by=names, grain=str(grain), start=start, end=end))
    values: dict[tuple[date | None, Scope], float] = {}
    for row in answer.rows:
        scope = tuple((name, str(row.members[name])) for name in names)
        values[row.period, scope] = np.nan if row.value is None else row.value
    return _Figures(values, 0.0 if metric.counts and not _lacks_data(answer) else np.nan)


def _lacks_data(answer: Answer) -> bool:
    return any(entry["reason"] == "no_data" for entry in answer.missing)


def _names(scope: Scope) -> tuple[str, ...]:
    return tuple(name for name, _ in scope)
