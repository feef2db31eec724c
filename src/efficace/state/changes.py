"""Who changed what in how the product is set up, and what it was before: settings, targets, accounts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError
from efficace.state.schema import Change

Kind = Literal["setting", "target", "account"]


class ChangeError(EfficaceError, ValueError):
    """A change that is not there, or cannot be taken back."""


@dataclass(frozen=True)
class Made:
    """One change.

    Attributes:
        name: The setting's dotted name, the target's metric, or the account's login.
        before: What it was; None where it was not there.
        after: What it became; None where it was taken away.
    """

    id: int
    at: datetime
    user_id: int
    kind: str
    name: str
    before: Any
    after: Any


def note_change(
    transaction: Transaction, kind: Kind, name: str, before: Any, after: Any, user_id: int, at: datetime
) -> None:
    """Write a change down; nothing where both are the same. Values are what JSON can hold."""
    if before == after:
        return
    transaction.add(Change(at=at, user_id=user_id, kind=kind, name=name, before=_kept(before), after=_kept(after)))
    transaction.flush()


def changes_made(transaction: Transaction, limit: int = 100, kind: Kind | None = None) -> list[Made]:
    """The latest changes first."""
    asked = select(Change).order_by(Change.id.desc()).limit(limit)
    return [_made(one) for one in transaction.scalars(asked if kind is None else asked.where(Change.kind == kind))]


def change_made(transaction: Transaction, change_id: int) -> Made:
    """One change.

    Raises:
        ChangeError: If there is none of this number.
    """
    found = transaction.get(Change, change_id)
    if found is None:
        raise ChangeError("No change {id}.", id=change_id)
    return _made(found)


def _kept(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _made(found: Change) -> Made:
    before, after = (None if text is None else json.loads(text) for text in (found.before, found.after))
    return Made(found.id, found.at, found.user_id, found.kind, found.name, before, after)
