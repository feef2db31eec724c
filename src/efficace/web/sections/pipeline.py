"""Sections on open deals: those that stand still, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.sections.section import OfPersons, rows_of
from efficace.web.visitor import Visitor

STALLED = "stalled_deals"
SHOWN = 15
MOST = 1000
DAY = 86_400


@dataclass(frozen=True)
class Stuck:
    """A deal that stands still.

    Attributes:
        days: In its stage.
        limit: Days after which nine in ten won deals had left the stage.
    """

    deal_id: str
    account_id: str | None
    rep_id: str | None
    stage: str
    amount: float | None
    days: float
    limit: float


@dataclass(frozen=True)
class StuckDeals(OfPersons):
    """Deals that stand still longer than those that were won, the largest first."""

    title: str
    template: str = "sections/stuck.html"
    metrics: tuple[str, ...] = (STALLED,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The deals that the visitor may see."""
        records = rows_of(desk, who, STALLED, MOST, where=place.where).records
        deals = sorted(map(_stuck, records), key=lambda one: (-(one.amount or 0.0), -one.days))
        shown = deals[:SHOWN]
        desk.looked_at(who.reader, "page", STALLED, [one.rep_id for one in shown])
        accounts = [one.account_id for one in shown if one.account_id is not None]
        # Where nothing tells when deals entered their stages, nobody knows that they move.
        known = None if deals else desk.see(who.reader, "page", STALLED, where=place.where).answer
        return {
            "deals": shown, "answer": known, "all": len(deals), "amount": sum(one.amount or 0.0 for one in deals),
            "longest": max((one.days for one in shown), default=1.0),
            "names": desk.project.data.account_names(accounts), "reps": dict(desk.members("rep")),
            "currency": desk.project.config.company.currency,
        }  # fmt: skip


def _stuck(record: Mapping[str, Any]) -> Stuck:
    return Stuck(
        record["deal_id"], record["account_id"], record["rep_id"], record["stage"], record["amount"],
        record["stage_seconds"] / DAY, record["limit_seconds"] / DAY,
    )  # fmt: skip
