"""What somebody who leads reps writes to one of them: threads, taking back, putting back, deleting."""

from __future__ import annotations

import pytest

from efficace.state import State
from efficace.state.coaching import (
    answer_coaching_note,
    change_coaching_note,
    coaching_notes,
    coaching_thread,
    delete_coaching_note,
    put_back_coaching_note,
    take_back_coaching_note,
    write_coaching_note,
)
from efficace.state.notes import NoteError
from moments import NOON, after


def test_notes_to_a_rep_stand_in_threads_and_those_to_another_apart(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = write_coaching_note(transaction, "r1", team["mia"], " Call before ten. ", NOON)
        write_coaching_note(transaction, "r2", team["mia"], "To somebody else.", NOON)
        later = write_coaching_note(transaction, "r1", team["ada"], "Well done.", after(hours=1))
        answer = answer_coaching_note(transaction, first.id, team["rob"], "I will.", after(hours=2))
        again = answer_coaching_note(transaction, answer.id, team["mia"], "Good.", after(hours=3))
        assert [[note.text for note in thread] for thread in coaching_notes(transaction, "r1")] == [
            ["Well done."],
            ["Call before ten.", "I will.", "Good."],
        ]
        assert again.answers == first.id
        assert coaching_thread(transaction, again.id) is first
        assert coaching_thread(transaction, later.id) is later


def test_a_note_is_changed_taken_back_put_back_and_deleted_by_its_author_alone(
    state: State, team: dict[str, int]
) -> None:
    with state.writing() as transaction:
        note = write_coaching_note(transaction, "r1", team["mia"], "Call before ten.", NOON)
        with pytest.raises(NoteError, match="any more"):
            change_coaching_note(transaction, note.id, team["rob"], "x", NOON)
        with pytest.raises(NoteError, match="any more"):
            take_back_coaching_note(transaction, note.id, team["ada"], NOON)
        with pytest.raises(NoteError, match="any more"):
            delete_coaching_note(transaction, note.id, team["rob"], NOON)
        change_coaching_note(transaction, note.id, team["mia"], "Call before nine.", after(hours=1))
        assert (note.text, note.changed_at) == ("Call before nine.", after(hours=1))
        take_back_coaching_note(transaction, note.id, team["mia"], after(hours=2))
        take_back_coaching_note(transaction, note.id, team["mia"], after(hours=3))
        assert (note.text, note.removed_at) == ("Call before nine.", after(hours=2)), "its author can put it back"
        for step in (answer_coaching_note, change_coaching_note):
            with pytest.raises(NoteError, match="any more"):
                step(transaction, note.id, team["mia"], "Too late.", NOON)
        put_back_coaching_note(transaction, note.id, team["mia"])
        assert note.removed_at is None
        delete_coaching_note(transaction, note.id, team["mia"], after(hours=4))
        assert coaching_notes(transaction, "r1") == []
        with pytest.raises(NoteError, match="any more"):
            put_back_coaching_note(transaction, note.id, team["mia"])


def test_of_an_answered_note_only_the_text_is_deleted(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = write_coaching_note(transaction, "r1", team["mia"], "Call before ten.", NOON)
        answer_coaching_note(transaction, first.id, team["rob"], "I will.", after(hours=1))
        delete_coaching_note(transaction, first.id, team["mia"], after(hours=2))
        assert [[note.text for note in thread] for thread in coaching_notes(transaction, "r1")] == [["", "I will."]]
        with pytest.raises(NoteError, match="any more"):
            put_back_coaching_note(transaction, first.id, team["mia"])


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_an_empty_or_endless_text_is_no_note(state: State, team: dict[str, int], text: str) -> None:
    with state.writing() as transaction, pytest.raises(NoteError, match="1 to 10000"):
        write_coaching_note(transaction, "r1", team["mia"], text, NOON)


def test_what_nobody_wrote_is_not_there(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction, pytest.raises(NoteError, match="No note 77"):
        answer_coaching_note(transaction, 77, team["rob"], "To whom?", NOON)
