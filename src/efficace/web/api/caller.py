"""Who calls the API: a program by its token, or the page of somebody who is signed in."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Header, Request

from efficace.access.rights import Forbidden, Reader, Right, reader_of, require
from efficace.state.tokens import notice_token, token_of
from efficace.state.users import teams_of
from efficace.web.desk import Desk, now
from efficace.web.visitor import NotSignedIn, Visitor, desk_of, visitor

SCHEME = "bearer "
SAFE = frozenset({"GET", "HEAD"})


def caller(
    request: Request,
    authorization: Annotated[str, Header()] = "",
    csrf: Annotated[str, Header(alias="X-CSRF-Token")] = "",
) -> Reader:
    """The account behind a call.

    Raises:
        NotSignedIn: If there is neither a token that works nor a session.
        Forbidden: If a page calls what changes something without the session's token for forms.
    """
    if authorization:
        return _by_token(desk_of(request), authorization)
    who = visitor(request)
    if request.method not in SAFE and not hmac.compare_digest(csrf.encode(), who.csrf.encode()):
        raise Forbidden("This form is too old or not from here. Load the page again and repeat.")
    return who.reader


Caller = Annotated[Reader, Depends(caller)]


def visitor_of(reader: Reader) -> Visitor:
    """A caller as what pages ask for whom they are; without a session."""
    return Visitor(reader.user_id, "", "", reader.role, reader, "en", "system", "", "")


def need(desk: Desk, reader: Reader, right: Right) -> None:
    """Refuse what a caller may not do.

    Raises:
        Forbidden: Naming what it is.
    """
    require(reader, right, desk.project.config.privacy)


def _by_token(desk: Desk, authorization: str) -> Reader:
    secret = authorization[len(SCHEME) :].strip() if authorization.lower().startswith(SCHEME) else ""
    state = desk.project.state.open()
    with state.reading() as transaction:
        found = token_of(transaction, secret, now()) if secret else None
        if found is None:
            raise NotSignedIn
        user, token = found
        teams, scopes, number = teams_of(transaction, user), token.scopes, token.id
        reader = reader_of(user, (), scopes)
    with state.writing() as transaction:
        notice_token(transaction, number, now())
    if not teams:
        return reader
    return Reader(reader.user_id, reader.role, reader.rep_id, desk.team_members(teams), reader.scopes)
