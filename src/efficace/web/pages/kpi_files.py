"""A metric taken along: its figures, members, curve or rows as a file; its pictures as PNG or SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from efficace.access.rights import Right
from efficace.charts import titled
from efficace.charts.image import image
from efficace.charts.theme import Theme
from efficace.errors import QuestionError, nearest
from efficace.metrics.answer import Answer
from efficace.web.asked import Asked, asked_of
from efficace.web.desk import Desk, now
from efficace.web.figures import asked_at
from efficace.web.forms import need
from efficace.web.pages.kpi import PICTURES, drawn, whole_of
from efficace.web.sheets import FORMS
from efficace.web.visitor import Visitor, desk_of, visitor

router = APIRouter()

PARTS = ("figure", "trend", "by", "curve", "rows")
"""What can be taken along as a table."""
IMAGES: Mapping[str, str] = {"png": "image/png", "svg": "image/svg+xml"}
MOST_ROWS = 100_000


@router.get("/kpi/{metric}/export")
def export(request: Request, metric: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The file that the address asks for: ``format`` csv, xlsx, json, parquet, png or svg; ``part`` of the page."""
    need(request, who, Right.EXPORT)
    desk, asked = desk_of(request), asked_of(request, metric)
    form = asked.place.more.get("format", "csv")
    if form in IMAGES:
        return _image(desk, who, asked, form)
    if form not in FORMS:
        raise QuestionError('No format "{form}".{nearest}', form=form, nearest=nearest(form, [*FORMS, *IMAGES]))
    name = asked.place.more.get("part", "figure")
    if name not in PARTS:
        raise QuestionError('No part "{part}".{nearest}', part=name, nearest=nearest(name, PARTS))
    records = _rows(desk, who, asked) if name == "rows" else _records(desk, who, asked, name)
    return _file(FORMS[form].write(records), FORMS[form].media_type, f"{metric}-{name}.{form}")


def _records(desk: Desk, who: Visitor, asked: Asked, name: str) -> Sequence[Mapping[str, Any]]:
    question: dict[str, Any] = {**asked_at(asked.place, asked.metric), **asked.beside, **asked.needed}
    if name == "trend":
        question |= {"grain": asked.grain}
    elif name == "by" and asked.by is not None and not asked.metric.always_by:
        question |= {"by": [asked.by], "compare": None, **asked.evened}
    elif name == "curve" and asked.metric.curve is not None:
        question |= {"by": [asked.metric.curve], "compare": None}
    answer = desk.see(who.reader, "export", asked.metric.id, **question).answer
    return [_told(answer) | record for record in answer.to_dicts()]


def _told(answer: Answer) -> dict[str, Any]:
    """What every line says of itself, so that a file is understood without the page."""
    return {"metric": answer.metric, "unit": answer.unit, "definition": answer.definition,
            "as_of": answer.as_of.isoformat()}  # fmt: skip


def _rows(desk: Desk, who: Visitor, asked: Asked) -> Sequence[Mapping[str, Any]]:
    question = {**asked_at(asked.place, asked.metric), "compare": None, **asked.beside, **asked.needed}
    left_out = asked.place.more.get("left_out") or None
    found = desk.project.state.opened(
        who.reader, "export", now(), asked.metric.id, left_out, MOST_ROWS, **question
    )  # fmt: skip
    records: list[dict[str, Any]] = found.rows.to_pylist()
    return records


def _image(desk: Desk, who: Visitor, asked: Asked, form: str) -> Response:
    name = asked.place.more.get("picture", "trend")
    shown = drawn(desk, who, asked, whole_of(desk, who, asked), name) if name in PICTURES else None
    if shown is not None and shown.refused is not None:
        raise shown.refused
    if shown is None or shown.spec is None or shown.answer is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    # The log keeps who took along figures of persons, as a picture too.
    _records(desk, who, asked, "by" if name == "by" else "figure")
    theme: Theme = "dark" if asked.place.more.get("theme") == "dark" else "light"
    drawing = image(titled(shown.spec, shown.answer, who.language), "svg" if form == "svg" else "png", theme)
    return _file(drawing, IMAGES[form], f"{asked.metric.id}-{name}.{form}")


def _file(content: bytes, media_type: str, name: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{safe}"'})
