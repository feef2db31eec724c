"""The queries of questions, compiled once: compiling one takes longer than running it on a million touches.

Which parts of a question a query depends on is not declared but watched: what was read while it was made. A question
that differs only in what was not read (often its range) shares the query. As-of stands in the query as a literal;
where the same question for another instant gives the same query but for that literal, it is filled in for every
further instant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from efficace.facts.compiled import cut, filled
from efficace.facts.fact import Moment
from efficace.facts.known import ASIDE, Tables
from efficace.facts.planned import Aside, Columns, Planned
from efficace.metrics.question import Question
from efficace.model.time import company_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.metrics.metric import Estimator
    from efficace.warehouse.queryable import Queryable

Build = Callable[[Question, Tables], Mapping[str, "ir.Table"]]
Key = tuple[str, str, bool]
KEPT = 50
"""Queries kept for one metric and definition; the oldest go first."""
ELSEWHERE = timedelta(days=1000, hours=5, minutes=7, seconds=11)
"""Back to an instant that differs in year, quarter, month, hour, minute and second: what is derived differs too."""
_AS_OF = frozenset({"as_of", "as_of_on"})
_ASIDE = re.compile(rf'["`]{ASIDE}(\w+)["`]')


@dataclass(frozen=True)
class _Kept:
    """Compiled queries by term, as-of cut out unless stored facts serve, and what they depend on.

    Attributes:
        needs: The facts that have to be set aside for them.
    """

    part: str
    estimator: Estimator
    read: Mapping[str, Any]
    texts: Mapping[str, str]
    needs: Columns

    def fits(self, part: str, question: Question) -> bool:
        is_own = self.part == part and self.estimator is question.metric.estimator
        return is_own and all(getattr(question, name) == value for name, value in self.read.items())


class Queries:
    """The compiled queries of one snapshot."""

    def __init__(self, engine: Queryable, beside: Queries | None = None) -> None:
        """Begin with none, or share those of another thread; two that compile the same at once both keep theirs."""
        self._engine = engine
        self._kept: dict[Key, list[_Kept]] = {} if beside is None else beside._kept
        self._aside: Aside | None = None

    def of(self, part: str, question: Question, tables: Tables, build: Build) -> Mapping[str, str]:
        """The engine's own queries of a question; what they read is set aside where the snapshot does not store it.

        Args:
            part: Tells apart what is asked for one question.
            build: Makes the expressions, by name.
        """
        kept = self._kept.setdefault((question.metric.id, question.definition, tables.is_stored), [])
        found = next((one for one in kept if one.fits(part, question)), None)
        if found is None:
            return self._compiled(kept, part, question, tables, build)
        if tables.is_stored:
            for name in sorted({name for text in found.texts.values() for name in _ASIDE.findall(text)}):
                getattr(tables, name)
            return found.texts
        self._aside_of(tables).provide(found.needs)
        return {name: filled(text, tables) for name, text in found.texts.items()}

    def _compiled(
        self, kept: list[_Kept], part: str, question: Question, tables: Tables, build: Build
    ) -> Mapping[str, str]:
        watched, read = _watched(question)
        needs: Columns = {}
        parts: Mapping[str, str] | None
        if tables.is_stored:
            parts = texts = self._texts(build(watched, tables))
            names = read - _AS_OF
        else:
            aside = self._aside_of(tables)
            planned = _fitted(build(watched, aside.planned), aside.planned)
            texts, needs = self._texts(planned), aside.planned.needs(planned.values())
            aside.provide(needs)
            parts, names = self._without_as_of(build, texts, question, aside.planned), (read - _AS_OF) | {"config"}
        if parts is not None:
            values = {name: getattr(question, name) for name in names}
            kept[:] = [*kept[-KEPT + 1 :], _Kept(part, question.metric.estimator, values, parts, needs)]
        return texts

    def _aside_of(self, tables: Tables) -> Aside:
        """What was set aside for a moment."""
        if self._aside is None or self._aside.tables is not tables:
            self._aside = Aside(self._engine, tables)
        return self._aside

    def _without_as_of(
        self, build: Build, texts: Mapping[str, str], question: Question, tables: Planned
    ) -> Mapping[str, str] | None:
        """The queries with as-of cut out; None where they depend on it in other ways."""
        as_of = question.as_of - ELSEWHERE
        then = replace(question, as_of=as_of, as_of_on=company_day(as_of, question.config.zone))
        other = tables.elsewhere(Moment(then.as_of, then.as_of_on, then.config))
        parts = {name: cut(text, tables) for name, text in texts.items()}
        others = {name: cut(text, other) for name, text in self._texts(_fitted(build(then, other), other)).items()}
        return parts if parts == others else None

    def _texts(self, expressions: Mapping[str, ir.Table]) -> dict[str, str]:
        return {name: self._engine.compile(expression) for name, expression in expressions.items()}


def _fitted(expressions: Mapping[str, ir.Table], planned: Planned) -> dict[str, ir.Table]:
    """Expressions that read no more of what is set aside than they need."""
    return {name: planned.fitted(expression) for name, expression in expressions.items()}


class _Watched(Question):
    """A question that notes which of its fields are read."""

    def __getattribute__(self, name: str) -> Any:
        fields = object.__getattribute__(self, "__dict__")
        if name in fields and "_read" in fields:
            fields["_read"].add(name)
        return object.__getattribute__(self, name)


def _watched(question: Question) -> tuple[Question, set[str]]:
    """The question watched, and the names of the fields read so far."""
    watched, read = object.__new__(_Watched), set[str]()
    vars(watched).update(vars(question), _read=read)
    return watched, read
