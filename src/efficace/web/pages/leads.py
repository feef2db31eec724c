"""The lead queue: who do I answer next?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from efficace.access.rights import Forbidden, Right
from efficace.errors import QuestionError, nearest
from efficace.locale.said import Said
from efficace.state.claims import ClaimedByOther, ClaimError, changed_by_others, claim, done, release, snooze, undo
from efficace.web.desk import Desk, now
from efficace.web.forms import checked, need
from efficace.web.frame import framed, place_at
from efficace.web.lead_list import HEATS, TABS, TICK, LeadList, lead_list
from efficace.web.place import Place
from efficace.web.render import page
from efficace.web.visitor import Visitor, desk_of, visitor

router = APIRouter()
Since = Annotated[int, Query(ge=0, lt=2**42)]
OVERLAP = timedelta(seconds=5)
"""Steps are looked for from so long before: one may be written later than another that was taken after it."""

SHOWN = 60
"""Leads on one page."""
SNOOZES = {"snooze": timedelta(hours=1), "snooze_day": timedelta(days=1)}
STEPS = ("claim", "snooze", "snooze_day", "done", "release", "undo")


@router.get("/leads")
def leads(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """Everybody who waits for an answer, the next one first."""
    need(request, who, Right.ROWS)
    return _page(request, who, None, HTTPStatus.OK)


@router.get("/parts/lead-news")
def lead_news(request: Request, who: Annotated[Visitor, Depends(visitor)], since: Since = 0) -> Response:
    """The leads that others took a step with since a page was made; 204 where nobody did, which costs one look-up.

    Args:
        since: Milliseconds since 1970 by this clock, as the page or the last news had them.
    """
    need(request, who, Right.ROWS)
    desk, place = desk_of(request), _place(request)
    at, heard = now(), datetime.fromtimestamp(since / 1000, UTC).replace(tzinfo=None)
    with desk.project.state.open().reading() as transaction:
        leads = changed_by_others(transaction, who.id, heard - OVERLAP)
    if not leads:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    shown = lead_list(desk, who, place, at)
    changed = [entry for entry in shown.entries if entry.lead.lead_id in leads]
    values = _values(desk, shown, place)
    following = [] if values["next"] is None else [values["next"]]
    desk.looked_at(who.reader, "page", "open_leads", {entry.lead.rep_id for entry in (*changed, *following)})
    return page(request, "parts/lead_news.html", changed=changed, heard_ms=_ms(at), **values)


@router.post("/leads/step")
def step(
    request: Request,
    who: Annotated[Visitor, Depends(checked)],
    lead: Annotated[str, Form()],
    step: Annotated[str, Form()],
    seen: Annotated[int | None, Form()] = None,
) -> Response:
    """Claim a lead, set it aside, mark it as done, give it back, or take back the last of these."""
    need(request, who, Right.CLAIM)
    desk, place = desk_of(request), _place(request)
    before = lead_list(desk, who, place, now()).find(lead)
    if before is None:
        raise Forbidden("This lead does not wait any more, or it is somebody else's.")
    said = None
    try:
        _take(desk, who, lead, step, seen)
    except ClaimedByOther as error:
        values = {"holder": error.holder, "name": before.name_apart}
        said = Said("{holder} was faster and already works on {name}.", values)
    except ClaimError as error:
        said = error.said
    if request.headers.get("hx-request"):
        return _row(request, who, lead, said)
    if said is not None:
        return _page(request, who, said, HTTPStatus.CONFLICT)
    return RedirectResponse(place.to(did=lead), status_code=HTTPStatus.SEE_OTHER)


def _take(desk: Desk, who: Visitor, lead: str, step: str, seen: int | None) -> None:
    if step not in STEPS:
        raise QuestionError('No step "{step}".{nearest}', step=step, nearest=nearest(step, STEPS))
    at = now()
    with desk.project.state.open().writing() as transaction:
        if step in SNOOZES:
            snooze(transaction, lead, who.id, at + SNOOZES[step], at)
        elif step == "undo":
            undo(transaction, lead, who.id, at, seen)
        else:
            plain = {"claim": claim, "done": done, "release": release}
            plain[step](transaction, lead, who.id, at)


def _row(request: Request, who: Visitor, lead: str, said: Said | None) -> Response:
    """The row of one lead after a step, and the answer and counts above it."""
    desk, place = desk_of(request), _place(request)
    shown = lead_list(desk, who, place, now())
    entry = shown.find(lead)
    return page(request, "parts/lead_step.html", entry=entry, said=said, **_values(desk, shown, place))


def _place(request: Request) -> Place:
    """The state of the queue's address, also where a step carries it."""
    return replace(place_at(request), path="/leads")


def _page(request: Request, who: Visitor, said: Said | None, status: HTTPStatus) -> Response:
    desk, place = desk_of(request), _place(request)
    shown = lead_list(desk, who, place, now())
    values = _values(desk, shown, place)
    desk.looked_at(who.reader, "page", "open_leads", {entry.lead.rep_id for entry in values["entries"]})
    return framed(
        request, "pages/leads.html", who, status=status, said=said, kept=_kept(desk, who, place),
        did=shown.find(place.more.get("did", "")), sources=desk.members("source"), reps=desk.members("rep"),
        old_days=int(desk.project.config.response.scoring.settled_after), at_ms=_ms(shown.at), heard_ms=_ms(now()),
        as_of_ms=_ms(shown.queue.as_of), hours=_hours(shown), **values,
    )  # fmt: skip


def _values(desk: Desk, shown: LeadList, place: Place) -> dict[str, Any]:
    tab = place.more.get("tab", "all")
    if tab not in TABS:
        raise QuestionError('No tab "{tab}".{nearest}', tab=tab, nearest=nearest(tab, TABS))
    entries = shown.of_tab(tab)
    most = _most(place)
    return {
        "queue": shown, "tab": tab, "tabs": TABS, "all_entries": entries, "entries": entries[:most],
        "next": shown.next_of(tab) if tab in ("all", "mine") else None, "place": place, "heats": HEATS, "tick": TICK,
        "more": most + SHOWN if len(entries) > most else None,
        "currency": desk.project.config.company.currency,
        "carried": {name: value for name, value in place.more.items() if name in ("tab", "most")},
    }  # fmt: skip


def _hours(shown: LeadList) -> dict[str, list[tuple[int, int]]]:
    """Opening hours as the script reads them."""
    return {key: [(_ms(opens), _ms(closes)) for opens, closes in part] for key, part in shown.queue.hours.items()}


def _ms(at: datetime) -> int:
    """Milliseconds since 1970 of a zone-less UTC instant."""
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def _most(place: Place) -> int:
    asked = place.more.get("most", "")
    return max(int(asked), SHOWN) if asked.isdecimal() and len(asked) < 6 else SHOWN


def _kept(desk: Desk, who: Visitor, place: Place) -> dict[str, float]:
    """The share of promises kept by heat, over the period of the page."""
    try:
        seen = desk.see(who.reader, "page", "promise_kept", by=["heat"], **place.question)
    except (Forbidden, QuestionError):
        return {}
    return {str(row.members["heat"]): row.value for row in seen.answer.rows if row.value is not None}
