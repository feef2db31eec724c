"""Saved views: a page with its period and filters under a name."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right
from efficace.state.views import ViewDraft, remove_view, save_view
from efficace.web.addresses import own_path
from efficace.web.desk import now
from efficace.web.forms import checked, need
from efficace.web.visitor import Visitor, desk_of

router = APIRouter()


@router.post("/views")
def save(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    name: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "/",
    shared: Annotated[bool, Form()] = False,
) -> Response:
    """Save the page that was looked at; one of the same name is replaced."""
    need(request, who, Right.VIEWS)
    to = urlsplit(own_path(address))
    with desk_of(request).project.state.open().writing() as transaction:
        save_view(transaction, who.id, ViewDraft(name=name, page=to.path, query=to.query, shared=shared), now())
    return RedirectResponse(own_path(address), status_code=HTTPStatus.SEE_OTHER)


@router.post("/views/{view_id}/remove")
def remove(
    request: Request,
    view_id: int,
    who: Annotated[Visitor, Depends(checked)],
    address: Annotated[str, Form()] = "/",
) -> Response:
    """Delete a view of one's own."""
    need(request, who, Right.VIEWS)
    with desk_of(request).project.state.open().writing() as transaction:
        remove_view(transaction, who.id, view_id)
    return RedirectResponse(own_path(address), status_code=HTTPStatus.SEE_OTHER)
