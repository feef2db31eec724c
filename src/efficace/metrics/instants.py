"""A state period by period as one question a period: what is known of an instant serves every range that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from efficace.metrics.question import Request, understand
from efficace.metrics.ranges import cut
from efficace.model.time import Grain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from efficace.metrics.answer import Answer
    from efficace.metrics.ask import Ground
    from efficace.metrics.metric import Metric


def instants_of(ground: Ground, request: Request, catalogue: Mapping[str, Metric]) -> tuple[Request, ...]:
    """The questions, one a period, whose answers make up that about a state; the question itself for all others.

    Raises:
        QuestionError: If a name, date or value in it does not exist.
    """
    metric = catalogue.get(request.metric)
    if metric is None or not metric.state or request.grain == Grain.ALL:
        return (request,)
    question = understand(request, catalogue, ground.config, ground.as_of)
    if question.start is None:
        return (request,)
    found = [replace(request, start=one.start, end=one.end) for one in cut(question, question.start)]
    return tuple(found) or (request,)


def joined(answers: Sequence[Answer]) -> Answer:
    """The answer over all periods from those of each, in order.

    Args:
        answers: At least one; what is left out, and how members compare, is told of the last period.
    """
    rows = tuple(row for answer in answers for row in answer.rows)
    missing = tuple(entry for answer in answers for entry in answer.missing)
    return replace(answers[-1], rows=rows, missing=missing)
