"""The flat rows that charts draw, from those of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from efficace.charts.axes import Scale
from efficace.locale import language, translate
from efficace.locale.numbers import format_interval, format_period, format_value
from efficace.metrics.estimate_names import STILL_OPEN
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
        found |= {"told": _told(row, answer, into), "still_open": _still_open(row)}
    found |= {name: _plain(row.members.get(name)) for name in answer.by if name != "label"}
    shrunken = row.estimates.get("shrunken")
    if shrunken and shrunken["value"] is not None:
        found |= {"shrunken": scale.drawn(shrunken["value"])}
        found |= {f"shrunken_{limit}": scale.drawn(shrunken[limit]) for limit in ("low", "high")}
    return found


def _told(row: Row, answer: Answer, into: str | None) -> str:
    """A point in words: its period, value and interval, and what keeps it from being the last word."""
    spoken = language(into)
    parts = [format_period(row.period, answer.grain, spoken), format_value(row.value, answer.unit, spoken)]
    limits = format_interval(row.low, row.high, answer.unit, spoken)
    parts += [limits] if limits else []
    parts += [young_in_words(row, spoken)] if row.young else []
    parts += [translate("the period is not over", spoken)] if row.partial else []
    return " · ".join(parts)


def young_in_words(row: Row, into: str | None) -> str:
    """What makes a row too young for a verdict: how much of it is still open, where its metric tells."""
    still_open = _still_open(row)
    if still_open is None:
        return translate("too young: a lower bound", into)
    return translate("too young: {share} still open", into).format(share=format_value(still_open, "share", into))


def _still_open(row: Row) -> float | None:
    found = row.estimates.get(STILL_OPEN)
    return float(found["value"]) if row.young and found and found["value"] is not None else None


def _plain(member: Any) -> Any:
    return member.isoformat() if hasattr(member, "isoformat") else member
