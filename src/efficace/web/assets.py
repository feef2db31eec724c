"""Files that pages need: style, scripts, type, and what draws charts; all from this server."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query, Response

from efficace.web import files

router = APIRouter()

FOR_EVER = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
"""An address that does not name the content may have another one tomorrow."""

Encodings = Annotated[str, Header(alias="accept-encoding")]
Named = Annotated[str, Query(alias="v")]


@router.get(f"/static/{files.CHARTS}")
def vega(encodings: Encodings = "", named: Named = "") -> Response:
    """What draws charts in the browser."""
    return _given(files.charts(), files.fingerprint(files.CHARTS), encodings, named)


@router.get("/static/{name}")
def file(name: str, encodings: Encodings = "", named: Named = "") -> Response:
    """A file of the app."""
    found = files.file(name)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _given(found, files.fingerprint(name), encodings, named)


def _given(found: files.StaticFile, fingerprint: str, encodings: str, named: str) -> Response:
    headers = {"Cache-Control": FOR_EVER if named == fingerprint else ASKED_AGAIN, "Vary": "Accept-Encoding"}
    if found.packed is not None and "gzip" in encodings:
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, headers=headers, media_type=found.kind)
    return Response(found.content, headers=headers, media_type=found.kind)
