"""Pages that put the metrics of one chapter together: pipeline, customers, acquisition, revenue, voice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from efficace.errors import EfficaceError
from efficace.insights.briefs import foremost, told_in_brief
from efficace.web.answers import of_figures, of_needs
from efficace.web.chapters import CHAPTERS, Chapter
from efficace.web.desk import Desk
from efficace.web.figures import Figure, figure, months
from efficace.web.finding_cards import finding_cards
from efficace.web.frame import framed, place_at
from efficace.web.marks import Sparkline
from efficace.web.navigation import item_of
from efficace.web.place import Place
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.sections import Section
from efficace.web.seen import notice
from efficace.web.visitor import Visitor, desk_of, visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding

__all__ = ["CHAPTERS", "router", "section_of", "tiles_of"]

router = APIRouter()

BESIDE = 2
"""Figures told in the title where those that answer its question are not known."""
FINDINGS_SHOWN = 3


@dataclass(frozen=True)
class Tile:
    """A figure with its months.

    Attributes:
        began: Where it speaks of older cohorts than the page, those of this place.
    """

    figure: Figure
    months: Sparkline | None
    began: Place | None

    @property
    def is_late(self) -> bool:
        """Whether its months and its move come in after the page."""
        return self.figure.metric.state and self.figure.row is not None


def _page(chapter: Chapter) -> None:
    """Give a chapter its routes."""
    name = chapter.path.strip("/")

    @router.get(chapter.path, name=name)
    def show(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
        desk, place = desk_of(request), place_at(request)
        with desk.views_together():
            tiles = tiles_of(desk, who, place, chapter)
            return framed(
                request, "pages/chapter.html", who, place, chapter=chapter, item=item_of(chapter.path), tiles=tiles,
                sections=chapter.sections_for(desk, who), answer=_answer(desk, who, chapter, tiles),
                lacking=_lacking(tiles), is_part=False, **_needs(desk, who, place, chapter),
            )  # fmt: skip

    @router.get(f"{chapter.path}/findings", name=f"findings of {name}")
    def findings(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
        """What was found about the chapter, or that it is being worked out."""
        desk, place = desk_of(request), place_at(request)
        with desk.views_together():
            values = _needs(desk, who, place, chapter)
            return page(request, "parts/chapter_findings.html", chapter=chapter, place=place, is_part=True, **values)

    @router.get(f"{chapter.path}/sections/{{number}}", name=f"section of {name}")
    def section(request: Request, number: int, who: Annotated[Visitor, Depends(visitor)]) -> Response:
        """One section; pages load them one after the other, so that what is quick is there at once."""
        desk, place = desk_of(request), place_at(request)
        shown = _section(desk, who, chapter, number)
        values: dict[str, Any] = {"refused": None}
        try:
            values |= section_of(desk, who, place, shown)
        except EfficaceError as refused:
            values["refused"] = refused
        # Links of the part lead to the page that it is in.
        at = replace(place, path=chapter.path)
        return page(request, "parts/section.html", section=shown, number=number, place=at, **values)


for _chapter in CHAPTERS:
    _page(_chapter)


def tiles_of(desk: Desk, who: Visitor, place: Place, chapter: Chapter) -> list[Tile]:
    """The figures of a chapter with their months."""
    places = [place.grown(one) for one in chapter.figures]
    pairs = list(zip(chapter.figures, places, strict=True))
    figures = desk.hands.at_once([partial(figure, desk, who, at, one) for one, at in pairs])
    lines = desk.hands.at_once([partial(_months, desk, who, at, one) for one, at in pairs])
    began = [at if at != place else None for at in places]
    return [Tile(*parts) for parts in zip(figures, lines, began, strict=True)]


def _months(desk: Desk, who: Visitor, place: Place, metric: str) -> Sparkline | None:
    """The months of a tile; those of a state come in after the page."""
    return None if desk.project.metrics.catalogue()[metric].state else months(desk, who, place, metric)


def section_of(desk: Desk, who: Visitor, place: Place, section: Section) -> Mapping[str, Any]:
    """What a section shows.

    Raises:
        EfficaceError: If it may not be seen, or cannot be asked so.
    """
    return section.shown(desk, who, place)


def _section(desk: Desk, who: Visitor, chapter: Chapter, number: int) -> Section:
    found = dict(chapter.sections_for(desk, who)).get(number)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _answer(desk: Desk, who: Visitor, chapter: Chapter, tiles: Sequence[Tile]) -> str:
    say = Say(who.language, desk.project.config.zone)
    known = [tile.figure for tile in tiles if tile.figure.row is not None]
    told = of_figures([one for one in known if one.metric.id in chapter.answer], say)
    # Where what answers the question is not known, what is known beside it says more than nothing.
    return told or of_figures(known[:BESIDE], say)


def _lacking(tiles: Sequence[Tile]) -> Mapping[str, list[str]]:
    """Column -> the figures that it would fill, where no figure of the chapter is known for want of data; else none."""
    found: dict[str, list[str]] = defaultdict(list)
    for tile in tiles:
        answer = tile.figure.answer
        missing = answer.missing[0] if answer is not None and tile.figure.row is None and answer.missing else None
        if missing is None or missing["column"] is None:
            return {}
        found[f"{missing['table']}.{missing['column']}"].append(tile.figure.metric.id)
    return found


def _needs(desk: Desk, who: Visitor, place: Place, chapter: Chapter) -> dict[str, Any]:
    """The foremost findings of the chapter as cards, how many more there are, and what they say in brief."""
    every = desk.findings(who.reader)
    if every is None:
        return {"shown": None, "more": 0, "needs": ""}
    found = _about(chapter, every)
    shown, say = foremost(found, FINDINGS_SHOWN), Say(who.language, desk.project.config.zone)
    cards = finding_cards(desk, who, place, shown)
    # What the figures of the title say already is not said twice.
    told = [one for one in found if one.request.metric not in chapter.answer]
    notice(desk, who, told_in_brief(told))
    return {"shown": cards, "more": len(found) - len(shown), "needs": of_needs(told, say)}


def _about(chapter: Chapter, found: Sequence[Finding]) -> list[Finding]:
    """The findings of the chapter's metrics; those on what is missing stand on the page of the data."""
    return [one for one in found if chapter.holds(one.request.metric) and one.kind.name != "GAP"]
