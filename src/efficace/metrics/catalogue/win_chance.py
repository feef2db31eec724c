"""What the age of a deal says of its chance: to be won in the end, and when that chance turns (METRICS 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from efficace.metrics.ages import DAY, beyond, option_seconds, whole_days
from efficace.metrics.catalogue.cycle import DEALS, SHOWN, SPAN, rows_with
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import DAYS, SHARE, Better, Estimated, Metric, Term
from efficace.metrics.question import Question
from efficace.stats.bootstrap import turning_age
from efficace.stats.durations import DurationCounts
from efficace.stats.estimate import floats
from efficace.stats.survival import conditional_chance, cumulative_incidence, kaplan_meier

LEAST_DEALS = 50
SEED = 20_240_101
HOUR, MANY = 3600, 20_000


@dataclass(frozen=True)
class WinChance:
    """The chance that a deal still open at an age is won in the end, as far as deals have been watched."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals by age."""
        return {POPULATION: SPAN.term("deal_spans", "started_on", question)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """At the age asked, or at each whole day up to the oldest deal."""
        counts = SPAN.counts(cells[POPULATION])
        won, still_open = cumulative_incidence(counts, "won"), kaplan_meier(counts)
        if question.curve:
            cell, day = whole_days(still_open)
            n = beyond(still_open, cell, day * DAY)
            cell, day, n = cell[n > 0], day[n > 0], n[n > 0]
            chance = conditional_chance(won, still_open, floats(day * DAY), np.inf, cell)
            return Estimated(chance, n, cell=cell, point=day.tolist())
        every = np.arange(counts.cells, dtype=np.int64)
        age = np.full(counts.cells, option_seconds(question, "age"))
        n = beyond(still_open, every, age)
        chance = conditional_chance(won, still_open, floats(age), np.inf, every)
        return Estimated(chance, n, why_null=rows_with((counts.spans > 0) & (n == 0), "none_so_long"))


@dataclass(frozen=True)
class BestLength:
    """The age from which the chance to win within the next 30 days stays below half its peak."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Deals by age."""
        return {POPULATION: SPAN.term("deal_spans", "started_on", question)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The turning age with its bootstrap interval; nothing where that is wider than the answer."""
        del question
        counts = SPAN.counts(cells[POPULATION])
        n = counts.spans
        age = turning_age(_by_the_hour(counts), "won", window=30 * DAY, step=DAY, min_spans=LEAST_DEALS, seed=SEED)
        why = rows_with(np.isnan(age.value) & (n > 0), "cannot_tell")
        why |= rows_with((n > 0) & (n < LEAST_DEALS), "too_few")
        return Estimated(age.times(1 / DAY), n, why_null=why)


def _by_the_hour(counts: DurationCounts) -> DurationCounts:
    """Very many durations rounded up to hours: whole days of age still hold the same deals, draws cost far less."""
    if len(counts.time) <= MANY:
        return counts
    hours = -(-counts.time // HOUR) * HOUR
    return DurationCounts.of(counts.cell, hours, counts.events, counts.censored, counts.cells)


METRICS: tuple[Metric, ...] = (
    Metric(
        "win_chance_by_age",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Chance that a deal still open at an age is won in the end",
            "fr": "Chance qu’une affaire encore ouverte à un âge donné soit finalement gagnée",
        },
        estimator=WinChance(),
        needs=DEALS,
        curve="age",
        options={"age": "0 days"},
        keeps=SHOWN,
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "best_cycle_length",
        unit=DAYS,
        better=Better.NEITHER,
        meaning={
            "en": "Age of a deal from which its chance to be won within 30 days stays below half its peak",
            "fr": "Âge d’une affaire à partir duquel sa chance d’être gagnée sous 30 jours reste sous la moitié du pic",
        },
        estimator=BestLength(),
        needs=DEALS,
        keeps=SHOWN,
        source="Hanley & MacGibbon (2006)",
    ),
)
