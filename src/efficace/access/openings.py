"""What stands behind an answer, as a reader may see it: rows of persons that one may see, or none of them.

A figure of a group may be seen where its rows may not: each row is of somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from efficace.access.answers import Seen, narrowed, see
from efficace.access.rights import PERSONS, Forbidden, Reader, Right, require, visible_people
from efficace.config import Privacy
from efficace.metrics.definitions import Definitions, RowsBetween
from efficace.metrics.explain import Explanation
from efficace.metrics.metric import Metric
from efficace.metrics.opened import Opened
from efficace.metrics.question import Request, blank, dimensions_of

if TYPE_CHECKING:
    import pyarrow as pa

    from efficace.metrics.answer import Answer

Ask = Callable[[Request], "Answer"]


def see_rows(
    reader: Reader,
    request: Request,
    privacy: Privacy,
    catalogue: Mapping[str, Metric],
    opened: Callable[[Request], Opened],
) -> tuple[Opened, tuple[str, ...]]:
    """Rows behind an answer, and the persons whose rows they are, the reader aside: what the log keeps.

    A reader who may not see everybody gets the rows of the persons that may be seen, where every part of the metric
    can be told by person; else none.

    Args:
        opened: Gives all rows of a question.

    Raises:
        Forbidden: If no row may be seen.
    """
    require(reader, Right.ROWS, privacy)
    known = visible_people(reader, privacy)
    metric = catalogue.get(request.metric)
    if known is None or metric is None:
        found = opened(request)
        return found, people_in(found.rows, reader)
    person = _person_of(metric)
    if person is None or not known:
        raise Forbidden("This account may not see the rows behind this figure: they are not told by person.")
    by = request.by if person in request.by else (*request.by, person)
    found = opened(narrowed(replace(request, by=by), known))
    shown = _of(found, person, known)
    return shown, people_in(shown.rows, reader)


def see_explanation(
    reader: Reader,
    request: Request,
    privacy: Privacy,
    catalogue: Mapping[str, Metric],
    ask: Ask,
    explain: Callable[[Request], Explanation],
) -> tuple[Explanation, Seen]:
    """How an answer was reckoned, with the answer itself as the reader may see it.

    Where figures of small groups are hidden, how many rows stand behind them is not told either.

    Raises:
        Forbidden: If nothing of the answer may be seen.
    """
    seen = see(reader, request, privacy, catalogue, ask)
    known = visible_people(reader, privacy)
    found = explain(request if known is None else narrowed(request, known))
    is_whole = known is None or seen.hidden == 0
    shown = replace(found, answer=seen.answer, parts=found.parts if is_whole else (), left_out=found.left_out)
    return shown, seen


def see_definitions(
    reader: Reader,
    request: Request,
    privacy: Privacy,
    catalogue: Mapping[str, Metric],
    ask: Ask,
    compare: Callable[[Request], Definitions],
) -> Definitions:
    """A metric by each of its definitions, where its own figure may be seen.

    Readers who may not see everybody learn the values, not how many rows lie between them.

    Raises:
        Forbidden: If the figure may not be seen.
    """
    seen = see(reader, request, privacy, catalogue, ask)
    known = visible_people(reader, privacy)
    if known is None:
        return compare(request)
    if seen.hidden:
        raise Forbidden("This account may not see figures of so small a group.")
    found = compare(narrowed(request, known))
    return replace(found, others=tuple(replace(one, steps=()) for one in found.others))


def see_rows_between(
    reader: Reader, request: Request, privacy: Privacy, between: Callable[[Request], RowsBetween]
) -> RowsBetween:
    """The rows between two definitions, for those who may see everybody.

    Raises:
        Forbidden: If the reader may not.
    """
    require(reader, Right.ROWS, privacy)
    if not sees_everybody(reader, privacy):
        raise Forbidden("This account may not see the rows behind this figure: they are not told by person.")
    return between(request)


def sees_everybody(reader: Reader, privacy: Privacy) -> bool:
    """Whether figures of every person may be seen."""
    return visible_people(reader, privacy) is None


def _person_of(metric: Metric) -> str | None:
    """The dimension by which every part of a metric tells persons apart; None where a part does not."""
    person = next((name for name in PERSONS if name in dimensions_of(metric)), None)
    terms = metric.estimator.terms(blank(metric)).values()
    is_told = not metric.asks and all(person not in term.ignores for term in terms)
    return person if is_told else None


def _of(found: Opened, person: str, known: frozenset[str]) -> Opened:
    """Without rows of others, should a part hold any; its counts are told only where none were taken out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if found.rows.num_rows == 0:
        return found
    if person not in found.rows.column_names:
        raise Forbidden("This account may not see the rows behind this figure: they are not told by person.")
    mine = pc.is_in(found.rows[person].cast(pa.string()), pa.array(sorted(known), pa.string()))
    kept = found.rows.filter(mine)
    if kept.num_rows == found.rows.num_rows:
        return found
    return replace(found, rows=kept, total=kept.num_rows, parts=())


def people_in(rows: pa.Table, reader: Reader) -> tuple[str, ...]:
    """Whose rows they are, the reader aside, as far as the rows say."""
    columns = [name for name in (*PERSONS, "rep_id") if name in rows.column_names]
    members = {member for name in columns for member in rows[name].unique().to_pylist() if member is not None}
    return tuple(sorted({str(member) for member in members} - {reader.rep_id}))
