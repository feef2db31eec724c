"""Notes on a number: questions and remarks of the team, and the answers to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError
from efficace.state.schema import Note

LONGEST = 10_000


class NoteError(EfficaceError, ValueError):
    """A note that is empty, too long, another's, or not there (any more)."""


def write_note(transaction: Transaction, about: str, author_id: int, text: str, at: datetime) -> Note:
    """Ask or remark something.

    Args:
        about: The number, as the address of its question, at most 500 characters.

    Raises:
        NoteError: If the text is empty or too long.
    """
    note = Note(about=about, author_id=author_id, text=text_of_note(text), created_at=at)
    transaction.add(note)
    transaction.flush()
    return note


def answer_note(transaction: Transaction, note_id: int, author_id: int, text: str, at: datetime) -> Note:
    """Answer a note; an answer to an answer joins the same thread.

    Raises:
        NoteError: If the note is not there any more, or the text is empty or too long.
    """
    asked = _present(transaction, note_id)
    note = Note(
        about=asked.about,
        answers=asked.answers or asked.id,
        author_id=author_id,
        text=text_of_note(text),
        created_at=at,
    )
    transaction.add(note)
    transaction.flush()
    return note


def change_note(transaction: Transaction, note_id: int, author_id: int, text: str, at: datetime) -> None:
    """Change the text of a note of one's own.

    Raises:
        NoteError: If it is another's or not there any more, or the text is empty or too long.
    """
    note = _own(transaction, note_id, author_id)
    note.text, note.changed_at = text_of_note(text), at


def remove_note(transaction: Transaction, note_id: int, author_id: int, at: datetime) -> None:
    """Take back a note of one's own: its text is gone, answers to it stay.

    Raises:
        NoteError: If it is another's or not there any more.
    """
    note = _own(transaction, note_id, author_id)
    note.text, note.removed_at = "", at


def notes_about(transaction: Transaction, about: str) -> list[Note]:
    """Notes on a number in threads: the latest question first, under each its answers in order."""
    found = list(transaction.scalars(select(Note).where(Note.about == about).order_by(Note.id)))
    # A thread whose first note was taken back stays as long as it has answers.
    told = {note.answers for note in found if note.removed_at is None}
    shown = [note for note in found if note.removed_at is None or note.id in told]
    return sorted(shown, key=lambda note: (-(note.answers or note.id), note.id))


def text_of_note(text: str) -> str:
    """The text without spaces around it.

    Raises:
        NoteError: If it is empty or too long.
    """
    stripped = text.strip()
    if not 1 <= len(stripped) <= LONGEST:
        raise NoteError("A note has 1 to {longest} characters.", longest=LONGEST)
    return stripped


def _present(transaction: Transaction, note_id: int) -> Note:
    note = transaction.get(Note, note_id)
    if note is None or note.removed_at is not None:
        raise NoteError("No note {id} (any more).", id=note_id)
    return note


def _own(transaction: Transaction, note_id: int, author_id: int) -> Note:
    note = _present(transaction, note_id)
    if note.author_id != author_id:
        raise NoteError("Note {id} was written by somebody else.", id=note_id)
    return note
