"""What the command palette finds: pages, figures, people, teams and saved views."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from efficace.access.rights import visible_people
from efficace.state.views import views_for
from efficace.web.frame import place_at
from efficace.web.navigation import SIDE
from efficace.web.say import Say
from efficace.web.visitor import Visitor, desk_of, visitor

router = APIRouter()


@router.get("/parts/palette")
def palette(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> JSONResponse:
    """Everything that can be gone to, with its address under the present period and filters."""
    desk, place = desk_of(request), place_at(request)
    say = Say(who.language, desk.project.config.zone)
    found = [(say.text(item.name), say.text("page"), place.to(item.path)) for item in SIDE]
    metrics = desk.project.metrics.catalogue()
    found += [(say.metric(name), say.text("figure"), place.to(f"/kpi/{name}")) for name in metrics]
    seen = visible_people(who.reader, desk.project.config.privacy)
    people = [(rep, name) for rep, name in desk.members("rep") if seen is None or rep in seen]
    found += [(name, say.text("rep"), place.to(f"/reps/{quote(rep, safe='')}")) for rep, name in people]
    found += [(name, say.text("team"), place.within("team", team, "/team")) for team, name in desk.members("team")]
    with desk.project.state.open().reading() as transaction:
        views = [(view.name, view.page, view.query) for view in views_for(transaction, who.id)]
    found += [(name, say.text("saved view"), f"{page}?{query}" if query else page) for name, page, query in views]
    return JSONResponse([{"text": text, "kind": kind, "to": to} for text, kind, to in found])
