"""Coaching notes on a rep's page: who reads, who writes, what is logged, how a note is taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import select

from clients import SignedIn
from efficace.state.audit import person_views
from efficace.state.coaching import coaching_notes
from efficace.state.schema import CoachingNote
from efficace.state.users import add_user, user_named
from efficace.web.desk import Desk, now

HELLO = "Call the hot ones before ten."


@pytest.fixture(scope="module")
def desk(app: FastAPI) -> Desk:
    """The desk, with two managers of the team of the account ``rep``: ``coach`` and ``other_coach``."""
    found: Desk = app.state.desk
    people = found.project.data.people()
    with found.project.state.open().writing() as transaction:
        rep = user_named(transaction, "rep").rep_id
        assert rep is not None
        team = people[rep].team_id
        assert team is not None
        for login in ("coach", "other_coach"):
            add_user(transaction, login, "manager", now(), login.title(), teams=[team])
    return found


@pytest.fixture
def rep(desk: Desk) -> Iterator[str]:
    """The rep behind the account of the role; what was written goes after the test."""
    with desk.project.state.open().reading() as transaction:
        found = user_named(transaction, "rep").rep_id
    assert found is not None
    yield found
    with desk.project.state.open().writing() as transaction:
        for note in transaction.scalars(select(CoachingNote).order_by(CoachingNote.id.desc())).all():
            transaction.delete(note)
            transaction.flush()


def write(signed_in: SignedIn, who: str, rep: str, text: str = HELLO) -> Response:
    return signed_in(who).post("/coaching", data={"rep": rep, "text": text, "address": f"/reps/{rep}"})


def step(signed_in: SignedIn, who: str, note: int, what: str, **data: str) -> Response:
    return signed_in(who).post(f"/coaching/{note}/{what}", data=data)


def texts(desk: Desk, rep: str) -> list[str]:
    with desk.project.state.open().reading() as transaction:
        return [note.text for thread in coaching_notes(transaction, rep) for note in thread]


def number_of_first(desk: Desk, rep: str) -> int:
    with desk.project.state.open().reading() as transaction:
        return coaching_notes(transaction, rep)[-1][0].id


def test_a_note_to_a_rep_is_read_by_both_and_the_admin_and_by_nobody_else(
    signed_in: SignedIn, desk: Desk, rep: str
) -> None:
    written = write(signed_in, "coach", rep)
    assert (written.status_code, written.headers["location"]) == (303, f"/reps/{rep}#coaching")
    for who in ("coach", "rep", "admin"):
        assert HELLO in signed_in(who).get(f"/reps/{rep}").text, who
    for who in ("other_coach", "analyst"):
        shown = signed_in(who).get(f"/reps/{rep}")
        assert shown.status_code == 200
        assert HELLO not in shown.text, who
    assert signed_in("executive").get(f"/reps/{rep}").status_code == 403


def test_the_rep_answers_and_others_cannot_even_tell_that_there_is_a_note(
    signed_in: SignedIn, desk: Desk, rep: str
) -> None:
    write(signed_in, "coach", rep)
    note = number_of_first(desk, rep)
    assert step(signed_in, "rep", note, "answer", text="From tomorrow on.").status_code == 303
    assert "From tomorrow on." in signed_in("coach").get(f"/reps/{rep}").text
    for who in ("other_coach", "analyst", "executive"):
        refused = step(signed_in, who, note, "answer", text="Me too.")
        unknown = step(signed_in, who, note + 1000, "answer", text="Me too.")
        assert (refused.status_code, unknown.status_code) == (400, 400), who
        for answer, number in ((refused, note), (unknown, note + 1000)):
            assert f"No note {number} (any more)." in answer.text, who
    assert texts(desk, rep) == [HELLO, "From tomorrow on."]


def test_only_who_may_coach_the_rep_writes_to_it(signed_in: SignedIn, desk: Desk, rep: str) -> None:
    led = desk.team_members(tuple(team for team, _name in desk.members("team"))[-1:])
    assert rep not in led
    for who in ("rep", "analyst", "executive", "manager"):
        assert write(signed_in, who, rep).status_code == 403, who
    assert write(signed_in, "coach", min(led)).status_code == 403
    assert write(signed_in, "admin", "nobody").status_code == 400
    assert write(signed_in, "coach", rep, "   ").status_code == 400
    assert texts(desk, rep) == []


def test_a_note_is_taken_back_put_back_and_deleted(signed_in: SignedIn, desk: Desk, rep: str) -> None:
    write(signed_in, "coach", rep)
    note = number_of_first(desk, rep)
    for who in ("rep", "admin", "other_coach"):
        assert step(signed_in, who, note, "take-back").status_code == 400, who
    assert step(signed_in, "coach", note, "take-back").status_code == 303
    assert HELLO not in signed_in("rep").get(f"/reps/{rep}").text
    own = signed_in("coach").get(f"/reps/{rep}").text
    assert HELLO in own
    assert f"/coaching/{note}/put-back" in own
    assert step(signed_in, "coach", note, "put-back").status_code == 303
    assert HELLO in signed_in("rep").get(f"/reps/{rep}").text
    assert step(signed_in, "coach", note, "change", text="Call before nine.").status_code == 303
    assert "Call before nine." in signed_in("rep").get(f"/reps/{rep}").text
    assert step(signed_in, "coach", note, "delete").status_code == 303
    assert texts(desk, rep) == []


def test_who_reads_a_note_to_somebody_else_is_logged(signed_in: SignedIn, desk: Desk, rep: str) -> None:
    def readers() -> list[int]:
        with desk.project.state.open().reading() as transaction:
            found = person_views(transaction, rep, limit=100_000)
            return [one.viewer_id for one in found if one.metric == "coaching_notes"]

    with desk.project.state.open().reading() as transaction:
        ids = {login: user_named(transaction, login).id for login in ("coach", "rep", "analyst", "admin")}
    signed_in("admin").get(f"/reps/{rep}")
    before = readers()
    write(signed_in, "coach", rep)
    for who in ("rep", "analyst", "coach", "admin"):
        signed_in(who).get(f"/reps/{rep}")
    assert sorted(readers()) == sorted([*before, ids["coach"], ids["admin"]])


def test_what_is_written_is_shown_as_text(signed_in: SignedIn, rep: str) -> None:
    write(signed_in, "coach", rep, "<script>alert(1)</script>")
    shown = signed_in("rep").get(f"/reps/{rep}").text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown


API = "/api/v1/coaching"


def test_a_program_lists_adds_changes_and_withdraws_under_the_rights_of_the_page(
    signed_in: SignedIn, desk: Desk, rep: str
) -> None:
    coach = signed_in("coach")
    made = coach.post(API, json={"rep": rep, "text": HELLO})
    assert made.status_code == 201
    note = made.json()["id"]
    threads = signed_in("rep").get(API, params={"rep": rep}).json()
    assert [(one["text"], one["author"], one["is_own"]) for one in threads[0]] == [(HELLO, "Coach", False)]
    assert signed_in("other_coach").get(API, params={"rep": rep}).json() == []
    answer = signed_in("rep").post(API, json={"answers": note, "text": "I will."})
    assert answer.status_code == 201
    assert [one["text"] for one in coach.get(API, params={"rep": rep}).json()[0]] == [HELLO, "I will."]
    assert coach.put(f"{API}/{note}", json={"text": "Before nine."}).json() == {"changed": True}
    assert signed_in("rep").get(API, params={"rep": rep}).json()[0][0]["text"] == "Before nine."
    assert coach.delete(f"{API}/{note}").json() == {"withdrawn": True}
    assert [one["text"] for one in signed_in("rep").get(API, params={"rep": rep}).json()[0]] == ["I will."]
    assert coach.get(API, params={"rep": rep}).json()[0][0]["is_withdrawn"] is True


def test_a_program_gets_no_further_than_its_account(signed_in: SignedIn, desk: Desk, rep: str) -> None:
    note = signed_in("coach").post(API, json={"rep": rep, "text": HELLO}).json()["id"]
    assert signed_in("other_coach").post(API, json={"answers": note, "text": "me too"}).status_code == 400
    assert signed_in("rep").put(f"{API}/{note}", json={"text": "no"}).status_code == 400
    assert signed_in("rep").delete(f"{API}/{note}").status_code == 400
    assert signed_in("rep").post(API, json={"rep": rep, "text": "to myself"}).status_code == 403
    assert signed_in("executive").get(API, params={"rep": rep}).status_code == 403
    assert texts(desk, rep) == [HELLO]


def test_what_a_program_reads_of_another_is_logged(signed_in: SignedIn, desk: Desk, rep: str) -> None:
    signed_in("coach").post(API, json={"rep": rep, "text": HELLO})
    signed_in("coach").get(API, params={"rep": rep})
    with desk.project.state.open().reading() as transaction:
        coach = user_named(transaction, "coach").id
        found = person_views(transaction, rep, limit=100_000)
    assert any((one.viewer_id, one.metric, one.way) == (coach, "coaching_notes", "api") for one in found)
