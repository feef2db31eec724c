"""The numbers beside the pages of the side: what waits on each, as far as the visitor may know.

They never delay a page: what they are made from is reckoned in the background, once a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from efficace.access.rights import Right
from efficace.locale.said import Said, counted
from efficace.web.desk import Desk, now
from efficace.web.lead_list import lead_list
from efficace.web.place import Place
from efficace.web.seen import sees_somebody, those_seen
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding


@dataclass(frozen=True)
class Count:
    """A number beside a page.

    Attributes:
        is_alarm: Whether somebody has to act; else it is there to know.
    """

    said: Said
    is_alarm: bool


@dataclass(frozen=True)
class Counted:
    """What the findings of one detector are counted as.

    Attributes:
        one: The words where there is one.
        many: The words with its ``{n}``.
        number: Of what; the findings themselves by default.
    """

    detector: str
    one: str
    many: str
    number: Callable[[Sequence[Finding]], float] = len


def _deals(found: Sequence[Finding]) -> float:
    return sum(one.evidence.value or 0.0 for one in found)


COUNTED: Mapping[str, Counted] = {
    "/pipeline": Counted("stalled_deals", "{n} stuck", "{n} stuck", _deals),
    "/customers": Counted("service_losing", "{n} alarm", "{n} alarms"),
    "/acquisition": Counted("territory_unbalanced", "{n} uneven", "{n} uneven"),
    "/revenue": Counted("target_missed", "{n} missed", "{n} missed"),
    "/data": Counted("data_late", "{n} late", "{n} late"),
}


def counts(desk: Desk, who: Visitor, place: Place) -> Mapping[str, Count] | None:
    """Path -> what waits there; None while it is being reckoned."""
    findings = desk.findings(who.reader)
    late = _late_leads(desk, who, place)
    health = desk.later("health", desk.project.data.doctor)
    if findings is None or health is None:
        return None
    found = {}
    for path, waits in COUNTED.items():
        number = waits.number([one for one in findings if one.detector == waits.detector])
        if number:
            found[path] = _count(waits.one, waits.many, number, is_alarm=True)
    waiting = _unanswered(desk, who)
    if waiting:
        found["/voice"] = _count("{n} unanswered", "{n} unanswered", waiting, is_alarm=False)
    if late:
        found["/leads"] = _count("{n} late", "{n} late", late, is_alarm=True)
    rejected = sum(table.rejected for table in health.tables)
    if rejected and "/data" not in found:
        found["/data"] = _count("{n} set aside", "{n} set aside", rejected, is_alarm=False)
    return found


def _count(one: str, many: str, number: float, *, is_alarm: bool) -> Count:
    return Count(counted(one, many, number), is_alarm)


def _late_leads(desk: Desk, who: Visitor, place: Place) -> int:
    """Leads that the visitor may see and whose promise is broken, by the minute."""
    if not who.may(Right.ROWS) or desk.later(("lead queue", ()), desk.project.metrics.lead_queue) is None:
        return 0
    at = now()
    whole = replace(place, where=())
    key = ("late leads", who.reader, at.replace(second=0, microsecond=0))
    return desk.kept(key, lambda: sum(one.is_late for one in lead_list(desk, who, whole, at).of_tab("all")))


def _unanswered(desk: Desk, who: Visitor) -> int:
    """Comments without an answer that the visitor may see."""
    if not (who.may(Right.ROWS) and sees_somebody(desk, who)):
        return 0
    found = desk.later("unanswered", desk.project.insights.unanswered_comments)
    return len(those_seen(desk, who.reader, found or ()))
