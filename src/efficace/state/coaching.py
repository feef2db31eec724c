"""Coaching notes: what somebody who leads reps writes to one of them, and the answers; not for anybody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from efficace.state.notes import NoteError, text_of_note
from efficace.state.schema import CoachingNote


def write_coaching_note(transaction: Transaction, rep_id: str, author_id: int, text: str, at: datetime) -> CoachingNote:
    """Write something to a rep.

    Raises:
        NoteError: If the text is empty or too long.
    """
    return _add(transaction, CoachingNote(rep_id=rep_id, author_id=author_id, text=text_of_note(text), created_at=at))


def answer_coaching_note(
    transaction: Transaction, note_id: int, author_id: int, text: str, at: datetime
) -> CoachingNote:
    """Answer in the thread of a note; whether the author may read it is for the caller to ask.

    Raises:
        NoteError: If the thread is not there any more, or the text is empty or too long.
    """
    first = coaching_thread(transaction, note_id)
    if first.removed_at is not None:
        raise _missing(note_id)
    made = CoachingNote(
        rep_id=first.rep_id, answers=first.id, author_id=author_id, text=text_of_note(text), created_at=at
    )
    return _add(transaction, made)


def change_coaching_note(transaction: Transaction, note_id: int, author_id: int, text: str, at: datetime) -> None:
    """Change the text of a note of one's own.

    Raises:
        NoteError: If it is another's or not there any more, or the text is empty or too long.
    """
    note = _own(transaction, note_id, author_id)
    if note.removed_at is not None:
        raise _missing(note_id)
    note.text, note.changed_at = text_of_note(text), at


def take_back_coaching_note(transaction: Transaction, note_id: int, author_id: int, at: datetime) -> None:
    """Take back a note of one's own: nobody else reads it any more; its author can put it back or delete it.

    Raises:
        NoteError: If it is another's or not there.
    """
    note = _own(transaction, note_id, author_id)
    note.removed_at = note.removed_at or at


def put_back_coaching_note(transaction: Transaction, note_id: int, author_id: int) -> None:
    """Undo taking back a note of one's own.

    Raises:
        NoteError: If it is another's or not there, or it was deleted meanwhile.
    """
    _own(transaction, note_id, author_id).removed_at = None


def delete_coaching_note(transaction: Transaction, note_id: int, author_id: int, at: datetime) -> None:
    """Delete a note of one's own for good: the row goes, or only its text where others answered it.

    Raises:
        NoteError: If it is another's or not there.
    """
    note = _own(transaction, note_id, author_id)
    has_answers = select(CoachingNote.id).where(CoachingNote.answers == note.id).limit(1)
    if transaction.scalars(has_answers).one_or_none() is not None:
        note.text, note.removed_at = "", at
    else:
        transaction.delete(note)
    transaction.flush()


def coaching_thread(transaction: Transaction, note_id: int) -> CoachingNote:
    """The first note of the thread that a note belongs to: its rep and its author are those who read it.

    Raises:
        NoteError: If there is no such note.
    """
    note = transaction.get(CoachingNote, note_id)
    first = transaction.get(CoachingNote, note.answers) if note is not None and note.answers is not None else note
    if first is None:
        raise _missing(note_id)
    return first


def coaching_notes(transaction: Transaction, rep_id: str) -> list[list[CoachingNote]]:
    """What was written to a rep, in threads: the latest first, in each the first note before its answers."""
    threads: dict[int, list[CoachingNote]] = {}
    asked = select(CoachingNote).where(CoachingNote.rep_id == rep_id).order_by(CoachingNote.id)
    for note in transaction.scalars(asked):
        threads.setdefault(note.answers or note.id, []).append(note)
    return [threads[first] for first in sorted(threads, reverse=True)]


def _add(transaction: Transaction, note: CoachingNote) -> CoachingNote:
    transaction.add(note)
    transaction.flush()
    return note


def _own(transaction: Transaction, note_id: int, author_id: int) -> CoachingNote:
    note = transaction.get(CoachingNote, note_id)
    # Somebody else's note may not even be known to be there.
    if note is None or note.author_id != author_id or not note.text:
        raise _missing(note_id)
    return note


def _missing(note_id: int) -> NoteError:
    return NoteError("No note {id} (any more).", id=note_id)
