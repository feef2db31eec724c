"""Reps and teams beside one another in what makes them effective, efficient and productive: the grid of the team page.

Figures are those of the metrics: drawn towards the typical rep of the role where the metric compares, with intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from efficace.access.rights import Forbidden
from efficace.errors import QuestionError
from efficace.metrics.metric import Better
from efficace.metrics.question import dimensions_of
from efficace.metrics.verdicts import Side, side_of
from efficace.web.asked import MIXES
from efficace.web.desk import Desk
from efficace.web.marks import Bar, dot, scale_of
from efficace.web.place import Place
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer, Row
    from efficace.metrics.people import Person

EVENED = "adjusted"
"""The estimate of what a member would have with everybody's mix."""
Triple = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Measure:
    """A column of the grid.

    Attributes:
        estimate: Of the metric, where the column is not its value.
        is_own: Whether it tells of the rep rather than of those whom the rep deals with; only then it names anybody.
    """

    key: str
    metric: str
    group: str
    name: str = ""
    estimate: str | None = None
    is_own: bool = True


MEASURES: tuple[Measure, ...] = (
    Measure("win_rate", "win_rate", "Effectiveness"),
    Measure("promise_kept", "promise_kept", "Effectiveness"),
    Measure("performance", "performance", "Effectiveness"),
    Measure("personalization", "personalization", "Effectiveness", is_own=False),
    Measure("lead_response_time", "lead_response_time", "Efficiency"),
    Measure("sales_cycle_length", "sales_cycle_length", "Efficiency"),
    Measure("touches", "efficiency", "Efficiency", "touches per working day", "touches_per_working_day"),
    Measure("productivity", "productivity", "Productivity"),
)
GROUPS: Mapping[str, str] = {
    "Effectiveness": "the right things, done well",
    "Efficiency": "how fast, with how little",
    "Productivity": "output for input",
}


@dataclass(frozen=True)
class Cell:
    """One figure of the grid; ``value`` is None where there is none.

    Attributes:
        bar: On the scale of the role, right is better.
        side: Beyond chance, and to which side.
        is_drawn: Whether the figure is drawn towards the typical one, or evened out; such figures are tested.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    n: float = 0
    bar: Bar | None = None
    side: Side = ""
    is_drawn: bool = False


@dataclass(frozen=True)
class Line:
    """A rep, or a team: its cells by the key of the measure."""

    id: str
    name: str
    team_id: str | None
    cells: Mapping[str, Cell]

    @property
    def is_told(self) -> bool:
        """Whether there is any figure; who neither sells nor answers has nothing but zeros."""
        return any(cell.value or cell.is_drawn for cell in self.cells.values())

    def beyond(self, side: Side) -> list[str]:
        """Keys of the measures in which it is beyond chance."""
        return [key for key, cell in self.cells.items() if cell.side == side]


@dataclass(frozen=True)
class RoleGroup:
    """The reps of one role.

    Attributes:
        typical: The figures of the role as a whole.
        lines: In the order shown, each team's line before those of its reps, where the order is by team.
        tested: By measure, how many reps were compared; 0 where it compares nobody.
    """

    role: str
    typical: Mapping[str, Cell]
    marks: Mapping[str, float]
    lines: Sequence[Line]
    reps: Sequence[Line]
    teams: Mapping[str, Line]
    tested: Mapping[str, int]

    def beyond(self, key: str) -> int:
        """How many reps are beyond chance in a measure."""
        return sum(bool(line.cells[key].side) for line in self.reps)


@dataclass(frozen=True)
class TeamGrid:
    """All roles; ``sees_reps`` is False for a visitor who sees groups alone.

    Attributes:
        evened: Measures whose figures are those that members would have with everybody's mix.
    """

    roles: Sequence[RoleGroup]
    sees_reps: bool
    answers: Mapping[str, Answer] = field(default_factory=dict)
    evened: frozenset[str] = frozenset()

    def unit(self, key: str) -> str:
        """Of a measure."""
        return self.answers[key].unit if key in self.answers else ""

    @property
    def reps(self) -> list[Line]:
        """Every rep of the grid."""
        return [line for role in self.roles for line in role.reps]

    def beyond(self, side: Side) -> list[Line]:
        """Reps beyond chance on one side, those in most measures first."""
        return sorted((line for line in self.reps if line.beyond(side)), key=lambda one: -len(one.beyond(side)))

    @property
    def others(self) -> int:
        """Reps of whom nothing beyond chance can be said."""
        return sum(not (line.beyond("better") or line.beyond("worse")) for line in self.reps)


def team_grid(desk: Desk, who: Visitor, place: Place, sort: str, mix: str | None = None) -> TeamGrid:
    """The grid under the period and filters of a page.

    Args:
        sort: Key of a measure, or ``name``: by team and name.
        mix: One of ``MIXES``: members stand as if all had the same mix of it, where a measure can be told so.
    """
    by_rep, by_team, by_role = _all_asked(desk, who, place, mix)
    sees_reps = any(answer is not None for answer in by_rep.values())
    people = desk.kept("people", desk.project.data.people)
    roles = []
    for role in _roles(by_role, by_team, people):
        typical = {measure.key: _raw(measure, _row(by_role[measure.key], role)) for measure in MEASURES}
        lines = {kind: _lines(found, role, kind, people) for kind, found in (("rep", by_rep), ("team", by_team))}
        group = _group(desk, role, typical, lines["rep"], lines["team"], sort)
        if group.reps or (group.teams and not sees_reps):
            roles.append(group)
    roles.sort(key=lambda one: (-len(one.reps), one.role))
    answers = {key: one for found in (by_team, by_role, by_rep) for key, one in found.items() if one is not None}
    evened = frozenset(one.key for one in MEASURES if mix is not None and _has_mix(desk, one, mix))
    return TeamGrid(roles, sees_reps, answers, evened)


def _all_asked(desk: Desk, who: Visitor, place: Place, mix: str | None) -> list[dict[str, Answer | None]]:
    """Every measure by its key: by rep, by team, and by role alone."""
    works = [
        partial(_asked, desk, who, place, measure, by, mix) for by in ("rep", "team", None) for measure in MEASURES
    ]
    found = iter(desk.hands.at_once(works))
    return [{measure.key: next(found) for measure in MEASURES} for _by in range(3)]


def mixes(desk: Desk) -> list[str]:
    """Dimensions that can be evened out, of those that have several members."""
    return [name for name in MIXES if len(desk.members(name)) > 1]


def _has_mix(desk: Desk, measure: Measure, mix: str) -> bool:
    metric = desk.project.metrics.catalogue()[measure.metric]
    return not metric.only_by and measure.estimate is None and mix in dimensions_of(metric)


def _asked(
    desk: Desk, who: Visitor, place: Place, measure: Measure, dimension: str | None, mix: str | None
) -> Answer | None:
    """A measure by role, and by rep or team within it; None where the visitor may not see it or it is not asked so."""
    metric = desk.project.metrics.catalogue()[measure.metric]
    if metric.only_by and dimension not in metric.only_by:
        return None
    by = [dimension] if metric.only_by else ["role", dimension] if dimension is not None else ["role"]
    adjust = (mix,) if mix is not None and _has_mix(desk, measure, mix) else ()
    try:
        return desk.see(who.reader, "page", measure.metric, by=by, adjust=adjust, **place.question).answer
    except (Forbidden, QuestionError):
        return None


def _roles(
    by_role: Mapping[str, Answer | None], by_team: Mapping[str, Answer | None], people: Mapping[str, Person]
) -> list[str]:
    """Roles that have reps; the empty one where no rep has any."""
    found = {person.role for person in people.values() if person.role is not None}
    told = {row.members.get("role") for one in (*by_role.values(), *by_team.values()) if one for row in one.rows}
    return sorted(found & {str(role) for role in told if role is not None}) or [""]


def _row(answer: Answer | None, role: str) -> Row | None:
    rows = answer.rows if answer is not None else ()
    return next((row for row in rows if (row.members.get("role") or "") == role and row.value is not None), None)


def _lines(
    found: Mapping[str, Answer | None], role: str, kind: str, people: Mapping[str, Person]
) -> dict[str, dict[str, Row]]:
    """Member -> measure -> row of one role; who is nobody, or unknown to the list of reps, is left out."""
    lines: dict[str, dict[str, Row]] = {}
    for key, answer in found.items():
        for row in answer.rows if answer is not None else ():
            member = row.members.get(kind)
            if member is None or (kind == "rep" and member not in people):
                continue
            own = people[str(member)].role if kind == "rep" else row.members.get("role")
            if (own or "") == role:
                lines.setdefault(str(member), {})[key] = row
    return lines


def _group(
    desk: Desk,
    role: str,
    typical: Mapping[str, Cell],
    reps: Mapping[str, Mapping[str, Row]],
    teams: Mapping[str, Mapping[str, Row]],
    sort: str,
) -> RoleGroup:
    people = desk.kept("people", desk.project.data.people)
    cells = {rep: _cells(desk, rows, typical) for rep, rows in reps.items()}
    of_teams = {team: {one.key: _raw(one, rows.get(one.key)) for one in MEASURES} for team, rows in teams.items()}
    beside = list((cells or of_teams).values())
    scales = {m.key: _scale(desk, m, [one[m.key] for one in beside], typical[m.key]) for m in MEASURES}
    lines = [_line(rep, people[rep].name, people[rep].team_id, one, scales) for rep, one in cells.items()]
    named = dict(desk.members("team"))
    team_lines = {team: _line(team, named.get(team, team), team, one, scales) for team, one in of_teams.items()}
    lines = [line for line in lines if line.is_told]
    team_lines = {team: line for team, line in team_lines.items() if line.is_told}
    marks = {key: _at(cell.value, scales[key]) for key, cell in typical.items() if cell.value is not None}
    tested = {m.key: sum(line.cells[m.key].is_drawn for line in lines) * m.is_own for m in MEASURES}
    return RoleGroup(role, typical, marks, _ordered(desk, lines, team_lines, sort), lines, team_lines, tested)


def _cells(desk: Desk, rows: Mapping[str, Row], typical: Mapping[str, Cell]) -> dict[str, Cell]:
    return {one.key: _cell(desk, one, rows.get(one.key), typical[one.key]) for one in MEASURES}


def _line(
    member: str, name: str, team: str | None, cells: Mapping[str, Cell], scales: Mapping[str, tuple[float, float]]
) -> Line:
    return Line(member, name, team, {key: _placed(cell, scales[key]) for key, cell in cells.items()})


def _cell(desk: Desk, measure: Measure, row: Row | None, typical: Cell) -> Cell:
    """The figure of a rep: drawn to the typical one where that is given."""
    plain = _raw(measure, row)
    if row is None or measure.estimate is not None or plain.value is None or row.young:
        return plain
    evened = row.estimates.get(EVENED)
    drawn = row.estimates.get("shrunken", {}) if evened is None else evened
    if drawn.get("value") is None:
        return plain
    side = side_of(row, typical.value, _better(desk, measure)) if measure.is_own else ""
    is_compared = row.estimates.get("shrunken", {}).get("value") is not None
    cell = Cell(drawn["value"], drawn.get("low"), drawn.get("high"), plain.unit, row.n, None, side, is_compared)
    # What the same mix for all explains is no difference of the member's own.
    return cell if evened is None or is_still_apart(cell, typical.value, row.value) else replace(cell, side="")


def is_still_apart(cell: Cell, typical: float | None, raw: float | None) -> bool:
    """Whether a figure that was evened out lies with its whole interval on the side of the typical where it was raw."""
    if typical is None or raw is None or cell.low is None or cell.high is None:
        return False
    return cell.low > typical if raw > typical else cell.high < typical


def _raw(measure: Measure, row: Row | None) -> Cell:
    if row is None:
        return Cell()
    evened = row.estimates.get(EVENED, {})
    if measure.estimate is None and evened.get("value") is not None:
        return Cell(evened["value"], evened.get("low"), evened.get("high"), "", row.n)
    if measure.estimate is None:
        return Cell(row.value, row.low, row.high, "", row.n)
    found = row.estimates.get(measure.estimate, {})
    return Cell(found.get("value"), found.get("low"), found.get("high"), str(found.get("unit") or ""), row.n)


def _better(desk: Desk, measure: Measure) -> Better:
    """Of the metric; more of an ingredient of a score counts as better."""
    return Better.HIGHER if measure.estimate else desk.project.metrics.catalogue()[measure.metric].better


def _scale(desk: Desk, measure: Measure, cells: Sequence[Cell], typical: Cell) -> tuple[float, float]:
    """Worst and best end of the track that the cells of a role share."""
    rows: list[Triple] = [(cell.value, cell.low, cell.high) for cell in cells]
    least, most = scale_of([*rows, (typical.value, None, None)])
    return (most, least) if _better(desk, measure) is Better.LOWER else (least, most)


def _placed(cell: Cell, scale: tuple[float, float]) -> Cell:
    return cell if cell.value is None else replace(cell, bar=dot(cell.value, cell.low, cell.high, *scale))


def _at(value: float, scale: tuple[float, float]) -> float:
    return dot(value, None, None, *scale).dot


def _ordered(desk: Desk, reps: Sequence[Line], teams: Mapping[str, Line], sort: str) -> list[Line]:
    """By team and name, each team before its reps; or by a measure, the best first."""
    measure = next((one for one in MEASURES if one.key == sort), None)
    if measure is not None:
        sign = 1.0 if _better(desk, measure) is Better.LOWER else -1.0
        key = measure.key
        return sorted(
            reps or teams.values(),
            key=lambda one: (one.cells[key].value is None, sign * (one.cells[key].value or 0.0), one.name),
        )
    if not reps:
        return sorted(teams.values(), key=lambda one: one.name)
    lines: list[Line] = []
    names = {team: teams[team].name if team in teams else "" for team in (line.team_id or "" for line in reps)}
    for team in sorted(names, key=lambda one: (names[one], one)):
        own = sorted((line for line in reps if (line.team_id or "") == team), key=lambda one: one.name)
        # a team of one is that rep once more
        lines += [teams[team], *own] if team in teams and len(own) > 1 else own
    return lines
