"""Figures as pages show them: a value with its move and target, its months, its members side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from efficace.access.rights import Forbidden
from efficace.errors import EfficaceError, QuestionError
from efficace.metrics.answer import Answer, Row
from efficace.metrics.headlines import YES_OR_NO
from efficace.metrics.members import has_compared_members
from efficace.metrics.metric import Better, Metric
from efficace.metrics.verdicts import (
    Reached,
    Side,
    is_improvement,
    is_move_beyond_chance,
    middle_of,
    reached,
    side_of,
    side_of_alarm,
)
from efficace.model.time import add_months
from efficace.state.targets import SCOPES, targets
from efficace.web.desk import Desk
from efficace.web.marks import Bar, Sparkline, bullet, dot, scale_of, sparkline
from efficace.web.place import Place
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.state.schema import Target


@dataclass(frozen=True)
class Aim:
    """A target beside a figure.

    Attributes:
        bar: Of the bullet; the target stands at one place on all of them.
        reached: What can be said, the interval considered; without one the figure itself decides.
    """

    value: float
    bar: Bar
    reached: Reached


@dataclass(frozen=True)
class Figure:
    """One metric over the period of a page.

    Attributes:
        answer: None where the visitor may not see it.
        row: None where there is no figure.
        is_better: Whether the move is an improvement; None where there is none to speak of.
        is_beyond_chance: None where no interval is meant.
        refused: Why the visitor may not see it, or why it cannot be asked so.
    """

    metric: Metric
    answer: Answer | None
    row: Row | None
    aim: Aim | None = None
    is_better: bool | None = None
    is_beyond_chance: bool | None = None
    refused: EfficaceError | None = None

    @property
    def unit(self) -> str:
        """Of the value."""
        return self.answer.unit if self.answer is not None else self.metric.unit

    @property
    def is_yes_or_no(self) -> bool:
        """Whether the value is an answer, not a size."""
        return self.metric.id in YES_OR_NO

    @property
    def compared(self) -> Mapping[str, Any]:
        """The compared figure and the move since; empty where none is known."""
        found = self.row.compared if self.row is not None else None
        return found if found and found.get("change") is not None else {}

    @property
    def why_uncompared(self) -> Mapping[str, Any] | None:
        """Why a figure is not compared though it was to be: the data does not reach back so far."""
        told = self.answer.missing if self.answer is not None and self.row is not None else ()
        return next((entry for entry in told if entry["reason"] == "before_data"), None)

    def further(self, name: str) -> Mapping[str, Any] | None:
        """An estimate beside the value, where there is one."""
        found = self.row.estimates.get(name) if self.row is not None else None
        return found if found and found.get("value") is not None else None


@dataclass(frozen=True)
class Member:
    """One member of a breakdown.

    Attributes:
        bar: Raw figure with its interval.
        shrunken: The estimate pulled towards the typical member, with its interval; None where it is not compared.
        beyond: Whether the member departs from the others by more than chance, and to which side.
    """

    row: Row
    bar: Bar | None
    shrunken: Bar | None
    beyond: Side


@dataclass(frozen=True)
class Breakdown:
    """A metric by one dimension, the best member first."""

    answer: Answer
    dimension: str
    members: Sequence[Member]
    typical: float | None
    hidden: int

    def beyond(self, side: str) -> list[Member]:
        """Members that chance does not explain, on one side."""
        return [member for member in self.members if member.beyond == side]


def figure(desk: Desk, visitor: Visitor, place: Place, metric: str, **question: Any) -> Figure:
    """A metric over the place's period, beside the compared one and its target."""
    declared = desk.project.metrics.catalogue()[metric]
    try:
        seen = desk.see(visitor.reader, "page", metric, **{**asked_at(place, declared), **question})
    except (Forbidden, QuestionError) as refused:
        return Figure(declared, None, None, refused=refused)
    row = next((row for row in seen.answer.rows if row.value is not None), None)
    if row is None:
        return Figure(declared, seen.answer, None)
    aim, is_better = _aim(desk, declared, row, place), is_improvement(row, declared.better)
    return Figure(declared, seen.answer, row, aim, is_better, is_move_beyond_chance(row))


def asked_at(place: Place, metric: Metric) -> dict[str, Any]:
    """The question about a metric at a place.

    What lies ahead has months of its own. A state of long ago is worked out anew, which takes its time: both go
    uncompared here, and the move of a state is asked for by itself.
    """
    if metric.ahead:
        return {"where": place.where}
    if metric.state:
        return {**place.question, **place.instant, "compare": None}
    return {**place.question, "compare": place.compared}


def moved(desk: Desk, visitor: Visitor, place: Place, metric: str, **question: Any) -> Figure:
    """A state as it stands at the end of the period, beside the one at the end of the compared period."""
    return figure(desk, visitor, place, metric, **{**question, "compare": place.compared})


def months(desk: Desk, visitor: Visitor, place: Place, metric: str) -> Sparkline | None:
    """The months of the period and of the twelve before it as a small line; none for what is asked differently.

    A state is told as of the end of each month, which takes its time.
    """
    declared = desk.project.metrics.catalogue()[metric]
    is_asked_whole = not (declared.only_by or declared.always_by or declared.ahead)
    if not is_asked_whole or place.start is None:
        return None
    start = add_months(place.start, -12)
    asked = {**asked_at(place, declared), "compare": None, "start": start, "grain": "month"}
    try:
        rows = desk.see(visitor.reader, "page", metric, **asked).answer.rows
    except Forbidden:
        return None
    before = [_triple(row) for row in rows if row.period is not None and row.period < place.start]
    present = [_triple(row) for row in rows if row.period is not None and row.period >= place.start]
    return sparkline(before, present)


def breakdown(
    desk: Desk, visitor: Visitor, place: Place, metric: str, by: str, adjust: tuple[str, ...] = (), **question: Any
) -> Breakdown:
    """A metric by the members of a dimension.

    Args:
        adjust: Dimensions whose mix is evened out between members, beside what they have.

    Raises:
        Forbidden: If the visitor may not see it so.
        QuestionError: If the metric cannot be asked so.
    """
    declared = desk.project.metrics.catalogue()[metric]
    instant = place.instant if declared.state else {}
    seen = desk.see(visitor.reader, "page", metric, by=[by], adjust=adjust, **{**place.question, **instant, **question})
    rows = [row for row in seen.answer.rows if row.value is not None]
    shown = [triple for row in rows for triple in (_triple(row), _shrunken(row)) if triple is not None]
    least, most = scale_of(shown)
    ordered = _in_order(rows, declared, by)
    typical = _typical(desk, visitor, place, metric, question)
    usual = middle_of(rows) if typical is None else typical
    # What has a q of its own is an alarm over all members, not a comparison of them.
    sides = [
        side_of_alarm(row) if "q" in declared.estimates else side_of(row, usual, declared.better) for row in ordered
    ]
    members = [_member(row, side, least, most) for row, side in zip(ordered, sides, strict=True)]
    return Breakdown(seen.answer, by, members, typical, seen.hidden)


def _typical(desk: Desk, visitor: Visitor, place: Place, metric: str, question: Mapping[str, Any]) -> float | None:
    declared = desk.project.metrics.catalogue()[metric]
    if declared.only_by or declared.counts:
        # The sum of all is no typical member.
        return None
    # Asked as the page asks for it, compared too: then it is one question, not two.
    whole = figure(desk, visitor, place, metric, **question)
    return whole.row.value if whole.row is not None else None


def _in_order(rows: Sequence[Row], metric: Metric, by: str) -> Sequence[Row]:
    """The best first where there is a best; members with an order of their own keep it."""
    if not has_compared_members(by):
        return rows
    sign = 1.0 if metric.better is Better.LOWER else -1.0
    return sorted(rows, key=lambda row: sign * float((_shrunken(row) or _triple(row))[0] or 0.0))


def _member(row: Row, beyond: Side, least: float, most: float) -> Member:
    value, low, high = _triple(row)
    raw = None if value is None else dot(value, low, high, least, most)
    pulled = _shrunken(row)
    shrunken = None
    if pulled is not None and pulled[0] is not None:
        shrunken = dot(pulled[0], pulled[1], pulled[2], least, most, value)
    return Member(row, raw, shrunken, beyond)


def _triple(row: Row) -> tuple[float | None, float | None, float | None]:
    return row.value, row.low, row.high


def _shrunken(row: Row) -> tuple[float | None, float | None, float | None] | None:
    found = row.estimates.get("shrunken")
    return None if not found or found["value"] is None else (found["value"], found["low"], found["high"])


def _aim(desk: Desk, metric: Metric, row: Row, place: Place) -> Aim | None:
    scope = _scope(place)
    with desk.project.state.open().reading() as transaction:
        found = _of_period(targets(transaction, metric.id), scope, place.last_day) if scope is not None else None
    if found is None or row.value is None or metric.better is Better.NEITHER:
        return None
    is_lower = metric.better is Better.LOWER
    before = (row.compared or {}).get("value")
    bar = bullet(row.value, row.low, row.high, found.value, before, lower_is_better=is_lower)
    return Aim(found.value, bar, reached(row, found.value, metric.better))


def _scope(place: Place) -> tuple[str, str] | None:
    """Whose target is meant: the company's without filters, a member's where it alone is asked for, else nobody's."""
    if not place.where:
        return "company", ""
    dimension = place.where[0].partition("=")[0]
    members = place.chosen(dimension)
    is_one = len(place.where) == 1 and dimension in SCOPES and len(members) == 1
    return (dimension, members[0]) if is_one else None


def _of_period(found: Sequence[Target], scope: tuple[str, str], last_day: date) -> Target | None:
    """The target of a scope that holds on the last day."""
    return next(
        (one for one in found if (one.scope, one.scope_id) == scope and one.starts_on <= last_day < one.ends_on), None
    )
