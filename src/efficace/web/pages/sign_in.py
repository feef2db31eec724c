"""Signing in and out, the first admin, choosing a password, and the choice of language and theme."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from efficace.errors import EfficaceError
from efficace.locale import LANGUAGES
from efficace.locale.said import Said
from efficace.state.sessions import end_session, start_session
from efficace.state.setup_links import choose_password, make_first_admin
from efficace.state.sign_in import sign_in as check
from efficace.state.users import has_admin
from efficace.web.addresses import own_path
from efficace.web.desk import now
from efficace.web.forms import checked
from efficace.web.oidc import provider_name
from efficace.web.render import drop_session, page, set_session
from efficace.web.visitor import BOUND, LANGUAGE, SESSION, THEME, Visitor, address_of, desk_of, serving_of

router = APIRouter()

YEAR = 365 * 86400


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:  # noqa: A002  (the name in the address)
    """Ask for login and password."""
    state = desk_of(request).project.state.open()
    with state.reading() as transaction:
        is_set_up = has_admin(transaction)
    return page(
        request, "pages/sign_in.html", next=own_path(next), login="", said=None, is_set_up=is_set_up,
        provider=_provider(request),
    )  # fmt: skip


@router.post("/sign-in")
def enter(
    request: Request,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Check them and begin a session."""
    state = desk_of(request).project.state.open()
    try:
        user_id = check(state, login[:300], password[:1000], address_of(request), now())
    except EfficaceError as error:
        return refused_page(request, error.said, own_path(next), login[:300])
    return begin(request, user_id, own_path(next))


@router.post("/sign-out")
def leave(request: Request, who: Annotated[Visitor, Depends(checked)]) -> Response:
    """End the session."""
    with desk_of(request).project.state.open().writing() as transaction:
        end_session(transaction, who.secret)
    response = RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)
    drop_session(request, response)
    return response


@router.get("/setup/{secret}")
def setup_form(request: Request, secret: str) -> Response:
    """Ask for the first admin's login, or for a new password."""
    with desk_of(request).project.state.open().reading() as transaction:
        is_first = not has_admin(transaction)
    return page(request, "pages/setup.html", secret=secret, is_first=is_first, login="", said=None)


@router.post("/setup/{secret}")
def set_up(
    request: Request,
    secret: str,
    password: Annotated[str, Form()] = "",
    login: Annotated[str, Form()] = "",
) -> Response:
    """Make the first admin, or set the password; then sign in."""
    state = desk_of(request).project.state.open()
    with state.reading() as transaction:
        is_first = not has_admin(transaction)
    try:
        with state.writing() as transaction:
            if is_first:
                user = make_first_admin(transaction, secret, login[:300], password[:1000], now())
            else:
                user = choose_password(transaction, secret, password[:1000], now())
            user_id = user.id
    except EfficaceError as error:
        values = {"secret": secret, "is_first": is_first, "login": login[:300], "said": error.said}
        return page(request, "pages/setup.html", status=HTTPStatus.BAD_REQUEST, **values)
    return begin(request, user_id, "/")


@router.post("/looks")
def looks(
    request: Request,
    _who: Annotated[Visitor, Depends(checked)],
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Choose a language or a theme; it is kept in this browser."""
    response = RedirectResponse(own_path(next), status_code=HTTPStatus.SEE_OTHER)
    is_secure = serving_of(request).is_secure
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE, language, max_age=YEAR, samesite="lax", httponly=True, secure=is_secure)
    if theme in ("system", "light", "dark"):
        response.set_cookie(THEME, theme, max_age=YEAR, samesite="lax", httponly=True, secure=is_secure)
    return response


def refused_page(request: Request, said: Said, to: str, login: str = "") -> Response:
    """The sign-in again, saying why it did not work."""
    return page(
        request, "pages/sign_in.html", status=HTTPStatus.UNAUTHORIZED, next=to, login=login, said=said, is_set_up=True,
        provider=_provider(request),
    )  # fmt: skip


def _provider(request: Request) -> str:
    return provider_name(desk_of(request).project.config.sign_in.oidc)


def begin(request: Request, user_id: int, to: str) -> Response:
    """Go on in a new session, never the one that was there before signing in."""
    with desk_of(request).project.state.open().writing() as transaction:
        for name in (BOUND, SESSION):
            if old := request.cookies.get(name):
                end_session(transaction, old)
        secret = start_session(transaction, user_id, now())
    response = RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
    set_session(request, response, secret)
    return response
