"""The pictures of a metric's page, each with the answer that it draws, made from the metric's declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from efficace.access.rights import Forbidden
from efficace.charts import Spec
from efficace.charts.bridge import Move, bridge
from efficace.charts.curve import curve, watched
from efficace.charts.heat_map import heat_map
from efficace.charts.incidence import LOST, incidence
from efficace.charts.ladder import Rung, ladder
from efficace.charts.trend import Level, Practice, trend
from efficace.errors import QuestionError
from efficace.locale import translate
from efficace.locale.numbers import format_value
from efficace.metrics.answer import Answer, Row
from efficace.metrics.estimate_names import estimate_name
from efficace.metrics.goals import adds_up
from efficace.metrics.metric import MONTHS_AS_CUSTOMER, VALUE, Better
from efficace.metrics.question import dimensions_of
from efficace.model.time import add_months
from efficace.web.asked import Asked
from efficace.web.desk import Desk
from efficace.web.figures import Figure, asked_at
from efficace.web.place import COMPARISONS, Place
from efficace.web.practices import practices
from efficace.web.visitor import Visitor

LATE = ("curve", "cohorts")
"""Pictures that come in after the page."""


@dataclass(frozen=True)
class Picture:
    """A drawn answer and the table beside it.

    Attributes:
        spec: None where there is nothing to draw.
        rows: Of the table; thinned where a curve has very many points.
        refused: Why it may not be seen or cannot be asked.
        practices: Changes of practice that it marks.
    """

    answer: Answer | None
    spec: Spec | None
    rows: tuple[Row, ...] = ()
    refused: Forbidden | QuestionError | None = None
    practices: tuple[Practice, ...] = ()


TABLE_ROWS = 60


def moving(desk: Desk, who: Visitor, asked: Asked, whole: Figure | None) -> Picture | None:
    """How the metric moves, the compared time beside the present; None where it has no one figure to move."""
    if not has_one_line(asked):
        return None
    place = asked.place

    marked = _practices(desk, who, asked, _start_of(asked))

    def drawn(answer: Answer) -> Spec:
        levels = _levels(answer, asked, whole, who) if whole is not None else []
        target = _target(answer, whole)
        return trend(answer, levels, target, None if asked.metric.ahead else place.start, who.language, marked)

    return replace(_seen(desk, who, asked, _over_time(asked), drawn), practices=marked)


def _practices(desk: Desk, who: Visitor, asked: Asked, start: date | None) -> tuple[Practice, ...]:
    if asked.metric.ahead:
        return ()
    return practices(desk, who, asked.metric, start or date.min, asked.place.end)


def ask_over_time(desk: Desk, who: Visitor, asked: Asked) -> None:
    """Have at hand what ``moving`` draws."""
    with suppress(Forbidden, QuestionError):
        desk.see(who.reader, "page", asked.metric.id, **_over_time(asked))


def _over_time(asked: Asked) -> dict[str, Any]:
    question = {**_question(asked), "start": _start_of(asked), "grain": asked.grain, **asked.needed}
    return question | ({"start": None, "end": None} if asked.metric.ahead else {})


def _start_of(asked: Asked) -> date | None:
    return asked.place.start if asked.metric.ahead else _compared_start(asked.place)


def along_curve(desk: Desk, who: Visitor, asked: Asked, whole: Figure | None) -> Picture | None:
    """The metric along its age or attempts; None where it has no curve."""
    axis = asked.metric.curve
    if axis is None:
        return None
    title = translate(asked.metric.points_are or "days since the start", who.language)

    def drawn(answer: Answer) -> Spec:
        if any(LOST in row.estimates for row in answer.rows):
            half = whole.row.value if whole is not None and whole.row is not None and whole.unit == "days" else None
            return incidence(answer, half, title, who.language)
        return curve(answer, title, who.language)

    found = _seen(desk, who, asked, {**_question(asked), "by": [axis]}, drawn)
    if found.answer is None:
        return found
    rows = watched(found.answer)
    step = -(-len(rows) // TABLE_ROWS) or 1
    return Picture(found.answer, found.spec, tuple(rows[::step]))


def cohorts(desk: Desk, who: Visitor, asked: Asked) -> Picture | None:
    """Start months by age; None where the metric is not told so."""
    metric = asked.metric
    # an age in days has too many points for a map, and no start month is needed beside attempts
    if metric.curve is None or metric.points_are != MONTHS_AS_CUSTOMER or "cohort" not in dimensions_of(metric):
        return None
    title, axis = translate(metric.points_are, who.language), metric.curve
    question = {**_question(asked), "by": ["cohort", axis], "start": _compared_start(asked.place)}
    return _seen(desk, who, asked, question, lambda answer: heat_map(answer, "cohort", axis, title, who.language))


def bridged(asked: Asked, whole: Figure | None, who: Visitor) -> Picture | None:
    """What moved the figure; None where its estimates are no moves."""
    first, names = asked.metric.moves_from, asked.metric.moves
    if not names or whole is None or whole.row is None or whole.answer is None:
        return None
    row, into, metric = whole.row, who.language, asked.metric.id
    moves = [_move(row, metric, name, is_whole=name == first, into=into) for name in (first, *names) if name]
    if any(move is None for move in moves):
        return None
    label = translate("at the end", into) if first else translate("change", into)
    last = Move(label, row.value or 0.0, is_whole=True)
    found = [move for move in moves if move is not None]
    return Picture(whole.answer, bridge([*found, last], whole.unit, into), (row,))


def laddered(asked: Asked, whole: Figure | None, who: Visitor) -> Picture | None:
    """Steps of the figure's distribution; None where it has none."""
    names = asked.metric.steps
    if whole is None or whole.row is None or whole.answer is None or asked.definition is not None:
        return None
    rungs = [rung for name in names if (rung := _rung(whole.row, asked.metric.id, name, who.language)) is not None]
    if len(rungs) < 2:
        return None
    unit = whole.unit if VALUE in names else "share"
    return Picture(whole.answer, ladder(rungs, unit, who.language), (whole.row,))


def _rung(row: Row, metric: str, name: str, into: str) -> Rung | None:
    if name == VALUE:
        label = translate("half of them within", into)
        return None if row.value is None else Rung(label, row.value, row.low, row.high)
    found = row.estimates.get(name)
    if found is None or found["value"] is None or isinstance(found["value"], str):
        return None
    return Rung(estimate_name(metric, name, into), found["value"], found["low"], found["high"])


def _move(row: Row, metric: str, name: str, is_whole: bool, into: str) -> Move | None:
    found = row.estimates.get(name)
    if found is None or found["value"] is None:
        return None
    value = float(found["value"])
    return Move(estimate_name(metric, name, into), value, is_whole, None if is_whole else value >= 0)


def _seen(
    desk: Desk, who: Visitor, asked: Asked, question: Mapping[str, Any], drawn: Callable[[Answer], Spec]
) -> Picture:
    try:
        answer = desk.see(who.reader, "page", asked.metric.id, **question).answer
    except (Forbidden, QuestionError) as refused:
        return Picture(None, None, refused=refused)
    has_values = any(row.value is not None for row in answer.rows)
    return Picture(answer, drawn(answer) if has_values else None, tuple(answer.rows))


def _question(asked: Asked) -> dict[str, Any]:
    return {**asked_at(asked.place, asked.metric), "compare": None, **asked.beside}


def has_one_line(asked: Asked) -> bool:
    """Whether there is one figure a period: for what speaks of members only, where one of them is chosen."""
    if asked.metric.always_by:
        return False
    if not asked.metric.only_by:
        return True
    return any(len(asked.place.chosen(name)) == 1 for name in asked.needed["by"])


def _compared_start(place: Place) -> date | None:
    """First day of the compared stretch, so that one question covers both."""
    if place.start is None or place.compared is None:
        return place.start
    return place.start - (place.end - place.start) if place.compare == "previous" else add_months(place.start, -12)


def _levels(answer: Answer, asked: Asked, whole: Figure, who: Visitor) -> list[Level]:
    """The figures of both stretches, where they are of the size of their parts: sums are not."""
    place, row, into = asked.place, whole.row, who.language
    if adds_up(asked.metric) or asked.metric.moves:
        return []
    if place.start is None or row is None or row.value is None or not _is_of_their_size(answer, row.value):
        return []
    period = translate("this period", into)
    present = _labelled(period, row.value, whole.unit, into)
    levels = [Level(place.start, place.end, row.value, row.low, row.high, present, is_present=True)]
    before, first = whole.compared.get("value"), _compared_start(place)
    if before is not None and first is not None and first < place.start:
        period = translate(COMPARISONS[place.compare], into)
        label = _labelled(period, before, whole.unit, into)
        levels.insert(0, Level(first, place.start, before, None, None, label, is_present=False))
    return levels


def _labelled(period: str, value: float, unit: str, into: str) -> str:
    return f"{period[:1].upper()}{period[1:]} {format_value(value, unit, into)}"


def _is_of_their_size(answer: Answer, value: float) -> bool:
    parts = [row.value for row in answer.rows if row.value is not None]
    if len(parts) < 2:
        return False
    least, most = min(parts), max(parts)
    reach = (most - least) or abs(most) or 1.0
    return least - reach / 2 <= value <= most + reach / 2


def _target(answer: Answer, whole: Figure | None) -> float | None:
    """The target, where it is of the size of the periods drawn."""
    if whole is None or whole.aim is None or whole.metric.better is Better.NEITHER:
        return None
    value = whole.aim.value
    is_near = whole.row is not None and _is_of_their_size(answer, whole.row.value or 0.0)
    return value if is_near else None
