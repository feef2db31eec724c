"""The API put together, with the description that programs read."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from efficace.web.api import administration, coaching, leads, lists, loading, made, questions

VERSION = "1"
ROOT = f"/api/v{VERSION}"


class Refusal(BaseModel):
    """Why a call was refused.

    Attributes:
        message: In the caller's language, see ``Accept-Language``.
    """

    status: int
    message: str


class Refused(BaseModel):
    """What every call that is refused answers."""

    error: Refusal


REFUSALS: dict[int | str, dict[str, Any]] = {
    HTTPStatus.BAD_REQUEST: {"model": Refused, "description": "Asks what does not exist"},
    HTTPStatus.UNAUTHORIZED: {"model": Refused, "description": "Nobody is signed in, or the token has ended"},
    HTTPStatus.FORBIDDEN: {"model": Refused, "description": "The account or the token may not"},
    HTTPStatus.CONFLICT: {"model": Refused, "description": "Was changed meanwhile"},
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {"model": Refused, "description": "More than is accepted"},
    HTTPStatus.UNPROCESSABLE_ENTITY: {"model": Refused, "description": "Does not fit this description"},
    HTTPStatus.INSUFFICIENT_STORAGE: {"model": Refused, "description": "The disk has no room"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"model": Refused, "description": "Nothing is loaded, or it cannot be read now"},
}


def make_api(app: FastAPI) -> None:
    """Add the API to the app; its description lies at ``/api/v1/openapi.json``."""
    for module in (questions, lists, made, coaching, leads, loading, administration):
        app.include_router(module.router, prefix=ROOT, responses=REFUSALS)


def description(app: FastAPI) -> dict[str, object]:
    """The API as OpenAPI 3.1."""
    return get_openapi(
        title="efficace",
        version=VERSION,
        summary="How effective a company's sales are: figures with their intervals, and the rows behind them",
        routes=app.routes,
    )
