"""One rep: how am I doing, what next?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Request as Asked

from efficace.access.rights import Forbidden, Right, visible_people
from efficace.errors import QuestionError
from efficace.metrics.question import Request, filter_text
from efficace.metrics.verdicts import Side, side_of
from efficace.state.targets import targets
from efficace.web.coaching import coaching
from efficace.web.desk import Desk, now
from efficace.web.figures import Figure, figure, months
from efficace.web.frame import framed, place_at
from efficace.web.goals import goals_of
from efficace.web.lead_list import TICK, Entry, lead_list
from efficace.web.marks import Sparkline
from efficace.web.place import Place
from efficace.web.render import page
from efficace.web.rep_messages import message_advice
from efficace.web.seen import notice, person_of
from efficace.web.visitor import Visitor, desk_of, visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding
    from efficace.metrics.people import Person

router = APIRouter()

RESULTS = ("win_rate", "sales_cycle_length", "sales_amount", "promise_kept")
FOLLOW_UP = ("promptness", "persistence", "personalization", "performance")
NOT_COMPARED = frozenset({"sales_amount", "personalization"})
"""Sums, and what depends on those written to more than on the rep."""
LEADS_SHOWN, DEALS_SHOWN = 3, 10


@dataclass(frozen=True)
class Card:
    """A figure of the rep beside its own past, its team and its role.

    Attributes:
        side: Of the role's typical figure on which the rep is beyond chance; empty where chance can explain it.
    """

    figure: Figure
    months: Sparkline | None
    team: float | None
    role: float | None
    side: Side


@dataclass(frozen=True)
class Deal:
    """An open deal that stays in its stage for too long."""

    deal_id: str
    account: str
    stage: str
    amount: float | None
    days: float
    limit_days: float
    entered_at: datetime


@router.get("/reps/{rep_id:path}")
def rep(request: Asked, rep_id: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """A rep's own figures, leads and deals."""
    desk, place = desk_of(request), place_at(request)
    person = person_of(desk, who, rep_id)
    with desk.views_together():
        own = _own(place, rep_id)
        measured = _measured(desk, rep_id)
        works = [partial(_card, desk, who, place, own, person, metric) for metric in (*measured, *FOLLOW_UP)]
        shown = desk.hands.at_once(works)
        cards, follow_up = shown[: len(measured)], shown[len(measured) :]
        stalled = _stalled(desk, who, rep_id)
        return framed(
            request, "pages/rep.html", who, place, person=person, is_own=rep_id == who.reader.rep_id,
            cards=cards, follow_up=follow_up, stalled=stalled[:DEALS_SHOWN], all_stalled=len(stalled),
            stalled_amount=sum(deal.amount or 0.0 for deal in stalled), own=own,
            findings=_findings(desk, who, rep_id), currency=desk.project.config.company.currency,
            goals=goals_of(desk, who, place, rep_id), coaching=coaching(desk, who, rep_id), until=desk.until,
            sees_coaching=rep_id == who.reader.rep_id or who.may(Right.COACH), **_leads(desk, who, own),
        )  # fmt: skip


@router.get("/parts/rep-findings")
def findings_part(request: Asked, rep: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What was found out about a rep, or that it is being worked out."""
    desk, place = desk_of(request), place_at(request)
    person = person_of(desk, who, rep)
    with desk.views_together():
        found = _findings(desk, who, rep)
    return page(request, "parts/rep_findings.html", person=person, findings=found, place=place)


@router.get("/parts/rep-messages")
def messages_part(request: Asked, rep: str, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """What the rep's messages lack most; it comes in after the page."""
    desk, place = desk_of(request), place_at(request)
    person = person_of(desk, who, rep)
    own = _own(place, rep)
    found = message_advice(desk, who, place, own, person)
    return page(request, "parts/rep_messages.html", advised=found, own=own)


def _own(place: Place, rep_id: str) -> Place:
    """The period of the page, of this rep alone: other filters of persons and teams do not matter here."""
    kept = tuple(text for text in place.where if text.partition("=")[0].rstrip("!") not in ("rep", "team", "role"))
    return replace(place, where=(*kept, filter_text("rep", [rep_id])))


def _measured(desk: Desk, rep_id: str) -> list[str]:
    """The results shown, and whatever else the rep has a target for."""
    with desk.project.state.open().reading() as transaction:
        aims = [one.metric for one in targets(transaction) if (one.scope, one.scope_id) == ("rep", rep_id)]
    known = desk.project.metrics.catalogue()
    return list(dict.fromkeys([*RESULTS, *(aim for aim in aims if aim in known and aim not in FOLLOW_UP)]))


def _card(desk: Desk, who: Visitor, place: Place, own: Place, person: Person, metric: str) -> Card:
    found = figure(desk, who, own, metric)
    lines = months(desk, who, own, metric)
    # a whole count of many says nothing of one
    if metric in NOT_COMPARED or found.row is None or found.row.low is None:
        return Card(found, lines, None, None, "")
    role = _of_group(desk, who, place, metric, "role", person.role)
    team = _of_group(desk, who, place, metric, "team", person.team_id)
    return Card(found, lines, team, role, _side(desk, who, place, person, metric, role))


def _of_group(desk: Desk, who: Visitor, place: Place, metric: str, dimension: str, member: str | None) -> float | None:
    """What the rep's role or team has as a whole, where it may be seen."""
    if member is None:
        return None
    asked = {**place.question, "where": ()}
    try:
        rows = desk.see(who.reader, "page", metric, by=[dimension], **asked).answer.rows
    except (Forbidden, QuestionError):
        return None
    return next((row.value for row in rows if row.members.get(dimension) == member), None)


def _side(desk: Desk, who: Visitor, place: Place, person: Person, metric: str, typical: float | None) -> Side:
    """Whether the rep is beyond chance among those of the role, as the team page says it, in one word.

    Who sees no others hears no more than that word, and nothing of a role that is a small group.
    """
    asked = Request(metric, by=("role", "rep"), start=place.start, end=place.end)
    rows = desk.answer(asked).rows
    rows = [row for row in rows if row.members.get("role") == person.role and row.n > 0]
    privacy = desk.project.config.privacy
    seen = visible_people(who.reader, privacy)
    if seen is not None and len(rows) < privacy.min_group and not {row.members["rep"] for row in rows} <= seen:
        return ""
    own = next((row for row in rows if row.members["rep"] == person.rep_id), None)
    better = desk.project.metrics.catalogue()[metric].better
    return "" if own is None or own.young else side_of(own, typical, better)


def _leads(desk: Desk, who: Visitor, own: Place) -> dict[str, Any]:
    """The rep's part of the lead queue."""
    if not who.may(Right.ROWS):
        return {"leads": [], "waiting": 0, "late": 0}
    shown = lead_list(desk, who, replace(own, path="/leads"), now())
    due: Sequence[Entry] = shown.of_tab("all")
    desk.looked_at(who.reader, "page", "open_leads", {entry.lead.rep_id for entry in due})
    late = sum(entry.is_late for entry in due)
    return {
        "leads": due[:LEADS_SHOWN], "waiting": len(due), "late": late, "queue": shown, "tick": TICK, "carried": {},
    }  # fmt: skip


def _stalled(desk: Desk, who: Visitor, rep_id: str) -> list[Deal]:
    """Open deals that stay in their stage longer than nine in ten won ones did, the largest first."""
    if not who.may(Right.ROWS):
        return []
    where = (filter_text("rep", [rep_id]),)

    def read() -> list[Deal]:
        try:
            rows = desk.project.metrics.rows("stalled_deals", limit=None, where=where).rows.to_pylist()
        except QuestionError:
            return []
        rows = [row for row in rows if row["left_out"] is None]
        names = desk.project.data.account_names([row["account_id"] for row in rows if row["account_id"]])
        return sorted((_deal(row, names) for row in rows), key=lambda one: -(one.amount or 0.0))

    return desk.kept(("stalled deals", where), read)


def _deal(row: dict[str, Any], names: dict[str, str]) -> Deal:
    return Deal(
        row["deal_id"], names.get(row["account_id"], row["account_id"] or ""), row["stage"] or "",
        None if row["amount"] is None else float(row["amount"]), row["stage_seconds"] / 86400,
        row["limit_seconds"] / 86400, row["entered_at"],
    )  # fmt: skip


def _findings(desk: Desk, who: Visitor, rep_id: str) -> list[Finding] | None:
    found = desk.findings(who.reader)
    if found is None:
        return None
    own = [one for one in found if one.subject.get("rep") == rep_id]
    notice(desk, who, own)
    return own
