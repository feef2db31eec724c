"""Who saw the figures of which person, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from efficace.state.schema import PersonView

Way = Literal["page", "api", "export"]


def write_person_views(
    transaction: Transaction, viewer_id: int, rep_ids: Iterable[str], metric: str, way: Way, at: datetime
) -> None:
    """Write down that somebody saw a figure of these persons."""
    transaction.add_all(
        PersonView(at=at, viewer_id=viewer_id, rep_id=rep_id, metric=metric, way=way) for rep_id in sorted(set(rep_ids))
    )
    transaction.flush()


def person_views(transaction: Transaction, rep_id: str | None = None, limit: int = 1000) -> list[PersonView]:
    """The latest views first, of one person's figures or of all."""
    asked = select(PersonView).order_by(PersonView.at.desc(), PersonView.id.desc()).limit(limit)
    return list(transaction.scalars(asked if rep_id is None else asked.where(PersonView.rep_id == rep_id)))


def forget_person_views(transaction: Transaction, before: datetime) -> None:
    """Delete entries older than the company keeps them."""
    transaction.execute(delete(PersonView).where(PersonView.at < before))
