"""Next offers: which products to offer to which customers, and how far the chances can be trusted (METRICS 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from efficace.metrics.cells import Cells, TermCells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import SHARE, Better, Estimated, Further, Metric, Term
from efficace.metrics.question import Question
from efficace.stats.estimate import Estimates, Floats, divide

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEWEST = 30
"""Decided offers, at least: below that all customers look alike."""
BINS = 10


def _is_worth_making(t: ir.Table) -> ir.Value:
    return t.chance > t.overall + 1e-9


@dataclass(frozen=True)
class NextOffer:
    """Offers whose chance of acceptance lies above the overall one, with the calibration of such chances."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The list; all decided offers; the later ones by chance."""
        del question
        return {
            POPULATION: Term("offer_chances", where=_is_worth_making, sums={"chance": lambda t: t.chance}),
            "decided": Term(
                "offer_decisions",
                where=lambda t: t.kind.fill_null("upsell") != "renewal",
                sums={"accepted": lambda t: (t.outcome == "accepted").cast("int64")},
                whole=True,
            ),
            "later": Term(
                "offer_trials",
                sums={"chance": lambda t: t.chance, "accepted": lambda t: t.accepted},
                keys={"bin": lambda t: (t.chance * BINS).floor().cast("int64")},
                whole=True,
            ),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The length of the list, and how far chances and outcomes of later offers lay apart."""
        del question
        term, decided = cells[POPULATION], cells["decided"]
        n = decided.count()
        is_enough = n >= FEWEST
        error, judged = _calibration(cells["later"])
        further = {
            "expected": Further(Estimates.bare(term.total("chance")).where(is_enough), "accepted offers"),
            "overall": Further(Estimates.bare(divide(decided.total("accepted"), n)).where(is_enough), SHARE),
            "calibration_error": Further(Estimates.bare(error).where(is_enough), SHARE),
            "judged": Further(Estimates.bare(judged), "offers"),
        }
        why = {int(cell): "too_few" for cell in np.flatnonzero(~is_enough)}
        return Estimated(Estimates.bare(term.count()).where(is_enough), term.count(), further, why)


def _calibration(later: TermCells) -> tuple[Floats, Floats]:
    """Mean distance of chance and accepted share over tenths of the chance, weighted by offers; and their number."""
    bins = later.cell * (BINS + 1) + later.keys["bin"].astype(np.int64)
    size = later.size * (BINS + 1)
    predicted, accepted, n = (
        np.bincount(bins, values, size).reshape(later.size, BINS + 1)
        for values in (later.sums["chance"], later.sums["accepted"], later.n)
    )
    judged = n.sum(axis=1)
    return divide(np.abs(predicted - accepted).sum(axis=1), judged), judged


METRICS: tuple[Metric, ...] = (
    Metric(
        "next_offer",
        unit="offers",
        better=Better.NEITHER,
        meaning={
            "en": "Offers to customers worth making: likelier to be accepted than offers are overall",
            "fr": "Offres aux clients qui valent d’être faites : plus souvent acceptées que la moyenne des offres",
        },
        estimator=NextOffer(),
        needs=("offers.outcome|deals.kind", "products.product_id"),
        estimates=("expected", "overall", "calibration_error", "judged"),
        state=True,
        counts=True,
        foremost=("chance",),
        keeps=(
            "family", "segment", "chance", "overall", "holds_family", "product_offered", "product_accepted",
            "alike_offered", "alike_accepted",
        ),
        source="Kleinman (1973)",
    ),
)  # fmt: skip
