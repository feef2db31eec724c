"""The app as a whole: one project given out over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from efficace.project import begin_project
from efficace.web import assets, guard
from efficace.web.api import make_api
from efficace.web.attendance import Attended
from efficace.web.desk import Desk
from efficace.web.intake import Intakes
from efficace.web.pages import PAGES
from efficace.web.serving import Serving
from efficace.web.upload_limit import UploadLimit
from efficace.web.warming import Warming

THREADS = 8
"""Pages worked on at once; each holds the snapshot open for itself."""

THREADS_OF_QUESTION = 1
"""A page asks several questions at once: two threads for each would wait for one another, at a third more work."""

PACKING = 5
"""How hard pages are packed: more takes three times as long and saves one byte in twenty."""


def create_app(serving: Serving) -> FastAPI:
    """The app for one project.

    Raises:
        ProjectError: If the folder cannot be made.
        StateError: If the database of what people make cannot be opened.
    """
    project = begin_project(serving.folder, THREADS_OF_QUESTION)
    project.state.open()

    desk = Desk(project)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        warming = Warming(desk)
        warming.start()
        yield
        warming.stop()
        desk.close()
        project.close()
        project.state.close()

    app = FastAPI(title="efficace", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.serving = serving
    app.state.desk = desk
    app.state.intakes = Intakes(project)
    guard.protect(app)
    app.add_middleware(UploadLimit, most=serving.upload_bytes)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=PACKING)
    app.add_middleware(Attended, attendance=desk.attendance)
    app.include_router(assets.router, include_in_schema=False)
    for module in PAGES:
        app.include_router(module.router, include_in_schema=False)
    make_api(app)
    return app
