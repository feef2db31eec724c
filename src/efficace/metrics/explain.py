"""A number opened: what it means, how it was reckoned and from what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from efficace.config import Config
from efficace.facts import BY_NAME as FACTS
from efficace.locale.said import Said
from efficace.metrics.answer import Answer
from efficace.metrics.ask import Ground, ask
from efficace.metrics.behind import Placed, asked_of_others, opened, placed_parts, understood
from efficace.metrics.doctor import examine
from efficace.metrics.gaps import Gaps
from efficace.metrics.left_out import why_left_out
from efficace.metrics.metric import Metric
from efficace.metrics.opened import Part
from efficace.metrics.query import summed
from efficace.metrics.question import Question, Request

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable

UNSAID = ("state", "sources", "engine", "spark", "postgresql")
"""Settings that change no figure."""


@dataclass(frozen=True)
class Query:
    """The engine's own query of one part, laid out for reading."""

    part: str
    fact: str
    sql: str


@dataclass(frozen=True)
class Setting:
    """A setting in force; ``is_default`` where nobody changed it."""

    name: str
    value: str
    is_default: bool


@dataclass(frozen=True)
class Source:
    """A table behind the answer and the newest record in it, with the company's offset."""

    table: str
    rows: int
    rejected: int
    newest: datetime | None


@dataclass(frozen=True)
class Explanation:
    """An answer with all that made it.

    Attributes:
        says: What the definition used says, by language.
        source: Where the definition or its method comes from.
        definitions: All definitions that the metric has.
        options: The metric's own options in force.
        settings: The project's settings in force.
        n_counts: What n counts: ``rows``, ``ingredients`` or ``periods``.
        parts: The rows used and left out, by part.
        left_out: Reason -> its sentence, for every reason that left something out.
        queries: One a part; a state asked by period shows that of its last period.
        tables: The canonical tables behind the facts.
        loaded_at: When the last load began, with the company's offset.
    """

    answer: Answer
    says: Mapping[str, str]
    source: str
    definitions: Sequence[str]
    options: Mapping[str, str]
    settings: Sequence[Setting]
    n_counts: str
    parts: Sequence[Part]
    left_out: Mapping[str, Said]
    queries: Sequence[Query]
    tables: Sequence[Source]
    loaded_at: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; sentences in the language spoken."""
        answer = self.answer
        return {
            "answer": answer.to_dict(),
            "meaning": dict(answer.meaning),
            "definition": {
                "id": answer.definition,
                "version": answer.version,
                "says": dict(self.says),
                "source": self.source,
                "definitions": list(self.definitions),
            },
            "options": dict(self.options),
            "settings": {one.name: one.value for one in self.settings},
            "changed_settings": [one.name for one in self.settings if not one.is_default],
            "n_counts": self.n_counts,
            "parts": [
                {"part": one.name, "fact": one.fact, "rows": one.rows, "n": one.n, "left_out": dict(one.left_out)}
                for one in self.parts
            ],
            "left_out": [
                {"reason": why, "rows": number, "text": self.left_out[why].into()}
                for why, number in answer.left_out.items()
            ],
            "queries": [{"part": one.part, "fact": one.fact, "sql": one.sql} for one in self.queries],
            "tables": [
                {"table": one.table, "rows": one.rows, "rejected": one.rejected, "newest": _text(one.newest)}
                for one in self.tables
            ],
            "loaded_at": _text(self.loaded_at),
        }


def explain(
    ground: Ground, request: Request, catalogue: Mapping[str, Metric], loaded_at: datetime | None = None
) -> Explanation:
    """Open the answer to a question.

    Args:
        loaded_at: When the load of the snapshot began, zone-less UTC.

    Raises:
        QuestionError: If a name, date or value in it does not exist.
    """
    answer = ask(ground, request, catalogue)
    question = understood(ground, request, catalogue)
    rows = opened(ground, request, catalogue, limit=0)
    queries = tuple(_queries(ground, request, question, catalogue))
    facts = dict.fromkeys(query.fact for query in queries)
    metric = catalogue[request.metric]
    preset = metric.presets.get(answer.definition)
    return Explanation(
        answer=answer,
        says=preset.meaning if preset else metric.meaning,
        source=(preset.source if preset else "") or metric.source,
        definitions=("default", *metric.presets),
        options={name: str(value) for name, value in question.options.items()},
        settings=tuple(_settings(question.config)),
        n_counts=rows.n_counts or "rows",
        parts=rows.parts,
        left_out={why: why_left_out(why) for why in answer.left_out},
        queries=queries,
        tables=tuple(_sources(ground, _tables_of(facts), question)),
        loaded_at=_local(loaded_at, question),
    )


def _queries(ground: Ground, request: Request, question: Question, catalogue: Mapping[str, Metric]) -> Iterator[Query]:
    if Gaps(ground.engine, question).has_no_data:
        return
    last: tuple[Query, ...] = ()
    for parts in placed_parts(ground, question):
        last = tuple(_query(ground.engine, part, part.name) for part in parts)
    yield from last
    for other in asked_of_others(ground, request, question, catalogue):
        asked = understood(ground, other, catalogue)
        if not Gaps(ground.engine, asked).has_no_data:
            for parts in placed_parts(ground, asked):
                yield from (_query(ground.engine, part, f"{asked.metric.id}.{part.name}") for part in parts)


def _query(engine: Queryable, part: Placed, name: str) -> Query:
    text = engine.compile(summed(part.plain, part.term, part.question))
    return Query(name, part.term.fact, readable(text, engine.dialect))


def readable(sql: str, dialect: str = "duckdb") -> str:
    """A query laid out over lines, its meaning untouched."""
    import sqlglot

    return sqlglot.parse_one(sql, read=dialect).sql(dialect=dialect, pretty=True)


def _settings(config: Config) -> Iterator[Setting]:
    defaults = dict(_flat(Config(), ""))
    for name, value in _flat(config, ""):
        yield Setting(name, _written(value), value == defaults[name])


def _flat(settings: object, prefix: str) -> Iterator[tuple[str, object]]:
    """Dotted names of the file; ``revenue.source`` is written ``revenue.from`` there."""
    for item in fields(settings):  # type: ignore[arg-type]  # Config and its parts
        if item.name in UNSAID and not prefix:
            continue
        value = getattr(settings, item.name)
        name = f"{prefix}{item.name}".replace("revenue.source", "revenue.from")
        if is_dataclass(value):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_written(one) for one in value)
    return "" if value is None else str(value)


def _tables_of(names: Iterable[str]) -> list[str]:
    """The canonical tables that facts read, directly or through other facts, in the order of reading."""
    found: dict[str, None] = {}
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in FACTS and name not in seen:
            seen.add(name)
            for read in FACTS[name].reads:
                visit(read)
        elif name not in FACTS:
            found[name] = None

    for name in names:
        visit(name)
    return list(found)


def _sources(ground: Ground, names: Sequence[str], question: Question) -> Iterator[Source]:
    known = {table.name: table for table in examine(ground.engine, {}).tables}
    for name in names:
        if name in known:
            table = known[name]
            yield Source(name, table.rows, table.rejected, _local(table.newest, question))


def _local(instant: datetime | None, question: Question) -> datetime | None:
    return instant.replace(tzinfo=UTC).astimezone(question.config.zone) if instant is not None else None


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None
