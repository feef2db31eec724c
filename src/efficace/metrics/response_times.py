"""Estimators of lead response: the incidence of answers, other ends competing, waiting leads censored (CONTRACT D)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from efficace.config import Seconds
from efficace.facts import BY_NAME as FACTS
from efficace.facts.dates import seconds_between
from efficace.metrics.cells import Cells, TermCells
from efficace.metrics.estimators import POPULATION, each, mean_of_values, same_pace
from efficace.metrics.metric import SHARE, Estimated, Expression, Further, Reading, Term
from efficace.metrics.question import Question
from efficace.stats.curves import MET, Curves
from efficace.stats.durations import DurationCounts
from efficace.stats.estimate import Bools, Estimates, Floats
from efficace.stats.slopes import pooled_slope
from efficace.stats.survival import cumulative_incidence, kaplan_meier, log_rank_one_sided

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

FACT, AT = "lead_responses", "signal_on"
MINUTE, HOUR, DAY = 60, 3600, 86400
CAUSES = ("answered", "lost")
"""An answer, and what competes with it: the lead was disqualified or bought by itself."""

WITHIN = {"within_5_min": 300, "within_1_hour": 3600, "within_1_day": DAY, "within_1_week": 7 * DAY}
QUANTILES = {"p25": 0.25, "p75": 0.75, "p90": 0.9}
HEATS = ("cold", "warm", "hot")
NO_TIME = -1
"""Key of a row that has no such duration."""


def ends() -> dict[str, Expression]:
    """How a signal's clock stopped, as sums by cause."""
    return {
        "answered": lambda t: (t.end_kind == "answered").fill_null(False).cast("int64"),
        "lost": lambda t: (t.end_kind != "answered").fill_null(False).cast("int64"),
    }


def clock(question: Question) -> str:
    """The column of the clock that the question reads."""
    return "business_seconds" if question.config.response.clock == "business" else "seconds"


def response_term(column: str, keys: Mapping[str, Expression], more: Mapping[str, Expression] | None = None) -> Term:
    """Signals by duration; one outside the days that the calendars cover has no business time.

    Args:
        column: Must hold a value.
        more: Sums beside the ends by cause.
    """
    reason = ("outside_calendar", lambda t: t[column].isnull())
    return Term(FACT, AT, sums={**ends(), **(more or {})}, keys=keys, left_out=(reason,))


def watched_counts(term: TermCells, key: str, events: Mapping[str, Floats]) -> DurationCounts:
    """Durations of each cell under one of the term's keys; what ended by no cause is censored."""
    has_time = term.keys[key] != NO_TIME
    kept = {cause: count[has_time] for cause, count in events.items()}
    censored = np.maximum(term.n[has_time] - sum(kept.values(), np.zeros(int(has_time.sum()))), 0.0)
    return DurationCounts.of(term.cell[has_time], term.keys[key][has_time], kept, censored, term.size)


def answers(term: TermCells, key: str) -> DurationCounts:
    """Durations until the answer, other ends competing."""
    return watched_counts(term, key, {cause: term.sums[cause] for cause in CAUSES})


def share_by(counts: DurationCounts, cause: str, horizon: float) -> Estimates:
    """The share ended by a cause up to a horizon, that very instant included.

    NaN where nobody was watched so long and somebody still waits: the share could only grow.
    """
    curve = cumulative_incidence(counts, cause)
    return curve.at(horizon).where(curve.watched(horizon) | is_over(counts, curve))


def up_to(horizon: int, duration: Expression) -> Expression:
    """A duration cut just after a horizon: what lies beyond need not travel one by one."""

    def cut(t: ir.Table) -> ir.Value:
        import ibis

        return ibis.least(duration(t), horizon + 1)

    return cut


def is_over(counts: DurationCounts, curve: Curves) -> Bools:
    """Cells in which the last span has ended: nothing can change any more."""
    last = np.clip(counts.offsets[1:] - 1, 0, None)
    waiting = counts.censored[last] if len(counts.censored) else np.zeros(counts.cells)
    return np.asarray(~curve.is_empty & (waiting == 0), dtype=bool)


def too_young(n: Floats, value: Floats) -> dict[int, str]:
    """The reason of rows that have facts but no value yet."""
    return {int(row): "too_young" for row in np.flatnonzero((n > 0) & np.isnan(value))}


def not_reached(n: Floats, value: Floats) -> dict[int, str]:
    """The reason of rows whose curve has not come so far."""
    return {int(row): "not_reached" for row in np.flatnonzero((n > 0) & np.isnan(value))}


@dataclass(frozen=True)
class ResponseTime:
    """Minutes until half of all signals are answered, and what else the same clock tells.

    System delay runs from the signal to the first rep who holds the lead, human delay from there to the answer; both
    only where the log of owners tells.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Signals by all their durations at once: nearly every row is distinct by one of them already."""
        as_of = question.as_of
        keys: dict[str, Expression] = {
            "elapsed": lambda t: t.seconds,
            "business": lambda t: t.business_seconds,
            "system": lambda t: t.has_owner_log.ifelse(seconds_between(t.signal_at, _system_end(t, as_of)), NO_TIME),
            "human": lambda t: _has_human_delay(t).ifelse(_human_seconds(t, as_of), NO_TIME),
        }
        sums: dict[str, Expression] = {
            "assigned": lambda t: (t.assigned_at.notnull() & ~_is_lost_first(t)).cast("int64"),
            "lost_first": lambda t: _is_lost_first(t).cast("int64"),
        }
        return {POPULATION: response_term(clock(question), keys, sums)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Quantiles of the incidence of answers."""
        term = cells[POPULATION]
        n = term.count()
        asked = "business" if clock(question) == "business_seconds" else "elapsed"
        counts = answers(term, asked)
        curve = cumulative_incidence(counts, "answered")
        main = _minutes(curve, 0.5)
        system = watched_counts(term, "system", {"assigned": term.sums["assigned"], "lost": term.sums["lost_first"]})
        further = {
            **{name: Further(_minutes(curve, share)) for name, share in QUANTILES.items()},
            "mean_answered": Further(_mean_answered(term, asked)),
            "business": Further(_minutes(cumulative_incidence(answers(term, "business"), "answered"), 0.5)),
            "system_delay": Further(_minutes(cumulative_incidence(system, "assigned"), 0.5)),
            "human_delay": Further(_minutes(cumulative_incidence(answers(term, "human"), "answered"), 0.5)),
        }
        return Estimated(main, n, further, not_reached(n, main.value), tests=same_pace(counts, "answered"))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each signal once."""
        return (_signals(self.terms(question)[POPULATION]),)


def _signals(term: Term) -> Reading:
    return Reading(term, FACTS[FACT].key, each, shown=("signal_on", "end_kind", "seconds"))


@dataclass(frozen=True)
class MedianOfAnswered:
    """What other tools show: the median over answered signals alone."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Answered signals by duration."""
        column = clock(question)
        reason = ("outside_calendar", lambda t: t[column].isnull())
        keys: dict[str, Expression] = {"time": lambda t: t[column]}
        return {
            POPULATION: Term(FACT, AT, where=lambda t: t.end_kind == "answered", keys=keys, left_out=(reason,)),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Their nearest-rank median."""
        del question
        term = cells[POPULATION]
        counts = watched_counts(term, "time", {"answered": term.n})
        return Estimated(_minutes(kaplan_meier(counts), 0.5), term.count())

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each answered signal once."""
        return (_signals(self.terms(question)[POPULATION]),)


@dataclass(frozen=True)
class AnswerRate:
    """The share of signals answered within the horizon (option ``horizon``)."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Signals by duration; what comes after the last horizon is all one."""
        column = clock(question)
        longest = max(_horizon(question), *WITHIN.values())
        return {POPULATION: response_term(column, {"time": up_to(longest, lambda t: t[column])})}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The incidence of answers at the horizon, and at the usual ones."""
        term = cells[POPULATION]
        counts, n = answers(term, "time"), term.count()
        main = share_by(counts, "answered", _horizon(question))
        further = {name: Further(share_by(counts, "answered", last)) for name, last in WITHIN.items()}
        return Estimated(main, n, further, too_young(n, main.value))


_WHOLE = 1_000_000
"""The promise on the scale on which promises of different lengths are laid over one another."""


@dataclass(frozen=True)
class PromiseKept:
    """The share of signals answered within the promise for their heat; younger ones censored.

    Ages are measured in parts of the promise, so that signals of different heat lie on one scale.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Signals by the part of their promise that has passed, rounded up: at its very end it is still kept."""
        del question

        def part(t: ir.Table) -> ir.Value:
            import ibis

            promise = ibis.greatest(t.promise_seconds, 1)
            return ibis.least(((t.promise_age * _WHOLE + promise - 1) / promise).floor().cast("int64"), 2 * _WHOLE)

        term = response_term("promise_age", {"part": part})
        unknown = ("unknown_heat", lambda t: t.promise_seconds.isnull())
        return {POPULATION: Term(FACT, AT, sums=term.sums, keys=term.keys, left_out=(unknown, *term.left_out))}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The incidence of answers when the whole promise has passed."""
        del question
        term = cells[POPULATION]
        n = term.count()
        main = share_by(answers(term, "part"), "answered", _WHOLE)
        return Estimated(main, n, why_null=too_young(n, main.value))


@dataclass(frozen=True)
class HeatInversion:
    """1 where a colder group is answered faster than a hotter one beyond chance, else 0."""

    least: int = 5
    level: float = 0.05

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Signals by duration and heat."""
        import ibis

        column = clock(question)
        keys: dict[str, Expression] = {
            "time": lambda t: t[column],
            "heat": lambda t: ibis.cases(*((t.heat == heat, rank) for rank, heat in enumerate(HEATS)), else_=NO_TIME),
        }
        term = response_term(column, keys)
        unknown = ("unknown_heat", lambda t: ~t.heat.isin(HEATS).fill_null(False))
        return {POPULATION: Term(FACT, AT, sums=term.sums, keys=keys, left_out=(unknown, *term.left_out))}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Each pair of heats compared by median and one-sided log-rank test."""
        del question
        term = cells[POPULATION]
        by_heat = TermCells(
            term.cell * len(HEATS) + term.keys["heat"], term.n, term.sums, term.keys, (), term.size * len(HEATS)
        )
        counts = answers(by_heat, "time")
        medians = cumulative_incidence(counts, "answered").quantile(0.5).value
        found = np.array([self._is_inverted(counts, medians, cell * len(HEATS)) for cell in range(term.size)])
        chance = np.array([self._chance(counts, cell * len(HEATS)) for cell in range(term.size)])
        n = term.count()
        few = {int(row): "too_few" for row in np.flatnonzero((n > 0) & np.isnan(found))}
        return Estimated(Estimates.bare(found), n, {"p": Further(Estimates.bare(chance), SHARE)}, few)

    def _is_inverted(self, counts: DurationCounts, medians: Floats, first: int) -> float:
        pairs = self._pairs(counts, first)
        return float(any(self._is_faster(counts, medians, cold, hot) for cold, hot in pairs)) if pairs else np.nan

    def _chance(self, counts: DurationCounts, first: int) -> float:
        """How likely chance alone would make some pair look inverted so clearly: the smallest p times their number."""
        pairs = self._pairs(counts, first)
        chances = [log_rank_one_sided(counts, cold, hot, cause="answered") for cold, hot in pairs]
        return min(1.0, min(chances) * len(chances)) if chances else np.nan

    def _pairs(self, counts: DurationCounts, first: int) -> list[tuple[int, int]]:
        """Each colder group with each hotter one; none where a group is too small to tell."""
        heats = [first + rank for rank in range(len(HEATS)) if counts.spans[first + rank] > 0]
        if len(heats) < 2 or min(counts.spans[heats]) < self.least:
            return []
        return [(cold, hot) for position, cold in enumerate(heats) for hot in heats[position + 1 :]]

    def _is_faster(self, counts: DurationCounts, medians: Floats, cold: int, hot: int) -> bool:
        hot_median = np.inf if np.isnan(medians[hot]) else medians[hot]
        return bool(
            medians[cold] < hot_median and log_rank_one_sided(counts, cold, hot, cause="answered") < self.level + MET
        )


@dataclass(frozen=True)
class Conversion:
    """The share of signals whose lead converts within the horizon of the signal (option ``horizon``).

    Beside it ``per_hour``: how much the chance changes with each further hour until the answer, among signals answered
    within a day and watched for the whole horizon, alike in heat, source and hour of the week.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Signals by time until conversion; younger ones censored. Those answered within a day by hours waited."""
        horizon = _horizon(question)

        def time(t: ir.Table) -> ir.Value:
            return seconds_between(t.signal_at, t.converted_at.fill_null(question.as_of))

        def was_before(t: ir.Table) -> ir.Value:
            return t.converted_at < t.signal_at

        def is_dosed(t: ir.Table) -> ir.Value:
            import ibis

            as_of = ibis.literal(question.as_of, type="timestamp(6)")
            is_quick = (t.end_kind == "answered") & (t.seconds <= DAY)
            is_watched = seconds_between(t.signal_at, as_of) >= horizon
            return (is_quick & is_watched & ~was_before(t).fill_null(False)).fill_null(False)

        def alike(t: ir.Table) -> ir.Value:
            parts = (t.heat.fill_null(""), t.source.fill_null(""), t.hour_of_week.cast("string"))
            return parts[0] + "|" + parts[1] + "|" + parts[2]

        keys = {"time": up_to(horizon, time)}
        sums: dict[str, Expression] = {"converted": lambda t: t.converted_at.notnull().cast("int64")}
        doses: dict[str, Expression] = {"hours": lambda t: t.seconds // HOUR, "alike": alike}
        won: dict[str, Expression] = {"won": lambda t: (t.converted_at.notnull() & (time(t) <= horizon)).cast("int64")}
        return {
            POPULATION: Term(FACT, AT, sums=sums, keys=keys, left_out=(("converted_before", was_before),)),
            "doses": Term(FACT, AT, where=is_dosed, sums=won, keys=doses, begins=False),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The incidence of conversion at the horizon, and the slope by hours waited."""
        term, doses = cells[POPULATION], cells["doses"]
        n = term.count()
        counts = watched_counts(term, "time", {"converted": term.sums["converted"]})
        main = share_by(counts, "converted", _horizon(question))
        slope = pooled_slope(
            doses.cell, doses.keys["alike"].astype(str), doses.keys["hours"], doses.n, doses.sums["won"], term.size
        )
        return Estimated(main, n, {"per_hour": Further(slope, SHARE)}, too_young(n, main.value))


@dataclass(frozen=True)
class OpenLeads:
    """Leads that await an answer: a full count."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Waiting leads, and those whose promise has passed."""
        del question
        overdue: dict[str, Expression] = {"overdue": lambda t: (t.left_seconds < 0).fill_null(False).cast("int64")}
        return {POPULATION: Term(FACT, where=lambda t: t.end_kind.isnull(), sums=overdue, place=_waiting)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """How many there are; none is a true zero."""
        del question
        term = cells[POPULATION]
        overdue = Further(Estimates.bare(term.total("overdue")), "leads")
        return Estimated(Estimates.bare(term.count()), term.count(), {"overdue": overdue})


def _waiting(rows: ir.Table, periods: ir.Table, tables: Tables) -> ir.Table:
    """The first signal of each lead that waits, with the seconds left of its promise and what it may be worth."""
    import ibis

    order = ibis.window(group_by="lead_id", order_by=["signal_at", "signal_id"])
    rows = rows.mutate(place=ibis.row_number().over(order), left_seconds=rows.promise_seconds - rows.promise_age)
    rows = rows.filter(rows.place == 0).drop("place")
    rows = _with_worth(rows, tables)
    return rows.cross_join(periods.select("period"))


def _with_worth(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add the chance that the lead converts, what is left of it, what it may bring, and what speaks for and against."""
    scores = tables.lead_scores.select(
        "chance", "chance_left", "expected_value", s_lead="lead_id", s_signal="signal_id"
    )
    reasons = tables.signal_evidence.select("raised_by", "lowered_by", e_lead="lead_id", e_signal="signal_id")
    rows = rows.left_join(scores, [rows.lead_id == scores.s_lead, rows.signal_id == scores.s_signal])
    rows = rows.left_join(reasons, [rows.lead_id == reasons.e_lead, rows.signal_id == reasons.e_signal])
    told = {name: rows.chance.isnull().ifelse(None, rows[name]) for name in ("raised_by", "lowered_by")}
    return rows.mutate(**told).drop("s_lead", "s_signal", "e_lead", "e_signal")


def _horizon(question: Question) -> int:
    return Seconds.parse(question.options["horizon"], "horizon")


def _is_lost_first(t: ir.Table) -> ir.Value:
    """Disqualified or bought before any rep held the lead."""
    is_lost = (t.end_kind != "answered").fill_null(False)
    return is_lost & (t.assigned_at.isnull() | (t.ended_at < t.assigned_at).fill_null(False))


def _system_end(t: ir.Table, as_of: object) -> ir.Value:
    return _is_lost_first(t).ifelse(t.ended_at, t.assigned_at.fill_null(as_of))


def _has_human_delay(t: ir.Table) -> ir.Value:
    is_answered = (t.end_kind == "answered").fill_null(False)
    return t.has_owner_log & (is_answered | (t.assigned_at.notnull() & ~_is_lost_first(t)))


def _human_seconds(t: ir.Table, as_of: object) -> ir.Value:
    """From the assignment on; an answer before it waited for nobody."""
    import ibis

    end = t.ended_at.fill_null(as_of)
    return ibis.greatest(seconds_between(t.assigned_at.fill_null(end), end), 0)


def _minutes(curve: Curves, share: float) -> Estimates:
    return curve.quantile(share).times(1 / MINUTE)


def _mean_answered(term: TermCells, key: str) -> Estimates:
    has_time = term.keys[key] != NO_TIME
    answered = np.where(has_time, term.sums["answered"], 0.0)
    time = np.where(has_time, term.keys[key], 0).astype(np.float64)
    return mean_of_values(term, answered, time).times(1 / MINUTE)
