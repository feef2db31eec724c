"""Sections on customers: services that lose them, those with a sign of leaving, and what to offer to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from efficace.insights.offers import offers_of
from efficace.metrics.answer import Row
from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.sections.section import ForEverybody, OfPersons, rows_of
from efficace.web.seen import those_seen
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.insights.customers import AtRisk

ALARM, OFFERS = "cancellation_alarm", "next_offer"
SHOWN = 12
READ = 3000
"""Offers that are read: the likeliest, of which each customer gets one line."""


@dataclass(frozen=True)
class Alarms(ForEverybody):
    """Services with what they lost last month beside what was to be expected."""

    title: str
    template: str = "sections/alarms.html"
    metrics: tuple[str, ...] = (ALARM,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """A line a service, those in alarm first."""
        seen = desk.see(who.reader, "page", ALARM, by=["family"], where=place.where)
        rows = [row for row in seen.answer.rows if row.value is not None]
        since = {row.members["family"]: _since(row) for row in rows}
        ordered = sorted(rows, key=lambda row: (-(row.value or 0.0), -row.n))
        return {"rows": ordered, "since": since, "answer": seen.answer}


def _since(row: Row) -> date | None:
    told = row.estimates["started_on"]["value"]
    return date.fromisoformat(told) if told else None


@dataclass(frozen=True)
class AtRiskList(OfPersons):
    """Customers with a sign of leaving: who, what they hold, what was seen, until when there is time."""

    title: str
    template: str = "sections/at_risk.html"
    metrics: tuple[str, ...] = ("customer_churn_rate",)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The customers that the visitor may see, those with more signs first."""
        del place
        found: Sequence[AtRisk] = desk.kept("customers at risk", desk.project.insights.customers_at_risk)
        own = those_seen(desk, who.reader, found)
        shown = own[:SHOWN]
        desk.looked_at(who.reader, "page", "customer_churn_rate", [one.rep_id for one in shown])
        return {
            "customers": shown, "all": len(own), "mrr": sum(one.mrr for one in own),
            "names": _accounts(desk, [one.account_id for one in shown]), "products": dict(desk.members("product")),
            "reps": dict(desk.members("rep")), "currency": desk.project.config.company.currency,
        }  # fmt: skip


@dataclass(frozen=True)
class OfferList(OfPersons):
    """Whom to offer what next, how, and when."""

    title: str
    template: str = "sections/offers.html"
    metrics: tuple[str, ...] = (OFFERS,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """The likeliest offers, one a customer; the channels by what was accepted through them."""
        found = rows_of(desk, who, OFFERS, READ, where=place.where)
        ends = desk.kept("term ends", desk.project.insights.term_ends)
        offers = offers_of(found.records, ends)
        channels = desk.see(who.reader, "page", "offer_acceptance", by=["channel"], **place.question).answer
        ways = [row for row in channels.rows if row.value is not None and row.members["channel"] is not None]
        shown = offers[:SHOWN]
        return {
            "offers": shown, "total": found.total, "ways": sorted(ways, key=lambda row: -(row.value or 0.0)),
            "comparison": channels.comparison, "names": _accounts(desk, [one.account_id for one in shown]),
            "products": dict(desk.members("product")), "unit": channels.unit,
        }  # fmt: skip


def _accounts(desk: Desk, ids: Sequence[str]) -> Mapping[str, str]:
    return desk.project.data.account_names(ids)
