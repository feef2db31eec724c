"""Accounts, as the settings page changes them; each change is written down."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Right
from efficace.state.changes import note_change
from efficace.state.setup_links import password_link
from efficace.state.users import (
    add_user,
    set_role,
    set_teams,
    sign_out_everywhere,
    user_named,
)
from efficace.web.account_changes import act, told
from efficace.web.desk import now
from efficace.web.forms import checked, need
from efficace.web.frame import framed, place_at
from efficace.web.visitor import Visitor, desk_of, serving_of

router = APIRouter()


@router.post("/settings/accounts")
def add(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    login: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "rep",
    rep: Annotated[str, Form()] = "",
    teams: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make an account, and show the link by which its owner chooses a password."""
    need(request, who, Right.USERS)
    with desk_of(request).project.state.open().writing() as transaction:
        user = add_user(transaction, login, role, now(), name[:200], rep[:200] or None, teams or ())
        note_change(transaction, "account", user.login, None, told(transaction, user), who.id, now())
        secret = password_link(transaction, user, now())
    return _with_link(request, who, login, secret)


@router.post("/settings/accounts/{login}")
def change(
    request: Request,
    login: str,
    who: Annotated[Visitor, Depends(checked)],
    action: Annotated[str, Form()],
    role: Annotated[str, Form()] = "",
    rep: Annotated[str | None, Form()] = None,
    teams: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Give another role or other teams, close, open, end sessions, or make a new password link."""
    need(request, who, Right.USERS)
    with desk_of(request).project.state.open().writing() as transaction:
        user = user_named(transaction, login)
        if action == "reset":
            return _with_link(request, who, login, password_link(transaction, user, now()))
        before = told(transaction, user)
        if action == "role":
            set_role(transaction, user, role)
            set_teams(transaction, user, teams or ())
            user.rep_id = user.rep_id if rep is None else rep[:200] or None
        else:
            act(transaction, user, action)
        note_change(transaction, "account", user.login, before, told(transaction, user), who.id, now())
    return RedirectResponse("/settings#accounts", status_code=HTTPStatus.SEE_OTHER)


@router.post("/settings/sign-out-everywhere")
def leave_everywhere(request: Request, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """End every session of one's own, as where a device was lost."""
    with desk_of(request).project.state.open().writing() as transaction:
        sign_out_everywhere(transaction, user_named(transaction, who.login))
    return RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)


def _with_link(request: Request, who: Visitor, login: str, secret: str) -> Response:
    # The address by which the admin reached this page is the one by which others do.
    scheme = "https" if serving_of(request).is_secure else "http"
    link = f"{scheme}://{request.headers.get('host', '')}/setup/{secret}"
    return framed(request, "pages/setup_link.html", who, place_at(request), login=login, link=link)
