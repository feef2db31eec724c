"""The plane of effectiveness and efficiency: who does the right things, and who does them fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from efficace.access.rights import Forbidden
from efficace.errors import QuestionError
from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.metrics.answer import Row

WIDTH, HEIGHT, EDGE = 340.0, 330.0, 14.0
LINE = 13.0
"""Height of a label."""
LETTER = 6.2
"""Width of a letter of a label, on average."""
MOST_NAMED = 8
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """A rep on the plane, in the picture's own units.

    Attributes:
        side: ``better`` or ``worse``, see ``_side``; empty else.
        label: Where the name stands, and which of its ends; None where it is not named.
    """

    rep: str
    name: str
    efficiency: Row
    effectiveness: Row
    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    side: Literal["", "better", "worse"]
    label: tuple[float, float, str] | None = None


@dataclass(frozen=True)
class Plane:
    """The reps with both scores; the cross of the two lines is the typical rep of each role."""

    points: Sequence[Point]
    centre: tuple[float, float]


def plane(desk: Desk, who: Visitor, place: Place) -> Plane | None:
    """The plane under the period and filters of a page; None where nobody has both scores."""
    people = desk.kept("people", desk.project.data.people)
    try:
        found = [
            desk.see(who.reader, "page", metric, by=["rep"], **place.question).answer.rows
            for metric in ("efficiency", "effectiveness")
        ]
    except (Forbidden, QuestionError):
        return None
    scores = [{str(row.members["rep"]): row for row in rows if row.value is not None} for rows in found]
    both = [(rep, scores[0][rep], scores[1][rep]) for rep in sorted(scores[0]) if rep in scores[1] and rep in people]
    if not both:
        return None
    reach_x, reach_y = _reach([wide for _rep, wide, _high in both]), _reach([high for _rep, _wide, high in both])
    points = [_point(rep, people[rep].name, wide, high, reach_x, reach_y) for rep, wide, high in both]
    return Plane(_labelled(points), (WIDTH / 2, HEIGHT / 2))


def _reach(rows: Sequence[Row]) -> float:
    """The score at the edge of the picture."""
    return max(abs(row.value or 0.0) for row in rows) * 1.15 or 1.0


def _point(rep: str, name: str, wide: Row, high: Row, reach_x: float, reach_y: float) -> Point:
    def across(score: float | None) -> float:
        return round(WIDTH / 2 + _inside(score, reach_x) * (WIDTH / 2 - EDGE), 1)

    def down(score: float | None) -> float:
        return round(HEIGHT / 2 - _inside(score, reach_y) * (HEIGHT / 2 - EDGE), 1)

    return Point(
        rep, name, wide, high, across(wide.value), down(high.value),
        left=across(wide.low if wide.low is not None else wide.value),
        right=across(wide.high if wide.high is not None else wide.value),
        top=down(high.high if high.high is not None else high.value),
        bottom=down(high.low if high.low is not None else high.value),
        side=_side(wide, high),
    )  # fmt: skip


def _inside(score: float | None, reach: float) -> float:
    return max(min((score or 0.0) / reach, 1.0), -1.0)


def _side(wide: Row, high: Row) -> Literal["", "better", "worse"]:
    """Off the typical in one score by more than its interval, and in the other not on the other side."""
    scores = (wide, high)
    if any((row.high or 0.0) < 0 for row in scores) and all((row.value or 0.0) <= 0 for row in scores):
        return "worse"
    is_better = any((row.low or 0.0) > 0 for row in scores) and all((row.value or 0.0) >= 0 for row in scores)
    return "better" if is_better else ""


def _labelled(points: Sequence[Point]) -> list[Point]:
    """Names of those who stand out, farthest from the typical first, where they cover no other name or point."""

    dots: list[Box] = [(one.x - 3, one.y - 3, one.x + 3, one.y + 3) for one in points]
    taken: list[Box] = []
    named = {}
    far = sorted(points, key=lambda one: -((one.x - WIDTH / 2) ** 2 + (one.y - HEIGHT / 2) ** 2))
    for point in [one for one in far if one.side][:MOST_NAMED]:
        for x, y, anchor, box in _places(point):
            is_free = not any(_overlap(box, other) for other in (*taken, *dots))
            if is_free and box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= HEIGHT:
                taken.append(box)
                named[point.rep] = (x, y, anchor)
                break
    return [replace(one, label=named.get(one.rep)) for one in points]


def _places(point: Point) -> list[tuple[float, float, str, Box]]:
    """Where a name can stand: right, left, above or below of its point."""
    wide = len(point.name) * LETTER
    found = []
    for lift in (-4.0, LINE - 1):
        top = point.y + lift - LINE + 3
        found.append((point.x + 6, point.y + lift, "start", (point.x + 6, top, point.x + 6 + wide, top + LINE)))
        found.append((point.x - 6, point.y + lift, "end", (point.x - 6 - wide, top, point.x - 6, top + LINE)))
    return found


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
