"""The API put together, with the description that programs read."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from efficace.web.api import made, questions

VERSION = "1"
ROOT = f"/api/v{VERSION}"


def make_api(app: FastAPI) -> None:
    """Add the API to the app; its description lies at ``/api/v1/openapi.json``."""
    for module in (questions, made):
        app.include_router(module.router, prefix=ROOT)


def description(app: FastAPI) -> dict[str, object]:
    """The API as OpenAPI 3.1."""
    return get_openapi(
        title="efficace",
        version=VERSION,
        summary="How effective a company's sales are: figures with their intervals, and the rows behind them",
        routes=app.routes,
    )
