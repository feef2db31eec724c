"""The room ``metrics``: the catalogue, and questions to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from efficace.metrics.answer import Answer
from efficace.project.answers import Opening, ShownAnswer, ShownRows
from efficace.project.asked import When, asked
from efficace.project.own_metrics import catalogue_of

if TYPE_CHECKING:
    from efficace.metrics.definitions import Definitions, RowsBetween
    from efficace.metrics.metric import Metric
    from efficace.metrics.opened import Opened, RowsBehind
    from efficace.metrics.question import Request
    from efficace.metrics.waiting import LeadQueue
    from efficace.project.folder import Project


class MetricsRoom:
    """The catalogue, and questions to it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._catalogue: Mapping[str, Metric] | None = None

    def catalogue(self) -> Mapping[str, Metric]:
        """Every metric by id: the built-in ones and those of the project's own ``metrics`` folder.

        Raises:
            ProjectError: If a file there cannot be used, or declares an id that exists.
        """
        if self._catalogue is None:
            self._catalogue = catalogue_of(self._project.folder)
        return self._catalogue

    def ask(
        self,
        metric: str,
        by: Sequence[str] = (),
        grain: str = "all",
        start: When | None = None,
        end: When | None = None,
        where: Sequence[str] = (),
        definition: str | None = None,
        as_of: When | None = None,
        compare: str | None = None,
        adjust: Sequence[str] = (),
        settings: Mapping[str, object] | None = None,
    ) -> ShownAnswer:
        """Ask for a metric.

        Args:
            by: Dimensions of the rows, for example ``["rep", "source"]``.
            grain: day, week, month, quarter, year, fiscal_quarter, fiscal_year or all.
            start: First day included; by default the first fact's.
            end: First day not included; by default the day after as-of.
            where: Filters: ``"rep=r1|r2"``, ``"source!=web"``, ``"heat="``.
            definition: A preset of the metric.
            as_of: Nothing later is used; a bare date is the end of that day.
            compare: ``previous`` or ``last_year``.
            adjust: Dimensions whose mix is evened out between members.
            settings: Overrides for this question alone.

        Raises:
            QuestionError: Naming what does not exist and the nearest choice.
        """
        from efficace.metrics.question import Request

        request = Request(
            metric, by, grain, start, end, where, definition, as_of, compare, adjust, settings or {}
        )  # fmt: skip
        answer = self.answer(request)
        rows = ShownRows(answer.rows)
        # The instant that was used: a later load must not move what is opened.
        rows.opening = Opening(self._project, replace(request, as_of=answer.as_of))
        return ShownAnswer(**{**vars(answer), "rows": rows})

    def answer(self, request: Request) -> Answer:
        """The answer to a question that is at hand as a whole.

        Raises:
            QuestionError: Naming what does not exist and the nearest choice.
        """
        from efficace.metrics.ask import ask

        return ask(self._project.ground(), request, self.catalogue())

    def instants(self, request: Request) -> tuple[Request, ...]:
        """The questions, one a period, whose answers ``metrics.instants.joined`` makes one; else the question itself.

        Raises:
            QuestionError: Naming what does not exist and the nearest choice.
        """
        from efficace.metrics.instants import instants_of

        return instants_of(self._project.ground(), request, self.catalogue())

    def rows(self, metric: str, limit: int | None = 1000, **question: Any) -> RowsBehind:
        """The rows behind the answer to a question; takes what ``ask`` takes."""
        from efficace.metrics.behind import rows_behind
        from efficace.metrics.question import Request

        settings = question.pop("settings", None) or {}
        request = Request(metric, settings=settings, **question)
        return rows_behind(self._project.ground(), request, self.catalogue(), limit)

    def opened(self, metric: str, left_out: str | None = None, limit: int | None = 1000, **question: Any) -> Opened:
        """The rows of every part of the answer to a question, used and left out; takes what ``ask`` takes.

        Args:
            left_out: Only those left out for this reason.
            limit: At most so many; None = all.

        Raises:
            QuestionError: If a name, date, value or reason does not exist.
        """
        from efficace.metrics.behind import opened
        from efficace.metrics.question import Request

        settings = question.pop("settings", None) or {}
        request = Request(metric, settings=settings, **question)
        return opened(self._project.ground(), request, self.catalogue(), left_out, limit)

    def aimed_at(self) -> tuple[str, ...]:
        """The metrics for which the company as a whole has goals or budgets."""
        from efficace.metrics.actuals import aimed_at

        return aimed_at(self._project.ground().engine, self.catalogue())

    def lead_queue(self, where: Sequence[str] = ()) -> LeadQueue:
        """The leads that wait for an answer by a person, in the order in which to answer them.

        Raises:
            QuestionError: If a filter names what does not exist.
        """
        from efficace.metrics.waiting import lead_queue

        return lead_queue(self._project.ground(), self.catalogue(), where)

    def compare_definitions(self, metric: str, **question: Any) -> Definitions:
        """A metric by each of its definitions, and what makes the difference, step by step.

        Takes ``start``, ``end``, ``where``, ``as_of`` and ``settings`` as ``ask`` does.

        Raises:
            QuestionError: If a name, date or value does not exist, or the metric has only its own definition.
        """
        return self.compared(asked(metric, question))

    def compared(self, request: Request) -> Definitions:
        """The metric of a question by each of its definitions, as ``compare_definitions`` gives it.

        Raises:
            QuestionError: If a name, date or value does not exist, or the metric has only its own definition.
        """
        from efficace.metrics.definitions import compare_definitions

        return compare_definitions(self._project.ground(), request, self.catalogue())

    def rows_between_definitions(
        self, metric: str, definition: str, limit: int | None = 1000, **question: Any
    ) -> RowsBetween:
        """The rows that a definition counts and ours does not, or that both count differently."""
        from efficace.metrics.definitions import rows_between

        return rows_between(self._project.ground(), asked(metric, question), self.catalogue(), definition, limit)
