"""Views, targets, notes, claims, settings and the log of who saw whom."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from efficace.state import State
from efficace.state.audit import forget_person_views, person_views, write_person_views
from efficace.state.claims import ClaimedByOther, ClaimError, claim, claims, done, history, release, snooze, undo
from efficace.state.notes import NoteError, answer_note, change_note, notes_about, remove_note, write_note
from efficace.state.settings import change_setting, settings
from efficace.state.targets import Aim, TargetError, remove_target, set_target, targets
from efficace.state.views import ViewDraft, ViewError, remove_view, save_view, views_for
from moments import NOON, after

QUARTER = Aim("win_rate", "team", "t1", date(2026, 1, 1), date(2026, 4, 1))


def test_a_view_of_the_same_name_is_replaced_and_shared_ones_are_seen_by_all(
    state: State, team: dict[str, int]
) -> None:
    with state.writing() as transaction:
        save_view(transaction, team["mia"], ViewDraft("mine", "kpi", "a=1"), NOON)
        save_view(transaction, team["mia"], ViewDraft("ours", "kpi", "b=1", shared=True), NOON)
        kept = save_view(transaction, team["mia"], ViewDraft(" mine ", "team", "a=2"), after(hours=1))
        assert [(view.name, view.query) for view in views_for(transaction, team["mia"])] == [
            ("mine", "a=2"),
            ("ours", "b=1"),
        ]
        assert [view.name for view in views_for(transaction, team["rob"])] == ["ours"]
        with pytest.raises(ViewError):
            remove_view(transaction, team["rob"], kept.id)
        remove_view(transaction, team["mia"], kept.id)
        with pytest.raises(ViewError, match="needs a name"):
            save_view(transaction, team["mia"], ViewDraft("  ", "kpi", ""), NOON)


def test_a_target_is_changed_only_as_it_was_seen(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = set_target(transaction, QUARTER, 0.25, team["mia"], NOON)
        assert set_target(transaction, QUARTER, 0.3, team["ada"], after(hours=1), version=first.version).version == 2
        for version in (None, 1):
            with pytest.raises(TargetError, match="Somebody changed this target meanwhile"):
                set_target(transaction, QUARTER, 0.4, team["mia"], NOON, version)
        (kept,) = targets(transaction, "win_rate")
        assert (kept.value, kept.set_by, kept.set_at) == (0.3, team["ada"], after(hours=1))
        with pytest.raises(TargetError):
            remove_target(transaction, kept.id, 1, team["ada"], NOON)
        remove_target(transaction, kept.id, 2, team["ada"], NOON)
        assert targets(transaction) == []


@pytest.mark.parametrize(
    ("aim", "value", "told"),
    [
        (Aim("win_rate", "tem", "t1", date(2026, 1, 1), date(2026, 4, 1)), 1.0, r'No scope "tem". Nearest: team'),
        (Aim("win_rate", "team", "", date(2026, 1, 1), date(2026, 4, 1)), 1.0, "names its team"),
        (Aim("win_rate", "company", "x", date(2026, 1, 1), date(2026, 4, 1)), 1.0, "is for the company"),
        (Aim("win_rate", "team", "t1", date(2026, 4, 1), date(2026, 4, 1)), 1.0, "days are empty"),
        (QUARTER, float("nan"), "is a number"),
    ],
)
def test_a_target_without_sense_is_refused(
    state: State, team: dict[str, int], aim: Aim, value: float, told: str
) -> None:
    with state.writing() as transaction, pytest.raises(TargetError, match=told):
        set_target(transaction, aim, value, team["mia"], NOON)


def test_notes_stand_in_threads_and_what_was_taken_back_is_gone(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        asked = write_note(transaction, "win_rate?by=team", team["rob"], " Why so low? ", NOON)
        later = write_note(transaction, "win_rate?by=team", team["rea"], "Another.", after(hours=1))
        answer = answer_note(transaction, asked.id, team["mia"], "Holidays.", after(hours=2))
        again = answer_note(transaction, answer.id, team["rob"], "I see.", after(hours=3))
        assert [note.id for note in notes_about(transaction, "win_rate?by=team")] == [
            later.id, asked.id, answer.id, again.id,
        ]  # fmt: skip
        assert again.answers == asked.id
        with pytest.raises(NoteError, match="somebody else"):
            change_note(transaction, asked.id, team["mia"], "x", NOON)
        change_note(transaction, asked.id, team["rob"], "Why so low in March?", after(hours=4))
        remove_note(transaction, later.id, team["rea"], after(hours=5))
        remove_note(transaction, asked.id, team["rob"], after(hours=5))
        assert [note.text for note in notes_about(transaction, "win_rate?by=team")] == ["", "Holidays.", "I see."]
        with pytest.raises(NoteError, match="any more"):
            answer_note(transaction, later.id, team["mia"], "Too late.", NOON)
        with pytest.raises(NoteError, match="1 to 10000"):
            write_note(transaction, "x", team["rob"], " ", NOON)


def test_who_claims_second_is_told_who_was_first(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        first = claim(transaction, "l1", team["rob"], NOON)
        assert (first.state, first.holder_id, first.step) == ("claimed", team["rob"], 1)
        assert claim(transaction, "l1", team["rob"], after(minutes=1)) == first
        for step in (claim, done, release):
            with pytest.raises(ClaimedByOther, match="rob already works on lead l1"):
                step(transaction, "l1", team["rea"], NOON)


def test_a_snoozed_lead_comes_back_and_a_done_one_does_not(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        asleep = snooze(transaction, "l1", team["rob"], after(hours=2), NOON)
        assert (asleep.is_due(after(hours=1)), asleep.is_due(after(hours=2))) == (False, True)
        finished = done(transaction, "l1", team["rob"], after(hours=3))
        assert not finished.is_due(after(days=9))
        with pytest.raises(ClaimError, match="is done"):
            claim(transaction, "l1", team["rob"], after(hours=4))
        with pytest.raises(ClaimError, match="still to come"):
            snooze(transaction, "l2", team["rob"], NOON, NOON)


def test_undo_goes_back_step_by_step_and_keeps_the_history(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        claim(transaction, "l1", team["rob"], NOON)
        snooze(transaction, "l1", team["rob"], after(hours=2), after(minutes=1))
        done(transaction, "l1", team["rob"], after(minutes=2))
        with pytest.raises(ClaimError, match="rob took the last step"):
            undo(transaction, "l1", team["rea"], NOON)
        back = undo(transaction, "l1", team["rob"], after(minutes=3))
        assert (back.state, back.until, back.since) == ("snoozed", after(hours=2), after(minutes=1))
        assert undo(transaction, "l1", team["rob"], after(minutes=4)).state == "claimed"
        free = undo(transaction, "l1", team["rob"], after(minutes=5))
        assert (free.state, free.holder_id) == ("free", None)
        with pytest.raises(ClaimError, match="Nothing to undo"):
            undo(transaction, "l1", team["rob"], NOON)
        assert [step.action for step in history(transaction, "l1")] == [
            "claim", "snooze", "done", "undo", "undo", "undo",
        ]  # fmt: skip


@tried(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["claim", "snooze", "done", "release", "undo"]), st.sampled_from(["rob", "rea"])),
        max_size=12,
    ),
    st.uuids(),
)
def test_undoing_every_step_of_one_person_frees_the_lead_again(
    state: State, team: dict[str, int], steps: list[tuple[str, str]], lead: object
) -> None:
    with state.writing() as transaction:
        for number, (name, login) in enumerate(steps):
            at, who = after(minutes=number), team[login]
            try:
                if name == "snooze":
                    snooze(transaction, str(lead), who, after(days=9), at)
                else:
                    {"claim": claim, "done": done, "release": release, "undo": undo}[name](
                        transaction, str(lead), who, at
                    )
            except ClaimError:
                continue
        for login in ["rob", "rea"] * len(steps):
            try:
                while True:
                    undo(transaction, str(lead), team[login], after(days=1))
            except ClaimError:
                continue
        left = claims(transaction).get(str(lead))
        assert left is None or (left.state, left.holder_id) == ("free", None)
        assert all(step.undone for step in history(transaction, str(lead)) if step.action != "undo")


def test_a_setting_keeps_its_last_value(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        change_setting(transaction, "language", "fr", team["ada"], NOON)
        change_setting(transaction, "promise", {"hot": 300}, team["ada"], NOON)
        change_setting(transaction, "language", "en", team["ada"], after(hours=1))
        assert settings(transaction) == {"language": "en", "promise": {"hot": 300}}


def test_the_log_says_who_saw_whom_latest_first_until_it_is_forgotten(state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        write_person_views(transaction, team["mia"], ["r2", "r1", "r2"], "win_rate", "page", NOON)
        write_person_views(transaction, team["ada"], ["r1"], "win_rate", "export", after(days=1))
        assert [(view.rep_id, view.viewer_id) for view in person_views(transaction)] == [
            ("r1", team["ada"]),
            ("r2", team["mia"]),
            ("r1", team["mia"]),
        ]
        forget_person_views(transaction, after(hours=1))
        assert [view.way for view in person_views(transaction, "r1")] == ["export"]
