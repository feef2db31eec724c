"""One's own tokens for programs: made, shown once, ended; a part of the settings page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import SCOPE_RIGHTS, rights_of
from efficace.locale.said import Said
from efficace.state.schema import ApiToken
from efficace.state.tokens import new_token, revoke_token, state_of, tokens_of
from efficace.state.users import user_named
from efficace.web.desk import Desk, now
from efficace.web.forms import checked
from efficace.web.frame import framed, place_at
from efficace.web.visitor import Visitor, desk_of

router = APIRouter()

LASTS_DAYS = 90
LONGEST_DAYS = 3650
SCOPE_NAMES: Mapping[str, Said] = {
    "read": Said("read figures and rows"),
    "export": Said("export"),
    "write": Said("write notes, views, targets and claims"),
    "load": Said("load data"),
    "admin": Said("change settings and accounts"),
}


@dataclass(frozen=True)
class Key:
    """A token as its owner sees it; never its secret.

    Attributes:
        state: ``open``, ``revoked`` or ``ended``.
    """

    id: int
    name: str
    scopes: Sequence[Said]
    state: str
    expires_at: datetime | None
    used_at: datetime | None


def keys_of(desk: Desk, who: Visitor) -> Sequence[Key]:
    """A visitor's own tokens, ended ones too, newest first."""
    with desk.project.state.open().reading() as transaction:
        return [_key(one, now()) for one in tokens_of(transaction, user_named(transaction, who.login))]


def scopes_for(who: Visitor) -> Mapping[str, Said]:
    """Scopes that let a program do anything that the visitor may, with what each allows."""
    may = rights_of(who.reader)
    return {scope: SCOPE_NAMES[scope] for scope, rights in SCOPE_RIGHTS.items() if rights & may}


@router.post("/settings/tokens")
def add(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    name: Annotated[str, Form()] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form(ge=1, le=LONGEST_DAYS)] = LASTS_DAYS,
) -> Response:
    """Make a token of one's own, and show it this once."""
    at = now()
    ends = at + timedelta(days=days)
    with desk_of(request).project.state.open().writing() as transaction:
        user = user_named(transaction, who.login)
        token, secret = new_token(transaction, user, name, scopes or (), at, ends)
        told = token.name
    return framed(request, "pages/new_token.html", who, place_at(request), name=told, secret=secret, ends=ends)


@router.post("/settings/tokens/{token_id}/revoke")
def revoke(request: Request, token_id: int, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """End a token of one's own at once."""
    with desk_of(request).project.state.open().writing() as transaction:
        revoke_token(transaction, user_named(transaction, who.login), token_id, now())
    return RedirectResponse("/settings#tokens", status_code=HTTPStatus.SEE_OTHER)


def _key(token: ApiToken, at: datetime) -> Key:
    scopes = [SCOPE_NAMES[scope] for scope in token.scopes.split()]
    return Key(token.id, token.name, scopes, state_of(token, at), token.expires_at, token.used_at)
