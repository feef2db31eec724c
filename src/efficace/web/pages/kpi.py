"""A page for every metric, made from its declaration; and the list of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from efficace.access.rights import Forbidden
from efficace.charts import picture
from efficace.errors import QuestionError, nearest
from efficace.metrics.answer import Answer
from efficace.metrics.metric import Metric
from efficace.metrics.question import dimensions_of
from efficace.model.time import Grain
from efficace.state.notes import notes_about
from efficace.state.users import users
from efficace.web.desk import Desk
from efficace.web.figures import Breakdown, breakdown, figure, months
from efficace.web.frame import framed, place_at
from efficace.web.place import Place
from efficace.web.visitor import Visitor, desk_of, visitor

router = APIRouter()

GRAINS = ("week", "month", "quarter", "year")


@dataclass(frozen=True)
class Picture:
    """An answer as a chart and as the table beside it; ``refused`` where it may not be seen or asked."""

    answer: Answer | None
    spec: dict[str, Any] | None
    refused: Forbidden | QuestionError | None = None


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
    desk, place = desk_of(request), place_at(request)
    declared = _declared(desk, metric)
    grain = _grain(place.more.get("grain", "month"))
    by = _dimension(declared, place.more.get("by"))
    whole = figure(desk, who, place, metric, **_needed(declared, by))
    return framed(
        request, "pages/kpi.html", who, place,
        metric=declared, whole=whole, months=months(desk, who, place, metric), grain=grain, grains=GRAINS,
        trend=_picture(desk, who, place, metric, grain=grain, **_needed(declared, by)),
        curve=_curve(desk, who, place, declared),
        by=by, dimensions=_offered(declared), members=_members(desk, who, place, declared, by),
        notes=_notes(desk, metric),
    )  # fmt: skip


def _declared(desk: Desk, metric: str) -> Metric:
    known = desk.project.metrics.catalogue()
    if metric not in known:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest=nearest(metric, known)
        )
    return known[metric]


def _grain(asked: str) -> str:
    if asked not in {str(grain) for grain in Grain}:
        raise QuestionError('No grain "{grain}".{nearest}', grain=asked, nearest=nearest(asked, GRAINS))
    return asked


def _offered(metric: Metric) -> list[str]:
    """Dimensions by which its members stand side by side; a curve has a picture of its own."""
    return [name for name in dimensions_of(metric) if name != metric.curve]


def _dimension(metric: Metric, asked: str | None) -> str | None:
    offered = _offered(metric)
    if asked is None:
        wanted = metric.only_by or metric.always_by or ("rep",)
        return next((name for name in (*wanted, *offered) if name in offered), None)
    if asked not in offered:
        raise QuestionError(
            '{metric} cannot be asked by "{dimension}".{nearest}',
            metric=metric.id, dimension=asked, nearest=nearest(asked, offered),
        )  # fmt: skip
    return asked


def _needed(metric: Metric, by: str | None) -> dict[str, Any]:
    """The dimension that a metric cannot be asked without."""
    return {"by": [by if by in metric.only_by else metric.only_by[0]]} if metric.only_by else {}


def _picture(desk: Desk, who: Visitor, place: Place, metric: str, **question: Any) -> Picture:
    try:
        seen = desk.see(who.reader, "page", metric, **{**place.question, **question})
    except (Forbidden, QuestionError) as refused:
        return Picture(None, None, refused)
    has_values = any(row.value is not None for row in seen.answer.rows)
    return Picture(seen.answer, picture(seen.answer, who.language) if has_values else None)


def _curve(desk: Desk, who: Visitor, place: Place, metric: Metric) -> Picture | None:
    return None if metric.curve is None else _picture(desk, who, place, metric.id, by=[metric.curve])


def _members(desk: Desk, who: Visitor, place: Place, metric: Metric, by: str | None) -> Breakdown | Forbidden | None:
    if by is None:
        return None
    try:
        return breakdown(desk, who, place, metric.id, by)
    except Forbidden as refused:
        return refused


def _notes(desk: Desk, metric: str) -> list[tuple[str, Any]]:
    with desk.project.state.open().reading() as transaction:
        names = {user.id: user.name for user in users(transaction)}
        return [(names.get(note.author_id, ""), note) for note in notes_about(transaction, f"/kpi/{metric}")]
