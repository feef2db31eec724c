"""Pages from templates: what every template knows, and the addresses of what it needs beside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup

from efficace.web import files, marks
from efficace.web.say import Say
from efficace.web.visitor import SESSION, Visitor, desk_of, language_of, serving_of, session_cookie, theme_of

HERE = Path(__file__).parent


def page(request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """A page, or a part of one, in the visitor's language.

    Args:
        values: What the template shows; ``visitor`` is known where one is signed in.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    zone = desk_of(request).project.config.zone
    spoken = visitor.language if visitor else language_of(request)
    known: Mapping[str, Any] = {
        "say": Say(spoken, zone),
        "visitor": visitor,
        "theme": theme_of(request),
        "path": request.url.path,
        "company": desk_of(request).project.config.company.name,
    }
    text = templates().get_template(template).render({**known, **values})
    response = HTMLResponse(text, status_code=int(status))
    if visitor is not None and visitor.is_new:
        set_session(request, response, visitor.secret)
    return response


def set_session(request: Request, response: Response, secret: str) -> None:
    """Set the cookie of a session: not readable by scripts, not sent by other sites."""
    serving = serving_of(request)
    name = session_cookie(serving)
    response.set_cookie(name, secret, httponly=True, samesite="lax", secure=serving.is_secure, path="/")
    if name != SESSION and SESSION in request.cookies:
        response.delete_cookie(SESSION, path="/")


def drop_session(request: Request, response: Response) -> None:
    """Have the browser forget the session, also one under the name that is used without https."""
    for name in {session_cookie(serving_of(request)), SESSION}:
        response.delete_cookie(name, path="/", secure=serving_of(request).is_secure, httponly=True, samesite="lax")


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates; everything is escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["segment"] = _segment
    environment.globals |= {"_": _translated, "_n": _counted, "static": files.address, "marks": marks}
    return environment


@pass_context
def _translated(context: Context, text: str, **values: object) -> str:
    say: Say = context["say"]
    return say.text(text, **_plain(values))


@pass_context
def _counted(context: Context, one: str, many: str, count: float, **values: object) -> str:
    say: Say = context["say"]
    return say.counted(one, many, count, **_plain(values))


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Values as they are: what a macro has made is escaped already, and the whole text will be."""
    return {name: value.unescape() if isinstance(value, Markup) else value for name, value in values.items()}


def _segment(text: str) -> str:
    """A text as one part of an address, its slashes too: browsers would follow ``../`` out of it."""
    return quote(text, safe="")
