"""Lists that say what to do next with whom, as JSON: what the pages of chapters show beside their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from efficace.access.rights import Reader, Right
from efficace.web.api.caller import Caller, need
from efficace.web.api.questions import Question
from efficace.web.desk import Desk
from efficace.web.seen import Own, those_seen
from efficace.web.visitor import desk_of

if TYPE_CHECKING:
    from efficace.insights.allocation import Proposal

router = APIRouter(tags=["lists"])

Limit = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/customers/at-risk")
def customers_at_risk(request: Request, reader: Caller, limit: Limit = 500) -> dict[str, Any]:
    """Customers with a sign of leaving, those with more signs first: what they pay a month, hold, and what was seen."""
    desk = desk_of(request)
    need(desk, reader, Right.ROWS)
    own = those_seen(desk, reader, desk.kept("customers at risk", desk.project.insights.customers_at_risk))
    shown = _logged(desk, reader, "customer_churn_rate", own[:limit])
    told = [asdict(one) | {"signs": [sign.into() for sign in one.signs]} for one in shown]
    return {"currency": desk.project.config.company.currency, "customers": _named(desk, told), "all": len(own)}


@router.get("/comments/unanswered")
def unanswered_comments(request: Request, reader: Caller, limit: Limit = 500) -> dict[str, Any]:
    """Comments of the last 90 days whose customer nobody has written to or called since, the worst first."""
    desk = desk_of(request)
    need(desk, reader, Right.ROWS)
    own = those_seen(desk, reader, desk.kept("unanswered", desk.project.insights.unanswered_comments))
    shown = _logged(desk, reader, "comment_sentiment", own[:limit])
    told = [asdict(one) | {"at": one.at.isoformat()} for one in shown]
    return {"comments": _named(desk, told), "all": len(own)}


@router.get("/territories/allocation")
def allocation(request: Request, reader: Caller, asked: Question) -> dict[str, Any]:
    """Territories with their leads and their part of the work, and the days of work that would move."""
    desk = desk_of(request)
    need(desk, reader, Right.GROUPS)
    question = {name: asked[name] for name in ("start", "end", "where", "as_of", "settings")}
    seen = desk.see(reader, "api", "territory_balance", by=["territory"], **question)
    found = desk.project.insights.allocation(seen.answer)
    return {"territories": [_territory(one) for one in found], "hidden": seen.hidden}


def _territory(one: Proposal) -> dict[str, Any]:
    """A proposal with its territory's id in place of the row of the answer that it was made of."""
    told = {name: value for name, value in vars(one).items() if name != "row"}
    return {"territory": one.row.members["territory"], **told}


def _logged(desk: Desk, reader: Reader, metric: str, shown: Sequence[Own]) -> Sequence[Own]:
    """The same, once it is written down whose they are."""
    desk.looked_at(reader, "api", metric, [one.rep_id for one in shown])
    return shown


def _named(desk: Desk, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of customers with the name of each."""
    names = desk.project.data.account_names([one["account_id"] for one in records])
    return [one | {"account": names.get(one["account_id"])} for one in records]
