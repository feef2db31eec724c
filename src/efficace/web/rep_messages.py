"""Message advice on a rep's page: which element the rep's messages lack most, beside the team's, with examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from efficace.access.rights import Forbidden, Right
from efficace.errors import QuestionError
from efficace.metrics.advice import Advice, advice
from efficace.metrics.question import filter_text
from efficace.web.desk import Desk, now
from efficace.web.marks import Bar, dot
from efficace.web.place import Place
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.metrics.answer import Row
    from efficace.metrics.people import Person

METRIC, ELEMENT = "personalization", "element"
EXAMPLES = 3


@dataclass(frozen=True)
class Told:
    """One element with its marks on a track from 0 to 100 %; ``tick`` of the bar is the team."""

    advice: Advice
    bar: Bar


@dataclass(frozen=True)
class Example:
    """A message that lacks what the advice is about."""

    touch_id: str
    sent_at: datetime
    account: str


@dataclass(frozen=True)
class MessageAdvice:
    """What to write more about, the first matters most.

    Attributes:
        examples: The latest messages that lack the first element.
        lacking: How many there are.
    """

    told: Sequence[Told]
    examples: Sequence[Example]
    lacking: int

    @property
    def first(self) -> Advice:
        """What matters most."""
        return self.told[0].advice


def message_advice(desk: Desk, who: Visitor, place: Place, own: Place, person: Person) -> MessageAdvice | None:
    """The advice for the period of a page; None where there is no message with a text.

    Args:
        own: The page's place, narrowed to the rep.
    """
    mine = _rows(desk, who, own)
    team = replace(place, where=(filter_text("team", [person.team_id]),)) if person.team_id is not None else None
    found = advice(mine, _rows(desk, who, team) if team is not None else ())
    if not found:
        return None
    told = [Told(one, _bar(one)) for one in found]
    examples = _examples(desk, who, own, found[0].element) if (found[0].row.value or 0.0) < 1 else []
    return MessageAdvice(told, examples[:EXAMPLES], len(examples))


def _rows(desk: Desk, who: Visitor, place: Place) -> Sequence[Row]:
    try:
        return desk.see(who.reader, "page", METRIC, by=[ELEMENT], **place.question).answer.rows
    except (Forbidden, QuestionError):
        return ()


def _bar(one: Advice) -> Bar:
    return dot(one.row.value or 0.0, one.row.low, one.row.high, 0.0, 1.0, one.typical)


def _examples(desk: Desk, who: Visitor, own: Place, element: str) -> list[Example]:
    """Messages of the rep that lack the element, the latest first."""
    if not who.may(Right.ROWS):
        return []
    where = (*own.where, filter_text(ELEMENT, [element]))
    asked = {**own.question, "by": [ELEMENT], "where": where}
    try:
        rows = desk.project.state.opened(who.reader, "page", now(), METRIC, None, None, **asked).rows.to_pylist()
    except (Forbidden, QuestionError):
        return []
    rows = [row for row in rows if row["left_out"] is None and row["found"] == 0]
    names = desk.project.data.account_names([row["account_id"] for row in rows if row["account_id"]])
    lacking = [Example(row["touch_id"], row["sent_at"], names.get(row["account_id"], "")) for row in rows]
    return sorted(lacking, key=lambda one: (one.sent_at, one.touch_id), reverse=True)
