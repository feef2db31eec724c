"""The lead queue: whose leads one sees, the steps with them, two who want the same one, and the clocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clients import SignedIn
from efficace.access.rights import Reader, visible_people
from efficace.metrics.waiting import LeadQueue, Prospect, WaitingLead
from efficace.state.audit import person_views
from efficace.state.claims import claims, history
from efficace.state.schema import LeadClaim, LeadStep
from efficace.state.users import add_user, user_named
from efficace.web.desk import Desk, now
from efficace.web.lead_list import TICK, clock_of

MORNING = datetime(2026, 3, 2, 9)
HELD = re.compile(r'name="lead" value="([^"]+)"')


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    return found


@pytest.fixture(autouse=True)
def nobody_works_on_leads(desk: Desk) -> Iterator[None]:
    yield
    with desk.project.state.open().writing() as transaction:
        transaction.query(LeadStep).delete()
        transaction.query(LeadClaim).delete()


@pytest.fixture(scope="session")
def seller(app: FastAPI) -> str:
    """The rep who holds most of the waiting leads, with an account of the login ``seller``."""
    project = app.state.desk.project
    owners = Counter(lead.rep_id for lead in project.metrics.lead_queue().leads if lead.rep_id is not None)
    rep: str = owners.most_common(1)[0][0]
    with project.state.open().writing() as transaction:
        add_user(transaction, "seller", "rep", now(), "Sal Seller", rep_id=rep)
    return rep


@pytest.fixture
def lead(desk: Desk, seller: str) -> str:
    """A waiting lead of the seller."""
    return next(one.lead_id for one in desk.project.metrics.lead_queue().leads if one.rep_id == seller)


def step(client: TestClient, lead: str, step: str, **headers: str) -> tuple[int, str]:
    sent = client.post("/leads/step", data={"lead": lead, "step": step}, headers=headers)
    return sent.status_code, unescape(sent.text)


def shown(client: TestClient, tab: str = "all") -> set[str]:
    """Leads that the page offers steps for."""
    return set(HELD.findall(client.get(f"/leads?most=9999&tab={tab}").text))


def state_of(desk: Desk, lead: str) -> str:
    with desk.project.state.open().reading() as transaction:
        found = claims(transaction).get(lead)
        return "free" if found is None else found.state


def test_a_rep_sees_own_leads_and_those_of_nobody(signed_in: SignedIn, desk: Desk, seller: str) -> None:
    owners = {lead.lead_id: lead.rep_id for lead in desk.project.metrics.lead_queue().leads}
    assert shown(signed_in("seller")) == {lead for lead, owner in owners.items() if owner in (seller, None)}


def test_a_manager_sees_the_leads_of_the_own_teams_and_of_nobody(signed_in: SignedIn, desk: Desk) -> None:
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    members = desk.team_members(teams)
    owners = {lead.lead_id: lead.rep_id for lead in desk.project.metrics.lead_queue().leads}
    assert shown(signed_in("manager")) == {lead for lead, owner in owners.items() if owner in (*members, None)}


def test_an_analyst_sees_all_leads_but_takes_no_step(signed_in: SignedIn, desk: Desk) -> None:
    client = signed_in("analyst")
    text = client.get("/leads?most=9999").text
    leads = desk.project.metrics.lead_queue().leads
    assert visible_people(Reader(0, "analyst"), desk.project.config.privacy) is None
    assert text.count('class="lead ') == len(leads)
    assert not HELD.findall(text)
    assert step(client, leads[0].lead_id, "claim")[0] == 403


def test_an_executive_sees_no_single_lead(signed_in: SignedIn, desk: Desk) -> None:
    client = signed_in("executive")
    assert client.get("/leads").status_code == 403
    assert step(client, desk.project.metrics.lead_queue().leads[0].lead_id, "claim")[0] == 403


@pytest.mark.usefixtures("seller")
def test_nobody_takes_a_step_with_a_lead_that_is_not_theirs_to_see(signed_in: SignedIn, desk: Desk) -> None:
    client = signed_in("seller")
    seen = shown(client)
    hidden = next(lead.lead_id for lead in desk.project.metrics.lead_queue().leads if lead.lead_id not in seen)
    assert step(client, hidden, "claim")[0] == 403
    assert state_of(desk, hidden) == "free"
    assert step(client, "no such lead", "claim")[0] == 403


def test_a_step_without_the_session_s_token_is_refused(signed_in: SignedIn, desk: Desk, lead: str) -> None:
    client = signed_in("seller")
    assert step(client, lead, "claim", **{"X-CSRF-Token": "stolen"})[0] == 403
    assert state_of(desk, lead) == "free"


def test_a_claim_is_kept_and_can_be_taken_back(signed_in: SignedIn, desk: Desk, lead: str) -> None:
    client = signed_in("seller")
    sent = client.post("/leads/step", data={"lead": lead, "step": "claim"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/leads?did={lead}")
    assert state_of(desk, lead) == "claimed"
    assert lead in shown(client, "mine")
    assert step(client, lead, "undo")[0] == 303
    assert state_of(desk, lead) == "free"


def test_what_is_done_or_snoozed_leaves_the_queue_and_stands_in_its_tab(
    signed_in: SignedIn, desk: Desk, lead: str
) -> None:
    client = signed_in("seller")
    for taken, tab in (("snooze", "snoozed"), ("undo", "all"), ("done", "done")):
        assert step(client, lead, taken)[0] == 303
        where = {one for one in ("all", "snoozed", "done") if lead in shown(client, one)}
        assert where == {tab}, taken
    assert step(client, lead, "claim")[0] == 409
    assert state_of(desk, lead) == "done"


def test_of_two_who_claim_the_second_is_told_who_was_faster(signed_in: SignedIn, desk: Desk, lead: str) -> None:
    assert step(signed_in("seller"), lead, "claim")[0] == 303
    status, text = step(signed_in("admin"), lead, "claim")
    assert status == 409
    assert "Sal Seller was faster and already works on" in text
    assert lead not in shown(signed_in("admin"))
    assert "Sal Seller works on it since" in unescape(signed_in("admin").get("/leads?most=9999").text)
    with desk.project.state.open().reading() as transaction:
        assert [one.action for one in history(transaction, lead)] == ["claim"]


def test_a_step_from_a_script_gives_the_row_back_with_counts(signed_in: SignedIn, desk: Desk, lead: str) -> None:
    client = signed_in("seller")
    status, text = step(client, lead, "claim", **{"HX-Request": "true"})
    assert status == 200
    assert text.lstrip().startswith("<li ")
    assert text.count("<li ") == 1
    assert 'id="answer" hx-swap-oob="true"' in text
    assert 'value="release"' in text
    status, text = step(signed_in("admin"), lead, "done", **{"HX-Request": "true"})
    assert status == 200
    assert "Sal Seller was faster" in text


def test_an_undo_that_is_sent_twice_undoes_one_step(signed_in: SignedIn, desk: Desk, lead: str) -> None:
    client = signed_in("seller")
    for taken in ("claim", "snooze"):
        step(client, lead, taken)
    seen = re.search(
        rf'value="{lead}"><input type="hidden" name="seen" value="(\d+)"', client.get("/leads?tab=snoozed").text
    )
    assert seen is not None
    sent = {"lead": lead, "step": "undo", "seen": seen[1]}
    answers = [client.post("/leads/step", data=sent) for _time in range(2)]
    assert [one.status_code for one in answers] == [303, 409]
    assert "meanwhile" in answers[1].text
    assert state_of(desk, lead) == "claimed"


def test_nonsense_is_told_and_changes_nothing(signed_in: SignedIn, desk: Desk, lead: str) -> None:
    client = signed_in("seller")
    assert step(client, lead, "steal")[0] == 400
    assert client.get("/leads?tab=yours").status_code == 400
    assert client.get("/leads?most=-1").status_code == 200
    assert client.get("/leads?where=product%3Dx").status_code == 400
    assert state_of(desk, lead) == "free"


@pytest.mark.usefixtures("seller")
def test_a_look_at_somebody_else_s_leads_is_logged_and_at_one_s_own_is_not(signed_in: SignedIn, desk: Desk) -> None:
    def views() -> dict[int, set[str]]:
        with desk.project.state.open().reading() as transaction:
            found: dict[int, set[str]] = {}
            for one in person_views(transaction, limit=100_000):
                if one.metric == "open_leads":
                    found.setdefault(one.viewer_id, set()).add(one.rep_id)
            return found

    signed_in("seller").get("/leads")
    signed_in("manager").get("/leads?most=9999")
    with desk.project.state.open().reading() as transaction:
        rep, manager = user_named(transaction, "seller").id, user_named(transaction, "manager").id
    assert rep not in views()
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    owners = {lead.rep_id for lead in desk.project.metrics.lead_queue().leads}
    assert views().get(manager, set()) == set(desk.team_members(teams)) & owners


def test_the_page_says_that_clocks_of_old_data_stand_still(signed_in: SignedIn) -> None:
    text = signed_in("analyst").get("/leads").text
    assert "clocks stand still" in text
    assert 'data-live=""' in text


def waiting(promise: int | None, age: int, calendar: str | None = None) -> WaitingLead:
    return WaitingLead(
        "l", MORNING, "demo_request", "hot", "web", None, None, None, calendar, promise, age, None, None, None, (),
        Prospect(),
    )  # fmt: skip


def test_a_clock_counts_all_hours_where_there_is_no_calendar() -> None:
    queue = LeadQueue(MORNING, (), 0, {})
    clock = clock_of(waiting(600, 120), queue, MORNING + timedelta(minutes=3))
    assert clock is not None
    assert (clock.left, clock.runs, clock.rests_until) == (300, True, None)
    assert clock.share == pytest.approx(TICK / 2, abs=1e-4)
    assert clock_of(waiting(None, 120), queue, MORNING) is None


def test_a_clock_rests_outside_the_opening_hours_and_runs_on_after() -> None:
    """Open from 9 to 12 and 14 to 18; an hour promised at 11:30 with nothing passed ends at 14:30."""
    half_past_eleven = MORNING + timedelta(hours=2.5)
    hours = (
        (half_past_eleven, MORNING + timedelta(hours=3)),
        (MORNING + timedelta(hours=5), MORNING + timedelta(hours=9)),
    )
    queue = LeadQueue(half_past_eleven, (), 0, {"c": hours})
    lead = waiting(3600, 0, "c")
    at_noon = clock_of(lead, queue, MORNING + timedelta(hours=4))
    assert at_noon is not None
    assert (at_noon.left, at_noon.runs, at_noon.rests_until) == (1800, False, MORNING + timedelta(hours=5))
    ended = clock_of(lead, queue, MORNING + timedelta(hours=5.5))
    assert ended is not None
    assert (ended.left, ended.runs) == (0, True)
    late = clock_of(lead, queue, MORNING + timedelta(hours=6))
    assert late is not None
    assert late.left == -1800


def heard(client: TestClient) -> str:
    found = re.search(r'data-heard="(\d+)"', client.get("/leads").text)
    assert found is not None
    return found[1]


def test_what_others_do_with_leads_is_heard_without_a_reload(signed_in: SignedIn, lead: str) -> None:
    manager, admin = signed_in("seller"), signed_in("admin")
    since = heard(manager)
    assert manager.get(f"/parts/lead-news?since={since}").status_code == 204
    step(manager, lead, "claim")
    assert manager.get(f"/parts/lead-news?since={since}").status_code == 204, "one's own steps are no news"
    step(manager, lead, "release")
    assert admin.post("/leads/step", data={"lead": lead, "step": "claim"}).status_code in (200, 303)
    told = manager.get(f"/parts/lead-news?since={since}")
    assert told.status_code == 200
    assert re.findall(r'<li class="lead claimed[^"]*" data-lead="([^"]+)"', told.text) == [lead]
    assert "works on it since" in told.text
    assert 'id="answer"' in told.text
    later = re.search(r'data-heard="(\d+)"', told.text)
    assert later is not None
    assert int(later[1]) >= int(since)


def test_news_tell_nothing_of_leads_that_are_not_one_s_own_to_see(
    signed_in: SignedIn, desk: Desk, seller: str, lead: str
) -> None:
    rep = signed_in("rep")
    since = heard(rep)
    signed_in("seller").post("/leads/step", data={"lead": lead, "step": "claim"})
    with desk.project.state.open().reading() as transaction:
        assert user_named(transaction, "rep").rep_id != seller
    assert f'data-lead="{lead}"' not in rep.get(f"/parts/lead-news?since={since}").text
