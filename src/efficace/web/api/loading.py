"""Bringing data in, as JSON: drop files, answer what they cannot tell, load, watch, take back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, File, Path, Request, UploadFile
from pydantic import BaseModel

from efficace.access.rights import Right
from efficace.web.api.caller import Caller, need
from efficace.web.bringing import intakes_of, kept_files, look_again, taken_back
from efficace.web.intake import Intake
from efficace.web.visitor import desk_of

router = APIRouter(tags=["loading"])

Name = Annotated[str, Path(max_length=100)]


class Meant(BaseModel):
    """The load that is meant: the last one, so that no other is taken back."""

    load: int


@router.get("/loads")
def loads(request: Request, reader: Caller) -> list[dict[str, Any]]:
    """What was loaded so far, oldest first."""
    desk = desk_of(request)
    need(desk, reader, Right.LOAD)
    return [
        {"load": one.number, "at": one.at.isoformat(), "source": one.source, "files": [item.file for item in one.files]}
        for one in desk.project.data.loads()
    ]


@router.post("/loads", status_code=HTTPStatus.CREATED)
def begin(request: Request, reader: Caller, files: Annotated[list[UploadFile], File()]) -> dict[str, Any]:
    """Drop files; answers what they are taken for and what they leave open."""
    need(desk_of(request), reader, Right.LOAD)
    found = kept_files(request, files)
    look_again(request, found, {})
    return _told(found)


@router.get("/loads/{name}")
def work(request: Request, reader: Caller, name: Name) -> dict[str, Any]:
    """How far dropped files, or taking a load back, are."""
    need(desk_of(request), reader, Right.LOAD)
    return _told(intakes_of(request)[name])


@router.put("/loads/{name}/answers")
def answer(request: Request, reader: Caller, name: Name, answers: Annotated[dict[str, str], Body()]) -> dict[str, Any]:
    """Answer questions, each by its id."""
    need(desk_of(request), reader, Right.LOAD)
    found = intakes_of(request)[name]
    if found.kind == "files":
        look_again(request, found, {key[:200]: text[:200] for key, text in list(answers.items())[:1000]})
    return _told(found)


@router.post("/loads/{name}/start", status_code=HTTPStatus.ACCEPTED)
def start(request: Request, reader: Caller, name: Name) -> dict[str, Any]:
    """Load dropped files, in the background."""
    need(desk_of(request), reader, Right.LOAD)
    found = intakes_of(request)[name]
    intakes_of(request).load(found)
    return _told(found)


@router.delete("/loads/{name}")
def forget(request: Request, reader: Caller, name: Name) -> dict[str, bool]:
    """Clear dropped files away without loading them."""
    need(desk_of(request), reader, Right.LOAD)
    intakes_of(request).forget(intakes_of(request)[name])
    return {"removed": True}


@router.post("/undo", status_code=HTTPStatus.ACCEPTED)
def undo(request: Request, reader: Caller, given: Meant) -> dict[str, Any]:
    """Take the last load back, in the background."""
    need(desk_of(request), reader, Right.LOAD)
    return _told(taken_back(request, given.load))


@router.get("/rejected")
def rejected(request: Request, reader: Caller) -> list[dict[str, Any]]:
    """Rows that were set aside, each with its reason and the text as it was read."""
    desk = desk_of(request)
    need(desk, reader, Right.LOAD)
    return [
        {name: value if isinstance(value, int | float | None) else str(value) for name, value in one.items()}
        for one in desk.kept("rejected", desk.project.data.rejected)
    ]


def _told(found: Intake) -> dict[str, Any]:
    proposal, report = found.proposal, found.report
    return {
        "id": found.id,
        "kind": found.kind,
        "state": "loading" if found.is_loading else "loaded" if report else "failed" if found.error else "waiting",
        "stage": str(found.stage) if found.stage else None,
        "share": found.share,
        "not_read": [*found.ignored, *map(str, found.refused)],
        "tables": list(proposal.tables) if proposal else [],
        "reasons": [str(reason) for reason in proposal.reasons] if proposal else [],
        "questions": [
            {"id": one.id, "text": str(one.text), "choices": list(one.choices)} for one in proposal.questions
        ] if proposal else [],
        "error": str(found.error) if found.error else None,
        "report": {name: vars(count) for name, count in report.tables.items()} if report else None,
        "snapshot": report.snapshot if report else None,
    }  # fmt: skip
