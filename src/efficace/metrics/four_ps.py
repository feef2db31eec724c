"""Estimators of the four Ps: promptness, persistence, personalization, performance (CONTRACT J)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from efficace.errors import QuestionError
from efficace.facts.dates import seconds_between
from efficace.metrics.cells import Cells, summed
from efficace.metrics.estimators import DAY, POPULATION, mean_of_values, same_pace
from efficace.metrics.grades import Grades, at_least, at_most, nearest, points, worded
from efficace.metrics.metric import SHARE, Estimated, Estimator, Expression, Further, Term, combined
from efficace.metrics.query import WEIGHT
from efficace.metrics.question import Question
from efficace.metrics.response_times import (
    MINUTE,
    answers,
    clock,
    is_over,
    not_reached,
    response_term,
    share_by,
    too_young,
    up_to,
    watched_counts,
)
from efficace.stats.estimate import Estimates
from efficace.stats.rates import wilson
from efficace.stats.survival import cumulative_incidence, kaplan_meier, restricted_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir

ELEMENT = "element"


@dataclass(frozen=True)
class Promptness:
    """The median response time, graded; where the median is not reached in the last limit's time, F."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Signals by duration."""
        column = clock(question)
        return {POPULATION: response_term(column, {"time": lambda t: t[column]})}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The quantile of the incidence of answers, and its grade."""
        term = cells[POPULATION]
        n, counts = term.count(), answers(term, "time")
        curve = cumulative_incidence(counts, "answered")
        seconds = curve.quantile(0.5)
        limits = question.config.rubrics.promptness
        is_late = np.isnan(seconds.value) & (curve.watched(limits[-1]) | is_over(counts, curve))
        grades = at_most(np.where(is_late, np.finfo(np.float64).max, seconds.value), limits)
        main = seconds.times(1 / MINUTE)
        return Estimated(
            main, n, {"grade": worded(grades)}, not_reached(n, main.value), tests=same_pace(counts, "answered")
        )


@dataclass(frozen=True)
class Persistence:
    """Attempts after the first before an unanswered lead is given up, on average; leads still worked are censored."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Unanswered leads by attempts, and how many answered."""
        del question
        keys: dict[str, Expression] = {"more": lambda t: t.attempts - 1}
        sums: dict[str, Expression] = {"given_up": lambda t: (t.outcome == "given_up").cast("int64")}
        unanswered = Term(
            "followed_leads", "followed_on", where=lambda t: t.outcome != "answered", keys=keys, sums=sums
        )
        answered = Term("followed_leads", "followed_on", where=lambda t: t.outcome == "answered")
        return {POPULATION: unanswered, "answered": answered}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The area under the curve of attempts, as far as leads were followed; answered leads grade A."""
        term = cells[POPULATION]
        n, answered = term.count(), cells["answered"].count()
        counts = watched_counts(term, "more", {"given_up": term.sums["given_up"]})
        curve = kaplan_meier(counts)
        main = restricted_mean(curve, curve.last_time()).where(term.total("given_up") > 0)
        grades = at_least(main.value, question.config.rubrics.persistence)
        grades = ["A" if n[row] == 0 and answered[row] > 0 else grade for row, grade in enumerate(grades)]
        all_answered = {int(row): "all_answered" for row in np.flatnonzero((n == 0) & (answered > 0))}
        return Estimated(main, n, {"grade": worded(grades)}, too_young(n, main.value) | all_answered)


@dataclass(frozen=True)
class AttemptValue:
    """The chance of an answer before the next attempt, given none so far: by attempt, or at option ``attempt``.

    The last attempt of a lead that is still worked is undecided and out.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Decided attempts by number."""
        del question
        keys: dict[str, Expression] = {"attempt": lambda t: t.attempt}
        sums: dict[str, Expression] = {"answered": lambda t: (t.outcome == "answered").cast("int64")}
        decided = ("answered", "followed", "given_up")
        return {
            POPULATION: Term(
                "follow_ups", "attempted_on", where=lambda t: t.outcome.isin(decided), keys=keys, sums=sums
            )
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Answers over attempts at each number."""
        term = cells[POPULATION]
        attempt = term.keys["attempt"]
        if question.curve:
            order = np.lexsort((attempt, term.cell))
            n = term.n[order]
            chance = wilson(term.sums["answered"][order], n)
            return Estimated(chance, n, cell=term.cell[order], point=attempt[order].tolist())
        wanted = attempt == _whole(question.options["attempt"], "attempt")
        n = summed(term.cell, np.where(wanted, term.n, 0.0), term.size)
        answered = summed(term.cell, np.where(wanted, term.sums["answered"], 0.0), term.size)
        return Estimated(wilson(answered, n), n)


def asked_attempt(rows: ir.Table, question: Question) -> ir.Value:
    """Of the attempts, those of the number that the value is about; along the curve all, each at its own point."""
    wanted = _whole(question.options["attempt"], "attempt")
    return rows[WEIGHT] if question.curve else (rows.attempt == wanted).ifelse(rows[WEIGHT], 0.0)


@dataclass(frozen=True)
class Personalization:
    """The mean share of elements found out of those that can apply, over messages with a text.

    By element: the share of messages that have it, of those to whose reader it can apply.
    """

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Messages by elements found and possible; by element each one that can apply is a row."""
        fact = "message_marks" if _is_by_element(question) else "messages"
        keys: dict[str, Expression] = {"found": lambda t: t.found, "possible": lambda t: t.possible}
        return {
            POPULATION: Term(
                fact,
                "sent_on",
                where=lambda t: (t.possible > 0).fill_null(False),
                keys=keys,
                sums={"broken": lambda t: t.broken, "found": lambda t: t.found},
            )
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The mean of shares, its grade, and how many messages have a merge field left unfilled."""
        term = cells[POPULATION]
        n = term.count()
        share = term.keys["found"] / np.maximum(term.keys["possible"], 1)
        if _is_by_element(question):
            return Estimated(wilson(term.total("found"), n), n)
        main = mean_of_values(term, term.n, share)
        main = Estimates(main.value, np.clip(main.low, 0, 1), np.clip(main.high, 0, 1), main.scale, main.se)
        grades = at_least(main.value, question.config.rubrics.personalization)
        broken = Further(Estimates.bare(term.total("broken")), "messages")
        return Estimated(main, n, {"grade": worded(grades), "broken": broken})


def _is_by_element(question: Question) -> bool:
    return ELEMENT in question.by or any(item.dimension == ELEMENT for item in question.filters)


LADDER = {"opened": "opened_at", "answered": "reply_at", "positive": "positive_at", "meeting": "meeting_at"}
"""Steps of a message beyond being reached, with the instant of each."""


@dataclass(frozen=True)
class Performance:
    """The share of mails answered within the window, and the other steps of the ladder; younger mails censored."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Mails by the time until each step; what comes after the window is all one."""
        window = question.config.follow_up.answer_window * DAY

        def until(column: str) -> Expression:
            def time(t: ir.Table) -> ir.Value:
                import ibis

                return ibis.greatest(seconds_between(t.sent_at, t[column].fill_null(question.as_of)), 0)

            return up_to(window, time)

        def came(column: str) -> Expression:
            return lambda t: t[column].notnull().cast("int64")

        keys = {step: until(column) for step, column in LADDER.items()}
        sums: dict[str, Expression] = {step: came(column) for step, column in LADDER.items()}
        sums["reached"] = lambda t: t.is_reached.cast("int64")
        return {POPULATION: Term("messages", "sent_on", keys=keys, sums=sums)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The incidence of each step at the end of the window."""
        term = cells[POPULATION]
        n = term.count()
        window = question.config.follow_up.answer_window * DAY
        steps = {step: share_by(watched_counts(term, step, {step: term.sums[step]}), step, window) for step in LADDER}
        main = steps["answered"]
        grades = at_least(main.value, question.config.rubrics.performance)
        further = {
            "grade": worded(grades),
            "reached": Further(wilson(term.total("reached"), n), SHARE),
            **{step: Further(found, SHARE) for step, found in steps.items()},
        }
        return Estimated(main, n, further, too_young(n, main.value))


PARTS: Mapping[str, Estimator] = {
    "promptness": Promptness(),
    "persistence": Persistence(),
    "personalization": Personalization(),
    "performance": Performance(),
}


@dataclass(frozen=True)
class FourPs:
    """The mean of the points of the four grades; nothing where one of the four is missing."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The terms of all four."""
        return combined(PARTS, question)

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Points A 4 to F 0, their mean and its nearest grade beside the four."""
        found = {name: part.estimate(cells.part(name), question) for name, part in PARTS.items()}
        grades: dict[str, Grades] = {name: list(one.further["grade"].words or ()) for name, one in found.items()}
        average = np.mean([points(grade) for grade in grades.values()], axis=0)
        further = {"grade": worded(nearest(average)), **{name: worded(grade) for name, grade in grades.items()}}
        n = found["promptness"].n
        lacking = {int(row): "one_p_missing" for row in np.flatnonzero(np.isnan(average))}
        return Estimated(Estimates.bare(average), n, further, lacking)


def _whole(value: Any, name: str) -> int:
    try:
        found = int(str(value))
    except ValueError as error:
        raise QuestionError('{name}: "{value}" is no whole number from 1 on.', name=name, value=value) from error
    if found < 1:
        raise QuestionError('{name}: "{value}" is no whole number from 1 on.', name=name, value=value)
    return found
