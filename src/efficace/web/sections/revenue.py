"""Sections on plan and forecast, and on what moved recurring revenue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from efficace.access.rights import PERSONS, Forbidden
from efficace.charts.trend import trend
from efficace.errors import QuestionError
from efficace.metrics.answer import Row
from efficace.metrics.metric import Better
from efficace.metrics.verdicts import Reached, reached
from efficace.web.desk import Desk
from efficace.web.figures import figure
from efficace.web.marks import Bar, bullet
from efficace.web.pictures import BRIDGES, bridged
from efficace.web.place import Place
from efficace.web.sections.section import ForEverybody, asked_whole
from efficace.web.seen import sees_somebody
from efficace.web.visitor import Visitor

ATTAINED, ERRORS = "target_attainment", "forecast_error"
PLANNED_BY = ("team", "territory", "product", "rep")
"""By whom a plan may be split."""
SHOWN = 20


@dataclass(frozen=True)
class Planned:
    """What came beside what was aimed at.

    Attributes:
        bar: Of the share reached; the target stands at one place on all of them.
    """

    row: Row
    bar: Bar
    reached: Reached


@dataclass(frozen=True)
class Aimed:
    """A figure that the plan aims at: by quarter, and by those who have a part of it."""

    metric: str
    whole: Planned | None
    quarters: Sequence[Planned]
    parts: Mapping[str, Sequence[Planned]]


@dataclass(frozen=True)
class Plan(ForEverybody):
    """Every figure that the plan aims at."""

    title: str
    template: str = "sections/plan.html"
    metrics: tuple[str, ...] = (ATTAINED,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """Targets of the company by quarter, and those of teams, territories, products and reps where there are any."""
        names = desk.kept("aimed at", desk.project.metrics.aimed_at)
        dimensions = [name for name in PLANNED_BY if name not in PERSONS or sees_somebody(desk, who)]
        found = [_aimed(desk, who, place, name, dimensions) for name in names]
        return {"plan": [one for one in found if one.whole or one.quarters or any(one.parts.values())], "most": SHOWN}


def _aimed(desk: Desk, who: Visitor, place: Place, metric: str, dimensions: Sequence[str]) -> Aimed:
    better = desk.project.metrics.catalogue()[metric].better
    whole = _asked(desk, who, place, metric, better)
    quarters = _asked(desk, who, place, metric, better, grain="fiscal_quarter")
    parts = {name: _asked(desk, who, place, metric, better, by=[name]) for name in dimensions}
    kept = {name: sorted(rows, key=lambda one: -(one.row.value or 0.0)) for name, rows in parts.items() if rows}
    return Aimed(metric, whole[0] if whole else None, quarters, kept)


def _asked(desk: Desk, who: Visitor, place: Place, metric: str, better: Better, **question: Any) -> Sequence[Planned]:
    try:
        seen = desk.see(who.reader, "page", ATTAINED, settings={"metric": metric}, **{**place.question, **question})
    except (Forbidden, QuestionError):
        return ()
    return [_planned(row, better) for row in seen.answer.rows if row.value is not None]


def _planned(row: Row, better: Better) -> Planned:
    is_lower = better is Better.LOWER
    assert row.value is not None
    bar = bullet(row.value, None, None, 1.0, None, lower_is_better=is_lower)
    return Planned(row, bar, reached(row, 1.0, Better.LOWER if is_lower else Better.HIGHER))


@dataclass(frozen=True)
class Movements(ForEverybody):
    """What led from one end of the period to the other, and month by month."""

    title: str
    metric: str
    template: str = "sections/movements.html"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric."""
        return (self.metric,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The bridge over the period, and its steps by month."""
        whole = figure(desk, who, place, self.metric)
        if whole.refused is not None:
            raise whole.refused
        monthly = desk.see(who.reader, "page", self.metric, **{**place.question, "grain": "month"}).answer
        moves = BRIDGES[self.metric][1]
        return {
            "whole": whole, "drawn": bridged(asked_whole(desk, place, self.metric), whole, who), "monthly": monthly,
            "moves": moves, "metric": self.metric,
        }  # fmt: skip


@dataclass(frozen=True)
class Ahead(ForEverybody):
    """What is expected of the next months, drawn on from the past, and how far such forecasts lay off before."""

    title: str
    metric: str
    template: str = "sections/ahead.html"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Forecast, the metric itself and the errors of earlier forecasts."""
        return ("forecast", self.metric, ERRORS)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """Past and coming months in one picture; the errors of the method, and of the company's own forecasts."""
        past = desk.see(who.reader, "page", self.metric, **{**place.question, "grain": "month"}).answer
        options = {"settings": {"metric": self.metric}, "where": place.where, "grain": "month"}
        ahead = desk.see(who.reader, "page", "forecast", **options).answer
        coming = [row for row in ahead.rows if row.value is not None]
        spec = None
        if coming and coming[0].period is not None:
            rows = [*(row for row in past.rows if row.period and row.period < coming[0].period), *coming]
            spec = trend(replace(past, rows=rows), into=who.language)
        errors = figure(desk, who, place, ERRORS, compare=None)
        return {"ahead": ahead, "coming": coming, "spec": spec, "errors": errors, "metric": self.metric}
