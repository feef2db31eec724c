"""Coaching notes on a rep's page: written, answered, changed, taken back and put back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right
from efficace.state.coaching import (
    change_coaching_note,
    delete_coaching_note,
    put_back_coaching_note,
    take_back_coaching_note,
    write_coaching_note,
)
from efficace.web.addresses import own_path
from efficace.web.coaching import answered
from efficace.web.desk import now
from efficace.web.forms import checked, need
from efficace.web.seen import person_of
from efficace.web.visitor import Visitor, desk_of

router = APIRouter()


@router.post("/coaching")
def write(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    rep: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
) -> Response:
    """Write something to a rep."""
    need(request, who, Right.COACH)
    desk = desk_of(request)
    rep = person_of(desk, who, rep).rep_id
    with desk.project.state.open().writing() as transaction:
        write_coaching_note(transaction, rep, who.id, text, now())
    return _back(address)


@router.post("/coaching/{note}/answer")
def answer(
    request: Request,
    note: int,
    who: Annotated[Visitor, Depends(checked)],
    text: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
) -> Response:
    """Answer in a thread that one may read."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        answered(transaction, who, note, text)
    return _back(address)


@router.post("/coaching/{note}/change")
def change(
    request: Request,
    note: int,
    who: Annotated[Visitor, Depends(checked)],
    text: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
) -> Response:
    """Change a note of one's own."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        change_coaching_note(transaction, note, who.id, text, now())
    return _back(address)


@router.post("/coaching/{note}/take-back")
def take_back(
    request: Request, note: int, who: Annotated[Visitor, Depends(checked)], address: Annotated[str, Form()] = ""
) -> Response:
    """Take back a note of one's own; only its author sees it then."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        take_back_coaching_note(transaction, note, who.id, now())
    return _back(address)


@router.post("/coaching/{note}/put-back")
def put_back(
    request: Request, note: int, who: Annotated[Visitor, Depends(checked)], address: Annotated[str, Form()] = ""
) -> Response:
    """Undo taking back a note of one's own."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        put_back_coaching_note(transaction, note, who.id)
    return _back(address)


@router.post("/coaching/{note}/delete")
def delete(
    request: Request, note: int, who: Annotated[Visitor, Depends(checked)], address: Annotated[str, Form()] = ""
) -> Response:
    """Delete a note of one's own for good."""
    need(request, who, Right.NOTES)
    with desk_of(request).project.state.open().writing() as transaction:
        delete_coaching_note(transaction, note, who.id, now())
    return _back(address)


def _back(address: str) -> Response:
    return RedirectResponse(own_path(address) + "#coaching", status_code=HTTPStatus.SEE_OTHER)
