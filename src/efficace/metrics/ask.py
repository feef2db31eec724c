"""Answers a question: terms to the engine, cells to the estimator, rows to the asker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from efficace.config import Config
from efficace.facts import BY_NAME as FACTS
from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.facts.fact import Moment
from efficace.facts.known import Tables
from efficace.metrics.adjustment import adjusted
from efficace.metrics.answer import Answer, Row
from efficace.metrics.assembly import Earlier, assemble, unit_of, whole
from efficace.metrics.cells import Cells
from efficace.metrics.comparison import compare_members
from efficace.metrics.compiled import Build, Queries
from efficace.metrics.filters import resolved
from efficace.metrics.gaps import Gaps
from efficace.metrics.metric import Estimated, Metric
from efficace.metrics.order import in_own_order, orders_of
from efficace.metrics.query import placed, population, summed
from efficace.metrics.question import OtherMetrics, Question, Request, understand
from efficace.metrics.ranges import calendar, cut, first_day, give_calendar, spans_of
from efficace.metrics.read import read_cells
from efficace.model.time import Grain, Period, company_day, earlier, end_of_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.warehouse.queryable import Queryable


class Ground:
    """What questions are asked of: a published snapshot under a project's settings."""

    def __init__(
        self, engine: Queryable, config: Config, as_of: datetime, number: int, beside: Ground | None = None
    ) -> None:
        """Take a snapshot.

        Args:
            as_of: Default as-of, zone-less UTC; stored facts are those of this instant.
            number: The snapshot's number.
            beside: The same snapshot under the same settings, opened for another thread: what was compiled serves both.
        """
        self.engine = engine
        self.config = config
        self.as_of = as_of
        self.number = number
        self._tables: Tables | None = None
        self._queries: Queries = Queries(engine, None if beside is None else beside._queries)
        # By query: the day on which its rows begin.
        self.first_days: dict[str, date | None] = {} if beside is None else beside.first_days

    def tables(self, question: Question) -> Tables:
        """The tables as known at the question's as-of; stored facts where they are of that very instant.

        Those of one moment are kept until another is asked.
        """
        moment = Moment(question.as_of, question.as_of_on, question.config)
        if self._tables is None or self._tables.moment != moment:
            if self._tables is not None:
                self._tables.close()
            is_stored = question.as_of == self.as_of and not question.overrides
            self._tables = Tables(self.engine, moment, FACTS, is_stored)
        return self._tables

    def compiled(self, part: str, question: Question, build: Build) -> Mapping[str, str]:
        """The engine's own queries of a question by name, made anew only where no earlier question had the same."""
        return self._queries.of(part, question, self.tables(question), build)


@dataclass(frozen=True)
class Evaluated:
    """What became of a question: its periods, its cells and what the estimator said of them."""

    question: Question
    cells: Cells
    estimated: Estimated


def ask(ground: Ground, request: Request, catalogue: Mapping[str, Metric]) -> Answer:
    """Answer a question.

    Raises:
        QuestionError: If a name, date or value in it does not exist.
    """
    question = understand(request, catalogue, ground.config, ground.as_of)
    filters = resolved(ground.engine, ground.tables(question), question)
    question = replace(question, filters=filters, others=others_of(ground, request, question, catalogue))
    gaps = Gaps(ground.engine, question)
    if gaps.has_no_data:
        return _answer(ground, question, _empty_rows(question), {}, gaps.without_data(_grid(question)), None)
    if question.metric.state and question.grain is not Grain.ALL:
        return _by_instants(ground, question)
    evaluated = evaluate(ground, question)
    return _of_cells(ground, evaluated)


def others_of(ground: Ground, request: Request, question: Question, catalogue: Mapping[str, Metric]) -> OtherMetrics:
    """The way to other metrics as of the question's instant, under its settings."""
    settings = {name: value for name, value in request.settings.items() if name not in question.metric.options}
    as_of = question.as_of.replace(tzinfo=UTC)

    def answer(other: Request) -> Answer:
        return ask(ground, replace(other, as_of=as_of, settings={**settings, **other.settings}), catalogue)

    return OtherMetrics(catalogue, answer)


def evaluate(ground: Ground, question: Question, at: Sequence[Period] | None = None) -> Evaluated:
    """Ask the engine for the terms of a question and its estimator for what they say.

    Args:
        at: The periods; by default those of the question's range.
    """
    if at is None and not ground.tables(question).is_stored:
        # All that the sums need is set aside at once, not first what tells where the range begins.
        ground.compiled("sums", question, _sums)
    question = replace(question, periods=tuple(at) if at is not None else spans_of(ground, question))
    texts = ground.compiled("sums", question, _sums)
    give_calendar(ground.engine, question, texts.values())
    found = {name: ground.engine.fetch(text) for name, text in texts.items()}
    names = (*question.by, *question.adjust)
    cells = read_cells(found, names, question.periods, orders_of(ground.engine, names))
    cells = in_own_order(ground.engine, names, cells)
    return Evaluated(question, cells, question.metric.estimator.estimate(cells, question))


def _sums(question: Question, tables: Tables) -> dict[str, ir.Table]:
    """The sums of each term."""
    days, spell = calendar()
    found = {}
    for name, term in question.metric.estimator.terms(question).items():
        rows = population(term, question, tables, question.filters)
        found[name] = summed(placed(rows, term, question, days, spell, tables), term, question)
    return found


def _of_cells(ground: Ground, evaluated: Evaluated) -> Answer:
    question, cells, estimated = evaluated.question, evaluated.cells, evaluated.estimated
    if question.adjust:
        plain = replace(question, adjust=())
        mixed, evaluated = evaluated, evaluate(ground, plain, question.periods)
        cells, estimated = evaluated.cells, adjusted(evaluated.estimated, evaluated.cells, mixed.cells, plain)
        question = plain
    estimated, comparison = compare_members(ground.engine, question, cells, estimated)
    compared = _compared(ground, question) if question.compare else None
    rows, missing = assemble(question, cells, estimated, compared, _names(ground.engine, question))
    left_out = _left_out(question, _unwidened(ground, question, cells))
    answer = _answer(ground, question, rows, left_out, missing, comparison)
    return replace(answer, unit=unit_of(estimated.unit, question.config)) if estimated.unit else answer


def _by_instants(ground: Ground, question: Question) -> Answer:
    """A state, period by period: each as it was known at the period's last instant."""
    found: list[Row] = []
    missing: list[Mapping[str, Any]] = []
    left_out: Mapping[str, float] = {}
    comparison = None
    for period in spans_of(ground, question):
        then = at_end_of(question, period)
        one = replace(period, start=min(period.start, then.as_of_on))
        evaluated = evaluate(ground, then, [one])
        answer = _of_cells(ground, evaluated)
        found += answer.rows
        missing += answer.missing
        left_out, comparison = answer.left_out, answer.comparison
    return _answer(ground, question, found, left_out, missing, comparison)


def at_end_of(question: Question, period: Period) -> Question:
    """The question as it would have been answered at the last known instant of a period."""
    zone = question.config.zone
    instant = min(end_of_day(period.known_end - timedelta(days=1), zone), question.as_of)
    return replace(question, as_of=instant, as_of_on=company_day(instant, zone))


def _compared(ground: Ground, question: Question) -> Earlier:
    assert question.compare is not None
    before = [earlier(period, question.grain, question.compare) for period in question.periods]
    then = replace(question, compare=None, adjust=())
    # A state has one period only; the earlier one is seen as it was known at its own end.
    then = at_end_of(then, before[0]) if question.metric.state else then
    first = None if question.metric.ahead else first_day(ground, question)
    return Earlier(evaluate(ground, then, before), before, first)


def _names(engine: Queryable, question: Question) -> Mapping[str, Mapping[str, str]]:
    """Display names of the members of each dimension asked that has them."""
    from efficace.facts.dimensions import BY_ID

    found = {}
    for name in question.by:
        named = BY_ID[name].names
        if named is not None:
            table, key, column = named
            rows = engine.find(table, (key, column))
            found[name] = {member: label for member, label in rows if label is not None}
    return found


def _unwidened(ground: Ground, question: Question, cells: Cells) -> Cells:
    """The cells without their dimensions where members include their children: a left-out fact counts once."""
    is_tree = any(DIMENSIONS[name].tree for name in question.by)
    if not is_tree or not any(term.reasons for term in cells.terms.values()):
        return cells
    return evaluate(ground, replace(question, by=(), adjust=()), question.periods).cells


def _left_out(question: Question, cells: Cells) -> dict[str, float]:
    """Left-out facts by reason over all terms; a fact that two terms leave out counts once for its fact."""
    first = next(iter(question.metric.estimator.terms(question)), None)
    totals: dict[str, float] = {}
    for name, term in cells.terms.items():
        counts: dict[str, float] = {}
        for why, _, number in term.reasons:
            counts[why] = counts.get(why, 0.0) + number
        for why, number in counts.items():
            totals[why] = number if name == first else max(totals.get(why, 0.0), number)
    return totals


def _grid(question: Question) -> tuple[date | None, ...]:
    if question.grain is Grain.ALL or question.start is None:
        return (None,)
    return tuple(period.label for period in cut(question, question.start))


def _empty_rows(question: Question) -> list[Row]:
    if question.by:
        return []
    return [Row(period, {}, None, None, None, 0, partial=False) for period in _grid(question)]


def _answer(
    ground: Ground,
    question: Question,
    rows: Sequence[Row],
    left_out: Mapping[str, float],
    missing: Sequence[Mapping[str, Any]],
    comparison: Mapping[str, Any] | None,
) -> Answer:
    metric = question.metric
    zone = question.config.zone
    return Answer(
        metric=metric.id,
        unit=unit_of(metric.unit, question.config),
        definition=question.definition,
        version=metric.version,
        as_of=question.as_of.replace(tzinfo=UTC).astimezone(zone),
        rows=tuple(rows),
        left_out={why: whole(number) for why, number in left_out.items()},
        missing=tuple(missing),
        comparison=comparison,
        meaning=metric.meaning,
        grain=str(question.grain),
        by=(*question.by, *((metric.curve,) if question.curve and metric.curve else ())),
        snapshot=ground.number,
    )
