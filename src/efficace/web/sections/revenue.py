"""Sections on what comes next, and on what moved recurring revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from efficace.charts.trend import trend
from efficace.web.desk import Desk
from efficace.web.figures import figure
from efficace.web.pictures import bridged
from efficace.web.place import Place
from efficace.web.sections.section import ForEverybody, asked_whole
from efficace.web.visitor import Visitor

ERRORS = "forecast_error"


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
        return {
            "whole": whole, "drawn": bridged(asked_whole(desk, place, self.metric), whole, who), "monthly": monthly,
            "moves": whole.metric.moves, "metric": self.metric,
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
