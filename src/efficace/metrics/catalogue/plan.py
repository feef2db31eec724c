"""Plans: targets against what came, and how wrong forecasts were (METRICS 7, CONTRACT H)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.facts.dates import FAR_ON
from efficace.facts.plan_targets import BUDGET, FORECAST, GOAL, PERSONAL, SCOPES
from efficace.metrics.actuals import EPOCH, Target, actuals, grain_of, history, metric_of, read_targets
from efficace.metrics.assembly import unit_of
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import SHARE, Better, Estimated, Expression, Further, Metric, Place, Term
from efficace.metrics.query import PERIOD, REASON, dimension_column
from efficace.metrics.question import Question
from efficace.model.time import Grain
from efficace.stats.estimate import Estimates, Floats, Ints, divide, floats

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

SEASONS = {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4, Grain.FISCAL_QUARTER: 4}
"""Periods of a season by their length."""

LEVELS = ("mrr",)
"""Figures of an instant although nothing is a true zero in them: half a month does not halve what is due."""


def _targets(question: Question, kinds: tuple[str, ...], place: Place) -> Term:
    """The targets of the level asked, one row each, by the period in which their span lies."""
    asked = {*question.by, *(item.dimension for item in question.filters)}
    level = next((name for name in PERSONAL if name in asked), "company")
    metric = str(question.options["metric"])

    def where(t: ir.Table) -> ir.Value:
        has_product = t.product_id.notnull() if "product" in asked else t.product_id.isnull()
        chosen = t.kind.isin(list(kinds)) & (t.level == level) & has_product
        return chosen & (t.metric == metric) if metric else chosen

    keys: dict[str, Expression] = {
        "target_id": lambda t: t.target_id,
        "metric": lambda t: t.metric,
        "kind": lambda t: t.kind,
        "start": lambda t: t.from_on.delta(EPOCH, unit="day").cast("int64"),
        "end": lambda t: t.to_on.delta(EPOCH, unit="day").cast("int64"),
        **{name: _column(column) for name, column in SCOPES.items()},
    }
    return Term("plan_targets", first="from_on", where=where, place=place, keys=keys, sums={"value": lambda t: t.value})


def of_the_member(rows: ir.Table, question: Question) -> ir.Value:
    """Each target once, at what it is set for: a parent does not take over its parts' targets."""
    import ibis

    found: ir.Value = ibis.literal(1.0)
    for name in question.by:
        found = rows[SCOPES[name]].identical_to(rows[dimension_column(name)]).ifelse(found, 0.0)
    return found


def judged(rows: ir.Table, question: Question) -> ir.Value:
    """Goals, and budgets where a group has no goal: the two are not added."""
    import ibis

    own = of_the_member(rows, question)
    members = [rows[dimension_column(name)] for name in question.by]
    goals = ((rows.kind == GOAL) & (own > 0)).cast("int64")
    goals = goals.sum().over(ibis.window(group_by=[rows[PERIOD], rows[REASON], *members]))
    return ((rows.kind == GOAL) | (goals == 0)).ifelse(own, 0.0)


def _column(name: str) -> Expression:
    return lambda t: t[name]


def _inside(question: Question) -> Place:
    """Targets whose span lies in the period; a range without an end takes those that as-of cuts."""
    is_open = question.grain is Grain.ALL and question.end is None

    def place(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
        import ibis

        limit = ibis.literal(FAR_ON) if is_open else periods.whole_end_on
        spans = periods.select(period="period", span_from="start_on", known_end="end_on", span_end=limit)
        lies_inside = [rows.from_on >= spans.span_from, rows.from_on < spans.known_end, rows.to_on <= spans.span_end]
        return rows.inner_join(spans, lies_inside)

    return place


@dataclass(frozen=True)
class TargetAttainment:
    """Sum of actuals over sum of targets, each over its own span and scope; cut spans pro rata by days."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Goals and budgets of the level asked."""
        return {POPULATION: _targets(question, _kinds(question), _inside(question))}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Ask the targets' metric what came. Where a group has goals its budgets are not added to them."""
        size = cells[POPULATION].size
        targets = _one_kind(read_targets(cells, POPULATION, question))
        metric = metric_of(targets, question)
        if not targets or metric is None:
            reason = "unknown_metric" if targets else "no_target"
            return Estimated(Estimates.nowhere(size), np.zeros(size), why_null=dict.fromkeys(range(size), reason))
        cell = np.array([target.cell for target in targets], dtype=np.int64)
        came = actuals(targets, metric, question)
        cut = np.array([target.end > question.whole_until for target in targets])
        due = np.array([_due(target, question, adds=metric.counts and metric.id not in LEVELS) for target in targets])
        actual, target = _summed(cell, came, size), _summed(cell, due, size)
        n = _summed(cell, np.ones(len(cell)), size)
        value = np.where(target > 0, divide(actual, target), np.nan)
        unit = unit_of(metric.unit, question.config)
        further = {
            "actual": Further(Estimates.bare(np.where(n > 0, actual, np.nan)), unit),
            "target": Further(Estimates.bare(np.where(n > 0, target, np.nan)), unit),
        }
        reasons = np.where(n == 0, "no_target", np.where(np.isnan(actual), "no_actual", "no_base"))
        why = {int(row): str(reasons[row]) for row in np.flatnonzero(np.isnan(value))}
        partial = (_summed(cell, cut.astype(np.float64), size) > 0).tolist()
        return Estimated(Estimates.bare(value), n, further, why, partial=partial)


def _kinds(question: Question) -> tuple[str, ...]:
    kind = str(question.options["kind"])
    if kind and kind not in (GOAL, BUDGET):
        raise QuestionError(
            '--set kind: "{kind}" is no kind of target.{nearest}', kind=kind, nearest=nearest(kind, (GOAL, BUDGET))
        )
    return (kind,) if kind else (GOAL, BUDGET)


def _one_kind(targets: list[Target]) -> list[Target]:
    with_goals = {target.cell for target in targets if target.kind == GOAL}
    return [target for target in targets if target.kind == GOAL or target.cell not in with_goals]


def _due(target: Target, question: Question, *, adds: bool) -> float:
    """What was due by as-of: sums grow with the days, levels and shares do not."""
    known = (question.as_of_on + timedelta(days=1) - target.start).days
    return target.value * min(known / target.days, 1.0) if adds else target.value


def _summed(cell: Ints, values: Floats, size: int) -> Floats:
    return floats(np.bincount(cell, values, size))


@dataclass(frozen=True)
class ForecastErrors:
    """Forecast less actual over whole periods, by the last forecast made before each."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Forecasts whose span as-of has reached in full."""
        until = question.whole_until
        inside = _inside(question)

        def place(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
            return inside(rows.filter(rows.to_on <= until), periods, tables)

        return {POPULATION: _targets(question, (FORECAST,), place)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Errors of each row, scaled by how much the actuals changed before the first forecast."""
        size = cells[POPULATION].size
        targets = read_targets(cells, POPULATION, question)
        metric = metric_of(targets, question)
        names = ("bias", "mae", "mase", "mase_seasonal")
        found = {name: np.full(size, np.nan) for name in names}
        n = np.zeros(size)
        reasons = np.full(size, "no_target", dtype=object)
        if targets and metric is not None:
            came = actuals(targets, metric, question)
            for cell in {target.cell for target in targets}:
                own = [row for row, target in enumerate(targets) if target.cell == cell]
                errors = _errors([targets[row] for row in own], came[own], targets, metric, question)
                for name in names:
                    found[name][cell] = errors[name]
                n[cell] = np.isfinite(came[own]).sum()
                reasons[cell] = "no_actual"
        elif targets:
            reasons[:] = "unknown_metric"
        unit = unit_of(metric.unit, question.config) if metric is not None else None
        units = {"bias": unit, "mae": unit, "mase": "ratio", "mase_seasonal": "ratio"}
        further = {name: Further(Estimates.bare(found[name]), units[name]) for name in names}
        why = {int(row): str(reasons[row]) for row in np.flatnonzero(np.isnan(found["bias"]))}
        return Estimated(Estimates.bare(found["bias"]), n, further, why, unit=unit)


def _errors(
    own: list[Target], came: Floats, every: list[Target], metric: Metric, question: Question
) -> dict[str, float]:
    """The errors of one row; the naive changes are those before the first forecast of the same length and scope."""
    from efficace.stats.forecast import forecast_error

    grain = grain_of(own[0], question)
    steps, seasonal = [np.zeros(0)], [np.zeros(0)]
    for scope in sorted({target.scope for target in own}) if grain is not Grain.ALL else ():
        alike = [target for target in every if target.scope == scope and grain_of(target, question) is grain]
        past = history(scope, metric, grain, min(target.start for target in alike), question)
        steps.append(np.diff(past))
        season = SEASONS.get(grain)
        if season is not None:
            seasonal.append(past[season:] - past[:-season])
    predicted = [target.value for target in own]
    plain = forecast_error(came, predicted, np.concatenate(steps))
    by_season = forecast_error(came, predicted, np.concatenate(seasonal))
    return {"bias": plain.bias, "mae": plain.mae, "mase": plain.mase, "mase_seasonal": by_season.mase}


METRICS: tuple[Metric, ...] = (
    Metric(
        "target_attainment",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "What came over what was aimed at, each target over its own span and scope",
            "fr": "Le réalisé sur l’objectif, chaque objectif sur sa propre durée et son propre périmètre",
        },
        estimator=TargetAttainment(),
        needs=("targets.value",),
        estimates=("actual", "target"),
        options={"metric": "", "kind": ""},
        counted={POPULATION: judged},
        asks=True,
    ),
    Metric(
        "forecast_error",
        unit="value",
        better=Better.NEITHER,
        meaning={
            "en": "Mean of forecast less actual over whole periods, by the last forecast made before each",
            "fr": "Moyenne de la prévision moins le réalisé, selon la dernière prévision faite avant chaque période",
        },
        estimator=ForecastErrors(),
        needs=("targets.value",),
        estimates=("bias", "mae", "mase", "mase_seasonal"),
        options={"metric": ""},
        counted={POPULATION: of_the_member},
        asks=True,
        source="Hyndman & Koehler (2006)",
    ),
)
