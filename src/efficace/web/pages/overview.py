"""The overview: how are we doing, and what needs me now?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from efficace.web.figures import Figure, figure, months
from efficace.web.frame import framed, place_at
from efficace.web.marks import Sparkline
from efficace.web.render import page
from efficace.web.visitor import Visitor, desk_of, visitor

router = APIRouter()

FINDINGS_SHOWN = 3


@dataclass(frozen=True)
class Kpi:
    """One of the seven KPIs: its foremost metric, and those said in a line below."""

    name: str
    metric: str
    beside: tuple[str, ...]


KPIS: tuple[Kpi, ...] = (
    Kpi("Sales-cycle length", "sales_cycle_length", ("win_rate",)),
    Kpi("Sales volume", "units_sold", ("sales_amount",)),
    Kpi("Lead response time", "lead_response_time", ("promise_kept",)),
    Kpi("Acquisition cost", "acquisition_cost", ("new_customers", "acquisition_rate")),
    Kpi("Churn", "customer_churn_rate", ("net_revenue_retention",)),
    Kpi("Up-sell and cross-sell", "upsell_rate", ("cross_sell_rate",)),
    Kpi("Revenue growth", "revenue_growth", ("revenue",)),
)
FOLLOW_UP = ("promptness", "persistence", "personalization", "performance")


@dataclass(frozen=True)
class Card:
    """A KPI over the period, with its months and what is said beside."""

    kpi: Kpi
    figure: Figure
    beside: tuple[Figure, ...]
    months: Sparkline | None


@router.get("/")
def overview(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The seven KPIs, the four Ps, and what needs somebody."""
    desk, place = desk_of(request), place_at(request)
    cards = [
        Card(
            kpi,
            figure(desk, who, place, kpi.metric),
            tuple(figure(desk, who, place, name) for name in kpi.beside),
            months(desk, who, place, kpi.metric),
        )
        for kpi in KPIS
    ]
    follow_up = [figure(desk, who, place, name) for name in FOLLOW_UP]
    overall = figure(desk, who, place, "four_ps")
    health = desk.kept("health", desk.project.data.doctor)
    return framed(
        request, "pages/overview.html", who, place, cards=cards, follow_up=follow_up, overall=overall, health=health,
    )  # fmt: skip


@router.get("/parts/findings")
def findings(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """The findings that matter most, or that they are being worked out."""
    place = place_at(request)
    found = desk_of(request).findings(who.reader)
    shown = None if found is None else found[:FINDINGS_SHOWN]
    return page(request, "parts/findings.html", found=found, shown=shown, place=place)


@router.get("/findings")
def all_findings(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
    """Every finding."""
    found = desk_of(request).findings(who.reader)
    return framed(request, "pages/findings.html", who, place_at(request), found=found)
