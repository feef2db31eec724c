"""Forecasts: what a metric's own past leads one to expect of the next periods (METRICS 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.metrics.assembly import unit_of
from efficace.metrics.cells import Cells
from efficace.metrics.metric import CURRENCY, Better, Estimated, Further, Metric, Term
from efficace.metrics.question import Question, Request
from efficace.model.time import next_start, period_start
from efficace.stats.estimate import Estimates, Floats

SEASONS = {"day": 7, "week": 52, "month": 12, "quarter": 4, "fiscal_quarter": 4}
"""Periods of a season by the grain."""
SHORTEST = 8
"""Past periods from which the forecast's own past error can be told."""
ORIGINS = 6
"""The last periods, each forecast from those before it, that tell the error."""


@dataclass(frozen=True)
class Outlook:
    """The next periods of a metric with prediction limits, and the error of the same method in the past."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """None of its own: it reads another metric."""
        del question
        return {}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Smooth the whole periods of the past and go on from there; only periods that are not over have a value."""
        from efficace.stats.forecast import forecast

        metric, grain = _metric(question), question.grain
        fiscal = question.config.company.fiscal_year_start
        first = period_start(question.whole_until, grain, fiscal)
        past = _past(question, metric)
        season = SEASONS.get(str(grain), 1)
        steps = np.array([_steps(question, first, period.label or period.start) for period in cells.periods])
        ahead = forecast(past, max(int(steps.max(initial=0)), 1), season)
        main = ahead.take(np.maximum(steps - 1, 0)).where(steps > 0)
        errors = _past_errors(past, season)
        unit = unit_of(metric.unit, question.config)
        units = {"mae": unit, "mase": "ratio", "mase_seasonal": "ratio"}
        further = {
            name: Further(Estimates.bare(np.where(steps > 0, error, np.nan)), units[name])
            for name, error in errors.items()
        }
        n = np.where(steps > 0, float(len(past)), 0.0)
        why = {
            int(row): "too_few" if steps[row] > 0 else "already_over" for row in np.flatnonzero(np.isnan(main.value))
        }
        return Estimated(main, n, further, why, unit=unit)


def _metric(question: Question) -> Metric:
    assert question.others is not None
    catalogue, asked = question.others.catalogue, str(question.options["metric"])
    if asked not in catalogue or catalogue[asked].ahead:
        raise QuestionError(
            '--set metric: no metric "{asked}" to forecast.{nearest}', asked=asked, nearest=nearest(asked, catalogue)
        )
    return catalogue[asked]


def _past(question: Question, metric: Metric) -> Floats:
    """The metric's figures of whole periods, oldest first, without those before its first figure."""
    assert question.others is not None
    end = period_start(question.whole_until, question.grain, question.config.company.fiscal_year_start)
    rows = question.others.ask(Request(metric.id, grain=str(question.grain), end=end)).rows
    values = np.array([np.nan if row.value is None else row.value for row in rows], dtype=np.float64)
    known = np.flatnonzero(np.isfinite(values))
    return values[known[0] :] if len(known) else values[:0]


def _steps(question: Question, first: date, label: date) -> int:
    """How many periods after the last whole one a period lies; 0 = it is over."""
    steps, start = 1, first
    while start < label:
        start = next_start(start, question.grain)
        steps += 1
    return steps if start == label else 0


def _past_errors(past: Floats, season: int) -> dict[str, float]:
    """One-step errors of the last periods, each forecast from those before it alone."""
    from efficace.stats.forecast import forecast, forecast_error

    origins = min(ORIGINS, len(past) - SHORTEST + 1) if not np.isnan(past).any() else 0
    if origins <= 0:
        return dict.fromkeys(("mae", "mase", "mase_seasonal"), float("nan"))
    start = len(past) - origins
    predicted = [float(forecast(past[:origin], 1, season).value[0]) for origin in range(start, len(past))]
    before = past[:start]
    plain = forecast_error(past[start:], predicted, np.diff(before))
    seasonal = forecast_error(past[start:], predicted, before[season:] - before[:-season])
    return {"mae": plain.mae, "mase": plain.mase, "mase_seasonal": seasonal.mase}


METRICS: tuple[Metric, ...] = (
    Metric(
        "forecast",
        unit=CURRENCY,
        better=Better.NEITHER,
        meaning={
            "en": "What revenue, or another metric, is expected to be in the next periods if its past goes on",
            "fr": "Ce que le chiffre d’affaires, ou un autre indicateur, devrait être si son passé se prolonge",
        },
        estimator=Outlook(),
        needs=("order_lines.ordered_at|subscription_periods.mrr|deals.created_at|leads.created_at",),
        estimates=("mae", "mase", "mase_seasonal"),
        ahead=True,
        n_counts="periods",
        asks=True,
        options={"metric": "revenue", "horizon": "3"},
        source="Hyndman et al. (2008)",
    ),
)
