"""General estimators: what to sum in the engine, and which statistic reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from efficace.facts import BY_NAME as FACTS
from efficace.facts.dates import seconds_between
from efficace.metrics.cells import Cells, TermCells, summed
from efficace.metrics.metric import Estimated, Expression, Further, MemberTests, Reading, Term, no_rows
from efficace.metrics.question import Question
from efficace.stats.durations import DurationCounts
from efficace.stats.estimate import Estimates, Floats
from efficace.stats.half_time import half_apart, same_half_test
from efficace.stats.log_rank import log_rank, log_rank_apart
from efficace.stats.means import mean
from efficace.stats.rates import wilson

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY = 86400
POPULATION = "population"
SHOWN_OF = {"deal_spans": ("started_on", "ended_on", "end_kind")}
"""Columns of a fact that tell people why two definitions treat a row differently."""


@dataclass(frozen=True)
class Total:
    """A sum over the facts of a period: a full count, so without interval.

    Attributes:
        of: What is summed.
        further: Sums beside it, with their unit.
        distinct: Counts without repetition beside it, with their unit.
    """

    fact: str
    at: str
    of: Expression
    where: Expression | None = None
    further: Mapping[str, tuple[Expression, str | None]] = field(default_factory=dict)
    left_out: Sequence[tuple[str, Expression]] = ()

    def terms(self, question: Question) -> Mapping[str, Term]:
        """One term with the sums."""
        del question
        sums = {"value": self.of} | {name: of for name, (of, _) in self.further.items()}
        return {POPULATION: Term(self.fact, self.at, where=self.where, sums=sums, left_out=self.left_out)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Sums; nothing is a true zero here."""
        del question
        term = cells[POPULATION]
        further = {name: Further(Estimates.bare(term.total(name)), unit) for name, (_, unit) in self.further.items()}
        return Estimated(Estimates.bare(term.total("value")), term.count(), further)


@dataclass(frozen=True)
class Rate:
    """The share of facts for which something holds, with Wilson's interval.

    Attributes:
        of: What holds (boolean).
        where: Who is asked: the denominator.
        empty: Reason where nobody is.
        accepts: See ``Term``.
    """

    fact: str
    at: str
    of: Expression
    where: Expression | None = None
    left_out: Sequence[tuple[str, Expression]] = ()
    empty: str = "no_rows"
    accepts: tuple[str, ...] = ()

    def terms(self, question: Question) -> Mapping[str, Term]:
        """One term: the trials are its rows."""
        del question
        sums: dict[str, Expression] = {"successes": lambda t: self.of(t).cast("int64")}
        term = Term(self.fact, self.at, where=self.where, sums=sums, left_out=self.left_out, accepts=self.accepts)
        return {POPULATION: term}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Successes over trials."""
        del question
        term = cells[POPULATION]
        n = term.count()
        return Estimated(wilson(term.total("successes"), n), n, why_null=no_rows(n, self.empty))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each trial once; successes above."""
        term = self.terms(question)[POPULATION]
        return (Reading(term, FACTS[self.fact].key, each, term.sums["successes"], SHOWN_OF.get(self.fact, ())),)


def each(t: ir.Table) -> ir.Value:
    """Every row counts once."""
    import ibis

    del t
    return ibis.literal(1)


@dataclass(frozen=True)
class Mean:
    """The mean of a number over facts, its interval Student's, stretched where the numbers are heavily skewed."""

    fact: str
    at: str
    of: Expression
    where: Expression | None = None
    left_out: Sequence[tuple[str, Expression]] = ()

    def terms(self, question: Question) -> Mapping[str, Term]:
        """One term with the sums of powers."""
        del question
        term = Term(self.fact, self.at, where=self.where, sums=powers(self.of), left_out=self.left_out)
        return {POPULATION: term}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Sum over number."""
        del question
        term = cells[POPULATION]
        return Estimated(mean_of(term), term.count())


def powers(of: Expression) -> dict[str, Expression]:
    """What a mean and its interval need: the sums of a number, of its squares and of its cubes."""

    def raised(t: ir.Table, power: int) -> ir.Value:
        value = of(t).cast("float64")
        return value * value if power == 2 else value * value * value

    return {"total": of, "squares": lambda t: raised(t, 2), "cubes": lambda t: raised(t, 3)}


def mean_of(term: TermCells) -> Estimates:
    """The mean in each cell of a term that sums ``powers``."""
    return mean(term.count(), term.total("total"), term.total("squares"), term.total("cubes"))


def mean_of_values(term: TermCells, times: Floats, values: Floats) -> Estimates:
    """The mean in each cell of a term that has values as keys, each occurring so many times."""
    n, total, squares, cubes = (summed(term.cell, times * values**power, term.size) for power in range(4))
    return mean(n, total, squares, cubes)


@dataclass(frozen=True)
class Span:
    """A duration that a fact describes, watched until it ends or as-of comes.

    Attributes:
        start: Column with the first instant.
        end: Column with the last instant; empty = still running (censored at as-of).
        causes: How a span can end: name -> whether this one did (boolean; only read where it ended).
    """

    start: str
    end: str
    causes: Mapping[str, Expression]

    def term(
        self,
        fact: str,
        at: str,
        question: Question,
        where: Expression | None = None,
        left_out: Sequence[tuple[str, Expression]] = (),
    ) -> Term:
        """Counts by duration: for each length in seconds, how many ended by each cause and how many still run."""

        def time(t: ir.Table) -> ir.Value:
            return seconds_between(t[self.start], t[self.end].fill_null(question.as_of))

        def ended(of: Expression) -> Expression:
            return lambda t: (t[self.end].notnull() & of(t).fill_null(False)).cast("int64")

        sums = {cause: ended(of) for cause, of in self.causes.items()}
        return Term(fact, at, where=where, sums=sums, keys={"time": time}, left_out=left_out)

    def counts(self, term: TermCells) -> DurationCounts:
        """The durations of each cell, in seconds; what ended by no cause is censored."""
        return durations(term, tuple(self.causes))


def durations(term: TermCells, causes: Sequence[str], time: str = "time") -> DurationCounts:
    """Counts by duration from a term whose key is a duration and whose sums are the ends by cause."""
    events = {cause: term.sums[cause] for cause in causes}
    censored = np.maximum(term.n - sum(events.values(), np.zeros_like(term.n)), 0.0)
    return DurationCounts.of(term.cell, term.keys[time], events, censored, term.size)


def same_pace(counts: DurationCounts, cause: str | None = None) -> MemberTests:
    """The log-rank tests of members: they see whole curves, also of those whose median is not reached."""
    return MemberTests(
        lambda rows: ("log_rank", log_rank(counts, rows, cause)), lambda rows: log_rank_apart(counts, rows, cause)
    )


def same_half(counts: DurationCounts, cause: str) -> MemberTests:
    """Tests of members by the share of what will happen that has happened at the half time of all."""
    return MemberTests(
        lambda rows: ("half_time", same_half_test(counts, cause, rows)), lambda rows: half_apart(counts, cause, rows)
    )
