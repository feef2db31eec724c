"""Sales cycle: how long a deal takes, where it waits, how often it is won (METRICS 1, CONTRACT B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from efficace.metrics.cells import Cells, summed
from efficace.metrics.estimators import DAY, POPULATION, Rate, Span
from efficace.metrics.metric import DAYS, SHARE, Better, Estimated, Further, Metric, Preset, Term
from efficace.metrics.question import Question
from efficace.stats.curves import Curves
from efficace.stats.estimate import Estimates
from efficace.stats.means import mean
from efficace.stats.survival import cumulative_incidence, half_of_last, kaplan_meier, share_open

CLOSED_BY = (30, 60, 90, 180)

SPAN = Span(
    start="started_at",
    end="ended_at",
    causes={"won": lambda t: t.end_kind == "won", "lost": lambda t: t.end_kind == "lost"},
)


@dataclass(frozen=True)
class CycleLength:
    """The time by which half of the deals that will be won are won; won and lost compete, open deals are censored."""

    at: str = "started_on"

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals by age, and the sums of the won ones."""
        term = SPAN.term("deal_spans", self.at, question)
        return {POPULATION: replace(term, sums={**term.sums, "reopened": lambda t: t.was_reopened.cast("int64")})}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The headline, and beside it what other readings of the same deals say."""
        del question
        term = cells[POPULATION]
        counts = SPAN.counts(term)
        n = term.count()
        won = cumulative_incidence(counts, "won")
        closed = kaplan_meier(counts)
        last, still_open = won.last(), share_open(counts)
        further = {
            "km_median": Further(closed.quantile(0.5).times(1 / DAY)),
            "mean_won": Further(_mean_won(cells)),
            "median_won": Further(_median_won(cells)),
            "won_in_the_end": Further(last, SHARE),
            **{f"closed_by_{days}": Further(_closed_by(closed, days), SHARE) for days in CLOSED_BY},
            "reopened": Further(Estimates.bare(term.total("reopened")), "deals"),
        }
        young = still_open.value > np.nan_to_num(last.value)
        no_win = {int(row): "no_wins" for row in np.flatnonzero((n > 0) & ~(np.nan_to_num(last.value) > 0))}
        main = half_of_last(counts, "won").times(1 / DAY)
        return Estimated(main, n, further, no_win, young.tolist())


@dataclass(frozen=True)
class MeanOfWon:
    """What most tools show: the mean length of won deals, which forgets those still open."""

    at: str = "started_on"

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Won deals by age."""
        return {POPULATION: SPAN.term("deal_spans", self.at, question, where=lambda t: t.end_kind == "won")}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Their mean, with Student's interval."""
        del question
        return Estimated(_mean_won(cells), cells[POPULATION].count())


def _mean_won(cells: Cells) -> Estimates:
    term = cells[POPULATION]
    won, time = term.sums["won"], term.keys["time"].astype(np.float64)
    n, total, squares = (summed(term.cell, won * time**power, term.size) for power in (0, 1, 2))
    return mean(n, total, squares).times(1 / DAY)


def _median_won(cells: Cells) -> Estimates:
    """The first length that half of the won deals do not pass."""
    term = cells[POPULATION]
    only_won = replace(term, sums={"won": term.sums["won"]}, n=term.sums["won"])
    counts = replace(SPAN, causes={"won": SPAN.causes["won"]}).counts(only_won)
    return Estimates.bare(kaplan_meier(counts).quantile(0.5).times(1 / DAY).value)


def _closed_by(closed: Curves, days: int) -> Estimates:
    still = closed.at(days * DAY)
    return Estimates(1 - still.value, 1 - still.high, 1 - still.low).where(closed.watched(days * DAY))


WIN_RATE = Rate("deal_spans", "ended_on", of=lambda t: t.end_kind == "won", where=lambda t: t.end_kind.notnull())

METRICS: tuple[Metric, ...] = (
    Metric(
        "sales_cycle_length",
        unit=DAYS,
        better=Better.LOWER,
        meaning={
            "en": "Days from a deal's start until half of the deals that will be won are won",
            "fr": "Jours entre le début d'une affaire et le moment où la moitié des affaires gagnées le sont",
        },
        estimator=CycleLength(),
        needs=("deals.created_at", "deals.status"),
        estimates=(
            "km_median", "mean_won", "median_won", "won_in_the_end", *(f"closed_by_{days}" for days in CLOSED_BY),
            "reopened",
        ),
        presets={
            "classic": Preset(
                MeanOfWon("ended_on"),
                {"en": "Mean length of deals won in the period", "fr": "Durée moyenne des affaires gagnées"},
            ),
            "by_closing_date": Preset(
                CycleLength("ended_on"),
                {
                    "en": "Deals by closing date: biased where the pipeline grows",
                    "fr": "Affaires par date de clôture : biaisé quand le pipeline croît",
                },
            ),
        },
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "win_rate",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the deals closed in the period that were won",
            "fr": "Part des affaires closes dans la période qui ont été gagnées",
        },
        estimator=WIN_RATE,
        needs=("deals.status",),
        source="Wilson (1927)",
    ),
)  # fmt: skip
