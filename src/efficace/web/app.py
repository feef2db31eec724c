"""The app as a whole: one project given out over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from efficace.project import begin_project
from efficace.web import assets, guard
from efficace.web.api import make_api
from efficace.web.desk import Desk
from efficace.web.intake import Intakes
from efficace.web.pages import PAGES
from efficace.web.serving import Serving
from efficace.web.upload_limit import UploadLimit

THREADS = 8
"""Pages worked on at once; each holds the snapshot open for itself."""


def create_app(serving: Serving) -> FastAPI:
    """The app for one project.

    Raises:
        ProjectError: If the folder cannot be made.
        StateError: If the database of what people make cannot be opened.
    """
    project = begin_project(serving.folder)
    project.state.open()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        Thread(target=assets.chart_bundle, name="charts", daemon=True).start()
        yield
        project.close()
        project.state.close()

    app = FastAPI(title="efficace", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.serving = serving
    app.state.desk = Desk(project)
    app.state.intakes = Intakes(project)
    guard.protect(app)
    app.add_middleware(UploadLimit, most=serving.upload_bytes)
    app.add_middleware(GZipMiddleware, minimum_size=800)
    app.include_router(assets.router, include_in_schema=False)
    for module in PAGES:
        app.include_router(module.router, include_in_schema=False)
    make_api(app)
    return app
