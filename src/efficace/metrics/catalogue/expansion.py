"""Up-sell and cross-sell: who was sold more of the same, and who something else (METRICS 6, CONTRACT G)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from efficace.errors import QuestionError
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.holdings import cross_sell_states, upsell_states
from efficace.metrics.metric import SHARE, Better, Estimated, Expression, Metric, Term, no_rows
from efficace.metrics.question import Question
from efficace.stats.rates import wilson

STRETCHES = "subscription_stretches"


@dataclass(frozen=True)
class SoldMore:
    """Customers of the start who could be sold more, and the share that was."""

    kind: Literal["upsell", "cross_sell"]

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Customers at risk."""
        del question
        if self.kind == "upsell":
            sold: dict[str, Expression] = {"sold": lambda t: t.is_upsold}
            return {POPULATION: Term(STRETCHES, first="from_on", place=upsell_states, sums=sold)}
        sold = {"sold": lambda t: t.is_cross_sold}
        return {POPULATION: Term(STRETCHES, first="from_on", place=cross_sell_states, sums=sold)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Sold over at risk, with Wilson's interval."""
        del question
        term = cells[POPULATION]
        n = term.count()
        return Estimated(wilson(term.total("sold"), n), n, why_null=no_rows(n, "nobody_at_risk"))


@dataclass(frozen=True)
class OfferAcceptance:
    """Accepted over decided offers; pending ones are left out and counted, renewals only on request."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Offers by the day on which they were made."""
        kinds = _kinds(question)
        accepted: dict[str, Expression] = {"accepted": lambda t: (t.outcome == "accepted").cast("int64")}
        return {
            POPULATION: Term(
                "offer_decisions", "offered_on", where=lambda t: t.kind.fill_null("upsell").isin(kinds), sums=accepted
            )
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Accepted over decided, with Wilson's interval."""
        del question
        term = cells[POPULATION]
        n = term.count()
        return Estimated(wilson(term.total("accepted"), n), n, why_null=no_rows(n, "no_rows"))


def _kinds(question: Question) -> list[str]:
    asked = [kind.strip() for kind in str(question.options["kinds"]).split("|")]
    known = ("upsell", "cross_sell", "renewal")
    for kind in asked:
        if kind not in known:
            raise QuestionError(
                '--set kinds: "{kind}" is no kind of offer. Choices: {choices}.', kind=kind, choices=", ".join(known)
            )
    return asked


YEAR = 12
"""Months back where no range is asked: at the first fact of all nobody was a customer yet."""

METRICS: tuple[Metric, ...] = (
    Metric(
        "upsell_rate",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the customers below the top tier who moved up or took more in the period",
            "fr": "Part des clients sous le niveau supérieur qui sont montés en gamme ou ont pris plus",
        },
        estimator=SoldMore("upsell"),
        needs=("subscription_periods.mrr|order_lines.product_id", "products.tier"),
        source="Wilson (1927)",
        months_by_default=YEAR,
    ),
    Metric(
        "cross_sell_rate",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the customers without every product family who took one that they never had",
            "fr": "Part des clients sans toutes les familles qui en ont pris une qu’ils n’avaient jamais eue",
        },
        estimator=SoldMore("cross_sell"),
        needs=("subscription_periods.mrr|order_lines.product_id", "products.family"),
        source="Wilson (1927)",
        months_by_default=YEAR,
    ),
    Metric(
        "offer_acceptance",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the decided offers to customers that were accepted",
            "fr": "Part des offres décidées par les clients qui ont été acceptées",
        },
        estimator=OfferAcceptance(),
        needs=("offers.outcome|deals.kind",),
        options={"kinds": "upsell|cross_sell"},
        source="Wilson (1927)",
    ),
)
