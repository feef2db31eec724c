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
from efficace.metrics.assembly import assemble, unit_of, whole
from efficace.metrics.cells import Cells
from efficace.metrics.comparison import compare_members
from efficace.metrics.filters import resolved
from efficace.metrics.gaps import Gaps
from efficace.metrics.metric import Estimated, Metric, Term
from efficace.metrics.order import in_own_order, orders_of
from efficace.metrics.query import placed, population, summed
from efficace.metrics.question import OtherMetrics, Question, Request, understand, whole_number
from efficace.metrics.read import read_cells
from efficace.model.time import Grain, Period, company_day, earlier, end_of_day, next_start, period_start, periods

if TYPE_CHECKING:
    from efficace.warehouse.engine import Engine


class Ground:
    """What questions are asked of: a published snapshot under a project's settings."""

    def __init__(self, engine: Engine, config: Config, as_of: datetime, number: int) -> None:
        """Take a snapshot.

        Args:
            as_of: Default as-of, zone-less UTC; stored facts are those of this instant.
            number: The snapshot's number.
        """
        self.engine = engine
        self.config = config
        self.as_of = as_of
        self.number = number
        self._tables: Tables | None = None

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
    tables = ground.tables(question)
    terms = question.metric.estimator.terms(question)
    rows = {name: population(term, question, tables, question.filters) for name, term in terms.items()}
    spans = tuple(at) if at is not None else spans_of(ground.engine, question, terms, rows)
    question = replace(question, periods=spans)
    days, spell = calendar(ground.engine, question)
    found = {
        name: ground.engine.run(summed(placed(rows[name], term, question, days, spell, tables), term, question))
        for name, term in terms.items()
    }
    names = (*question.by, *question.adjust)
    cells = read_cells(found, names, spans, orders_of(ground.engine, names))
    cells = in_own_order(ground.engine, names, cells)
    return Evaluated(question, cells, question.metric.estimator.estimate(cells, question))


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
    terms = question.metric.estimator.terms(question)
    tables = ground.tables(question)
    rows = {name: population(term, question, tables, question.filters) for name, term in terms.items()}
    found: list[Row] = []
    missing: list[Mapping[str, Any]] = []
    left_out: Mapping[str, float] = {}
    comparison = None
    for period in spans_of(ground.engine, question, terms, rows):
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


def _compared(ground: Ground, question: Question) -> tuple[Evaluated, Sequence[Period]]:
    assert question.compare is not None
    before = [earlier(period, question.grain, question.compare) for period in question.periods]
    then = replace(question, compare=None, adjust=())
    # A state has one period only; the earlier one is seen as it was known at its own end.
    then = at_end_of(then, before[0]) if question.metric.state else then
    return evaluate(ground, then, before), before


def spans_of(
    engine: Engine, question: Question, terms: Mapping[str, Term], rows: Mapping[str, Any]
) -> tuple[Period, ...]:
    """The periods of a question's range; without a start it begins with the first fact."""
    if question.metric.ahead:
        return _ahead(question)
    first = question.start or _first_day(engine, terms, rows) or question.as_of_on
    if question.end is not None:
        first = min(first, question.end - timedelta(days=1))
    return cut(question, first)


def _ahead(question: Question) -> tuple[Period, ...]:
    """The periods from the first that is not over, as many as the horizon says where no end is asked; none partial."""
    fiscal = question.config.company.fiscal_year_start
    start = question.start or period_start(question.whole_until, question.grain, fiscal)
    end = question.end or next_start(start, question.grain, whole_number(question.options, "horizon"))
    return tuple(replace(period, partial=False) for period in cut(replace(question, end=end), start))


def cut(question: Question, first: date) -> tuple[Period, ...]:
    """The periods of the range that begins on a day."""
    fiscal = question.config.company.fiscal_year_start
    return periods(question.grain, first, question.end, question.as_of, question.config.zone, fiscal_year_start=fiscal)


def _first_day(engine: Engine, terms: Mapping[str, Term], rows: Mapping[str, Any]) -> date | None:
    """The earliest day of any term's rows, so that a range without a start begins with the data."""
    found = []
    for name, term in terms.items():
        column = term.first or term.at
        if column is not None and term.begins:
            least = engine.run(rows[name].agg(first=rows[name][column].min()))
            found.append(least.column("first")[0].as_py())
    days = [day for day in found if day is not None]
    return min(days) if days else None


def calendar(engine: Engine, question: Question) -> tuple[Any, Any]:
    """Hand the engine the days of each period, and the periods themselves."""
    import pyarrow as pa

    days: dict[str, list[Any]] = {"day": [], "period": []}
    for number, period in enumerate(question.periods):
        known = (period.known_end - period.start).days
        days["day"] += [period.start + timedelta(days=day) for day in range(known)]
        days["period"] += [number] * known
    schema = pa.schema([("day", pa.date32()), ("period", pa.int64())])
    given = engine.give("_days", pa.table(days, schema=schema))
    one = timedelta(days=1)
    before = [earlier(period, question.grain, question.compare or "previous") for period in question.periods]
    year = [earlier(period, question.grain, "last_year") for period in question.periods]
    spans = {
        "period": list(range(len(question.periods))),
        "start_on": [period.start for period in question.periods],
        "end_on": [period.known_end for period in question.periods],
        "whole_end_on": [period.end for period in question.periods],
        "eve_on": [period.start - one for period in question.periods],
        "last_on": [period.known_end - one for period in question.periods],
        "before_start_on": [period.start for period in before],
        "before_end_on": [period.end for period in before],
        "year_start_on": [period.start for period in year],
        "year_end_on": [period.end for period in year],
    }
    dates = [(name, pa.date32()) for name in spans if name != "period"]
    return given, engine.give("_periods", pa.table(spans, schema=pa.schema([("period", pa.int64()), *dates])))


def _names(engine: Engine, question: Question) -> Mapping[str, Mapping[str, str]]:
    """Display names of the members of each dimension asked that has them."""
    from efficace.facts.dimensions import BY_ID

    found = {}
    for name in question.by:
        named = BY_ID[name].names
        if named is not None:
            table, key, column = named
            rows = engine.execute(f'SELECT "{key}", "{column}" FROM "{table}"').fetchall()  # noqa: S608  (declared names)
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
