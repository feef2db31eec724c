"""Signing in by a provider of identities: there, and back."""

from __future__ import annotations

import hmac
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from efficace.config import Oidc
from efficace.errors import EfficaceError
from efficace.state.identities import enter
from efficace.state.sign_in import SignInError
from efficace.web.addresses import own_path
from efficace.web.desk import now
from efficace.web.oidc import Attempt, address_to_go, prove
from efficace.web.pages.sign_in import begin, refused_page
from efficace.web.visitor import desk_of, serving_of

router = APIRouter()

ATTEMPT, NEXT = "efficace_oidc", "efficace_oidc_next"
PATH = "/sign-in/oidc"
LASTS_SECONDS = 600


@router.get(PATH)
def go(request: Request, next: str = "/") -> Response:  # noqa: A002  (the name in the address)
    """Send the browser to the provider, with something that only it can bring back."""
    settings, attempt = _settings(request), Attempt.new()
    try:
        to = address_to_go(settings, attempt, _back(request))
    except EfficaceError as error:
        return refused_page(request, error.said, own_path(next))
    response = RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
    kept = {ATTEMPT: f"{attempt.state}.{attempt.nonce}.{attempt.verifier}", NEXT: own_path(next).encode().hex()[:4000]}
    for name, value in kept.items():
        response.set_cookie(
            name, value, max_age=LASTS_SECONDS, httponly=True, samesite="lax", secure=serving_of(request).is_secure,
            path=PATH,
        )  # fmt: skip
    return response


@router.get(f"{PATH}/callback")
def back(request: Request, state: str = "", code: str = "", iss: str = "") -> Response:
    """Take what the provider gave the browser, and begin a session."""
    settings = _settings(request)
    kept = request.cookies.get(ATTEMPT, "").split(".")
    to = _next(request)
    try:
        if len(kept) != 3 or not hmac.compare_digest(kept[0].encode(), state.encode()):
            raise SignInError("This sign-in was not begun here, or too long ago. Sign in again.")
        if not code or (iss and iss != settings.issuer):
            raise SignInError("The provider did not let you in.")
        proven = prove(settings, Attempt(*kept), code, _back(request))
        with desk_of(request).project.state.open().writing() as transaction:
            user_id = enter(transaction, proven, settings.admit, now()).id
    except EfficaceError as error:
        response = refused_page(request, error.said, to)
    else:
        response = begin(request, user_id, to)
    for name in (ATTEMPT, NEXT):
        response.delete_cookie(name, path=PATH)
    return response


def _settings(request: Request) -> Oidc:
    settings = desk_of(request).project.config.sign_in.oidc
    if not settings.issuer:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return settings


def _back(request: Request) -> str:
    """Where the provider sends the browser: the provider itself refuses an address that it was not told of before."""
    scheme = "https" if serving_of(request).is_secure else "http"
    return f"{scheme}://{request.headers.get('host', '')}{PATH}/callback"


def _next(request: Request) -> str:
    try:
        return own_path(bytes.fromhex(request.cookies.get(NEXT, "")).decode())
    except ValueError:
        return "/"
