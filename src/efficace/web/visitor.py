"""Who looks at a page: the account behind the session's cookie, the language and the theme."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from fastapi import Request

from efficace.access.rights import Reader, Right, reader_of, rights_of
from efficace.locale import Language, language
from efficace.state.sessions import is_to_be_noticed, notice_use, start_session, user_of_session
from efficace.state.users import teams_of, user_named
from efficace.web.desk import Desk, now
from efficace.web.serving import Serving, is_loopback

if TYPE_CHECKING:
    from efficace.state import State
    from efficace.state.schema import User

SESSION = "efficace_session"
BOUND = f"__Host-{SESSION}"
"""The same by https: browsers keep a cookie of this prefix only from this very host, by https, for all paths."""
LANGUAGE = "efficace_language"
THEME = "efficace_theme"
FORWARDED = "x-forwarded-for"
PROXIED = (FORWARDED, "x-forwarded-host", "forwarded", "via", "x-real-ip")
Theme = Literal["system", "light", "dark"]


class NotSignedIn(Exception):
    """Nobody is signed in; a page sends to the sign-in, a program gets 401."""


@dataclass(frozen=True)
class Visitor:
    """An account that looks at pages.

    Attributes:
        secret: Of the session, for its cookie.
        csrf: What forms send back, so that no other site can send them.
        is_automatic: Whether the account was signed in without asking.
        is_new: Whether the session began with this request, so that its cookie must be set.
    """

    id: int
    login: str
    name: str
    role: str
    reader: Reader
    language: Language
    theme: Theme
    secret: str
    csrf: str
    is_automatic: bool = False
    is_new: bool = False

    def may(self, right: Right | str) -> bool:
        """Whether the account may do something at all."""
        return Right(right) in rights_of(self.reader)


def visitor(request: Request) -> Visitor:
    """The visitor of a request, as a dependency of every page behind the sign-in.

    Raises:
        NotSignedIn: If there is no session, or it has ended.
    """
    found: Visitor | None = getattr(request.state, "visitor", None)
    if found is None:
        found = request.state.visitor = _visitor(request, desk_of(request), serving_of(request))
    return found


def desk_of(request: Request) -> Desk:
    """The desk of the server."""
    desk: Desk = request.app.state.desk
    return desk


def serving_of(request: Request) -> Serving:
    """How the server gives the project out."""
    serving: Serving = request.app.state.serving
    return serving


def session_cookie(serving: Serving) -> str:
    """Name of the session's cookie: one that no other host can set where pages go by https."""
    return BOUND if serving.is_secure else SESSION


def language_of(request: Request) -> Language:
    """The language of somebody who is not signed in: chosen before, else the browser's."""
    return language(request.cookies.get(LANGUAGE) or request.headers.get("accept-language", "en")[:2] or "en")


def theme_of(request: Request) -> Theme:
    """The theme that was chosen; the system's where none was."""
    chosen = request.cookies.get(THEME)
    return chosen if chosen in ("light", "dark") else "system"  # type: ignore[return-value]  # narrowed by the test


def csrf_of(secret: str) -> str:
    """The token that the forms of a session carry; only who knows the session can make it."""
    return hmac.new(secret.encode(), b"forms", sha256).hexdigest()


def _visitor(request: Request, desk: Desk, serving: Serving) -> Visitor:
    state = desk.project.state.open()
    secret = request.cookies.get(session_cookie(serving), "")
    at = now()
    with state.reading() as transaction:
        user = user_of_session(transaction, secret, at) if secret else None
        is_noticed = user is not None and is_to_be_noticed(transaction, secret, at)
        if user is not None:
            found = _of(request, desk, user, teams_of(transaction, user), secret, serving)
    if user is None:
        return _automatic(request, desk, state, serving)
    if is_noticed:
        with state.writing() as transaction:
            notice_use(transaction, secret, at)
    return found


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy on this machine what the proxy says, which nobody else can write."""
    client = request.client.host if request.client else ""
    told = request.headers.get(FORWARDED, "")
    return (
        told.rpartition(",")[2].strip() or client if serving_of(request).is_secure and is_loopback(client) else client
    )


def _automatic(request: Request, desk: Desk, state: State, serving: Serving) -> Visitor:
    """Sign in without asking where the server was told to, from this very machine only.

    The name in the address must be the machine's own too: a page from elsewhere may have its own name point here. What
    comes through a proxy comes from elsewhere.
    """
    client = request.client.host if request.client else ""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    is_through_proxy = any(header in request.headers for header in PROXIED)
    if serving.automatic is None or is_through_proxy or not (is_loopback(client) and is_loopback(name)):
        raise NotSignedIn
    with state.writing() as transaction:
        user = user_named(transaction, serving.automatic)
        secret = start_session(transaction, user.id, now())
        return _of(request, desk, user, teams_of(transaction, user), secret, serving, is_new=True)


def _of(
    request: Request,
    desk: Desk,
    user: User,
    teams: tuple[str, ...],
    secret: str,
    serving: Serving,
    *,
    is_new: bool = False,
) -> Visitor:
    members = desk.team_members(teams) if teams else ()
    spoken = request.cookies.get(LANGUAGE) or user.language
    return Visitor(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        reader=reader_of(user, members),
        language=language(spoken) if spoken else language_of(request),
        theme=theme_of(request),
        secret=secret,
        csrf=csrf_of(secret),
        is_automatic=user.login == serving.automatic,
        is_new=is_new,
    )
