"""A page for every metric, made from its declaration; its pictures alone; and the list of all metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Forbidden
from efficace.charts.dot_plot import dot_plot
from efficace.charts.rows import label_of
from efficace.errors import EfficaceError, QuestionError
from efficace.web.asked import GRAINS, Asked, asked_of, mixes_of, offered
from efficace.web.claims import claim, claim_on_members, claim_on_pairs
from efficace.web.desk import Desk
from efficace.web.figures import Breakdown, Figure, breakdown, figure, months, moved
from efficace.web.frame import framed, place_at
from efficace.web.lines import command_line, python_line
from efficace.web.members import Ruled, ruled
from efficace.web.pages.kpi_notes import threads
from efficace.web.pictures import (
    LATE,
    Picture,
    along_curve,
    ask_over_time,
    bridged,
    cohorts,
    has_one_line,
    laddered,
    moving,
)
from efficace.web.policy import EMBEDDABLE
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.visitor import Visitor, desk_of, serving_of, visitor

router = APIRouter()

TABS = 6
"""Dimensions that stand beside each other; the rest is behind a menu."""
BESIDE = 3
"""Estimates that stand beside the figure; the rest is folded."""
ALONGSIDE: Mapping[str, tuple[str, str]] = {
    "sales_cycle_length": ("stage_duration", "stage"),
    "win_rate": ("stage_conversion", "stage"),
    "stalled_deals": ("stage_duration", "stage"),
    "lead_response_time": ("promise_kept", "heat"),
    "lead_answer_rate": ("promise_kept", "heat"),
    "customer_churn_rate": ("subscription_churn_rate", "product"),
    "revenue": ("gross_margin", "family"),
    "acquisition_cost": ("acquisition_rate", "source"),
}
"""Another metric by a dimension that says where the figure comes from."""
PICTURES = ("trend", "bridge", "ladder", "curve", "cohorts", "by")
"""What a metric's page draws, by the name of each picture in addresses."""
MOVES = ("moved", "months")
"""Parts that say how a state has moved, the second one with its months."""
EARLY = ("trend", "bridge", "ladder")
"""Those that the page itself shows, where they are not late."""
TITLES: Mapping[str, str] = {
    "trend": "{name} over time, with 95% intervals",
    "bridge": "{name}: what moved it",
    "ladder": "{name}: how it is spread",
    "curve": "{name} by age",
    "cohorts": "{name} by start month and age",
    "by": "{name}: members side by side",
}


@router.get("/metrics")
def catalogue(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """All figures that can be asked."""
    desk = desk_of(request)
    health = desk.kept("health", desk.project.data.doctor)
    ready = {one.id: one for one in health.metrics}
    metrics = desk.project.metrics.catalogue().values()
    return framed(request, "pages/metrics.html", who, place_at(request), metrics=metrics, ready=ready)


@router.get("/kpi/{metric}")
def kpi(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What a metric is, how it moves, where it comes from."""
    desk, asked = desk_of(request), asked_of(request, metric)
    say = Say(who.language, desk.project.config.zone)
    choices = _choices(desk, who, asked)
    if choices and asked.option is None:
        return RedirectResponse(asked.to(set=f"metric={choices[0]}"), status_code=HTTPStatus.SEE_OTHER)
    with desk.views_together():
        whole, members, late = _in_time(desk, who, asked, serving_of(request).patience)
        pictures = {name: drawn(desk, who, asked, whole, name) for name in EARLY if name not in late}
        pairs = _pairs(desk, who, asked)
    found = members if isinstance(members, Breakdown) else None
    names = offered(asked.metric)
    return framed(
        request, "pages/kpi.html", who, asked.place,
        asked=asked, metric=asked.metric, whole=whole, pictures=pictures, late=late, titles=TITLES,
        claim=claim_on_pairs(pairs.rows, say) if pairs and pairs.rows else claim(asked, whole, say),
        second=claim_on_members(found, say) if found else "",
        grains=GRAINS, tabs=names[:TABS], more=names[TABS:], beside=BESIDE,
        mixes=mixes_of(asked.metric, asked.by), members=ruled(found, asked, say) if found else None,
        refused=None if found else members,
        pairs=pairs, choices=choices, alongside=ALONGSIDE.get(metric),
        notes=threads(desk, metric), command=command_line(asked), python=python_line(asked),
    )  # fmt: skip


@router.get("/kpi/{metric}/parts/{part}")
def part(request: Request, metric: str, part: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """One picture of the page, for what comes in after it."""
    desk, asked = desk_of(request), asked_of(request, metric)
    if part == "alongside" and metric in ALONGSIDE:
        return _alongside(request, desk, who, asked)
    if part in MOVES and asked.is_whole:
        return _moved(request, desk, who, asked, with_months=part == "months")
    if part not in PICTURES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    shown = drawn(desk, who, asked, whole_of(desk, who, asked), part)
    return page(request, "parts/picture.html", name=part, shown=shown, asked=asked, place=asked.place, titles=TITLES)


@router.get("/kpi/{metric}/chart")
def chart(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """One picture alone on a page, to be put into another page of the same site."""
    desk, asked = desk_of(request), asked_of(request, metric)
    name = asked.place.more.get("picture", "trend")
    shown = drawn(desk, who, asked, whole_of(desk, who, asked), name) if name in PICTURES else None
    if shown is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if shown.refused is not None:
        raise shown.refused
    made = page(
        request, "pages/kpi_chart.html", name=name, shown=shown, asked=asked, place=asked.place, titles=TITLES
    )  # fmt: skip
    made.headers["X-Frame-Options"] = "SAMEORIGIN"
    made.headers["Content-Security-Policy"] = EMBEDDABLE
    return made


def shown_at(desk: Desk, who: Visitor, asked: Asked) -> tuple[Figure | None, Breakdown | EfficaceError | None]:
    """The figure, and its members or why they are not shown."""
    works: list[Callable[[], Figure | Breakdown | EfficaceError | None]] = [
        partial(whole_of, desk, who, asked),
        partial(members_of, desk, who, asked),
    ]
    whole, members = desk.hands.at_once(works)
    return whole if isinstance(whole, Figure) else None, None if isinstance(members, Figure) else members


def _in_time(
    desk: Desk, who: Visitor, asked: Asked, patience: float
) -> tuple[Figure | None, Breakdown | EfficaceError | None, list[str]]:
    """What ``shown_at`` gives, and the pictures that come in after the page.

    Args:
        patience: Seconds after which the picture over time is left to come in later.

    Raises:
        QuestionError: If the metric cannot be asked so.
    """
    began = monotonic()
    late = [name for name in ("trend", *LATE) if _is_late(asked, name) and _may_have(asked, name)]
    is_asked = not _is_late(asked, "trend") and has_one_line(asked)
    whole, members = shown_at(desk, who, asked)
    if whole is not None and isinstance(whole.refused, QuestionError):
        raise whole.refused
    if is_asked:
        # begun with the others it would take the engine from what the page cannot do without
        over_time = desk.hands.begin(partial(ask_over_time, desk, who, asked))
        wait([over_time], max(began + patience - monotonic(), 0.0))
        if not over_time.done():
            late.insert(0, "trend")
    return whole, members, late


def whole_of(desk: Desk, who: Visitor, asked: Asked) -> Figure | None:
    """The metric's one figure for the period; None where it speaks of members only."""
    return figure(desk, who, asked.place, asked.metric.id, **asked.beside) if asked.is_whole else None


def members_of(desk: Desk, who: Visitor, asked: Asked) -> Breakdown | EfficaceError | None:
    """The members of the dimension asked, or why they are not shown; None where the metric has no dimension."""
    if asked.by is None or asked.metric.always_by:
        return None
    try:
        return breakdown(desk, who, asked.place, asked.metric.id, asked.by, **asked.beside, **asked.evened)
    except (Forbidden, QuestionError) as refused:
        return refused


def drawn(desk: Desk, who: Visitor, asked: Asked, whole: Figure | None, name: str) -> Picture | None:
    """A picture of the page by its name; None where the metric has no such one."""
    if name == "trend":
        return moving(desk, who, asked, whole)
    if name == "bridge":
        return bridged(asked, whole, who)
    if name == "ladder":
        return laddered(asked, whole, who)
    if name == "curve":
        return along_curve(desk, who, asked, whole)
    if name == "cohorts":
        return cohorts(desk, who, asked)
    return _side_by_side(desk, who, asked)


def _side_by_side(desk: Desk, who: Visitor, asked: Asked) -> Picture | None:
    found = members_of(desk, who, asked)
    if not isinstance(found, Breakdown):
        return None
    beyond = [label_of(member.row, into=who.language) for member in found.members if member.beyond]
    spec = dot_plot(found.answer, found.typical, beyond, who.language) if found.members else None
    return Picture(found.answer, spec, tuple(found.answer.rows))


def _is_late(asked: Asked, name: str) -> bool:
    """Whether a picture comes in after the page: a state of each past month is worked out as of its end."""
    return name in LATE or (name == "trend" and (asked.metric.state or asked.metric.ahead))


def _may_have(asked: Asked, name: str) -> bool:
    if name == "curve":
        return asked.metric.curve is not None
    if name == "cohorts":
        return asked.metric.id in ("retention_curve", "churn_hazard_by_age")
    return asked.is_whole


def _pairs(desk: Desk, who: Visitor, asked: Asked) -> Picture | None:
    """The rows of a metric whose members always come together."""
    if not asked.metric.always_by:
        return None
    try:
        answer = desk.see(who.reader, "page", asked.metric.id, **{**asked.place.question, **asked.beside}).answer
    except (Forbidden, QuestionError) as refused:
        return Picture(None, None, refused=refused)
    rows = [row for row in answer.rows if row.value is not None]
    return Picture(answer, None, tuple(sorted(rows, key=lambda row: -(row.value or 0.0))))


def _choices(desk: Desk, who: Visitor, asked: Asked) -> list[str]:
    """Metrics of the plan to choose from, where the question must name one."""
    if "metric" not in asked.metric.options:
        return []
    whole = whole_of(desk, who, replace(asked, option=None))
    refused = whole.refused if whole is not None else None
    values: Mapping[str, Any] = refused.said.values if refused is not None else {}
    return str(values["choices"]).split(", ") if "choices" in values and "found" in values else []


def _moved(request: Request, desk: Desk, who: Visitor, asked: Asked, *, with_months: bool) -> Response:
    metric = asked.metric.id
    found = moved(desk, who, asked.place, metric, **asked.beside)
    line = months(desk, who, asked.place, metric) if with_months else None
    return page(request, "parts/moved.html", figure=found, months=line, with_months=with_months, place=asked.place)


def _alongside(request: Request, desk: Desk, who: Visitor, asked: Asked) -> Response:
    other, by = ALONGSIDE[asked.metric.id]
    try:
        found: Breakdown | None = breakdown(desk, who, asked.place, other, by)
    except (Forbidden, QuestionError):
        found = None
    laid: Ruled | None = None
    if found is not None:
        declared = desk.project.metrics.catalogue()[other]
        there = Asked(declared, asked.place, asked.grain, by, None, None)
        laid = replace(ruled(found, there, Say(who.language, desk.project.config.zone)), estimates=())
    return page(request, "parts/alongside.html", members=laid, asked=asked, place=asked.place, other=other)
