"""The data page: can I trust this? Sources, what is complete, what was set aside; and bringing more in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right
from efficace.build.rejected import rejection
from efficace.errors import EfficaceError, refused
from efficace.sources.stream import SUFFIXES, suffix_of
from efficace.web.desk import now
from efficace.web.forms import checked, need
from efficace.web.frame import framed, place_at
from efficace.web.intake import MOST_FILES, Intake, IntakeError, Intakes, numbered, safe_name
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.spreadsheet import harmless
from efficace.web.visitor import Visitor, desk_of, visitor

router = APIRouter()

SHOWN = 200
PIECE = 1 << 20


@router.get("/data")
def data(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """Sources with their freshness, completeness by figure, rejected rows, loads."""
    desk = desk_of(request)
    if desk.project.data.is_empty:
        return page(request, "pages/first_data.html")
    project = desk.project
    may_see_rows = who.may(Right.ROWS) and who.may(Right.LOAD)
    return framed(
        request, "pages/data.html", who, place_at(request),
        health=desk.kept("health", project.data.doctor),
        sources=desk.kept("sources", project.data.sources),
        loads=list(reversed(project.data.loads()))[:10],
        rejected=_rejected(request, who)[:SHOWN] if may_see_rows else None,
    )  # fmt: skip


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
    headers = {"Content-Disposition": 'attachment; filename="rejected.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/data/files")
def drop(
    request: Request, who: Annotated[Visitor, Depends(checked)], files: Annotated[list[UploadFile], File()]
) -> Response:
    """Keep dropped files, and go on to what they are taken for."""
    need(request, who, Right.LOAD)
    if len(files) > MOST_FILES:
        raise IntakeError("Drop at most {most} files at once.", most=MOST_FILES)
    intakes = intakes_of(request)
    found = intakes.begin(now())
    names = [safe_name(one.filename or "file") for one in files]
    told = list(zip(numbered(names), files, strict=True))
    found.ignored = tuple(name for name, _one in told if suffix_of(found.folder / name) not in SUFFIXES)
    try:
        for name, one in told:
            if name not in found.ignored:
                _keep(one, found.folder / name)
    except OSError:
        # Half of what was dropped would be taken for all of it.
        intakes.forget(found)
        raise
    return RedirectResponse(f"/data/files/{found.id}", status_code=HTTPStatus.SEE_OTHER)


@router.get("/data/files/{name}")
def look(request: Request, name: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What dropped files are taken for, and the questions that they leave open."""
    need(request, who, Right.LOAD)
    found = intakes_of(request)[name]
    if found.proposal is None and found.error is None:
        _look(request, found, {})
    return page(request, "pages/intake.html", intake=found, suffixes=SUFFIXES)


@router.post("/data/files/{name}/answers")
async def answer(request: Request, name: str, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """Take answers to the questions."""
    need(request, who, Right.LOAD)
    form = await request.form()
    given = {key.removeprefix("q:"): str(value)[:200] for key, value in form.items() if key.startswith("q:")}
    _look(request, intakes_of(request)[name], given)
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
def undo(request: Request, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """Take the last load back."""
    need(request, who, Right.LOAD)
    desk_of(request).project.data.undo()
    return RedirectResponse("/data", status_code=HTTPStatus.SEE_OTHER)


def intakes_of(request: Request) -> Intakes:
    """What was dropped at this server."""
    found: Intakes = request.app.state.intakes
    return found


def _keep(one: UploadFile, path: Path) -> None:
    with path.open("wb") as target:
        while piece := one.file.read(PIECE):
            target.write(piece)


def _look(request: Request, found: Intake, answers: dict[str, str]) -> None:
    try:
        intakes_of(request).look(found, answers)
        found.error = None
    except EfficaceError as error:
        found.error = error
    except (OSError, EOFError) as error:
        # A file that ends too early, or is packed otherwise than its name says.
        what = refused(error) if isinstance(error, OSError) else str(error)
        found.error = IntakeError("A file cannot be read: {error}. Save it again and drop it anew.", error=what)


def _rejected(request: Request, who: Visitor) -> Sequence[dict[str, Any]]:
    """Rejected rows with what is said of them in the visitor's language."""
    desk = desk_of(request)
    say = Say(who.language, desk.project.config.zone)
    records = desk.kept("rejected", desk.project.data.rejected)
    return [{**record, "text": say.said(rejection(record))} for record in records]
