"""Of what belongs to single persons, the part that a visitor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from efficace.access.rights import PERSONS, Reader, Right, require, visible_people
from efficace.errors import QuestionError, nearest
from efficace.web.desk import Desk
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding
    from efficace.metrics.people import Person


class OfSomebody(Protocol):
    """Something that belongs to a rep."""

    @property
    def rep_id(self) -> str | None:
        """Whose it is; None where that is not known."""
        ...


Own = TypeVar("Own", bound=OfSomebody)


def person_of(desk: Desk, who: Visitor, rep_id: str) -> Person:
    """The rep, if the visitor may see its figures.

    Raises:
        Forbidden: If not, whether or not there is such a rep.
        QuestionError: If there is none.
    """
    require(who.reader, Right.GROUPS, desk.project.config.privacy, rep_id)
    people = desk.kept("people", desk.project.data.people)
    if rep_id not in people:
        raise QuestionError('No rep "{rep}".{nearest}', rep=rep_id, nearest=nearest(rep_id, people))
    return people[rep_id]


def notice(desk: Desk, who: Visitor, findings: Iterable[Finding]) -> None:
    """Log whom the findings that a page tells are about: who reads them learns of a person's figures."""
    people: dict[str, set[str]] = {}
    for one in findings:
        named = {member for dimension, member in one.subject.items() if dimension in PERSONS}
        people.setdefault(one.request.metric, set()).update(named)
    for metric, named in people.items():
        desk.looked_at(who.reader, "page", metric, named)


def sees_somebody(desk: Desk, who: Visitor) -> bool:
    """Whether the visitor may see any single person's figures."""
    seen = visible_people(who.reader, desk.project.config.privacy)
    return seen is None or bool(seen)


def those_seen(desk: Desk, reader: Reader, found: Sequence[Own]) -> list[Own]:
    """What belongs to reps whose figures the reader may see."""
    seen = visible_people(reader, desk.project.config.privacy)
    return [one for one in found if seen is None or one.rep_id in seen]
