"""The data page: can I trust this? Sources, what is complete, what was set aside; and bringing more in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from efficace.access.rights import Right
from efficace.build.rejected import rejection
from efficace.errors import ForeignSnapshot, NothingBefore, QuestionError, nearest
from efficace.model.tables import BY_NAME
from efficace.sources.stream import SUFFIXES
from efficace.web.bringing import intakes_of, kept_files, look_again, taken_back
from efficace.web.completeness import Need, needs_of, openings, template_columns
from efficace.web.desk import Desk, now
from efficace.web.forms import checked, need, sent
from efficace.web.frame import framed, place_at
from efficace.web.intake import Intake
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.spreadsheet import harmless
from efficace.web.visitor import Visitor, desk_of, visitor

if TYPE_CHECKING:
    from efficace.metrics.doctor import Health

router = APIRouter()

DOING: Mapping[str, str] = {
    "files": "Being loaded…",
    "undo": "The last load is being taken back…",
    "rebuild": "Everything is being built anew…",
}
DONE: Mapping[str, str] = {
    "files": "Loaded.",
    "undo": "The last load was taken back. Its files stay in the project's log.",
    "rebuild": "Everything was built anew.",
}


@router.get("/data")
def data(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """Sources with their freshness, completeness by figure, rejected rows, loads."""
    desk = desk_of(request)
    if desk.project.data.is_empty:
        return page(request, "pages/first_data.html")
    project = desk.project
    try:
        project.ground()
    except ForeignSnapshot:
        return page(
            request, "pages/foreign_data.html", status=HTTPStatus.SERVICE_UNAVAILABLE, at_work=_at_work(request),
            snapshot=project.data.snapshot().number,
        )  # fmt: skip
    may_see_rows = who.may(Right.ROWS) and who.may(Right.LOAD)
    health, needs = _health(desk), _needs(desk)
    return framed(
        request, "pages/data.html", who, place_at(request),
        health=health, needs=needs, openings=openings(needs), at_work=_at_work(request),
        sources=desk.kept("sources", project.data.sources),
        loads=list(reversed(project.data.loads()))[:10],
        rejected=_rejected(request, who) if may_see_rows else None,
        aside_of={one.name: one.rejected for one in health.tables},
    )  # fmt: skip


@router.get("/data/needs/{metric}")
def needed(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What one figure needs, how much of it is there, and how to bring the rest."""
    desk = desk_of(request)
    metrics = desk.project.metrics.catalogue()
    if metric not in metrics:
        known = nearest(metric, metrics)
        raise QuestionError('No metric "{metric}".{nearest} All: efficace metrics', metric=metric, nearest=known)
    place, all_needs = place_at(request), _needs(desk)
    missing = [need for need in all_needs[metric] if need.is_missing]
    waiting = [one for one in openings(all_needs) if one.table in {need.table for need in missing}]
    return framed(
        request, "pages/needs.html", who, place, metric=metrics[metric], needs=all_needs[metric], missing=missing,
        waiting=waiting, meanwhile=_meanwhile(metric, all_needs),
        heads={one.table: template_columns(one.table, one.columns) for one in waiting},
    )  # fmt: skip


@router.get("/data/template/{table}.csv")
def template(request: Request, table: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """An empty file whose head names what a table needs and lacks."""
    need(request, who, Right.LOAD)
    if table not in BY_NAME:
        raise QuestionError('No table "{table}".{nearest}', table=table, nearest=nearest(table, BY_NAME))
    lacking = next((one.columns for one in openings(_needs(desk_of(request))) if one.table == table), ())
    return _csv(f"{table}.csv", ",".join(template_columns(table, lacking)) + "\r\n")


@router.get("/data/rejected.csv")
def rejected(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The rejected rows as a file, to be mended at the source."""
    need(request, who, Right.LOAD)
    text = io.StringIO()
    writer = csv.writer(text)
    records = _rejected(request, who)
    writer.writerow(["table", "file", "row", "column", "reason", "text", "original"])
    for one in records:
        cells = (
            one["table_name"],
            one["file"],
            one["row_no"],
            one["column_name"],
            one["reason"],
            one["text"],
            one["original"],
        )
        writer.writerow([harmless(cell) for cell in cells])
    return _csv("rejected.csv", "\ufeff" + text.getvalue())


@router.post("/data/files")
def drop(
    request: Request, who: Annotated[Visitor, Depends(checked)], files: Annotated[list[UploadFile], File()]
) -> Response:
    """Keep dropped files, and go on to what they are taken for."""
    need(request, who, Right.LOAD)
    found = kept_files(request, files)
    return RedirectResponse(f"/data/files/{found.id}", status_code=HTTPStatus.SEE_OTHER)


@router.get("/data/files/{name}")
def look(request: Request, name: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What dropped files are taken for, and the questions that they leave open."""
    need(request, who, Right.LOAD)
    found = intakes_of(request)[name]
    if found.kind == "files" and found.files and found.proposal is None and found.error is None:
        look_again(request, found, {})
    read = _read_columns(desk_of(request))
    wanted = found.proposal.gaps if found.proposal is not None and not found.proposal.questions else ()
    return page(
        request, "pages/intake.html", intake=found, suffixes=SUFFIXES, doing=DOING, done=DONE,
        wanted=[gap for gap in wanted if gap.is_required or (gap.table, gap.column) in read],
    )  # fmt: skip


@router.post("/data/files/{name}/answers")
def answer(
    request: Request, name: str, who: Annotated[Visitor, Depends(checked)], form: Annotated[FormData, Depends(sent)]
) -> Response:
    """Take answers to the questions."""
    need(request, who, Right.LOAD)
    given = {key.removeprefix("q:"): str(value)[:200] for key, value in form.items() if key.startswith("q:")}
    look_again(request, intakes_of(request)[name], given)
    return RedirectResponse(f"/data/files/{name}", status_code=HTTPStatus.SEE_OTHER)


@router.post("/data/files/{name}/load")
def load(request: Request, name: str, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """Load the files; the page tells how far it is."""
    need(request, who, Right.LOAD)
    intakes = intakes_of(request)
    intakes.load(intakes[name])
    return RedirectResponse(f"/data/files/{name}", status_code=HTTPStatus.SEE_OTHER)


@router.get("/data/files/{name}/progress")
def progress(request: Request, name: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """How far the load is."""
    need(request, who, Right.LOAD)
    found = intakes_of(request)[name]
    response = page(request, "parts/intake_progress.html", intake=found)
    if not found.is_loading:
        response.headers["HX-Refresh"] = "true"  # what stands around the progress is different now
    return response


@router.post("/data/files/{name}/forget")
def forget(request: Request, name: str, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """Clear dropped files away without loading them."""
    need(request, who, Right.LOAD)
    intakes = intakes_of(request)
    intakes.forget(intakes[name])
    return RedirectResponse("/data", status_code=HTTPStatus.SEE_OTHER)


@router.post("/data/undo")
def undo(
    request: Request, who: Annotated[Visitor, Depends(checked)], load: Annotated[int | None, Form()] = None
) -> Response:
    """Take the last load back in the background; the page tells how far it is.

    ``load`` is the number of the load that was the last one on the page, so that a second click takes back no other.
    """
    need(request, who, Right.LOAD)
    found = taken_back(request, load)
    return RedirectResponse(f"/data/files/{found.id}", status_code=HTTPStatus.SEE_OTHER)


@router.post("/data/rebuild")
def rebuild(
    request: Request, who: Annotated[Visitor, Depends(checked)], snapshot: Annotated[int | None, Form()] = None
) -> Response:
    """Build everything anew from the log, in the background; ``snapshot`` is the number that the page showed."""
    need(request, who, Right.LOAD)
    if snapshot != desk_of(request).project.data.snapshot().number:
        raise NothingBefore("The data was built anew meanwhile. Look at it again.")
    found = intakes_of(request).rebuild(now())
    return RedirectResponse(f"/data/files/{found.id}", status_code=HTTPStatus.SEE_OTHER)


def _csv(name: str, text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _read_columns(desk: Desk) -> set[tuple[str, str]]:
    """Table and name of each column that some figure reads."""
    metrics = desk.project.metrics.catalogue().values()
    names = {name for metric in metrics for need in metric.needs for name in need.split("|")}
    return {(table, column) for table, _, column in (name.partition(".") for name in names)}


def _health(desk: Desk) -> Health:
    return desk.kept("health", desk.project.data.doctor)


def _needs(desk: Desk) -> Mapping[str, Sequence[Need]]:
    """What each figure needs."""
    health, metrics = _health(desk), desk.project.metrics.catalogue()
    return {name: needs_of(metric, health) for name, metric in metrics.items()}


def _meanwhile(metric: str, needs: Mapping[str, Sequence[Need]]) -> Sequence[str]:
    """Figures that are whole and read the most of what this one reads."""
    own = {need.table for need in needs[metric]}
    whole = {name: own & {need.table for need in found} for name, found in needs.items() if not any(
        need.is_missing for need in found
    )}  # fmt: skip
    near = sorted((name for name, shared in whole.items() if shared), key=lambda name: (-len(whole[name]), name))
    return near[:3]


def _at_work(request: Request) -> Intake | None:
    return intakes_of(request).at_work


def _rejected(request: Request, who: Visitor) -> Sequence[dict[str, Any]]:
    """Rejected rows with what is said of them in the visitor's language."""
    desk = desk_of(request)
    say = Say(who.language, desk.project.config.zone)
    records = desk.kept("rejected", desk.project.data.rejected)
    return [{**record, "text": say.said(rejection(record))} for record in records]
