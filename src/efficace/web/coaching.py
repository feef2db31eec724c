"""Coaching notes as a rep's page shows them: the threads that the visitor may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from efficace.access.rights import may_read_coaching
from efficace.state.coaching import answer_coaching_note, coaching_notes, coaching_thread
from efficace.state.notes import NoteError
from efficace.state.schema import CoachingNote
from efficace.state.users import users
from efficace.web.desk import Desk, now
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction

    from efficace.state.audit import Way

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


def coaching(desk: Desk, who: Visitor, rep_id: str, way: Way = "page") -> list[list[Told]]:
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
        desk.looked_at(who.reader, way, LOGGED_AS, [rep_id])
    return threads


def answered(transaction: Transaction, who: Visitor, note: int, text: str) -> CoachingNote:
    """Answer in a thread; one that the visitor may not read is refused in the words for one that is not there.

    Raises:
        NoteError: If it is not there or may not be read, or the text is empty or too long.
    """
    first = coaching_thread(transaction, note)
    if not may_read_coaching(who.reader, first.rep_id, first.author_id):
        raise NoteError("No note {id} (any more).", id=note)
    return answer_coaching_note(transaction, note, who.id, text, now())


def _told(thread: Sequence[CoachingNote], who: Visitor, names: dict[int, str]) -> list[Told]:
    return [Told(note, names.get(note.author_id, ""), note.author_id == who.id) for note in thread]


def _has_text(thread: Sequence[Told]) -> bool:
    return any(one.is_shown for one in thread)
