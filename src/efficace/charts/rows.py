"""The flat rows that charts draw, from those of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from efficace.charts.axes import Scale
from efficace.metrics.wording import member_name

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer, Row

Triple = tuple[float | None, float | None, float | None]
LABEL_LONGEST = 40
"""Characters of a member's name on a chart; the table has it whole."""


def records(answer: Answer, scale: Scale, into: str | None = None) -> list[dict[str, Any]]:
    """The rows that have a value, with a label for their members; figures as they are drawn."""
    return [_record(row, scale, answer, into) for row in answer.rows if row.value is not None]


def triples(answer: Answer) -> list[Triple]:
    """Value and limits of each row that has a value."""
    return [(row.value, row.low, row.high) for row in answer.rows if row.value is not None]


def triples_of(answer: Answer, estimate: str) -> list[Triple]:
    """Value and limits of a further estimate, where rows have it."""
    found = [row.estimates.get(estimate) for row in answer.rows]
    return [(one["value"], one["low"], one["high"]) for one in found if one and one["value"] is not None]


def label_of(row: Row, without: Sequence[str] = (), into: str | None = None) -> str:
    """The row's members by name."""
    names = [member_name(row, name, into) for name in row.members if name not in without]
    label = " · ".join(names)
    return label if len(label) <= LABEL_LONGEST else label[: LABEL_LONGEST - 1] + "…"


def _record(row: Row, scale: Scale, answer: Answer, into: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "label": label_of(row, into=into),
        "value": scale.drawn(row.value),
        "low": scale.drawn(row.low),
        "high": scale.drawn(row.high),
        "n": row.n,
    }
    if row.period is not None:
        found |= {"period": row.period.isoformat(), "is_open": row.young or row.partial}
    found |= {name: _plain(row.members.get(name)) for name in answer.by if name != "label"}
    shrunken = row.estimates.get("shrunken")
    if shrunken and shrunken["value"] is not None:
        found |= {"shrunken": scale.drawn(shrunken["value"])}
        found |= {f"shrunken_{limit}": scale.drawn(shrunken[limit]) for limit in ("low", "high")}
    return found


def _plain(member: Any) -> Any:
    return member.isoformat() if hasattr(member, "isoformat") else member
