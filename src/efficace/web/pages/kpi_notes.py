"""Notes on a metric: asked, answered, changed and taken back on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right
from efficace.state.notes import answer_note, change_note, notes_about, remove_note, write_note
from efficace.state.schema import Note
from efficace.state.users import users
from efficace.web.addresses import own_path
from efficace.web.asked import asked_of
from efficace.web.desk import Desk, now
from efficace.web.forms import checked, need
from efficace.web.visitor import Visitor, desk_of

router = APIRouter()

NOTES = "#notes"


@dataclass(frozen=True)
class Written:
    """A note with its author's name; a taken back one has no text."""

    note: Note
    author: str

    @property
    def is_answer(self) -> bool:
        """Whether it answers another one."""
        return self.note.answers is not None

    @property
    def is_gone(self) -> bool:
        """Whether it was taken back."""
        return self.note.removed_at is not None


def threads(desk: Desk, metric: str) -> Sequence[Sequence[Written]]:
    """The notes on a metric, the latest thread first, in each its question before the answers."""
    with desk.project.state.open().reading() as transaction:
        names = {user.id: user.name for user in users(transaction)}
        found: dict[int, list[Written]] = {}
        for note in notes_about(transaction, _about(metric)):
            found.setdefault(note.answers or note.id, []).append(Written(note, names.get(note.author_id, "")))
            transaction.expunge(note)
    return list(found.values())


@router.post("/kpi/{metric}/notes")
def write(
    request: Request,
    metric: str,
    who: Annotated[Visitor, Depends(checked)],
    text: Annotated[str, Form()] = "",
    answers: Annotated[int | None, Form()] = None,
    address: Annotated[str, Form()] = "",
) -> Response:
    """Ask or remark something, or answer a note."""
    need(request, who, Right.NOTES)
    asked_of(request, metric)
    with desk_of(request).project.state.open().writing() as transaction:
        if answers is None:
            write_note(transaction, _about(metric), who.id, text, now())
        else:
            answer_note(transaction, answers, who.id, text, now())
    return _back(metric, address)


@router.post("/kpi/{metric}/notes/{note}/change")
def change(
    request: Request,
    metric: str,
    note: int,
    who: Annotated[Visitor, Depends(checked)],
    text: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
) -> Response:
    """Change a note of one's own."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        change_note(transaction, note, who.id, text, now())
    return _back(metric, address)


@router.post("/kpi/{metric}/notes/{note}/remove")
def remove(
    request: Request,
    metric: str,
    note: int,
    who: Annotated[Visitor, Depends(checked)],
    address: Annotated[str, Form()] = "",
) -> Response:
    """Take back a note of one's own."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        remove_note(transaction, note, who.id, now())
    return _back(metric, address)


def _about(metric: str) -> str:
    return f"/kpi/{metric}"


def _back(metric: str, address: str) -> Response:
    to = own_path(address) if address else _about(metric)
    return RedirectResponse(to + NOTES, status_code=HTTPStatus.SEE_OTHER)
