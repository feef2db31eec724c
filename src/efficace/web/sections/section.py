"""What every section of a page has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from efficace.access.rights import Right, visible_people
from efficace.web.asked import Asked
from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.seen import sees_somebody
from efficace.web.visitor import Visitor

POPULATION = "population"
"""The part of a metric's rows whose number is its n."""


class Section(Protocol):
    """A question of a page with what is worked out to answer it."""

    @property
    def title(self) -> str:
        """The question."""
        ...

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that it reads, the foremost first."""
        ...

    @property
    def template(self) -> str:
        """The part that shows it."""
        ...

    def is_for(self, desk: Desk, who: Visitor) -> bool:
        """Whether the visitor may see anything of it."""
        ...

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """What the part shows.

        Raises:
            EfficaceError: If it may not be seen, or cannot be asked so.
        """
        ...


class ForEverybody:
    """A section of groups."""

    def is_for(self, desk: Desk, who: Visitor) -> bool:
        """Everybody may see figures of groups."""
        del desk, who
        return True


class OfPersons:
    """A section that lists what belongs to single persons."""

    def is_for(self, desk: Desk, who: Visitor) -> bool:
        """Those who may see rows of somebody."""
        return who.may(Right.ROWS) and sees_somebody(desk, who)


def asked_whole(desk: Desk, place: Place, metric: str, grain: str = "month") -> Asked:
    """The question of a section's picture."""
    return Asked(desk.project.metrics.catalogue()[metric], place, grain, None, definition=None, option=None)


@dataclass(frozen=True)
class Rows:
    """Rows behind a metric: the used ones that are read, and how many there are."""

    records: Sequence[Mapping[str, Any]]
    total: int


def rows_of(
    desk: Desk, who: Visitor, metric: str, limit: int, parts: Sequence[str] = (POPULATION,), **question: Any
) -> Rows:
    """The rows that a visitor may see, what the metric puts foremost first; read once a snapshot for all who see alike.

    Whose rows are shown is for the section to log (``desk.looked_at``).

    Args:
        parts: Of the metric; those whose rows are listed.

    Raises:
        Forbidden: If no row may be seen.
    """

    def read() -> Rows:
        found = desk.opened(who.reader, "page", metric, limit, **question)
        used = [one for one in found.rows.to_pylist() if one["left_out"] is None]
        return Rows([one for one in used if one["part"] in parts], found.total)

    alike = visible_people(who.reader, desk.project.config.privacy), who.may(Right.ROWS)
    return desk.kept(("rows", alike, metric, limit, parts, repr(sorted(question.items()))), read)
