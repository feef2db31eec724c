"""The overview: how are we doing, and what needs me now?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from efficace.insights.briefs import foremost, told_in_brief
from efficace.web.answers import of_needs, of_results
from efficace.web.desk import Desk
from efficace.web.figures import Figure, figure, months
from efficace.web.finding_cards import finding_cards
from efficace.web.frame import framed, place_at
from efficace.web.kpis import FOLLOW_UP, KPIS, Kpi, movers
from efficace.web.marks import Sparkline
from efficace.web.navigation import SIDE, item_of
from efficace.web.place import Place
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.seen import notice
from efficace.web.side import counts
from efficace.web.visitor import Visitor, desk_of, serving_of, visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding

router = APIRouter()

FINDINGS_SHOWN = 3


@dataclass(frozen=True)
class Rest:
    """What stands below a card's figure: what is said beside it, and its months."""

    beside: tuple[Figure, ...]
    months: Sparkline | None


@dataclass(frozen=True)
class Card:
    """A KPI over the period.

    Attributes:
        rest: None where it comes in after the page.
        movers: Findings that would move it; empty also while they are not known.
    """

    kpi: Kpi
    figure: Figure
    rest: Rest | None
    movers: Sequence[Finding]


@dataclass(frozen=True)
class FollowUp:
    """The four Ps, and the figure that they make together."""

    cards: tuple[Card, ...]
    overall: Figure


@dataclass(frozen=True)
class Shown:
    """The figures of the page; ``follow_up`` is None where it comes in after the page."""

    cards: Sequence[Card]
    follow_up: FollowUp | None


@router.get("/")
def overview(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The seven KPIs, the four Ps, and what needs somebody."""
    desk, place = desk_of(request), place_at(request)
    say = Say(who.language, desk.project.config.zone)
    patience = None if "whole" in place.more else serving_of(request).patience
    with desk.views_together():
        found = desk.findings(who.reader)
        shown = shown_at(desk, who, place, found or (), patience)
        return framed(
            request, "pages/overview.html", who, place, cards=shown.cards, follow_up=shown.follow_up,
            health=desk.kept("health", desk.project.data.doctor),
            results=of_results([card.figure for card in shown.cards], say), is_part=False,
            **_needs(desk, who, place, found),
        )  # fmt: skip


def shown_at(desk: Desk, who: Visitor, place: Place, found: Sequence[Finding], patience: float | None) -> Shown:
    """The figures of the page under a period and filters.

    Args:
        found: The findings, as far as they are known.
        patience: Seconds after which what is not there yet is left to come in later; None = all of it is waited for.
    """
    began = monotonic()
    figures = desk.hands.at_once([partial(figure, desk, who, place, kpi.metric) for kpi in KPIS])
    works: list[Callable[[], Rest | FollowUp]] = [partial(_rest, desk, who, place, kpi) for kpi in KPIS]
    works.append(partial(_follow_up, desk, who, place, found))
    done = desk.hands.within(None if patience is None else max(began + patience - monotonic(), 0.0), works)
    rests = [one if isinstance(one, Rest) else None for one in done[:-1]]
    cards = [
        Card(kpi, own, rest, movers(kpi, found)) for kpi, own, rest in zip(KPIS, figures, rests, strict=True)
    ]  # fmt: skip
    return Shown(cards, done[-1] if isinstance(done[-1], FollowUp) else None)


@router.get("/parts/kpis/{metric}")
def rest(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What stands below the figure of one card, where it comes in after the page."""
    kpi = next((one for one in KPIS if one.metric == metric), None)
    if kpi is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    desk, place = desk_of(request), place_at(request)
    return page(request, "parts/card_rest.html", kpi=kpi, rest=_rest(desk, who, place, kpi), place=place)


@router.get("/parts/follow-up")
def follow_up(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The four Ps, where they come in after the page."""
    desk, place = desk_of(request), place_at(request)
    found = desk.findings(who.reader)
    shown = foremost(found or (), FINDINGS_SHOWN)
    with desk.views_together():
        return page(
            request, "parts/follow_up.html", follow_up=_follow_up(desk, who, place, found or ()), place=place,
            shown=finding_cards(desk, who, place, shown),
        )  # fmt: skip


@router.get("/parts/findings")
def findings(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The findings that matter most, or that they are being worked out."""
    desk, place = desk_of(request), place_at(request)
    found = desk.findings(who.reader)
    with desk.views_together():
        return page(request, "parts/findings.html", place=place, is_part=True, **_needs(desk, who, place, found))


@router.get("/findings")
def all_findings(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """Every finding."""
    desk, place = desk_of(request), place_at(request)
    found = desk.findings(who.reader)
    with desk.views_together():
        cards = None if found is None else finding_cards(desk, who, place, found)
        return framed(request, "pages/findings.html", who, place, cards=cards)


@router.get("/parts/side")
def side(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The pages of the side with what waits on each, for what comes in after the page."""
    desk, place = desk_of(request), place_at(request)
    here = item_of(place.more.get("here", "/"))
    return page(
        request, "parts/side.html", side=SIDE, place=place, frame={"here": here}, counts=counts(desk, who, place)
    )  # fmt: skip


def _rest(desk: Desk, who: Visitor, place: Place, kpi: Kpi) -> Rest:
    beside = tuple(figure(desk, who, place, name) for name in kpi.beside)
    return Rest(beside, months(desk, who, place, kpi.metric))


def _follow_up(desk: Desk, who: Visitor, place: Place, found: Sequence[Finding]) -> FollowUp:
    cards = [
        Card(kpi, figure(desk, who, place, kpi.metric), _rest(desk, who, place, kpi), movers(kpi, found))
        for kpi in FOLLOW_UP
    ]
    return FollowUp(tuple(cards), figure(desk, who, place, "four_ps"))


def _needs(desk: Desk, who: Visitor, place: Place, found: Sequence[Finding] | None) -> dict[str, Any]:
    """The foremost findings as cards, and how many more there are; what is missing stands on the page of the data."""
    if found is None:
        return {"shown": None, "more": 0, "gaps": 0, "needs": "", "movers": ()}
    every, found = found, [one for one in found if one.kind.name != "GAP"]
    shown, say = foremost(found, FINDINGS_SHOWN), Say(who.language, desk.project.config.zone)
    cards = finding_cards(desk, who, place, shown)
    notice(desk, who, told_in_brief(found))
    moving = [(kpi, movers(kpi, found)) for kpi in (*KPIS, *FOLLOW_UP)]
    return {
        "shown": cards, "more": len(found) - len(shown), "gaps": len(every) - len(found),
        "needs": of_needs(found, say), "movers": moving,
    }  # fmt: skip
