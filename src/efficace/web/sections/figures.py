"""Sections of one metric: by members, over time, along a curve, as cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from efficace.access.rights import PERSONS
from efficace.charts import picture
from efficace.metrics.answer import Row
from efficace.web.asked import Asked
from efficace.web.desk import Desk
from efficace.web.figures import Breakdown, Member, asked_at, breakdown
from efficace.web.members import ruled
from efficace.web.pictures import along_curve, cohorts
from efficace.web.place import Place
from efficace.web.say import Say
from efficace.web.sections.section import ForEverybody, asked_whole
from efficace.web.seen import sees_somebody
from efficace.web.visitor import Visitor

SHOWN = 15
"""Members in a table side by side; the rest is behind a link."""


@dataclass(frozen=True)
class Split:
    """A metric by the members of a dimension."""

    title: str
    metric: str
    by: str
    template: str = "sections/split.html"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric."""
        return (self.metric,)

    def is_for(self, desk: Desk, who: Visitor) -> bool:
        """Persons side by side only for those who may see somebody."""
        return self.by not in PERSONS or sees_somebody(desk, who)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The members on one scale."""
        metric = desk.project.metrics.catalogue()[self.metric]
        asked = Asked(metric, place, "month", self.by, definition=None, option=None)
        found = breakdown(desk, who, place, self.metric, self.by)
        say = Say(who.language, desk.project.config.zone)
        return {"ruled": replace(ruled(found, asked, say), estimates=()), "by": self.by, "metric": self.metric}


@dataclass(frozen=True)
class Sides(ForEverybody):
    """Several metrics by the members of one dimension, side by side.

    Attributes:
        by: The dimensions to choose from, the first one by default.
    """

    title: str
    metrics: tuple[str, ...]
    by: tuple[str, ...]
    template: str = "sections/sides.html"

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """A line a member, each metric on its own scale."""
        offered = [name for name in self.by if name not in PERSONS or sees_somebody(desk, who)]
        chosen = place.more.get("by", "")
        by = chosen if chosen in offered else offered[0]
        found = {name: breakdown(desk, who, place, name, by) for name in self.metrics}
        lines = _lines(list(found.values()), by)
        counted = {name for name in self.metrics if desk.project.metrics.catalogue()[name].counts}
        return {
            "found": found, "lines": lines[:SHOWN], "folded": len(lines) - SHOWN, "by": by, "offered": offered,
            "counted": counted,
        }  # fmt: skip


@dataclass(frozen=True)
class SideLine:
    """A member with one cell for each metric; None where it has no figure there."""

    row: Row
    cells: Sequence[Member | None]


def _lines(found: Sequence[Breakdown], by: str) -> list[SideLine]:
    """Members in the order of the first metric that they have; those without a name last."""
    by_member = [{member.row.members[by]: member for member in one.members} for one in found]
    order = dict.fromkeys(id_ for members in by_member for id_ in members)
    lines = []
    for id_ in sorted(order, key=lambda one: one is None):
        cells = [members.get(id_) for members in by_member]
        row = next(cell.row for cell in cells if cell is not None)
        lines.append(SideLine(row, cells))
    return lines


@dataclass(frozen=True)
class Over(ForEverybody):
    """A metric over periods (``grain``), or along its curve where there is none."""

    title: str
    metric: str
    grain: str = ""
    template: str = "sections/over.html"
    also: tuple[str, ...] = field(default=())

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric, and what stands below it on the same months."""
        return (self.metric, *self.also)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The pictures, one below the other where there are several: no two scales in one."""
        return {"drawn": [self._drawn(desk, who, place, metric) for metric in self.metrics]}

    def _drawn(self, desk: Desk, who: Visitor, place: Place, metric: str) -> Mapping[str, Any]:
        if not self.grain:
            found = along_curve(desk, who, asked_whole(desk, place.grown(metric), metric), None)
            assert found is not None, f"{metric} has no curve"
            if found.refused is not None:
                raise found.refused
            return {"answer": found.answer, "spec": found.spec, "metric": metric, "rows": found.rows}
        declared = desk.project.metrics.catalogue()[metric]
        question = {**asked_at(place.grown(metric), declared), "compare": None, "grain": self.grain}
        answer = desk.see(who.reader, "page", metric, **question).answer
        has_values = any(row.value is not None for row in answer.rows)
        return {"answer": answer, "spec": picture(answer, who.language) if has_values else None, "metric": metric,
                "rows": answer.rows}  # fmt: skip


@dataclass(frozen=True)
class Cohorts(ForEverybody):
    """Start months by age."""

    title: str
    metric: str
    template: str = "sections/over.html"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric."""
        return (self.metric,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """A map of the cohorts of the period and of the one before it."""
        found = cohorts(desk, who, asked_whole(desk, place, self.metric))
        assert found is not None, f"{self.metric} has no cohorts"
        if found.refused is not None:
            raise found.refused
        return {"drawn": [{"answer": found.answer, "spec": found.spec, "metric": self.metric, "rows": found.rows}]}


@dataclass(frozen=True)
class Strongest(ForEverybody):
    """Pairs of members whose figure lies above 1 by more than chance, the highest first."""

    title: str
    metric: str
    by: tuple[str, str]
    template: str = "sections/strongest.html"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric."""
        return (self.metric,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The pairs."""
        answer = desk.see(who.reader, "page", self.metric, by=self.by, **place.question).answer
        rows = [row for row in answer.rows if row.value is not None and (row.low or 0.0) > 1]
        rows.sort(key=lambda row: -(row.value or 0.0))
        return {"rows": rows[:SHOWN], "answer": answer, "by": self.by}
