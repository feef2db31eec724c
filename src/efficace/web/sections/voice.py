"""Sections on what customers say: themes with examples, and comments that nobody answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from efficace.access.rights import Forbidden
from efficace.errors import QuestionError
from efficace.metrics.answer import Row
from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.sections.section import POPULATION, ForEverybody, OfPersons, rows_of
from efficace.web.seen import those_seen
from efficace.web.visitor import Visitor

THEMES = "comment_themes"
EXAMPLES, READ = 2, 4000
SHOWN = 10


@dataclass(frozen=True)
class Theme:
    """A theme with how those who speak of it sound.

    Attributes:
        examples: Comments, one of each sentiment first; empty where the visitor may not read them.
    """

    row: Row
    examples: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Themes(ForEverybody):
    """What customers speak of, how it sounds, and in whose words."""

    title: str
    template: str = "sections/themes.html"
    metrics: tuple[str, ...] = (THEMES,)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """Themes, the most frequent first, with examples for those who may read rows."""
        answer = desk.see(who.reader, "page", THEMES, by=["theme"], **place.question).answer
        rows = [row for row in answer.rows if row.value and row.members["theme"] is not None]
        rows.sort(key=lambda row: -(row.value or 0.0))
        comments = _comments(desk, who, place)
        found = [Theme(row, _unlike(comments.get(str(row.members["theme"]), []))[:EXAMPLES]) for row in rows[:SHOWN]]
        desk.looked_at(who.reader, "page", THEMES, [one["rep_id"] for theme in found for one in theme.examples])
        return {"themes": found, "answer": answer, "most": max((row.value or 0.0 for row in rows), default=1.0)}


def _comments(desk: Desk, who: Visitor, place: Place) -> Mapping[str, list[Mapping[str, Any]]]:
    """The comments that the visitor may read, by theme; none where none may be read."""
    try:
        records = rows_of(desk, who, THEMES, READ, ("all", POPULATION), **place.question).records
    except (Forbidden, QuestionError):
        return {}
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in records:
        found[str(one["theme"])].append(one)
    return found


def _unlike(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The latest comment of each sentiment first; the same words once."""
    latest = sorted(records, key=lambda one: one["occurred_at"], reverse=True)
    by_words = {one["comment"]: one for one in reversed(latest)}
    ordered = sorted(by_words.values(), key=lambda one: one["occurred_at"], reverse=True)
    first = {one["sentiment"]: one for one in reversed(ordered)}
    return [*first.values(), *(one for one in ordered if one not in first.values())]


@dataclass(frozen=True)
class UnansweredList(OfPersons):
    """Comments after which nobody wrote to or called the customer."""

    title: str
    template: str = "sections/unanswered.html"
    metrics: tuple[str, ...] = ("comment_sentiment",)

    def shown(self, desk: Desk, who: Visitor, place: Place) -> Mapping[str, Any]:
        """Those that the visitor may see, the worst first."""
        del place
        own = those_seen(desk, who.reader, desk.kept("unanswered", desk.project.insights.unanswered_comments))
        shown = own[:SHOWN]
        desk.looked_at(who.reader, "page", "comment_sentiment", [one.rep_id for one in shown])
        return {
            "comments": shown, "all": len(own), "as_of": desk.as_of, "products": dict(desk.members("product")),
            "names": desk.project.data.account_names([one.account_id for one in shown]),
            "reps": dict(desk.members("rep")),
        }  # fmt: skip
