"""The lead queue, and steps with a lead, as JSON."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from efficace.access.rights import Forbidden, Right
from efficace.state.claims import Claim, claim, done, release, snooze, undo
from efficace.web.api.caller import Caller, need, visitor_of
from efficace.web.api.questions import Texts
from efficace.web.desk import now
from efficace.web.frame import place_at
from efficace.web.lead_list import Entry, lead_list
from efficace.web.visitor import desk_of

router = APIRouter(tags=["leads"])

LONGEST_SNOOZE = 90 * 24 * 60
PLAIN = {"claim": claim, "done": done, "release": release, "undo": undo}


class Step(BaseModel):
    """A step with a lead; ``minutes`` says for how long one is set aside."""

    step: Literal["claim", "snooze", "done", "release", "undo"]
    minutes: int = Field(60, ge=1, le=LONGEST_SNOOZE)


@router.get("/leads")
def leads(
    request: Request, reader: Caller, where: Texts = None, limit: Annotated[int, Query(ge=1, le=10_000)] = 500
) -> dict[str, Any]:
    """Who waits for an answer, in the order in which to answer, with clocks, scores and who works on each."""
    desk = desk_of(request)
    need(desk, reader, Right.ROWS)
    place = replace(place_at(request), where=tuple(where or ()))
    found = lead_list(desk, visitor_of(reader), place, now())
    shown = found.entries[:limit]
    desk.looked_at(reader, "api", "open_leads", {entry.lead.rep_id for entry in shown})
    told = {"at": found.at.isoformat(), "as_of": found.queue.as_of.isoformat(), "is_live": found.is_live}
    return {**told, "waiting": len(found.entries), "older": found.older, "leads": [_lead(entry) for entry in shown]}


@router.post("/leads/{lead_id}/steps")
def step(
    request: Request, reader: Caller, lead_id: Annotated[str, Path(max_length=200)], given: Step
) -> dict[str, Any]:
    """Claim a lead, set it aside, mark it as done, give it back, or take back the last of these."""
    desk = desk_of(request)
    need(desk, reader, Right.CLAIM)
    place = replace(place_at(request), where=())
    if lead_list(desk, visitor_of(reader), place, now()).find(lead_id) is None:
        raise Forbidden("This lead does not wait any more, or it is somebody else's.")
    with desk.project.state.open().writing() as transaction:
        if given.step == "snooze":
            until = now() + timedelta(minutes=given.minutes)
            return _claim(snooze(transaction, lead_id, reader.user_id, until, now()))
        return _claim(PLAIN[given.step](transaction, lead_id, reader.user_id, now()))


def _lead(entry: Entry) -> dict[str, Any]:
    clock = None if entry.clock is None else {"left_seconds": entry.clock.left, "runs": entry.clock.runs}
    told = {name: _text(value) for name, value in asdict(entry.lead).items()}
    claimed = {"state": entry.state, "holder": entry.holder or None, "since": entry.since, "until": entry.until}
    return {
        **told, "owner": entry.owner or None, "clock": clock, "is_due": entry.is_due,
        "claim": {name: _text(value) for name, value in claimed.items()},
    }  # fmt: skip


def _claim(one: Claim) -> dict[str, Any]:
    return {name: _text(value) for name, value in vars(one).items()}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
