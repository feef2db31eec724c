"""Pages that put the metrics of one chapter together: pipeline, customers, acquisition, revenue, voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from efficace.access.rights import Forbidden
from efficace.charts import Spec, picture
from efficace.errors import EfficaceError
from efficace.metrics.answer import Answer
from efficace.web.asked import Asked
from efficace.web.desk import Desk
from efficace.web.figures import Figure, asked_at, breakdown, figure, months
from efficace.web.frame import framed, place_at
from efficace.web.marks import Sparkline
from efficace.web.members import Ruled, ruled
from efficace.web.navigation import item_of
from efficace.web.place import Place
from efficace.web.render import page
from efficace.web.say import Say
from efficace.web.visitor import Visitor, desk_of, visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding

router = APIRouter()


@dataclass(frozen=True)
class Split:
    """A metric by the members of a dimension, as a section of a page.

    Attributes:
        title: The question that it answers.
    """

    title: str
    metric: str
    by: str


@dataclass(frozen=True)
class Drawn:
    """A metric as a picture: over periods (``grain``) or along its curve (``by``)."""

    title: str
    metric: str
    grain: str = "all"
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """What a page of one chapter shows, in its order.

    Attributes:
        figures: Metrics side by side; the first one answers the page's question where no finding does.
        also: Further metrics whose findings belong to the page.
    """

    path: str
    figures: tuple[str, ...]
    sections: tuple[Split | Drawn, ...]
    also: tuple[str, ...] = field(default=())

    def holds(self, metric: str) -> bool:
        """Whether a metric belongs to the chapter."""
        return metric in (*self.figures, *self.also, *(section.metric for section in self.sections))


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "/pipeline",
        ("stalled_deals", "pipeline_velocity", "win_rate", "sales_cycle_length", "best_cycle_length"),
        (
            Split("How long does a deal stay in each stage?", "stage_duration", "stage"),
            Split("How many go on from each stage?", "stage_conversion", "stage"),
            Split("In which stages do deals stall?", "stalled_deals", "stage"),
            Drawn("What chance is left by age?", "win_chance_by_age", by=("age",)),
            Split("Whose deals stall?", "stalled_deals", "rep"),
        ),
        ("win_rate_amount", "bookings", "kept_wins", "quality_adjusted_cycle"),
    ),
    Chapter(
        "/customers",
        (
            "customer_churn_rate",
            "net_revenue_retention",
            "gross_revenue_retention",
            "non_renewal_rate",
            "upsell_rate",
            "cross_sell_rate",
            "offer_acceptance",
            "next_offer",
        ),
        (
            Drawn("How many stay, by age?", "retention_curve", by=("age",)),
            Split("Which services lose more than chance explains?", "cancellation_alarm", "family"),
            Split("Which segments leave?", "customer_churn_rate", "segment"),
            Split("Which product lines leave?", "subscription_churn_rate", "family"),
            Drawn("When do they leave?", "churn_hazard_by_age", by=("age",)),
        ),
        ("ltv", "product_pairs"),
    ),
    Chapter(
        "/acquisition",
        ("new_customers", "acquisition_cost", "acquisition_rate", "cac_payback", "ltv", "ltv_to_cac"),
        (
            Drawn("How many customers are won?", "new_customers", grain="month"),
            Split("What does a customer cost, by source?", "acquisition_cost", "source"),
            Split("Which sources bring customers?", "acquisition_rate", "source"),
            Split("What does a customer cost, by team?", "acquisition_cost", "team"),
            Split("Where does effort fall short of demand?", "territory_balance", "territory"),
            Split("What sells unusually well?", "demand_index", "product"),
        ),
    ),
    Chapter(
        "/revenue",
        (
            "revenue_growth",
            "revenue",
            "mrr",
            "expansion_mrr",
            "gross_margin",
            "quick_ratio",
            "forecast_error",
        ),
        (
            Drawn("How does revenue move?", "revenue", grain="month"),
            Drawn("How does recurring revenue move?", "mrr", grain="month"),
            Drawn("What comes next?", "forecast", grain="month"),
            Split("Where does revenue come from?", "revenue", "family"),
            Split("Where is the margin?", "gross_margin", "family"),
        ),
        ("sales_amount", "units_sold", "orders", "volume_mix_bridge", "bookings"),
    ),
    Chapter(
        "/voice",
        ("nps", "csat", "ces", "comment_sentiment"),
        (
            Split("What do they speak of?", "comment_themes", "theme"),
            Drawn("How does it move?", "nps", grain="quarter"),
            Split("Which product lines please?", "nps", "family"),
            Split("At which stage are they content?", "csat", "stage"),
            Split("Who is told what?", "comment_sentiment", "team"),
        ),
    ),
)


@dataclass(frozen=True)
class Tile:
    """A figure with its months."""

    figure: Figure
    months: Sparkline | None


@dataclass(frozen=True)
class Shown:
    """A section as worked out; ``refused`` says why it cannot be shown."""

    section: Split | Drawn
    ruled: Ruled | None = None
    answer: Answer | None = None
    spec: Spec | None = None
    refused: EfficaceError | None = None


def _page(chapter: Chapter) -> None:
    """Give a chapter its route."""

    @router.get(chapter.path, name=chapter.path.strip("/"))
    def show(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Response:
        desk, place = desk_of(request), place_at(request)
        tiles = [Tile(figure(desk, who, place, name), months(desk, who, place, name)) for name in chapter.figures]
        found = desk.findings(who.reader)
        return framed(
            request, "pages/chapter.html", who, place,
            chapter=chapter, item=item_of(chapter.path), tiles=tiles, is_working=found is None,
            findings=_about(chapter, found or ()),
        )  # fmt: skip

    @router.get(f"{chapter.path}/sections/{{number}}", name=f"section of {chapter.path.strip('/')}")
    def section(request: Request, number: int, who: Annotated[Visitor, Depends(visitor)]) -> Response:
        """One section; pages load them one after the other, so that what is quick is there at once."""
        place = place_at(request)
        shown = _shown(desk_of(request), who, place, _section(chapter, number))
        return page(request, "parts/section.html", shown=shown, place=place, number=number)


for _chapter in CHAPTERS:
    _page(_chapter)


def _section(chapter: Chapter, number: int) -> Split | Drawn:
    if not 0 <= number < len(chapter.sections):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return chapter.sections[number]


def _about(chapter: Chapter, found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if chapter.holds(finding.request.metric)]


def _shown(desk: Desk, who: Visitor, place: Place, section: Split | Drawn) -> Shown:
    try:
        if isinstance(section, Split):
            return Shown(section, ruled=_ruled(desk, who, place, section))
        declared = desk.project.metrics.catalogue()[section.metric]
        question = {**asked_at(place, declared), "compare": None, "grain": section.grain, "by": section.by}
        answer = desk.see(who.reader, "page", section.metric, **question).answer
    except (Forbidden, EfficaceError) as refused:
        return Shown(section, refused=refused)
    has_values = any(row.value is not None for row in answer.rows)
    return Shown(section, answer=answer, spec=picture(answer, who.language) if has_values else None)


def _ruled(desk: Desk, who: Visitor, place: Place, section: Split) -> Ruled:
    metric = desk.project.metrics.catalogue()[section.metric]
    asked = Asked(metric, place, "month", section.by, definition=None, option=None)
    found = breakdown(desk, who, place, section.metric, section.by)
    return replace(ruled(found, asked, Say(who.language, desk.project.config.zone)), estimates=())
