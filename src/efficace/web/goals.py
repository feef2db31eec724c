"""Goals and milestones of a rep: targets of the plan and those set in the app, with how far each one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from efficace.access.rights import Forbidden, Right
from efficace.errors import QuestionError
from efficace.metrics.goals import Goal, Progress, progress
from efficace.metrics.metric import Metric
from efficace.metrics.question import filter_text
from efficace.state.targets import targets
from efficace.web.desk import Desk, now
from efficace.web.marks import dot
from efficace.web.place import Place
from efficace.web.visitor import Visitor

PLAN = "target_attainment"
MOST = 4
"""Goals of one metric that are shown: the last ones."""


@dataclass(frozen=True)
class Milestone:
    """One goal with its marks.

    Attributes:
        at: How far it is, as a share of its track; None where the figure is no sum.
        due: Where the days that have passed lie on the track.
    """

    progress: Progress
    at: float | None
    due: float


@dataclass(frozen=True)
class GoalsOf:
    """The goals of one metric, the last first."""

    metric: Metric
    unit: str
    milestones: Sequence[Milestone]


def goals_of(desk: Desk, who: Visitor, place: Place, rep_id: str) -> list[GoalsOf]:
    """A rep's goals that lie in the period of a page or run now, by metric."""
    known = desk.project.metrics.catalogue()
    found: dict[str, list[Goal]] = {}
    for goal in {**_of_plan(desk, who, rep_id), **_set(desk, rep_id)}.values():
        if goal.metric in known and goal.end > goal.start and _is_wanted(goal, place, desk.until):
            found.setdefault(goal.metric, []).append(goal)
    read = [_read(desk, who, known[metric], rep_id, goals) for metric, goals in sorted(found.items())]
    return [one for one in read if one is not None]


def _is_wanted(goal: Goal, place: Place, until: date) -> bool:
    is_now = goal.start <= until < goal.end
    return is_now or (goal.start < place.end and (place.start is None or goal.end > place.start))


def _of_plan(desk: Desk, who: Visitor, rep_id: str) -> dict[tuple[str, date, date], Goal]:
    """Targets of the loaded plan for the rep alone; goals go before budgets."""
    if not who.may(Right.ROWS):
        return {}
    asked = {"by": ["rep"], "where": (filter_text("rep", [rep_id]),)}
    try:
        rows = desk.project.state.opened(who.reader, "page", now(), PLAN, None, None, **asked).rows.to_pylist()
    except (Forbidden, QuestionError):
        return {}
    rows = [row for row in rows if row["left_out"] is None and row["level"] == "rep" and row["product_id"] is None]
    rows.sort(key=lambda row: str(row["kind"]) == "goal")
    goals = [Goal(row["metric"], row["from_on"], row["to_on"], float(row["value"])) for row in rows]
    return _by_span(goals)


def _set(desk: Desk, rep_id: str) -> dict[tuple[str, date, date], Goal]:
    """Targets that somebody set in the app: they go before those of the plan."""
    with desk.project.state.open().reading() as transaction:
        own = [one for one in targets(transaction) if (one.scope, one.scope_id) == ("rep", rep_id)]
        return _by_span(Goal(one.metric, one.starts_on, one.ends_on, one.value) for one in own)


def _by_span(goals: Iterable[Goal]) -> dict[tuple[str, date, date], Goal]:
    return {(goal.metric, goal.start, goal.end): goal for goal in goals}


def _read(desk: Desk, who: Visitor, metric: Metric, rep_id: str, goals: Sequence[Goal]) -> GoalsOf | None:
    last = sorted(goals, key=lambda goal: (goal.end, goal.start), reverse=True)[:MOST]
    unit, told = "", []
    for goal in last:
        end = min(goal.end, desk.until)
        row = None
        if goal.start < end:
            asked = {"start": goal.start, "end": end, "where": (filter_text("rep", [rep_id]),)}
            try:
                answer = desk.see(who.reader, "page", metric.id, **asked).answer
            except (Forbidden, QuestionError):
                return None
            unit = answer.unit
            row = next(iter(answer.rows), None)
        told.append(_marked(progress(goal, row, metric, desk.until)))
    return GoalsOf(metric, unit or metric.unit, told)


def _marked(found: Progress) -> Milestone:
    at = None if found.share is None else dot(found.share, None, None, 0.0, 1.0).dot
    return Milestone(found, at, dot(found.passed, None, None, 0.0, 1.0).dot)
