"""The seven KPIs and the four Ps of the overview, and which of them a finding moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from efficace.insights.finding import Finding


@dataclass(frozen=True)
class Kpi:
    """One card: its foremost metric, and those said in a line below.

    Attributes:
        moved_by: Further metrics whose findings, once acted on, move the card.
    """

    name: str
    metric: str
    beside: tuple[str, ...] = ()
    moved_by: tuple[str, ...] = field(default=())

    @property
    def anchor(self) -> str:
        """Of the card in the page."""
        return f"card-{self.metric}"

    def is_moved_by(self, finding: Finding) -> bool:
        """Whether acting on a finding moves the card; a missed target moves that of its own metric."""
        metric = finding.subject.get("metric", finding.request.metric)
        return metric in (self.metric, *self.beside, *self.moved_by)


KPIS: tuple[Kpi, ...] = (
    Kpi(
        "Sales-cycle length", "sales_cycle_length", ("win_rate",),
        ("stalled_deals", "stage_duration", "stage_conversion", "quality_adjusted_cycle"),
    ),
    Kpi("Sales volume", "units_sold", ("sales_amount",), ("bookings", "orders", "win_rate_amount")),
    Kpi(
        "Lead response time", "lead_response_time", ("promise_kept",),
        ("lead_answer_rate", "heat_inversion", "promptness"),
    ),
    Kpi("Acquisition cost", "acquisition_cost", ("new_customers", "acquisition_rate"), ("territory_balance",)),
    Kpi(
        "Churn", "customer_churn_rate", ("net_revenue_retention",),
        ("cancellation_alarm", "subscription_churn_rate", "non_renewal_rate"),
    ),
    Kpi("Up-sell and cross-sell", "upsell_rate", ("cross_sell_rate",), ("offer_acceptance", "expansion_mrr")),
    Kpi("Revenue growth", "revenue_growth", ("revenue",), ("mrr", "gross_margin")),
)  # fmt: skip
OF_DATA = ("LATE", "GAP")
"""Kinds of findings on the data themselves."""
FOLLOW_UP: tuple[Kpi, ...] = (
    Kpi("Promptness", "promptness"),
    Kpi("Persistence", "persistence", (), ("attempt_value",)),
    Kpi("Personalization", "personalization"),
    Kpi("Performance", "performance"),
)


def moved_by(finding: Finding) -> Kpi | None:
    """The card that acting on a finding moves; None for what speaks of the data."""
    if finding.kind.name in OF_DATA:
        return None
    return next((kpi for kpi in (*KPIS, *FOLLOW_UP) if kpi.is_moved_by(finding)), None)


def movers(kpi: Kpi, findings: Sequence[Finding]) -> list[Finding]:
    """The problems that move a card, the most important first."""
    return [one for one in findings if one.kind.name == "PROBLEM" and moved_by(one) == kpi]
