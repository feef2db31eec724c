"""The very rows behind an answer: facts used and left out, by the part that reads them, in a stable order.

The rows of all parts add up to the answer: ``counted`` to its n, the weights of what was left out to its ``left_out``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from efficace.errors import QuestionError, nearest
from efficace.facts import BY_NAME as FACTS
from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.locale.said import Said
from efficace.metrics.ask import Ground, at_end_of, evaluate, others_of
from efficace.metrics.counting import counted_by
from efficace.metrics.filters import resolved
from efficace.metrics.gaps import Gaps
from efficace.metrics.metric import Metric, Term
from efficace.metrics.opened import Opened, Part, RowsBehind
from efficace.metrics.query import NO_PERIOD, PERIOD, REASON, WEIGHT, dimension_column, placed, population
from efficace.metrics.question import OtherMetrics, Question, Request, understand
from efficace.metrics.ranges import calendar, give_calendar, spans_of
from efficace.model.time import Grain, Period

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LIMIT = 1000
NUMBER, COUNTED = "period_number", "_counted"
SHARES = ("counted", "weight")


@dataclass(frozen=True)
class Placed:
    """The rows of a term in their periods: ``plain`` as they are summed, ``rows`` with what each adds to n."""

    name: str
    term: Term
    question: Question
    plain: ir.Table
    rows: ir.Table

    @property
    def is_own(self) -> bool:
        """Whether the rows are those of the members asked; what they are merely compared with is not shown again."""
        counted = counted_by(self.question.metric, self.question.metric.estimator.terms(self.question))
        return self.name in counted or not (self.term.whole or self.term.along is not None)


def rows_behind(
    ground: Ground, request: Request, catalogue: Mapping[str, Metric], limit: int | None = LIMIT
) -> RowsBehind:
    """Show the rows of the metric's population behind a question.

    Args:
        limit: At most so many; None = all.

    Raises:
        QuestionError: If a name, date or value in the question does not exist.
    """
    question = understood(ground, request, catalogue)
    terms = question.metric.estimator.terms(question)
    if not terms:
        raise QuestionError(
            "{id} has no rows of its own: ask for those of the metric that it reads.", id=question.metric.id
        )
    names = question.metric.behind or tuple(terms)[:1]
    chosen = [part for part in _of_question(ground, question, None) if part.name in names]
    found = next((part for part in chosen if _count(ground, part)), chosen[0])
    rows = _fetched(ground, found, found.rows, limit).drop_columns(["counted"])
    return RowsBehind(question.metric.id, found.term.fact, question.as_of, _count(ground, found), rows)


def opened(
    ground: Ground,
    request: Request,
    catalogue: Mapping[str, Metric],
    left_out: str | None = None,
    limit: int | None = LIMIT,
) -> Opened:
    """Show the rows of every part of the metric behind a question.

    Args:
        left_out: Only the rows left out for this reason.
        limit: At most so many; None = all.

    Raises:
        QuestionError: If a name, date, value or reason does not exist.
    """
    question = understood(ground, request, catalogue)
    found = _Found(ground, limit)
    if not Gaps(ground.engine, question).has_no_data:
        for parts in placed_parts(ground, question):
            found.read(parts, left_out)
        for one in asked_of_others(ground, request, question, catalogue):
            for parts in _beside(ground, one, catalogue):
                found.read(parts, left_out)
    if left_out is not None:
        _check_reason(left_out, found.reasons)
    told = _unwidened(ground, question, found.parts())
    return Opened(question.metric.id, question.as_of, question.metric.n_counts, told, found.total, found.table())


def _unwidened(ground: Ground, question: Question, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Where members include their children a left-out fact has a row in each, and is told once."""
    is_tree = any(DIMENSIONS[name].tree for name in question.by)
    if not is_tree or not any(part.left_out for part in parts):
        return tuple(parts)
    whole = _Found(ground, limit=0)
    for one in placed_parts(ground, replace(question, by=())):
        whole.read(one, None)
    once = {part.name: part.left_out for part in whole.parts()}
    return tuple(replace(part, left_out=_only(once.get(part.name, {}), part.left_out)) for part in parts)


def _only(found: Mapping[str, float], names: Mapping[str, float]) -> dict[str, float]:
    return {why: number for why, number in found.items() if why in names}


def understood(ground: Ground, request: Request, catalogue: Mapping[str, Metric]) -> Question:
    """The question with its filters as ids; the mix of members is not evened out, for n is that of the plain rows."""
    question = replace(understand(request, catalogue, ground.config, ground.as_of), adjust=())
    filters = resolved(ground.engine, ground.tables(question), question)
    return replace(question, filters=filters, others=others_of(ground, request, question, catalogue))


def placed_parts(ground: Ground, question: Question) -> Iterator[list[Placed]]:
    """The rows of every term of a question; a state's by period come one instant after the other.

    Those of one instant must be read before the next are asked for: what was set aside for it is dropped then.
    """
    for then, at in _instants(ground, question):
        yield list(_of_question(ground, then, at))


def _instants(ground: Ground, question: Question) -> Iterator[tuple[Question, Sequence[Period] | None]]:
    """The question once; a state's period by period, each as it was known at its last instant."""
    if not question.metric.state or question.grain is Grain.ALL:
        yield question, None
        return
    for period in spans_of(ground, question):
        then = at_end_of(question, period)
        yield then, [replace(period, start=min(period.start, then.as_of_on))]


def _of_question(ground: Ground, question: Question, at: Sequence[Period] | None) -> Iterator[Placed]:
    tables = ground.tables(question)
    terms = question.metric.estimator.terms(question)
    rows = {name: population(term, question, tables, question.filters) for name, term in terms.items()}
    question = replace(question, periods=tuple(at) if at is not None else spans_of(ground, question))
    give_calendar(ground.engine, question)
    days, spell = calendar()
    counted = counted_by(question.metric, terms)
    for name in sorted(terms, key=lambda one: one not in counted):
        term = terms[name]
        own = placed(rows[name], term, question, days, spell, tables)
        adds = counted[name](own, question) if name in counted else 0.0
        yield Placed(name, term, question, own, own.mutate(**{COUNTED: own[REASON].isnull().ifelse(adds, 0.0)}))


def asked_of_others(
    ground: Ground, request: Request, question: Question, catalogue: Mapping[str, Metric]
) -> tuple[Request, ...]:
    """What a metric's estimator asks of other metrics, each question once."""
    if not question.metric.asks:
        return ()
    requests: dict[str, Request] = {}
    others = others_of(ground, request, question, catalogue)

    def noted(other: Request) -> Any:
        settings = {name: value for name, value in request.settings.items() if name not in question.metric.options}
        whole = replace(other, as_of=request.as_of, settings={**settings, **other.settings})
        requests[repr(whole)] = whole
        return others.ask(other)

    evaluate(ground, replace(question, others=OtherMetrics(catalogue, noted)))
    return tuple(requests.values())


def _beside(ground: Ground, request: Request, catalogue: Mapping[str, Metric]) -> Iterator[list[Placed]]:
    """The rows of a metric that another one reads: they add nothing to that one's n, nor to what it left out."""
    question = understood(ground, request, catalogue)
    if Gaps(ground.engine, question).has_no_data:
        return
    for parts in placed_parts(ground, question):
        yield [
            replace(
                part,
                name=f"{question.metric.id}.{part.name}",
                rows=part.rows.filter(part.rows[REASON].isnull()).mutate(**{COUNTED: 0.0}),
            )
            for part in parts
        ]


class _Found:
    """Rows and counts as they are read, part by part; of each reason one part tells how much was left out."""

    def __init__(self, ground: Ground, limit: int | None) -> None:
        self._ground = ground
        self._left = limit
        self._tables: list[pa.Table] = []
        self._parts: dict[str, Part] = {}
        self.total = 0
        self.reasons: set[str] = set()

    def read(self, parts: Sequence[Placed], left_out: str | None) -> None:
        """Count the rows of the parts and fetch what the limit still allows."""
        parts = [part for part in parts if part.is_own]
        counts = [_counts(self._ground, part) for part in parts]
        tellers = _tellers(counts)
        self.reasons |= set(tellers)
        for number, (part, found) in enumerate(zip(parts, counts, strict=True)):
            told = [why for why, teller in tellers.items() if teller == number]
            wanted = [why for why in found if why is None or why in told]
            wanted = [why for why in wanted if left_out is None or why == left_out]
            self._add(part, {why: found[why] for why in wanted})
            rows = part.rows.filter(_is_wanted(part.rows, wanted))
            self._fetch(part, rows, sum(found[why][0] for why in wanted))

    def _add(self, part: Placed, found: Mapping[str | None, tuple[int, float, float]]) -> None:
        before = self._parts.get(part.name, Part(part.name, part.term.fact, 0, 0.0))
        left = {why: before.left_out.get(why, 0.0) + one[1] for why, one in found.items() if why is not None}
        rows = before.rows + sum(one[0] for one in found.values())
        n = before.n + sum(one[2] for one in found.values())
        self._parts[part.name] = Part(part.name, part.term.fact, rows, n, {**before.left_out, **left})
        self.total += sum(one[0] for one in found.values())

    def _fetch(self, part: Placed, rows: ir.Table, there_are: int) -> None:
        if there_are and self._left != 0:
            found = _fetched(self._ground, part, rows, self._left)
            self._tables.append(found.add_column(0, "part", [[part.name] * found.num_rows]))
            if self._left is not None:
                self._left -= found.num_rows

    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts.values())

    def table(self) -> pa.Table:
        """All rows under the columns of all parts, what a part lacks empty."""
        import pyarrow as pa

        if not self._tables:
            return pa.table({"part": pa.array([], pa.string())})
        return pa.concat_tables(_alike(self._tables), promote_options="permissive")


def _alike(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """The tables with columns that are of one kind: where two parts disagree, as text."""
    import pyarrow as pa

    kinds: dict[str, set[str]] = {}
    for one in tables:
        for column in one.schema:
            if not pa.types.is_null(column.type):
                kinds.setdefault(column.name, set()).add(_kind(column.type))
    mixed = {name for name, found in kinds.items() if len(found) > 1}
    return [
        one.cast(pa.schema([(f.name, pa.string() if f.name in mixed else f.type) for f in one.schema]))
        for one in tables
    ]


def _kind(kind: pa.DataType) -> str:
    import pyarrow as pa

    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return "number" if is_number else str(kind)


def _tellers(counts: Sequence[Mapping[str | None, tuple[int, float, float]]]) -> dict[str, int]:
    """For each reason the number of the part that left out most: terms of one fact leave out the same rows."""
    tellers: dict[str, int] = {}
    for number, found in enumerate(counts):
        for why, (_, weight, _) in found.items():
            if why is not None and (why not in tellers or weight > counts[tellers[why]][why][1]):
                tellers[why] = number
    return tellers


def _counts(ground: Ground, part: Placed) -> dict[str | None, tuple[int, float, float]]:
    """By reason (None = used): rows, their weight, what they add to n."""
    rows = part.rows
    groups = rows.group_by(why=rows[REASON]).agg(rows=rows.count(), weight=rows[WEIGHT].sum(), n=rows[COUNTED].sum())
    found = ground.engine.run(groups.order_by("why")).to_pylist()
    return {row["why"]: (row["rows"], *(round(float(row[name]), 9) for name in ("weight", "n"))) for row in found}


def _count(ground: Ground, part: Placed) -> int:
    return sum(rows for rows, _, _ in _counts(ground, part).values())


def _is_wanted(rows: ir.Table, reasons: Sequence[str | None]) -> ir.Value:
    named = [why for why in reasons if why is not None]
    is_named = rows[REASON].isin(named).fill_null(False) if named else rows[REASON].isnull() & rows[REASON].notnull()
    return is_named | rows[REASON].isnull() if None in reasons else is_named


def _fetched(ground: Ground, part: Placed, rows: ir.Table, limit: int | None) -> pa.Table:
    """Columns for people, used rows first, by period, what the metric puts foremost, member and key."""
    import ibis

    question, fact = part.question, FACTS[part.term.fact]
    asked = [dimension_column(one) for one in question.by if dimension_column(one) in rows.columns]
    hidden = {PERIOD, REASON, WEIGHT, COUNTED, "left_out", "period", "weight", "counted", *asked}
    own = [column for column in rows.columns if column not in hidden and not column.startswith("_")]
    own = [column for column in own if not question.metric.keeps or column in (*fact.key, *question.metric.keeps)]
    members = {one: rows[dimension_column(one)] for one in question.by if dimension_column(one) in rows.columns}
    own = [column for column in own if column not in members]
    chosen = rows.select(
        **{NUMBER: rows[PERIOD]},
        **members,
        counted=rows[COUNTED],
        weight=rows[WEIGHT],
        left_out=rows[REASON],
        **{column: rows[column] for column in own},
    )
    keys = fact.key if set(fact.key) <= set(chosen.columns) else own
    first = [ibis.desc(column) for column in question.metric.foremost if column in chosen.columns]
    order = dict.fromkeys((*members, *keys))
    chosen = chosen.order_by([chosen.left_out.notnull(), NUMBER, *first, *order, "left_out"])
    found = ground.engine.run(chosen if limit is None else chosen.limit(limit))
    labels = {number: period.label for number, period in enumerate(question.periods)} | {NO_PERIOD: None}
    return _with_period(found, labels)


def _with_period(rows: pa.Table, labels: Mapping[int, object]) -> pa.Table:
    import pyarrow as pa

    numbers = rows.column(NUMBER).to_pylist()
    period = pa.array([labels[number] for number in numbers], type=pa.date32())
    rows = rows.drop_columns([NUMBER]).add_column(0, "period", period)
    # The engine writes 1.0 as a decimal.
    shares = [field.with_type(pa.float64()) if field.name in SHARES else field for field in rows.schema]
    return rows.cast(pa.schema(shares))


def _check_reason(asked: str, reasons: set[str]) -> None:
    if asked not in reasons:
        known = nearest(asked, reasons) if reasons else Said(" Nothing was left out.")
        raise QuestionError('--left-out: no row was left out for "{asked}".{known}', asked=asked, known=known)
