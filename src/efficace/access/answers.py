"""A question and its answer as a reader may see them: narrowed, refused, or with small groups hidden.

What it cannot stop: subtracting answers over ranges of days that differ by little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from efficace.access.rights import PERSONS, Forbidden, Reader, Right, require, visible_people
from efficace.access.small_groups import People, Place, hidden
from efficace.config import Privacy
from efficace.locale.said import Said
from efficace.metrics.answer import Answer, Row
from efficace.metrics.metric import Metric
from efficace.metrics.question import Filter, Request, dimensions_of, filter_of, filter_text

CURVES = ("age", "attempt")
"""Dimensions that are the axis of a curve."""
SMALL_GROUP = "small_group"
SMALL_GROUP_TEXT = Said("hidden: fewer persons than may be shown as a group, or it would give such a group away")


@dataclass(frozen=True)
class Seen:
    """An answer as a reader may see it.

    Attributes:
        people: Reps whose own figures are in it, the reader's own aside: what the log keeps.
        hidden: Number of rows whose figures are hidden.
    """

    answer: Answer
    people: tuple[str, ...]
    hidden: int


def see(
    reader: Reader,
    request: Request,
    privacy: Privacy,
    catalogue: Mapping[str, Metric],
    ask: Callable[[Request], Answer],
) -> Seen:
    """Answer a question about a metric of the catalogue as far as the reader may know.

    Raises:
        Forbidden: If nothing of it may be seen.
        QuestionError: If there is no such metric.
    """
    dimensions = dimensions_of(catalogue[request.metric]) if request.metric in catalogue else ()
    return seen_by(reader, request, privacy, dimensions, ask)


def seen_by(
    reader: Reader,
    request: Request,
    privacy: Privacy,
    dimensions: Sequence[str],
    ask: Callable[[Request], Answer],
) -> Seen:
    """Answer a question as far as the reader may know.

    Args:
        dimensions: By which the metric can be asked.
        ask: Answers a request in full.

    Raises:
        Forbidden: If nothing of it may be seen.
    """
    require(reader, Right.GROUPS, privacy)
    known = visible_people(reader, privacy)
    if known is None:
        answer = ask(request)
        return Seen(answer, _persons(answer, request, reader), 0)
    asked = narrowed(request, known)
    answer = _of(ask(asked), known)
    person = next((name for name in PERSONS if name in dimensions), None)
    if person is None or _is_of_persons(asked):
        return Seen(answer, _persons(answer, asked, reader), 0)
    gone, gone_compared = _hidden(asked, person, known, privacy.min_group, ask, answer)
    return Seen(_masked(answer, gone, gone_compared), (), sum(_place(row) in gone for row in answer.rows))


def narrowed(request: Request, known: People) -> Request:
    """A question about persons, cut to those whose figures may be seen.

    Raises:
        Forbidden: If it asks for others only, or for all but some.
    """
    filters = [(text, filter_of(text)) for text in request.where]
    kept = [text for text, one in filters if one.dimension not in PERSONS]
    for name in PERSONS:
        of_name = [one for _text_, one in filters if one.dimension == name]
        if of_name or name in request.by:
            kept.append(filter_text(name, sorted(_chosen(of_name, known))))
    if set(request.adjust) & set(PERSONS):
        raise Forbidden("This account may not see figures of this person.")
    return replace(request, where=tuple(kept))


def _chosen(filters: Sequence[Filter], known: People) -> People:
    """Persons of the filters who may be seen; an exclusion would show the excluded one by subtraction."""
    chosen = known
    for one in filters:
        if one.negated:
            raise Forbidden("This account may not leave single persons out of a figure.")
        chosen &= frozenset(one.values)
    if not chosen:
        raise Forbidden("This account may not see figures of this person.")
    return chosen


def _of(answer: Answer, known: People) -> Answer:
    """Without rows of other persons, for metrics that are always split by person."""
    rows = [row for row in answer.rows if all(row.members.get(name) in (None, *known) for name in PERSONS)]
    return answer if len(rows) == len(answer.rows) else replace(answer, rows=rows, comparison=None)


def _is_of_persons(asked: Request) -> bool:
    return bool({*asked.by, *(filter_of(text).dimension for text in asked.where)} & set(PERSONS))


def _persons(answer: Answer, asked: Request, reader: Reader) -> tuple[str, ...]:
    """Persons whose own figures are in an answer: its members, or the one that it is filtered by."""
    members = {str(row.members[name]) for row in answer.rows for name in PERSONS if row.members.get(name) is not None}
    for one in map(filter_of, asked.where):
        if one.dimension in PERSONS and not one.negated and len(one.values) == 1:
            members |= set(one.values)
    return tuple(sorted(members - {reader.rep_id}))


def _hidden(
    asked: Request, person: str, known: People, least: int, ask: Callable[[Request], Answer], answer: Answer
) -> tuple[frozenset[Place], frozenset[Place]]:
    """Places to hide, and those whose compared figure is to be hidden."""
    if _picks_a_hidden_group(asked, person, known, least, ask):
        every = frozenset(_place(row) for row in answer.rows)
        return every, every
    companion = ask(replace(asked, by=(*asked.by, person), adjust=()))
    gone = _by_point(_people(companion, person, _has_figure), known, least)
    return gone, gone | _by_point(_people(companion, person, _has_compared), known, least)


def _by_point(groups: Mapping[Place, People], known: People, least: int) -> frozenset[Place]:
    """Places to hide; each point of a curve is a table of its own, as nothing is summed along a curve."""
    tables: dict[object, dict[Place, People]] = defaultdict(dict)
    for place, people in groups.items():
        tables[place[-1]][place[:-1]] = people
    return frozenset((*place, point) for point, table in tables.items() for place in hidden(table, known, least))


def _picks_a_hidden_group(
    asked: Request, person: str, known: People, least: int, ask: Callable[[Request], Answer]
) -> bool:
    """Whether the filters name a group that would be hidden in the table of their dimensions.

    What ``!=`` leaves out counts as named: it is the difference to the figure without the filter.
    """
    filters = [filter_of(text) for text in asked.where]
    names = tuple(dict.fromkeys(one.dimension for one in filters))
    if not filters:
        return False
    table = ask(replace(asked, by=(*names, person), where=(), grain="all", compare=None, adjust=()))
    groups = {place[1:-1]: people for place, people in _people(table, person, _has_figure).items()}
    for one in filters:
        alone: dict[Place, People] = defaultdict(frozenset)
        for place, people in groups.items():
            alone[(place[names.index(one.dimension)],)] |= people
        named = set(one.values or ("",))
        if any(_text(place[0]) in named for place in hidden(alone, known, least)):
            return True
    gone = hidden(groups, known, least)
    return any(all(_fits(one, place[names.index(one.dimension)]) for one in filters) for place in gone)


def _fits(one: Filter, member: object) -> bool:
    return (_text(member) in (one.values or ("",))) != one.negated


def _text(member: object) -> str:
    return "" if member is None else str(member)


def _people(answer: Answer, person: str, is_behind: Callable[[Row], bool]) -> dict[Place, People]:
    """Who is behind each place of the answer that this one splits by person."""
    found: dict[Place, People] = defaultdict(frozenset)
    for row in answer.rows:
        member = row.members.get(person)
        found[_place(row, person)] |= {str(member)} if member is not None and is_behind(row) else frozenset()
    return dict(found)


def _place(row: Row, without: str | None = None) -> Place:
    """Where a row stands in its table: period, members, and last the point of its curve, if any."""
    members = [member for name, member in row.members.items() if name not in (without, *CURVES)]
    return row.period, *members, tuple(row.members.get(name) for name in CURVES)


def _has_figure(row: Row) -> bool:
    return row.n > 0 or sum(row.left_out.values()) > 0 or bool(row.value)


def _has_compared(row: Row) -> bool:
    return row.compared is not None and row.compared.get("value") is not None


def _masked(answer: Answer, gone: frozenset[Place], gone_compared: frozenset[Place]) -> Answer:
    if not gone | gone_compared:
        return answer
    rows = [_shown(row, gone, gone_compared) for row in answer.rows]
    bare = [row for row in answer.rows if _place(row) in gone]
    told = {(row.period, tuple(row.members.values())) for row in bare}
    missing = [entry for entry in answer.missing if not _is_about(entry, told)]
    missing += [_reason(row) for row in bare]
    return replace(answer, rows=rows, missing=missing, comparison=None, left_out={})


def _shown(row: Row, gone: frozenset[Place], gone_compared: frozenset[Place]) -> Row:
    place = _place(row)
    if place in gone:
        return replace(
            row, value=None, low=None, high=None, n=0, left_out={}, estimates={}, compared=None, young=False
        )  # fmt: skip
    return replace(row, compared=None) if place in gone_compared else row


def _is_about(entry: Mapping[str, Any], told: set[tuple[Any, tuple[Any, ...]]]) -> bool:
    member = entry.get("member")
    members = tuple(member.values()) if isinstance(member, Mapping) else (member,)
    return (entry.get("period"), members) in told


def _reason(row: Row) -> dict[str, Any]:
    return {
        "reason": SMALL_GROUP,
        "text": SMALL_GROUP_TEXT.into(),
        "table": None,
        "column": None,
        "period": row.period,
        "member": _member(row),
    }


def _member(row: Row) -> Any:
    """As the other reasons name members: the bare one of a single dimension, else all."""
    members = list(row.members.values())
    return members[0] if len(members) == 1 else dict(row.members) if members else None
