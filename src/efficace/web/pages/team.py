"""The team: who needs which help?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from efficace.errors import QuestionError, nearest
from efficace.web.desk import Desk
from efficace.web.frame import framed, place_at
from efficace.web.plane import HEIGHT, WIDTH, plane
from efficace.web.render import page
from efficace.web.seen import notice
from efficace.web.team_grid import GROUPS, MEASURES, Line, TeamGrid, mixes, team_grid
from efficace.web.visitor import Visitor, desk_of, visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding

router = APIRouter()

HELPED = 6
"""Reps whose help is told beside the grid; the others are in the grid."""
SORTS = ("name", *(measure.key for measure in MEASURES))


@dataclass(frozen=True)
class Help:
    """A rep who needs help: in what, and what was found out about it.

    Attributes:
        keys: Measures in which the rep is worse beyond chance.
    """

    line: Line
    role: str
    keys: Sequence[str]
    findings: Sequence[Finding]


@router.get("/team")
def team(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """Reps beside one another, and what chance does not explain."""
    desk, place = desk_of(request), place_at(request)
    sort = place.more.get("sort", "name")
    if sort not in SORTS:
        raise QuestionError('No order "{sort}".{nearest}', sort=sort, nearest=nearest(sort, SORTS))
    mix, known = place.more.get("mix"), mixes(desk)
    if mix is not None and mix not in known:
        raise QuestionError(
            'The mix of "{mix}" cannot be evened out.{nearest}', mix=mix, nearest=nearest(mix, known)
        )  # fmt: skip
    with desk.views_together():
        grid = team_grid(desk, who, place, sort, mix)
        return framed(
            request, "pages/team.html", who, place, grid=grid, measures=MEASURES, groups=GROUPS, sort=sort, mix=mix,
            mixes=known,
            plane=plane(desk, who, place) if grid.sees_reps else None, size=(WIDTH, HEIGHT),
            **_help(desk, who, grid),
        )  # fmt: skip


@router.get("/team/help")
def help_part(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The part beside the grid, asked again until the findings are there."""
    desk, place = desk_of(request), place_at(request)
    mix = place.more.get("mix")
    with desk.views_together():
        grid = team_grid(desk, who, place, "name", mix if mix in mixes(desk) else None)
        values = _help(desk, who, grid)
        return page(request, "parts/team_help.html", place=place, grid=grid, measures=MEASURES, **values)


def _help(desk: Desk, who: Visitor, grid: TeamGrid) -> dict[str, Any]:
    """Whom to help, and whom to copy."""
    found = desk.findings(who.reader) if grid.sees_reps else ()
    told = [
        Help(line, role.role, line.beyond("worse"), _about(found or (), line.id))
        for role in grid.roles
        for line in role.reps
        if line.beyond("worse")
    ]
    notice(desk, who, [finding for one in told for finding in one.findings])
    told.sort(key=lambda one: -len(one.keys))
    return {"helped": told[:HELPED], "more_helped": told[HELPED:], "is_found": found is not None}


def _about(findings: Sequence[Finding], rep: str) -> list[Finding]:
    return [one for one in findings if one.subject.get("rep") == rep]
