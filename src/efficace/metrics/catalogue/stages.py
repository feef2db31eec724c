"""Stages: how long deals stay in one, how many get further, which ones stall (METRICS 1, CONTRACT B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from efficace.metrics.ages import DAY, lasting_to, option_seconds, whole_days
from efficace.metrics.catalogue.cycle import counted, is_young, mean_ended, rows_with
from efficace.metrics.cells import Cells
from efficace.metrics.estimate_names import STILL_OPEN
from efficace.metrics.estimators import POPULATION, Span, mean_of, powers, same_pace
from efficace.metrics.metric import DAYS, SHARE, Better, Estimated, Expression, Further, Metric, Term
from efficace.metrics.query import REASON, WEIGHT
from efficace.metrics.question import Question
from efficace.model.time import Grain
from efficace.stats.curves import Curves
from efficace.stats.durations import DurationCounts
from efficace.stats.estimate import Bools, Estimates
from efficace.stats.rates import wilson
from efficace.stats.survival import cumulative_incidence, kaplan_meier, share_open

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

VISIT = Span("entered_at", "left_at", causes={"left": lambda t: t.left_at.notnull()})
PASSAGE = Span(
    "started_at",
    "ended_at",
    causes={"passed": lambda t: t.passage_end == "passed", "lost": lambda t: t.passage_end == "lost"},
)


@dataclass(frozen=True)
class StageDuration:
    """The median time from entering to leaving a stage; a deal still in it is censored, each visit counts."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Visits by length, and the time of each deal over its visits."""
        visits = VISIT.term("stage_visits", "entered_on", question)
        flags: dict[str, Expression] = {
            "moved": counted(lambda t: t.was_moved),
            "first_entry_only": counted(lambda t: t.evidence == "first_entry_only"),
        }
        return {
            POPULATION: replace(visits, sums={**visits.sums, **flags}),
            "deals": Term("stage_visits", first="entered_on", place=_deals_done, sums=powers(_days), begins=False),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The Kaplan-Meier median; beside it the mean of finished visits and of whole deals."""
        del question
        term, deals = cells[POPULATION], cells["deals"]
        n = term.count()
        counts = VISIT.counts(term)
        median = kaplan_meier(counts).quantile(0.5).times(1 / DAY)
        further = {
            "mean": Further(mean_ended(cells, "left")),
            "total_time_in_stage": Further(mean_of(deals)),
            "moved": Further(Estimates.bare(term.total("moved")), "visits"),
            "first_entry_only": Further(Estimates.bare(term.total("first_entry_only")), "visits"),
        }
        why_null = rows_with((n > 0) & np.isnan(median.value), "not_reached")
        return Estimated(median, n, further, why_null, tests=same_pace(counts))


def _days(t: ir.Table) -> ir.Value:
    return t.seconds / float(DAY)


def _deals_done(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
    """One row a deal with the sum of its visits in the cell, where none of them still runs."""
    spans = periods.select("period", "start_on", "end_on")
    joined = rows.inner_join(spans, [rows.entered_on >= spans.start_on, rows.entered_on < spans.end_on])
    members = [name for name in joined.columns if name.startswith("_by_")]
    keys = ["period", "deal_id", WEIGHT, REASON, *members]
    deals = joined.group_by(keys).agg(seconds=joined.seconds.sum(), running=joined.left_at.isnull().any())
    return deals.filter(~deals.running)


@dataclass(frozen=True)
class StageConversion:
    """The share of the deals at a stage or beyond it that got further; being lost competes, open ones are censored."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Passages by length."""
        term = PASSAGE.term("stage_passages", "started_on", question)
        flags: dict[str, Expression] = {
            "entered": counted(lambda t: t.was_entered),
            "reentered": counted(lambda t: t.was_reentered),
            "skipped": counted(lambda t: t.was_skipped),
        }
        return {POPULATION: replace(term, sums={**term.sums, **flags})}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The incidence of passing at the last observed age, at the horizon set, or at each whole day of age."""
        term = cells[POPULATION]
        counts = PASSAGE.counts(term)
        passed = cumulative_incidence(counts, "passed")
        if question.curve:
            cell, day = whole_days(passed)
            return Estimated(
                passed.at_points(cell, day * DAY), lasting_to(passed, cell, day * DAY), cell=cell, point=day.tolist()
            )
        n, still_open = term.count(), share_open(counts)
        further = {
            "reentry": Further(wilson(term.total("reentered"), term.total("entered")), SHARE),
            "skip": Further(wilson(term.total("skipped"), n), SHARE),
            STILL_OPEN: Further(still_open, SHARE),
        }
        value, is_known = _value(passed, counts, question)
        young = is_young(still_open, passed.last()).tolist()
        return Estimated(value.where(is_known), n, further, rows_with((n > 0) & ~is_known, "too_young"), young)


def _value(passed: Curves, counts: DurationCounts, question: Question) -> tuple[Estimates, Bools]:
    """The incidence asked for, and where it was watched: beyond the last passage still open it could only grow."""
    if not question.options["horizon"]:
        return passed.last(), np.ones(counts.cells, dtype=bool)
    horizon = option_seconds(question, "horizon")
    still_open = np.nan_to_num(share_open(counts).value)
    return passed.at(horizon), passed.watched(horizon) | (still_open <= 0)


@dataclass(frozen=True)
class StalledDeals:
    """Open deals that stay in their stage longer than nine in ten won deals did: a full count."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The stalled ones, and all open deals whose stage has a limit or which are abandoned."""
        # Split into periods, the first is that of the oldest open deal.
        first = None if question.grain is Grain.ALL else "started_on"
        return {
            POPULATION: Term("stage_stalls", where=lambda t: t.is_stalled),
            "open": Term("stage_stalls", first=first, sums={"abandoned": counted(lambda t: t.is_abandoned)}),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """How many there are; nothing where no open deal could be judged."""
        del question
        judged = cells["open"]
        n = judged.count()
        unjudged = np.zeros(judged.size, dtype=bool)
        unjudged[[cell for _, cell, _ in judged.reasons if cell >= 0]] = True
        is_mute = unjudged & (n == 0)
        further = {"abandoned": Further(Estimates.bare(judged.total("abandoned")), "deals")}
        value = Estimates.bare(cells[POPULATION].count()).where(~is_mute)
        return Estimated(value, n, further, rows_with(is_mute, "too_few"))


LOG = "stage_changes.entered_at"

METRICS: tuple[Metric, ...] = (
    Metric(
        "stage_duration",
        unit=DAYS,
        better=Better.LOWER,
        meaning={
            "en": "Days from entering a stage until half of the visits have left it",
            "fr": "Jours entre l’entrée dans une étape et le moment où la moitié des passages l’ont quittée",
        },
        estimator=StageDuration(),
        needs=(LOG,),
        estimates=("mean", "total_time_in_stage", "moved", "first_entry_only"),
        keeps=("pipeline", "stage", "entered_at", "left_at", "seconds", "deal_end", "was_moved", "evidence"),
        source="Kaplan & Meier (1958); means Student (1908), Hall (1992)",
    ),
    Metric(
        "stage_conversion",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of the deals that reached a stage and got to a later one or were won",
            "fr": "Part des affaires parvenues à une étape qui sont allées plus loin ou ont été gagnées",
        },
        estimator=StageConversion(),
        needs=(LOG, "stages.position"),
        estimates=("reentry", "skip", STILL_OPEN),
        curve="age",
        options={"horizon": ""},
        keeps=(
            "pipeline", "stage", "started_at", "ended_at", "passage_end", "visits", "was_entered", "was_reentered",
            "was_skipped",
        ),
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "stalled_deals",
        counted={"open": None},
        unit="deals",
        better=Better.LOWER,
        meaning={
            "en": "Open deals that stay in their stage longer than nine in ten won deals did",
            "fr": "Affaires ouvertes restées dans leur étape plus longtemps que neuf affaires gagnées sur dix",
        },
        estimator=StalledDeals(),
        needs=("deals.status", LOG),
        estimates=("abandoned",),
        state=True,
        counts=True,
        keeps=(
            "account_id", "rep_id", "pipeline", "stage", "amount", "started_at", "entered_at", "stage_seconds",
            "limit_seconds", "age_seconds",
        ),
    ),
)  # fmt: skip
