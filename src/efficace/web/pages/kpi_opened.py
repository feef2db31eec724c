"""A metric opened: the rows behind its figure, how it was reckoned, and what other definitions would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from efficace.access.rights import Forbidden
from efficace.errors import QuestionError
from efficace.web.asked import Asked, asked_of
from efficace.web.cells import Cells
from efficace.web.desk import Desk, now
from efficace.web.figures import asked_at
from efficace.web.frame import framed
from efficace.web.lines import command_line, python_line
from efficace.web.marks import Bar, dot, scale_of
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.visitor import Visitor, desk_of, visitor

if TYPE_CHECKING:
    from efficace.metrics.definitions import Compared, Definitions, RowsBetween
    from efficace.metrics.opened import Opened

router = APIRouter()

PAGE_ROWS = 100
LAST_PAGE = 200
"""Further rows are for files."""


@dataclass(frozen=True)
class Rival:
    """Another definition beside ours.

    Attributes:
        bar: On the scale that all definitions share; None where it has no value.
        beyond: Always empty: no definition is better than another.
    """

    found: Compared
    bar: Bar | None
    shrunken: Bar | None = None
    beyond: str = ""


@router.get("/kpi/{metric}/rows")
def rows(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The rows behind the figure, used and left out, a hundred a page."""
    desk, asked = desk_of(request), asked_of(request, metric)
    more = asked.place.more
    number = _page(more.get("page", "1"))
    left_out, definition = more.get("left_out") or None, more.get("between") or None
    say = Say(who.language, desk.project.config.zone)
    state, limit = desk.project.state, number * PAGE_ROWS
    found: Opened | RowsBetween
    if definition is None:
        found = state.opened(who.reader, "page", now(), metric, left_out, limit, **_question(asked))
    else:
        found = state.rows_between(who.reader, "page", now(), metric, definition, limit, **_whole(asked))
    return framed(
        request, "pages/kpi_rows.html", who, asked.place, asked=asked, metric=asked.metric, number=number,
        left_out=left_out, definition=definition, found=found,
        cells=Cells.of(found.rows.slice((number - 1) * PAGE_ROWS), desk, say),
        last=min(-(-found.total // PAGE_ROWS) or 1, LAST_PAGE), command=command_line(asked, "rows"),
    )  # fmt: skip


@router.get("/kpi/{metric}/explain")
def explain(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The definition in force, the queries that ran, how fresh their data is, and the settings."""
    desk, asked = desk_of(request), asked_of(request, metric)
    found = desk.project.state.explain(who.reader, "page", now(), metric, **_question(asked))
    return framed(
        request, "pages/kpi_explain.html", who, asked.place, asked=asked, metric=asked.metric, found=found,
        command=command_line(asked, "explain"), python=python_line(asked) + ".explain()",
    )  # fmt: skip


@router.get("/kpi/{metric}/definitions")
def definitions(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What other tools would say of the same events, for what comes in after the page."""
    desk, asked = desk_of(request), asked_of(request, metric)
    try:
        found = definitions_of(desk, who, asked)
    except (Forbidden, QuestionError) as refused:
        return page(request, "parts/definitions.html", refused=refused, asked=asked, place=asked.place)
    return page(
        request, "parts/definitions.html", refused=None, found=found, ours=_bar(found, None), rivals=_rivals(found),
        asked=asked, place=asked.place, may_open=_may_open(desk, who),
    )  # fmt: skip


def definitions_of(desk: Desk, who: Visitor, asked: Asked) -> Definitions:
    """What the definitions of a metric say under the question of its page.

    Raises:
        Forbidden: If its figure may not be seen.
        QuestionError: If it has only its own definition.
    """
    return desk.definitions(who.reader, asked.metric.id, **_whole(asked))


def _rivals(found: Definitions) -> list[Rival]:
    return [Rival(one, _bar(found, one)) for one in found.others]


def _bar(found: Definitions, one: Compared | None) -> Bar | None:
    """Where a definition's value lies among them all; ours for None."""
    every = [found.ours, *(other.reckoned for other in found.others)]
    least, most = scale_of([(each.value, each.low, each.high) for each in every])
    shown = found.ours if one is None else one.reckoned
    return None if shown.value is None else dot(shown.value, shown.low, shown.high, least, most, found.ours.value)


def _may_open(desk: Desk, who: Visitor) -> bool:
    """Whether the reader may see the rows between two definitions."""
    from efficace.access.openings import sees_everybody

    return sees_everybody(who.reader, desk.project.config.privacy) and who.may("rows")


def _question(asked: Asked) -> dict[str, Any]:
    return {**asked_at(asked.place, asked.metric), "compare": None, **asked.beside, **asked.needed}


def _whole(asked: Asked) -> dict[str, Any]:
    """The question as definitions are compared by: whole."""
    instant = asked.place.instant if asked.metric.state else {}
    return {**asked.place.question, **instant, "settings": asked.beside["settings"]}


def _page(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LAST_PAGE:
        raise QuestionError('No page "{page}": 1 to {last}.', page=text[:20], last=LAST_PAGE)
    return int(text)
