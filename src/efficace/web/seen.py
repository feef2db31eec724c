"""Of what belongs to single persons, the part that a visitor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from efficace.access.rights import visible_people
from efficace.web.desk import Desk
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.insights.customers import Unanswered


def sees_somebody(desk: Desk, who: Visitor) -> bool:
    """Whether the visitor may see any single person's figures."""
    seen = visible_people(who.reader, desk.project.config.privacy)
    return seen is None or bool(seen)


def unanswered(desk: Desk, who: Visitor, found: Sequence[Unanswered]) -> list[Unanswered]:
    """The comments that a visitor may see: those to reps whose figures may be seen."""
    seen = visible_people(who.reader, desk.project.config.privacy)
    return [one for one in found if seen is None or one.rep_id in seen]
