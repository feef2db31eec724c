"""The section on territories: demand beside effort, and how effort would follow demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.sections.section import ForEverybody
from efficace.web.visitor import Visitor

BALANCE = "territory_balance"


@dataclass(frozen=True)
class Allocation(ForEverybody):
    """Territories with their leads and their part of the work, and the days that would move between them."""

    title: str
    template: str = "sections/allocation.html"
    metrics: tuple[str, ...] = (BALANCE,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """A line a territory, the one that lacks most first."""
        answer = desk.see(who.reader, "page", BALANCE, by=["territory"], **place.question).answer
        found = desk.project.insights.allocation(answer)
        found.sort(key=lambda one: -(one.leads / one.due))
        most = max((value for one in found for value in (one.leads, one.due)), default=1.0)
        return {"proposals": found, "answer": answer, "most": most}
