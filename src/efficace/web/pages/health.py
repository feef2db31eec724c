"""Whether the server works, and the description of its API."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from efficace.errors import EfficaceError
from efficace.state.users import has_admin
from efficace.web.api.caller import Caller
from efficace.web.api.routes import ROOT, description
from efficace.web.visitor import desk_of

LOG = logging.getLogger(__name__)

router = APIRouter()


@router.get("/healthz")
def health(request: Request) -> JSONResponse:
    """For those that watch the server: whether state and snapshot can be read; nothing of the company.

    With 503 what cannot be read: ``state`` or ``snapshot``.
    """
    project = desk_of(request).project
    part = "state"
    try:
        with project.state.open().reading() as transaction:
            has_admin(transaction)
        part = "snapshot"
        number = None if project.data.is_empty else project.ground().number
    except (EfficaceError, DBAPIError) as error:
        LOG.error("not healthy: %s", type(error).__name__, extra={"part": part})
        return JSONResponse({"ok": False, "problem": part}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"ok": True, "snapshot": number})


@router.get(f"{ROOT}/openapi.json")
def openapi(request: Request, _reader: Caller) -> JSONResponse:
    """What programs can ask."""
    found: dict[str, Any] = description(request.app)
    return JSONResponse(found)
