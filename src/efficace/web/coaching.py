"""Coaching notes as a rep's page shows them: the threads that the visitor may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from efficace.access.rights import may_read_coaching
from efficace.state.coaching import coaching_notes
from efficace.state.schema import CoachingNote
from efficace.state.users import users
from efficace.web.desk import Desk
from efficace.web.visitor import Visitor

LOGGED_AS = "coaching_notes"
"""Under this name the log of views keeps who read what was written to a rep."""


@dataclass(frozen=True)
class Told:
    """A coaching note as the visitor sees it.

    Attributes:
        is_own: Whether the visitor wrote it.
        is_gone: Whether it was taken back; its author still sees the text, unless it was deleted.
    """

    note: CoachingNote
    author: str
    is_own: bool

    @property
    def is_gone(self) -> bool:
        """Whether it was taken back or deleted."""
        return self.note.removed_at is not None

    @property
    def is_shown(self) -> bool:
        """Whether the visitor may read the text."""
        return not self.is_gone or (self.is_own and bool(self.note.text))


def coaching(desk: Desk, who: Visitor, rep_id: str) -> list[list[Told]]:
    """The threads with a rep that the visitor may read, the latest first; who is not the rep is logged."""
    with desk.project.state.open().reading() as transaction:
        names = {user.id: user.name for user in users(transaction)}
        found = [_told(thread, who, names) for thread in coaching_notes(transaction, rep_id)]
        transaction.expunge_all()
    threads = [
        thread
        for thread in found
        if thread and may_read_coaching(who.reader, rep_id, thread[0].note.author_id) and _has_text(thread)
    ]
    if threads:
        desk.looked_at(who.reader, "page", LOGGED_AS, [rep_id])
    return threads


def _told(thread: Sequence[CoachingNote], who: Visitor, names: dict[int, str]) -> list[Told]:
    return [Told(note, names.get(note.author_id, ""), note.author_id == who.id) for note in thread]


def _has_text(thread: Sequence[Told]) -> bool:
    return any(one.is_shown for one in thread)
