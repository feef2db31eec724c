"""The section on the plan: what came beside what was aimed at, by those who loaded a plan or set a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from efficace.access.rights import PERSONS, Forbidden, may_see_members, visible_people
from efficace.errors import QuestionError
from efficace.metrics.answer import Row
from efficace.metrics.assembly import unit_of
from efficace.metrics.goals import adds_up
from efficace.metrics.metric import Better, Metric
from efficace.metrics.question import dimensions_of, filter_of, filter_text
from efficace.metrics.set_targets import Beside, Origin, PlanRow, SetTarget, amended, beside, of_members, outermost
from efficace.metrics.verdicts import Reached, reached
from efficace.model.time import Grain, next_start, period_start
from efficace.web.desk import Desk
from efficace.web.marks import Bar, bullet
from efficace.web.place import Place
from efficace.web.sections.section import ForEverybody
from efficace.web.seen import sees_somebody
from efficace.web.visitor import Visitor

ATTAINED = "target_attainment"
PLANNED_BY = ("team", "territory", "product", "rep")
"""By whom a plan may be split."""
SHOWN = 20


@dataclass(frozen=True)
class Planned:
    """What came beside what was aimed at.

    Attributes:
        bar: Of the share reached; the target stands at one place on all of them.
        origin: Where the target comes from.
    """

    row: Row
    bar: Bar
    reached: Reached
    origin: Origin = "loaded"


@dataclass(frozen=True)
class Aimed:
    """A figure that the plan aims at: by quarter, and by those who have a part of it.

    Attributes:
        adds_up: Whether the figures of members add up to one.
    """

    metric: str
    whole: Planned | None
    quarters: Sequence[Planned]
    parts: Mapping[str, Sequence[Planned]]
    adds_up: bool = True

    @property
    def is_set(self) -> bool:
        """Whether a target of it was set in the app."""
        every = [
            *([self.whole] if self.whole else []),
            *self.quarters,
            *(one for own in self.parts.values() for one in own),
        ]
        return any(one.origin in ("set", "both") for one in every)

    @property
    def is_of_members(self) -> bool:
        """Whether teams are told by the goals of their members."""
        return any(one.origin == "members" for one in self.parts.get("team", ()))

    @property
    def lacks_teams(self) -> bool:
        """Whether reps have goals and nothing is known of teams."""
        return bool(self.parts.get("rep")) and not self.parts.get("team")

    @property
    def lacks_territories(self) -> bool:
        """Whether reps have goals and territories have none."""
        return bool(self.parts.get("rep")) and not self.parts.get("territory")


@dataclass(frozen=True)
class Plan(ForEverybody):
    """Every figure that the plan aims at."""

    title: str
    template: str = "sections/plan.html"
    metrics: tuple[str, ...] = (ATTAINED,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """Targets of the company by quarter, and those of teams, territories, products and reps where there are any."""
        known = desk.project.metrics.catalogue()
        set_ = [one for one in desk.set_targets() if one.metric in known]
        loaded = desk.kept("aimed at", desk.project.metrics.aimed_at)
        names = dict.fromkeys([*loaded, *sorted({one.metric for one in set_})])
        found = [
            _Reading(desk, who, place, known[name], [one for one in set_ if one.metric == name]).aimed()
            for name in names
        ]
        return {"plan": [one for one in found if one.whole or one.quarters or any(one.parts.values())], "most": SHOWN}


@dataclass(frozen=True)
class _Reading:
    """One figure of the plan as a visitor may see it."""

    desk: Desk
    who: Visitor
    place: Place
    metric: Metric
    targets: Sequence[SetTarget]
    _beside: dict[SetTarget, Beside | None] = field(default_factory=dict)

    def aimed(self) -> Aimed:
        """Whole, by quarter and by members; a team without goals has those of its members."""
        whole, quarters = self._rows(None), self._rows(None, Grain.FISCAL_QUARTER)
        dimensions = [name for name in PLANNED_BY if name not in PERSONS or sees_somebody(self.desk, self.who)]
        parts = {name: self._rows(name) for name in dimensions}
        if not parts["team"] and adds_up(self.metric):
            parts["team"] = self._teams(parts.get("rep", ()))
        ordered = {name: sorted(rows, key=lambda one: -(one.row.value or 0.0)) for name, rows in parts.items() if rows}
        return Aimed(
            self.metric.id, self._planned(whole[0]) if whole else None, [self._planned(one) for one in quarters],
            {name: [self._planned(one) for one in rows] for name, rows in ordered.items()}, adds_up(self.metric),
        )  # fmt: skip

    def _rows(self, dimension: str | None, grain: Grain = Grain.ALL) -> list[PlanRow]:
        """What the loaded plan says, with the targets that were set."""
        rows = {_key(row, dimension): row for row in self._asked(by=[dimension] if dimension else [], grain=str(grain))}
        found: dict[tuple[date | None, Any], list[Beside]] = {}
        for target in outermost([one for one in self._of(dimension) if self._is_meant(one, grain)]):
            read = self._read(target)
            if read is not None:
                period = self._quarter(target) if grain is not Grain.ALL else None
                found.setdefault((period, target.member if dimension else None), []).append(read)
        amends = [self._amended(key, rows.get(key), found.get(key, ()), dimension) for key in {**rows, **found}]
        kept = [one for one in amends if one is not None]
        return sorted(kept, key=lambda one: one.row.period or date.min)

    def _amended(
        self, key: tuple[date | None, Any], row: Row | None, found: Sequence[Beside], dimension: str | None
    ) -> PlanRow | None:
        period, member = key
        if dimension is None:
            return amended(row, found, self._unit, period)
        called = dict(self.desk.members(dimension)).get(member)
        return amended(row, found, self._unit, period, {dimension: member}, {dimension: called} if called else {})

    def _read(self, target: SetTarget) -> Beside | None:
        if target not in self._beside:
            self._beside[target] = beside(target, self.metric, self.desk.until, self._came, self._loaded)
        return self._beside[target]

    def _came(self, target: SetTarget, end: date) -> Row | None:
        privacy = self.desk.project.config.privacy
        if target.dimension and not may_see_members(self.who.reader, {target.dimension: target.member}, privacy):
            return None
        if target.dimension and target.dimension not in dimensions_of(self.metric):
            return None
        asked = {"start": target.start, "end": end, "where": _narrowed(target)}
        try:
            rows = self.desk.see(self.who.reader, "page", self.metric.id, **asked).answer.rows
        except (Forbidden, QuestionError):
            return None
        return next(iter(rows), None)

    def _loaded(self, target: SetTarget) -> Row | None:
        by = [target.dimension] if target.dimension else []
        rows = self._asked(by=by, start=target.start, end=target.end, where=_narrowed(target))
        return next((row for row in rows if not by or row.members[by[0]] == target.member), None)

    def _asked(self, **question: Any) -> list[Row]:
        asked = {**self.place.question, **question}
        try:
            seen = self.desk.see(self.who.reader, "page", ATTAINED, settings={"metric": self.metric.id}, **asked)
        except (Forbidden, QuestionError):
            return []
        return [row for row in seen.answer.rows if row.value is not None]

    def _teams(self, reps: Sequence[PlanRow]) -> list[PlanRow]:
        """Teams all of whose members the visitor may see."""
        seen = visible_people(self.who.reader, self.desk.project.config.privacy)
        found = []
        for team, name in self.desk.members("team"):
            members = self.desk.team_members((team,))
            if seen is None or members <= seen:
                found.append(of_members(reps, team, name, members))
        return [one for one in found if one is not None]

    def _of(self, dimension: str | None) -> list[SetTarget]:
        """Those of a dimension, None = of the company; under filters those of the one member that is asked for."""
        if not self.place.where:
            return [one for one in self.targets if one.dimension == dimension]
        chosen = [(one.dimension, one.values) for one in map(filter_of, self.place.where)]
        return [one for one in self.targets if dimension is None and chosen == [(one.dimension, (one.member,))]]

    def _is_meant(self, target: SetTarget, grain: Grain) -> bool:
        """Whether its days lie in the period, or in a quarter that begins in it."""
        quarter = self._quarter(target)
        first = target.start if grain is Grain.ALL or quarter is None else quarter
        if self.place.start is not None and first < self.place.start:
            return False
        if grain is Grain.ALL:
            return target.end <= self.place.end
        return quarter is not None and quarter < self.place.end

    def _quarter(self, target: SetTarget) -> date | None:
        """First day of the quarter that the target's days lie in."""
        first = period_start(target.start, Grain.FISCAL_QUARTER, self.desk.project.config.company.fiscal_year_start)
        return first if target.end <= next_start(first, Grain.FISCAL_QUARTER) else None

    @property
    def _unit(self) -> str:
        return unit_of(self.metric.unit, self.desk.project.config)

    def _planned(self, found: PlanRow) -> Planned:
        is_lower, row = self.metric.better is Better.LOWER, found.row
        assert row.value is not None
        bar = bullet(row.value, None, None, 1.0, None, lower_is_better=is_lower)
        return Planned(row, bar, reached(row, 1.0, Better.LOWER if is_lower else Better.HIGHER), found.origin)


def _key(row: Row, dimension: str | None) -> tuple[date | None, Any]:
    return row.period, row.members[dimension] if dimension else None


def _narrowed(target: SetTarget) -> tuple[str, ...]:
    return (filter_text(target.dimension, [target.member]),) if target.dimension else ()
