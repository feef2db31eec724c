"""Files that pages need: style, scripts, type, and the bundle that draws charts; all from this server."""

from __future__ import annotations

import gzip
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Response

from efficace.web.render import STATIC

router = APIRouter()

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
SNIPPET = "window.vegaEmbed = vegaEmbed;"
VEGA_LITE = "6.4"


@router.get("/static/vega.js")
def vega(accept_encoding: Annotated[str, Header()] = "") -> Response:
    """What draws charts in the browser: Vega, Vega-Lite and their embedding as one script."""
    headers = {**KEPT, "Vary": "Accept-Encoding"}
    if "gzip" in accept_encoding:
        return Response(chart_bundle(), headers={**headers, "Content-Encoding": "gzip"}, media_type=TYPES[".js"])
    return Response(gzip.decompress(chart_bundle()), headers=headers, media_type=TYPES[".js"])


@router.get("/static/{name}")
def file(name: str) -> Response:
    """A file of the app."""
    path = STATIC / name
    if path.suffix not in TYPES or path.parent != STATIC or not path.is_file():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(path.read_bytes(), headers=KEPT, media_type=TYPES[path.suffix])


@lru_cache(maxsize=1)
def chart_bundle() -> bytes:
    """The bundle, compressed; made once a server from what the chart library carries."""
    import vl_convert

    return gzip.compress(vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE).encode(), 9)
