"""The chapters: which figures and questions a page puts together, in its order."""

from __future__ import annotations

from dataclasses import dataclass, field

from efficace.web.desk import Desk
from efficace.web.sections import Section
from efficace.web.sections.acquisition import Allocation
from efficace.web.sections.customers import Alarms, AtRiskList, OfferList
from efficace.web.sections.figures import Cohorts, Over, Sides, Split, Strongest
from efficace.web.sections.pipeline import StuckDeals
from efficace.web.sections.plan import Plan
from efficace.web.sections.revenue import Ahead, Movements
from efficace.web.sections.voice import Themes, UnansweredList
from efficace.web.visitor import Visitor


@dataclass(frozen=True)
class Chapter:
    """What a page of one chapter shows, in its order.

    Attributes:
        answer: Metrics whose figures, told in words, answer the page's question.
        figures: Metrics side by side.
        also: Further metrics whose findings belong to the page.
    """

    path: str
    answer: tuple[str, ...]
    figures: tuple[str, ...]
    sections: tuple[Section, ...]
    also: tuple[str, ...] = field(default=())

    def holds(self, metric: str) -> bool:
        """Whether a metric belongs to the chapter."""
        shown = [metric for section in self.sections for metric in section.metrics]
        return metric in (*self.figures, *self.also, *shown)

    def sections_for(self, desk: Desk, who: Visitor) -> list[tuple[int, Section]]:
        """The sections that a visitor may see something of, each with its number."""
        return [(number, one) for number, one in enumerate(self.sections) if one.is_for(desk, who)]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "/pipeline",
        ("stalled_deals", "sales_cycle_length"),
        ("stalled_deals", "pipeline_velocity", "win_rate", "sales_cycle_length", "best_cycle_length"),
        (
            Sides(
                "How do deals flow through the stages, and where do they wait?",
                ("stage_conversion", "stage_duration", "stalled_deals"), ("stage",),
            ),
            StuckDeals("Which deals stand still?"),
            Over("What chance is left by age?", "win_chance_by_age"),
            Sides("Who wins, how fast, and whose deals stall?", ("win_rate", "sales_cycle_length", "stalled_deals"),
                  ("team", "rep", "segment", "source")),
        ),
        ("win_rate_amount", "bookings", "kept_wins", "quality_adjusted_cycle"),
    ),
    Chapter(
        "/customers",
        ("customer_churn_rate", "net_revenue_retention"),
        (
            "customer_churn_rate", "net_revenue_retention", "gross_revenue_retention", "non_renewal_rate",
            "upsell_rate", "cross_sell_rate", "offer_acceptance", "next_offer", "retention_curve",
        ),
        (
            Alarms("Which services lose more than chance explains?"),
            AtRiskList("Who may leave next?"),
            OfferList("Whom to offer what, how and when?"),
            Cohorts("How many stay, by month of start?", "retention_curve"),
            Over("When do they leave?", "churn_hazard_by_age"),
            Sides("Who leaves, who grows?", ("customer_churn_rate", "upsell_rate", "cross_sell_rate"),
                  ("segment", "territory", "team", "industry")),
            Split("Which product lines leave?", "subscription_churn_rate", "family"),
        ),
        ("ltv", "product_pairs"),
    ),
    Chapter(
        "/acquisition",
        ("acquisition_cost", "cac_payback"),
        ("new_customers", "acquisition_cost", "acquisition_rate", "cac_payback", "ltv", "ltv_to_cac"),
        (
            Sides("What does a customer cost, and how often is one won?",
                  ("acquisition_cost", "acquisition_rate", "new_customers"), ("source", "territory", "team", "rep")),
            Allocation("Where does effort fall short of demand?"),
            Over("How many customers are won?", "new_customers", grain="month"),
            Strongest("What sells unusually well, and where?", "demand_index", ("product", "country")),
        ),
    ),
    Chapter(
        "/revenue",
        ("revenue_growth", "gross_margin"),
        ("revenue_growth", "revenue", "mrr", "expansion_mrr", "gross_margin", "quick_ratio", "forecast_error"),
        (
            Movements("What moved recurring revenue?", "mrr"),
            Plan("Is the plan reached?"),
            Ahead("What comes next, and how wrong were forecasts?", "revenue"),
            Over("How do revenue and its margin move?", "revenue", grain="month", also=("gross_margin",)),
            Sides("Where does revenue come from, and what stays of it?", ("revenue", "gross_margin", "revenue_growth"),
                  ("family", "territory", "segment", "channel")),
        ),
        ("sales_amount", "units_sold", "orders", "volume_mix_bridge", "bookings"),
    ),
    Chapter(
        "/voice",
        ("nps", "csat"),
        ("nps", "csat", "ces", "comment_sentiment"),
        (
            Themes("What do they speak of?"),
            UnansweredList("Who waits for an answer?"),
            Over("How does it move?", "nps", grain="quarter"),
            Sides("Where are they content, and where not?", ("nps", "csat", "ces", "comment_sentiment"),
                  ("family", "stage", "rep", "team", "segment")),
        ),
    ),
)  # fmt: skip
