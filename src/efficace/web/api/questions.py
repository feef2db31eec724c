"""Figures, the rows behind them and what they mean, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from efficace.access.rights import PERSONS, Right
from efficace.errors import QuestionError, nearest
from efficace.metrics.describe import describe
from efficace.web.api.caller import Caller, need
from efficace.web.desk import now
from efficace.web.visitor import desk_of

router = APIRouter(tags=["figures"])

MOST_ROWS = 10_000
LONGEST = 500

Text = Annotated[str | None, Query(max_length=LONGEST)]
Texts = Annotated[list[str] | None, Query(max_length=50)]


def question(
    by: Texts = None,
    grain: Annotated[str, Query(max_length=20)] = "all",
    start: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    end: Annotated[str | None, Query(alias="to", max_length=40)] = None,
    where: Texts = None,
    definition: Text = None,
    as_of: Annotated[str | None, Query(alias="as-of", max_length=40)] = None,
    compare: Text = None,
    adjust: Texts = None,
    settings: Annotated[list[str] | None, Query(alias="set", max_length=50)] = None,
) -> dict[str, Any]:
    """A question in the words of the command line; lists may be given by commas or by repeating the name."""
    return {
        "by": _parts(by),
        "grain": grain,
        "start": start,
        "end": end,
        "where": list(where or ()),
        "definition": definition,
        "as_of": as_of,
        "compare": compare,
        "adjust": _parts(adjust),
        "settings": dict(text.partition("=")[::2] for text in settings or ()),
    }


Question = Annotated[dict[str, Any], Depends(question)]


@router.get("/metrics")
def metrics(request: Request, reader: Caller) -> list[dict[str, Any]]:
    """All figures that can be asked, with what each means."""
    need(desk_of(request), reader, Right.GROUPS)
    return [describe(metric) for metric in desk_of(request).project.metrics.catalogue().values()]


@router.get("/metrics/{metric}")
def metric(request: Request, metric: str, reader: Caller) -> dict[str, Any]:
    """What one figure means and what can be asked of it."""
    need(desk_of(request), reader, Right.GROUPS)
    known = desk_of(request).project.metrics.catalogue()
    if metric not in known:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest=nearest(metric, known)
        )
    return describe(known[metric])


@router.get("/kpi/{metric}")
def kpi(request: Request, metric: str, reader: Caller, asked: Question) -> dict[str, Any]:
    """The answer to a question, as ``efficace kpi --format json`` gives it; ``hidden`` counts masked rows."""
    seen = desk_of(request).see(reader, "api", metric, **asked)
    return seen.answer.to_dict() | {"hidden": seen.hidden}


@router.get("/kpi/{metric}/rows")
def rows(
    request: Request,
    metric: str,
    reader: Caller,
    asked: Question,
    left_out: Annotated[str | None, Query(alias="left-out", max_length=LONGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1000,
) -> dict[str, Any]:
    """The rows behind an answer that the caller may see."""
    state = desk_of(request).project.state
    return state.opened(reader, "api", now(), metric, left_out, limit, **asked).to_dict()


@router.get("/kpi/{metric}/explain")
def explain(request: Request, metric: str, reader: Caller, asked: Question) -> dict[str, Any]:
    """How an answer was reckoned: definition, query, rows used and left out, freshness."""
    return desk_of(request).project.state.explain(reader, "api", now(), metric, **asked).to_dict()


@router.get("/kpi/{metric}/definitions")
def definitions(request: Request, metric: str, reader: Caller, asked: Question) -> dict[str, Any]:
    """The figure by each of its definitions, and what makes the difference."""
    whole = {name: asked[name] for name in ("start", "end", "where", "as_of", "settings")}
    # Whose figure it is goes to the log by the question itself.
    desk_of(request).see(reader, "api", metric, **whole)
    return desk_of(request).project.state.definitions(reader, metric, **whole).to_dict()


@router.get("/findings")
def findings(request: Request, reader: Caller) -> dict[str, Any]:
    """What the figures say, the most important first; ``ready`` is false while that is worked out."""
    need(desk_of(request), reader, Right.GROUPS)
    desk = desk_of(request)
    found = desk.findings(reader)
    people: dict[str, set[str]] = {}
    for one in found or ():
        people.setdefault(one.request.metric, set()).update(
            one.subject[name] for name in PERSONS if name in one.subject
        )
    for name, reps in people.items():
        desk.looked_at(reader, "api", name, reps)
    return {"ready": found is not None, "findings": [one.to_dict() for one in found or ()]}


@router.get("/data")
def data(request: Request, reader: Caller) -> dict[str, Any]:
    """How fresh and complete the data is, for each figure and table."""
    desk = desk_of(request)
    need(desk, reader, Right.GROUPS)
    snapshot = desk.project.data.snapshot()
    published = {"snapshot": snapshot.number, "as_of": snapshot.as_of.isoformat()}
    return published | desk.kept("health", desk.project.data.doctor).to_dict()


def _parts(given: list[str] | None) -> list[str]:
    return [part for text in given or () for part in text.split(",") if part]
