"""Coaching notes as JSON: what is written to a rep, for those who may read it on the rep's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from efficace.access.rights import Right
from efficace.state.coaching import change_coaching_note, take_back_coaching_note, write_coaching_note
from efficace.web.api.caller import Caller, need, visitor_of
from efficace.web.coaching import Told, answered, coaching
from efficace.web.desk import now
from efficace.web.seen import person_of
from efficace.web.visitor import desk_of

router = APIRouter(tags=["made by people"])

LONGEST = 4000
NoteId = Annotated[int, Path(ge=1, lt=2**31)]
Text = Annotated[str, Field(max_length=LONGEST)]


class NewCoachingNote(BaseModel):
    """What is written to a rep, or an answer in a thread: then ``answers`` is a note of it and ``rep`` is left out."""

    text: Text
    rep: str = Field("", max_length=200)
    answers: int | None = Field(None, ge=1, lt=2**31)


class NewText(BaseModel):
    """What a note is to say."""

    text: Text


@router.get("/coaching")
def notes(request: Request, reader: Caller, rep: Annotated[str, Query(max_length=200)]) -> list[list[dict[str, Any]]]:
    """Threads with a rep that the caller may read, the latest first; who is not the rep is logged."""
    desk, who = desk_of(request), visitor_of(reader)
    person = person_of(desk, who, rep)
    return [_thread(thread) for thread in coaching(desk, who, person.rep_id, "api")]


@router.post("/coaching", status_code=201)
def add(request: Request, reader: Caller, given: NewCoachingNote) -> dict[str, Any]:
    """Write to a rep whose figures one may see, or answer in a thread that one may read."""
    desk, who = desk_of(request), visitor_of(reader)
    if given.answers is not None:
        need(desk, reader, Right.NOTES)
        with desk.project.state.open().writing() as transaction:
            return {"id": answered(transaction, who, given.answers, given.text).id}
    need(desk, reader, Right.COACH)
    rep = person_of(desk, who, given.rep).rep_id
    with desk.project.state.open().writing() as transaction:
        return {"id": write_coaching_note(transaction, rep, who.id, given.text, now()).id}


@router.put("/coaching/{note}")
def change(request: Request, reader: Caller, note: NoteId, given: NewText) -> dict[str, bool]:
    """Change a note of one's own."""
    need(desk_of(request), reader, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        change_coaching_note(transaction, note, reader.user_id, given.text, now())
    return {"changed": True}


@router.delete("/coaching/{note}")
def withdraw(request: Request, reader: Caller, note: NoteId) -> dict[str, bool]:
    """Take back a note of one's own: nobody else reads it any more; on the page it can be put back or deleted."""
    need(desk_of(request), reader, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        take_back_coaching_note(transaction, note, reader.user_id, now())
    return {"withdrawn": True}


def _thread(thread: Sequence[Told]) -> list[dict[str, Any]]:
    return [_note(told) for told in thread if told.is_shown]


def _note(told: Told) -> dict[str, Any]:
    note = told.note
    return {
        "id": note.id,
        "rep": note.rep_id,
        "answers": note.answers,
        "author": told.author,
        "is_own": told.is_own,
        "is_withdrawn": told.is_gone,
        "text": note.text,
        "created_at": note.created_at.isoformat(),
        "changed_at": None if note.changed_at is None else note.changed_at.isoformat(),
    }
