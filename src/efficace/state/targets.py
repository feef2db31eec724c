"""Targets that people set: what a metric should reach, for whom, within which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError, nearest
from efficace.state.changes import Made, note_change
from efficace.state.schema import Target

COMPANY = "company"
SCOPES = (COMPANY, "team", "territory", "rep", "product")


class TargetError(EfficaceError, ValueError):
    """A target that cannot be set so, or that somebody else changed meanwhile."""


@dataclass(frozen=True)
class Aim:
    """What a target is for: ``[starts_on, ends_on)``, and a member of a scope; the company has the empty id."""

    metric: str
    scope: str
    scope_id: str
    starts_on: date
    ends_on: date


def set_target(
    transaction: Transaction, aim: Aim, value: float, user_id: int, at: datetime, version: int | None = None
) -> Target:
    """Set a target, or change the one of the same aim.

    Args:
        version: Of the target that the person saw when changing it; None where they saw none.

    Raises:
        TargetError: If scope, days or value cannot be used, or it was set or changed meanwhile.
    """
    _check(aim, value)
    found = _of(transaction, aim)
    if found is None and version is None:
        return _new(transaction, aim, value, user_id, at)
    if found is None or version is None:
        raise _changed()
    is_as_seen = (Target.id == found.id) & (Target.version == version)
    new = {"value": value, "version": version + 1, "set_by": user_id, "set_at": at}
    before = told(found)
    changed = transaction.scalars(update(Target).where(is_as_seen).values(new).returning(Target.id)).one_or_none()
    if changed is None:
        raise _changed()
    transaction.refresh(found)
    note_change(transaction, "target", aim.metric, before, told(found), user_id, at)
    return found


def targets(transaction: Transaction, metric: str | None = None) -> list[Target]:
    """All targets, or those of a metric, by scope and first day."""
    asked = select(Target).order_by(Target.metric, Target.scope, Target.scope_id, Target.starts_on, Target.id)
    return list(transaction.scalars(asked if metric is None else asked.where(Target.metric == metric)))


def remove_target(transaction: Transaction, target_id: int, version: int, user_id: int, at: datetime) -> None:
    """Delete a target as it was seen.

    Raises:
        TargetError: If it was changed or deleted meanwhile.
    """
    target = transaction.get(Target, target_id, with_for_update=True)
    if target is None or target.version != version:
        raise _changed()
    note_change(transaction, "target", target.metric, told(target), None, user_id, at)
    transaction.delete(target)
    transaction.flush()


def take_back(transaction: Transaction, made: Made, user_id: int, at: datetime) -> None:
    """Put a target as it was before a change of it; this is a change itself.

    Raises:
        TargetError: If it was changed again since.
    """
    one = made.before or made.after
    aim = Aim(
        made.name, one["scope"], one["scope_id"], date.fromisoformat(one["starts_on"]),
        date.fromisoformat(one["ends_on"]),
    )  # fmt: skip
    found = _of(transaction, aim)
    if (told(found) if found is not None else None) != made.after:
        raise _changed()
    version = found.version if found is not None else None
    if made.before is not None:
        set_target(transaction, aim, made.before["value"], user_id, at, version)
    elif found is not None:
        remove_target(transaction, found.id, found.version, user_id, at)


def told(target: Target) -> dict[str, Any]:
    """A target as the history keeps it."""
    days = {"starts_on": target.starts_on.isoformat(), "ends_on": target.ends_on.isoformat()}
    return {"scope": target.scope, "scope_id": target.scope_id, "value": target.value, **days}


def _new(transaction: Transaction, aim: Aim, value: float, user_id: int, at: datetime) -> Target:
    target = Target(**vars(aim), value=value, version=1, set_by=user_id, set_at=at)
    try:
        with transaction.begin_nested():
            transaction.add(target)
    except IntegrityError as error:
        raise _changed() from error
    note_change(transaction, "target", aim.metric, None, told(target), user_id, at)
    return target


def _of(transaction: Transaction, aim: Aim) -> Target | None:
    return transaction.scalars(select(Target).filter_by(**vars(aim))).one_or_none()


def _check(aim: Aim, value: float) -> None:
    if aim.scope not in SCOPES:
        raise TargetError('No scope "{scope}".{nearest}', scope=aim.scope, nearest=nearest(aim.scope, SCOPES))
    if (aim.scope == "company") != (not aim.scope_id):
        raise TargetError("A target is for the company, or names its {scope}.", scope=aim.scope)
    if aim.starts_on >= aim.ends_on:
        raise TargetError(
            "The target's days are empty: from {start} to {end}, which is the first day not included.",
            start=aim.starts_on,
            end=aim.ends_on,
        )
    if not isfinite(value):
        raise TargetError("A target is a number.")


def _changed() -> TargetError:
    return TargetError("Somebody changed this target meanwhile. Look at it again.")
