"""What protects every answer of the server: headers, the origin and size of what is sent, errors as clear pages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from efficace.access.rights import Forbidden, Right, require
from efficace.errors import EfficaceError, ForeignSnapshot, NothingBefore, ProjectError, refused
from efficace.locale import language
from efficace.locale.said import Said
from efficace.state.database import StateError
from efficace.web.api.caller import caller
from efficace.web.frame import NothingLoaded
from efficace.web.log import about
from efficace.web.policy import POLICY
from efficace.web.render import page
from efficace.web.upload_limit import LARGE, limit_of
from efficace.web.visitor import NotSignedIn, desk_of, language_of, serving_of, visitor

if TYPE_CHECKING:
    from fastapi import FastAPI

LOG = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"
QUIET = ("/healthz",)
"""Asked every few seconds by those that watch the server."""
DATA = "/data"
TOO_MUCH = Said("More was sent than is accepted.")

Next = Callable[[Request], Awaitable[Response]]


def protect(app: FastAPI) -> None:
    """Put the guard before every route."""
    app.middleware("http")(_guarded)
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    app.add_exception_handler(NothingLoaded, _to_first_data)
    app.add_exception_handler(EfficaceError, _refused)
    app.add_exception_handler(OSError, _no_room)
    app.add_exception_handler(DBAPIError, _no_state)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _misfit)
    app.add_exception_handler(Exception, _broken)


async def _guarded(request: Request, call_next: Next) -> Response:
    began = perf_counter()
    response = _refused_at_once(request) or await _refused_sender(request) or await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if serving_of(request).is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    ms = round((perf_counter() - began) * 1000)
    LOG.log(logging.DEBUG if request.url.path in QUIET else logging.INFO, "request", extra=about(
        request, status=response.status_code, ms=ms
    ))  # fmt: skip
    return response


def _refused_at_once(request: Request) -> Response | None:
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit_of(request.url.path, serving_of(request).upload_bytes):
        return _told(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_MUCH)
    if request.method not in SAFE and not _is_own(request):
        return _told(request, HTTPStatus.FORBIDDEN, Said("This was sent from another site and is not carried out."))
    return None


async def _refused_sender(request: Request) -> Response | None:
    """Refuse files of those who may not load them, before a byte of them is kept."""
    if request.method != "POST" or request.url.path not in LARGE:
        return None
    try:
        await run_in_threadpool(_loader, request)
    except NotSignedIn as error:
        return await _to_sign_in(request, error)
    except EfficaceError as error:
        return await _refused(request, error)
    return None


def _loader(request: Request) -> None:
    sent = request.headers
    reader = caller(request, sent.get("authorization", ""), "") if "authorization" in sent else visitor(request).reader
    require(reader, Right.LOAD, desk_of(request).project.config.privacy)


def _is_own(request: Request) -> bool:
    """Whether a request that changes something comes from a page of this server, or from a program with a token.

    Browsers send ``Sec-Fetch-Site`` and ``Origin`` by themselves and no page can forge them.
    """
    if request.headers.get("authorization"):
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return origin is None or site is not None  # a page without an origin of its own is nobody's
    return urlsplit(origin).netloc == request.headers.get("host")


async def _to_sign_in(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(API):
        return _json(HTTPStatus.UNAUTHORIZED, Said("Nobody is signed in: send a token."), language_of(request))
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = f"/sign-in?next={quote(asked, safe='')}"
    if request.headers.get("hx-request"):
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)


async def _to_first_data(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(API):
        return _json(HTTPStatus.SERVICE_UNAVAILABLE, Said("Nothing was loaded yet."), language_of(request))
    return RedirectResponse("/data", status_code=HTTPStatus.SEE_OTHER)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, EfficaceError)
    if isinstance(error, ForeignSnapshot) and request.method == "GET" and not request.url.path.startswith((API, DATA)):
        return RedirectResponse(DATA, status_code=HTTPStatus.SEE_OTHER)
    if isinstance(error, ProjectError | StateError) and not _is_known(request):
        LOG.error("refused: %s", error, extra=about(request))
        return _told(request, HTTPStatus.SERVICE_UNAVAILABLE, Said("The server cannot answer now. Its log tells why."))
    return _told(request, _status(error), error.said)


def _is_known(request: Request) -> bool:
    """Whether somebody is signed in, who may read where things lie on this machine."""
    return getattr(request.state, "visitor", None) is not None or "authorization" in request.headers


async def _no_room(request: Request, error: Exception) -> Response:
    """A disk that is full, or a file that may not be read or written; its path goes to the log alone."""
    assert isinstance(error, OSError)
    LOG.error("the disk: %s", error, extra=about(request))
    said = Said("The disk refused this: {error}. Nothing of it was kept.", {"error": refused(error)})
    return _told(request, HTTPStatus.INSUFFICIENT_STORAGE, said)


async def _no_state(request: Request, error: Exception) -> Response:
    """The database of what people make is locked, damaged or out of reach while it is read."""
    assert isinstance(error, DBAPIError)
    # The driver's words may quote a row.
    LOG.error("the state database: %s", type(error.orig).__name__, extra=about(request))
    return _told(
        request, HTTPStatus.SERVICE_UNAVAILABLE, Said("The database of accounts cannot be read now. Try again.")
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = {
        HTTPStatus.NOT_FOUND: Said("There is no such page."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_MUCH,
        HTTPStatus.METHOD_NOT_ALLOWED: Said("This page does not take what was sent."),
    }
    status = HTTPStatus(error.status_code)
    return _told(request, status, told.get(status, Said("{detail}", {"detail": error.detail})))


async def _misfit(request: Request, error: Exception) -> Response:
    """Something sent that does not fit: where it stands, and what would be right."""
    assert isinstance(error, RequestValidationError)
    places = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()]
    said = Said("What was sent does not fit: {places}.", {"places": "; ".join(places)[:1000]})
    return _told(request, HTTPStatus.UNPROCESSABLE_ENTITY, said)


async def _broken(request: Request, error: Exception) -> Response:
    """Something that should not happen: the log has the traceback under a code, the page has the code alone."""
    code = token_hex(4)
    LOG.error("an accident", extra=about(request, code=code), exc_info=error)
    said = Said("This should not have happened. The log tells more under {code}.", {"code": code})
    response = _told(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)
    response.headers.update(HEADERS)
    return response


def _status(error: EfficaceError) -> HTTPStatus:
    if isinstance(error, Forbidden):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, NothingBefore):
        return HTTPStatus.CONFLICT
    if isinstance(error, ProjectError | StateError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.BAD_REQUEST


def _told(request: Request, status: HTTPStatus, said: Said) -> Response:
    if request.url.path.startswith(API):
        return _json(status, said, language_of(request))
    return page(request, "pages/error.html", status=status, said=said)


def _json(status: HTTPStatus, said: Said, spoken: str) -> JSONResponse:
    content = {"error": {"status": int(status), "message": said.into(language(spoken))}}
    return JSONResponse(content, status_code=int(status))
