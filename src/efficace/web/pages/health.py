"""Whether the server works, and the description of its API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from efficace.web.api.caller import Caller
from efficace.web.api.routes import ROOT, description
from efficace.web.visitor import desk_of

router = APIRouter()


@router.get("/healthz")
def health(request: Request) -> JSONResponse:
    """For those that watch the server: whether state and snapshot can be read; nothing of the company."""
    project = desk_of(request).project
    with project.state.open().reading():
        is_empty = project.data.is_empty
    if not is_empty:
        project.ground()
    return JSONResponse({"ok": True, "snapshot": None if is_empty else project.data.snapshot().number})


@router.get(f"{ROOT}/openapi.json")
def openapi(request: Request, _reader: Caller) -> JSONResponse:
    """What programs can ask."""
    found: dict[str, Any] = description(request.app)
    return JSONResponse(found)
