"""Targets that people set in the app beside those of the loaded plan: which one holds, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from efficace.metrics.answer import Row
from efficace.metrics.goals import Goal, adds_up
from efficace.metrics.metric import Metric

Origin = Literal["loaded", "set", "both", "members"]
"""Where a target comes from: the table ``targets``, the app, some of each, or the goals of a team's members."""


@dataclass(frozen=True)
class SetTarget(Goal):
    """A target that somebody set.

    Attributes:
        dimension: What it is set for; None = the company.
        member: Its id; empty for the company.
    """

    dimension: str | None = None
    member: str = ""


@dataclass(frozen=True)
class Beside:
    """What came beside a set target, and what the loaded plan says of the same member and days.

    Attributes:
        due: What was due by now: sums grow with the days, levels and shares do not.
        instead: Actual figure and target of the loaded plan that it takes the place of; None where it has none.
        is_cut: Whether its days are not over.
    """

    target: SetTarget
    actual: float
    due: float
    instead: tuple[float, float] | None
    is_cut: bool


@dataclass(frozen=True)
class PlanRow:
    """A row as ``target_attainment`` gives it, and where its target comes from."""

    row: Row
    origin: Origin


def outermost(targets: Sequence[SetTarget]) -> list[SetTarget]:
    """Without targets whose days lie within those of another one of the same member: they are parts of it."""
    return [one for one in targets if not any(_is_part(one, other) for other in targets)]


def beside(
    target: SetTarget,
    metric: Metric,
    until: date,
    came: Callable[[SetTarget, date], Row | None],
    loaded: Callable[[SetTarget], Row | None],
) -> Beside | None:
    """Read what came of a set target; None before its first day and where its figure is not known.

    Args:
        until: First day that the data has not reached in full.
        came: The figure of the target's metric and member from its first day to the day given, not included.
        loaded: What ``target_attainment`` says of the same member and days.
    """
    if target.start >= until:
        return None
    row = came(target, min(target.end, until))
    if row is None or row.value is None:
        return None
    known = (min(target.end, until) - target.start).days / (target.end - target.start).days
    due = target.value * known if adds_up(metric) else target.value
    found = loaded(target)
    instead = None if found is None or found.value is None else (_of(found, "actual"), _of(found, "target"))
    return Beside(target, row.value, due, instead, target.end > until)


def amended(
    row: Row | None,
    found: Sequence[Beside],
    unit: str,
    period: date | None = None,
    members: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> PlanRow | None:
    """A row of the plan with set targets: for the same member and days they win, others are added to it.

    As in ``target_attainment`` the value is the sum of what came over the sum of the targets; None without a target.

    Args:
        row: What the loaded plan says; None where it says nothing.
        period, members, names: Of the row, where the loaded plan has none.
    """
    if not found:
        return None if row is None else PlanRow(row, "loaded")
    actual = sum(one.actual - (one.instead or (0.0, 0.0))[0] for one in found)
    target = sum(one.due - (one.instead or (0.0, 0.0))[1] for one in found)
    others = 0.0
    if row is not None and row.value is not None:
        others = _of(row, "target") - sum(one.instead[1] for one in found if one.instead is not None)
        actual, target = actual + _of(row, "actual"), target + _of(row, "target")
    if target <= 0:
        return None
    is_partial = any(one.is_cut for one in found) or bool(row and row.partial)
    shown = _row(actual, target, unit, len(found), is_partial=is_partial, period=period, members=members, names=names)
    return PlanRow(shown, "both" if others > 1e-9 * target else "set")


def of_members(rows: Sequence[PlanRow], team: str, name: str | None, reps: frozenset[str]) -> PlanRow | None:
    """A team's plan as the goals of its members add up to it, each beside what that member brought.

    Args:
        rows: Of the plan by rep, of a metric that adds up.
    """
    own = [one.row for one in rows if one.row.members.get("rep") in reps and one.row.value is not None]
    target = sum(_of(row, "target") for row in own)
    if target <= 0:
        return None
    unit = str(own[0].estimates["target"]["unit"])
    actual, is_partial = sum(_of(row, "actual") for row in own), any(row.partial for row in own)
    names = {} if name is None else {"team": name}
    shown = _row(actual, target, unit, len(own), is_partial=is_partial, members={"team": team}, names=names)
    return PlanRow(shown, "members")


def _row(
    actual: float,
    target: float,
    unit: str,
    number: int,
    *,
    is_partial: bool,
    period: date | None = None,
    members: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Row:
    further = {"actual": actual, "target": target}
    estimates = {name: {"value": one, "low": None, "high": None, "unit": unit} for name, one in further.items()}
    return Row(
        period, members or {}, actual / target, None, None, float(number), is_partial, names=names or {},
        estimates=estimates,
    )  # fmt: skip


def _of(row: Row, name: str) -> float:
    return float(row.estimates[name]["value"] or 0.0)


def _is_part(one: SetTarget, other: SetTarget) -> bool:
    same = (one.metric, one.dimension, one.member) == (other.metric, other.dimension, other.member)
    is_longer = (other.end - other.start) > (one.end - one.start)
    return same and is_longer and other.start <= one.start and one.end <= other.end
