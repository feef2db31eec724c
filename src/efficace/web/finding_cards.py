"""Findings as cards: the small picture laid out, the card that it moves, and where its figure and rows are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import log
from typing import TYPE_CHECKING

from efficace.access.rights import PERSONS, visible_people
from efficace.web.desk import Desk
from efficace.web.kpis import OF_DATA, Kpi, moved_by
from efficace.web.marks import Bar, dot
from efficace.web.place import Place
from efficace.web.say import Say
from efficace.web.seen import notice
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.insights.finding import Finding
    from efficace.insights.picture import Mark, Picture

WIDTH, HEIGHT = 340.0, 64.0
"""Of the box that columns are drawn in."""
GAP = 0.25
"""Part of a column's room that stays free."""
ON_LOG = ("minutes", "hours")
"""Units whose figures lie on a scale of times, not of differences."""


@dataclass(frozen=True)
class Line:
    """A line of a small picture: its words and where its marks lie, in shares of the track."""

    label: str
    told: str
    bar: Bar | None
    is_meant: bool


@dataclass(frozen=True)
class Column:
    """A column in the box: ``tick`` is where what was expected stands."""

    x: float
    y: float
    width: float
    height: float
    tick: float | None
    is_meant: bool


@dataclass(frozen=True)
class Drawn:
    """A small picture laid out.

    Attributes:
        words: The picture in words, for who does not see it.
        first: Label of the first column.
        last: Label of the last one.
        most: The highest column, told.
    """

    kind: str
    words: str
    tick_is: str
    lines: Sequence[Line] = ()
    columns: Sequence[Column] = ()
    first: str = ""
    last: str = ""
    most: str = ""


@dataclass(frozen=True)
class FindingCard:
    """A finding to show.

    Attributes:
        kpi: The card of the overview that acting on it moves.
        figure_at: Address of its figure.
        rows_at: Address of the rows behind it; None where the visitor may not see them.
    """

    finding: Finding
    picture: Drawn | None
    kpi: Kpi | None
    figure_at: str
    rows_at: str | None


def finding_cards(desk: Desk, who: Visitor, place: Place, findings: Sequence[Finding]) -> list[FindingCard]:
    """Cards for findings that the visitor may see; whom they are about is logged."""
    notice(desk, who, findings)
    say = Say(who.language, desk.project.config.zone)
    return [_card(desk, who, place, one, say) for one in findings]


def _card(desk: Desk, who: Visitor, place: Place, finding: Finding, say: Say) -> FindingCard:
    drawn = None if finding.picture is None or not finding.picture.marks else _drawn(finding.picture, say)
    at, metric = _place_of(place, finding, desk.until), finding.request.metric
    rows = None
    if _may_see_rows(desk, who, finding):
        rows = replace(at, where=finding.rows_where).to(f"/kpi/{metric}/rows", **_options(finding))
    by = finding.request.by[-1] if finding.request.by else None
    return FindingCard(
        finding, drawn, moved_by(finding), at.to(f"/kpi/{metric}", by=by, **_options(finding)) + _anchor(by), rows
    )  # fmt: skip


def _anchor(by: str | None) -> str:
    return "" if by is None else "#by"


def _place_of(place: Place, finding: Finding, until: date) -> Place:
    """The place that asks what the finding asked."""
    start = _day(finding.request.start)
    end = _day(finding.request.end) or until
    period = "all" if start is None else "custom"
    return replace(place, period=period, start=start, end=end, where=tuple(finding.request.where), more={})


def _day(bound: str | date | datetime | None) -> date | None:
    if isinstance(bound, str):
        return date.fromisoformat(bound[:10])
    return bound.date() if isinstance(bound, datetime) else bound


def _options(finding: Finding) -> dict[str, str]:
    """The setting of the question as addresses write it; detectors ask with one at most."""
    return dict([("set", f"{name}={value}") for name, value in finding.request.settings.items()][:1])


def _may_see_rows(desk: Desk, who: Visitor, finding: Finding) -> bool:
    """Whether the rows behind it may be seen: all of them, or those of the person whom it is about."""
    is_of_person = any(name in finding.subject for name in PERSONS)
    sees_all = visible_people(who.reader, desk.project.config.privacy) is None
    return who.may("rows") and (sees_all or is_of_person) and finding.kind.name not in OF_DATA


def _drawn(picture: Picture, say: Say) -> Drawn:
    labels = [_label(mark, say) for mark in picture.marks]
    told = [_told(mark, picture, say) for mark in picture.marks]
    words = "; ".join(f"{label} {value}" for label, value in zip(labels, told, strict=True))
    tick_is = say.said(picture.tick_is) if picture.tick_is is not None else ""
    if picture.kind == "columns":
        most = max((mark.value or 0.0 for mark in picture.marks), default=0.0)
        columns = _columns(picture.marks)
        return Drawn("columns", words, tick_is, columns=columns, first=labels[0], last=labels[-1],
                     most=say.value(most, picture.unit))  # fmt: skip
    bars = _parts(picture.marks) if picture.kind == "parts" else _rows(picture)
    lines = [
        Line(label, value, bar, mark.is_meant)
        for label, value, bar, mark in zip(labels, told, bars, picture.marks, strict=True)
    ]
    return Drawn(picture.kind, words, tick_is, lines)


def _label(mark: Mark, say: Say) -> str:
    return mark.label if isinstance(mark.label, str) else say.said(mark.label)


def _told(mark: Mark, picture: Picture, say: Say) -> str:
    value = say.value(mark.value, picture.unit)
    if picture.kind != "parts":
        return value
    return say.text("{part} of {whole}", part=value, whole=say.value(mark.tick, picture.unit))


def _rows(picture: Picture) -> list[Bar | None]:
    """Dots on one scale: that of shares is whole, that of times logarithmic, any other begins at zero."""
    is_log = picture.unit in ON_LOG

    def at(value: float | None) -> float | None:
        return value if value is None or not is_log else log(max(value, 1.0))

    marks = picture.marks
    known = [at(value) or 0.0 for mark in marks for value in (mark.value, mark.tick) if value is not None]
    ends = [at(mark.high) or 0.0 for mark in marks if mark.high is not None]
    most = 1.0 if picture.unit == "share" else min(max([*known, *ends], default=1.0), 1.6 * max(known, default=1.0))
    found: list[Bar | None] = []
    for mark in marks:
        value, low, high, tick = (at(one) for one in (mark.value, mark.low, mark.high, mark.tick))
        found.append(None if value is None else dot(value, low, high, 0.0, most, tick))
    return found


def _parts(marks: Sequence[Mark]) -> list[Bar | None]:
    """A part of each whole, the longest whole as long as the track: ``high`` is the whole, ``dot`` the part."""
    most = max((mark.tick or 0.0 for mark in marks), default=0.0) or 1.0
    return [Bar(0.0, (mark.tick or 0.0) / most, (mark.value or 0.0) / most) for mark in marks]


def _columns(marks: Sequence[Mark]) -> list[Column]:
    most = max((value for mark in marks for value in (mark.value, mark.tick) if value is not None), default=1.0) or 1.0
    room = WIDTH / len(marks)
    found = []
    for number, mark in enumerate(marks):
        height = round((mark.value or 0.0) / most * HEIGHT, 1)
        tick = None if mark.tick is None else round(HEIGHT - mark.tick / most * HEIGHT, 1)
        x, width = round((number + GAP / 2) * room, 1), round(room * (1 - GAP), 1)
        found.append(Column(x, round(HEIGHT - height, 1), width, height, tick, mark.is_meant))
    return found
