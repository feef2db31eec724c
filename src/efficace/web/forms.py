"""Forms that change something: sent by the visitor's own page, nobody else's."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Form, Header, Request
from starlette.datastructures import FormData

from efficace.access.rights import Forbidden, Right, require
from efficace.web.visitor import Visitor, desk_of, visitor


def checked(
    who: Annotated[Visitor, Depends(visitor)],
    csrf: Annotated[str, Form(alias="_csrf")] = "",
    header: Annotated[str, Header(alias="X-CSRF-Token")] = "",
) -> Visitor:
    """The visitor of a request that changes something, as a dependency of its route.

    Raises:
        Forbidden: If the form does not carry the session's token.
    """
    if not hmac.compare_digest((csrf or header).encode(), who.csrf.encode()):
        raise Forbidden("This form is too old or not from here. Load the page again and repeat.")
    return who


async def sent(request: Request) -> FormData:
    """All fields of a form whose names its route does not know beforehand; the route itself need not be async."""
    return await request.form()


def need(request: Request, who: Visitor, right: Right) -> None:
    """Refuse what a visitor may not do.

    Raises:
        Forbidden: Naming what it is.
    """
    require(who.reader, right, desk_of(request).project.config.privacy)
