"""The members of a dimension as a sorted table with one scale for all its bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from efficace.errors import QuestionError, nearest
from efficace.web.asked import Asked
from efficace.web.figures import Breakdown, Member
from efficace.web.marks import scale_of
from efficace.web.say import Say

EVENED = "adjusted"
"""The estimate of what a member would have with everybody's mix."""
SHOWN = 15
"""Members of a folded table, those that differ beyond chance besides."""

Key = Callable[[Member], tuple[bool, float | str]]


@dataclass(frozen=True)
class Ruled:
    """A breakdown laid out.

    Attributes:
        members: In the order asked.
        folded: How many more there are behind a link.
        typical_at: Where the typical value lies on the bars, in shares of their width.
        least: Value at the left end of the bars.
        most: Value at their right end.
        estimates: Further estimates that get a column.
    """

    found: Breakdown
    members: Sequence[Member]
    folded: int
    typical_at: float | None
    least: float
    most: float
    sort: str
    is_compared: bool
    estimates: tuple[str, ...]


def ruled(found: Breakdown, asked: Asked, say: Say) -> Ruled:
    """Sort and fold a breakdown as the address asks.

    Raises:
        QuestionError: If it asks for an order that does not exist.
    """
    sort = asked.place.more.get("sort", "best")
    is_compared = any(member.shrunken is not None for member in found.members)
    members = _sorted(found, sort, say)
    shown = list(members)
    if asked.place.more.get("all") != "1" and len(members) > SHOWN + 3:
        shown = [member for number, member in enumerate(members) if number < SHOWN or member.beyond]
    least, most = _scale(found)
    typical_at = None
    if found.typical is not None and least <= found.typical <= most:
        typical_at = (found.typical - least) / ((most - least) or 1.0)
    return Ruled(
        found, shown, len(members) - len(shown), typical_at, least, most, sort, is_compared, _columns(found, asked)
    )


def _sorted(found: Breakdown, sort: str, say: Say) -> list[Member]:
    if sort == "best":
        return list(found.members)
    keys: dict[str, Key] = {
        "name": lambda member: (False, say.member(member.row, found.dimension).casefold()),
        "value": lambda member: _highest_first(member.row.value),
        "n": lambda member: _highest_first(member.row.n),
        "quarter": lambda member: _highest_first(member.row.estimates.get("p_best_quarter", {}).get("value")),
    }
    if sort not in keys:
        raise QuestionError('No order "{sort}".{nearest}', sort=sort, nearest=nearest(sort, ["best", *keys]))
    return sorted(found.members, key=keys[sort])


def _highest_first(value: float | None) -> tuple[bool, float]:
    return value is None, -(value or 0.0)


def _scale(found: Breakdown) -> tuple[float, float]:
    shown = []
    for member in found.members:
        shown.append((member.row.value, member.row.low, member.row.high))
        pulled = member.row.estimates.get("shrunken")
        if pulled and pulled["value"] is not None:
            shown.append((pulled["value"], pulled["low"], pulled["high"]))
    return scale_of(shown)


def _columns(found: Breakdown, asked: Asked) -> tuple[str, ...]:
    """Estimates that most members have, at most three; what all tables have anyway is left out."""
    has = [
        name
        for name in asked.metric.estimates
        if name not in ("shrunken", "p", "q", "p_best_quarter")
        and any(member.row.estimates.get(name, {}).get("value") is not None for member in found.members)
    ]
    return (EVENED, *has[:1]) if asked.mix else tuple(has[:2])
