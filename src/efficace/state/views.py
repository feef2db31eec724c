"""Saved views: a page with its filters under a name, for oneself or for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError
from efficace.state.schema import SavedView


class ViewError(EfficaceError, ValueError):
    """A saved view that does not exist, is another's, or has an unusable name."""


@dataclass(frozen=True)
class ViewDraft:
    """What is saved: ``query`` is the text after the question mark of the page's address."""

    name: str
    page: str
    query: str
    shared: bool = False


def save_view(transaction: Transaction, owner_id: int, draft: ViewDraft, at: datetime) -> SavedView:
    """Save under a name; a view of the same owner and name is replaced.

    Raises:
        ViewError: If the name is empty or too long.
    """
    name = draft.name.strip()
    if not 1 <= len(name) <= 200:
        raise ViewError("A view needs a name of 1 to 200 characters.")
    view = _own(transaction, owner_id, name) or _new(transaction, owner_id, name, at)
    view.page, view.query, view.shared, view.changed_at = draft.page, draft.query, draft.shared, at
    transaction.flush()
    return view


def views_for(transaction: Transaction, user_id: int) -> list[SavedView]:
    """One's own views and those that others share, by name."""
    seen = or_(SavedView.owner_id == user_id, SavedView.shared)
    return list(transaction.scalars(select(SavedView).where(seen).order_by(SavedView.name, SavedView.id)))


def remove_view(transaction: Transaction, owner_id: int, view_id: int) -> None:
    """Delete a view of one's own.

    Raises:
        ViewError: If there is none of this number that is one's own.
    """
    view = transaction.get(SavedView, view_id)
    if view is None or view.owner_id != owner_id:
        raise ViewError("No saved view {id} of this account.", id=view_id)
    transaction.delete(view)
    transaction.flush()


def _own(transaction: Transaction, owner_id: int, name: str) -> SavedView | None:
    asked = select(SavedView).where(SavedView.owner_id == owner_id, SavedView.name == name)
    return transaction.scalars(asked).one_or_none()


def _new(transaction: Transaction, owner_id: int, name: str, at: datetime) -> SavedView:
    view = SavedView(owner_id=owner_id, name=name, page="", query="", shared=False, changed_at=at)
    try:
        with transaction.begin_nested():
            transaction.add(view)
    except IntegrityError:
        saved_meanwhile = _own(transaction, owner_id, name)
        assert saved_meanwhile is not None
        return saved_meanwhile
    return view
