"""The settings page: figures as people say them, checked; who changed what, and taking it back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from small_server import DEALS, client_of, ended, is_clear
from sqlalchemy.exc import OperationalError

from efficace.config import CHANGES_FILE
from efficace.state.sessions import start_session
from efficace.state.targets import targets
from efficace.state.users import add_user, user_named
from efficace.web.desk import now
from efficace.web.visitor import SESSION

REPS = b"rep_id,name,team_id\nR1,Ann,T1\nR2,Bob,T1\n"
TEAMS = b"team_id,name\nT1,North\n"
YEAR = {"starts_on": "2026-01-01", "last_on": "2026-12-31"}


@pytest.fixture
def loaded(small: FastAPI) -> FastAPI:
    """Deals, reps and a team."""
    client = client_of(small)
    sent = [("files", (name, content)) for name, content in
            (("deals.csv", DEALS), ("reps.csv", REPS), ("teams.csv", TEAMS))]  # fmt: skip
    path = client.post("/data/files", files=sent).headers["location"]
    client.get(path)
    client.post(f"{path}/load")
    ended(client, path)
    return small


def settle(app: FastAPI, client: TestClient) -> None:
    """Wait until figures are worked out anew."""
    found = app.state.intakes.at_work
    if found is not None:
        ended(client, f"/data/files/{found.id}")


def changes(app: FastAPI) -> dict[str, object]:
    path = app.state.serving.folder / CHANGES_FILE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def kept(app: FastAPI) -> list[tuple[str, str, str, float]]:
    with app.state.desk.project.state.open().reading() as transaction:
        return [(one.metric, one.scope, one.scope_id, one.value) for one in targets(transaction)]


def undo_of(text: str, what: str) -> str:
    """Where the newest change of something is taken back."""
    for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL):
        found = re.search(r'action="(/settings/changes/\d+/undo)"', row)
        if found and what in row:
            return found[1]
    pytest.fail(f"no change of {what} on the page")


def aim(client: TestClient, metric: str, value: str, whom: str = "company", **more: str) -> Response:
    return client.post("/settings/targets", data={"metric": metric, "value": value, "whom": whom, **YEAR, **more})


def test_a_target_is_set_as_people_say_it_and_shown_so(loaded: FastAPI) -> None:
    client = client_of(loaded)
    assert aim(client, "win_rate", "41.5 %").status_code == 303
    assert aim(client, "sales_cycle_length", "6 weeks", "team:T1").status_code == 303
    assert aim(client, "sales_amount", "1.2 M€", "rep:R1").status_code == 303
    assert kept(loaded) == [
        ("sales_amount", "rep", "R1", 1_200_000.0), ("sales_cycle_length", "team", "T1", 42.0),
        ("win_rate", "company", "", 0.415),
    ]  # fmt: skip
    text = client.get("/settings").text
    assert "41.5%" in text
    assert "€1.2" in text
    assert "North" in text
    with loaded.state.desk.project.state.open().reading() as transaction:
        assert {str(one.ends_on) for one in targets(transaction)} == {"2027-01-01"}


@pytest.mark.parametrize(
    ("metric", "value", "whom", "told"),
    [
        ("win_rate", "0.4", "company", "not such a figure. Write for example 41.5%"),
        ("win_rate", "<script>", "company", "not such a figure"),
        ("sales_amount", "80 $", "company", "not such a figure"),
        ("win_rate", "40%", "team:T9", "No team “T9”".replace("“", "&#34;").replace("”", "&#34;")),
        ("win_rate", "40%", "rep:", "No rep"),
        ("win_rate", "40%", "planet:x", "No scope"),
        ("no_such", "40%", "company", "No metric"),
    ],
)
def test_a_target_without_sense_changes_nothing_and_says_why_on_the_page(
    loaded: FastAPI, metric: str, value: str, whom: str, told: str
) -> None:
    answer = aim(client_of(loaded), metric, value, whom)
    assert (answer.status_code, is_clear(answer)) == (400, True)
    assert told in answer.text
    assert "Nothing was changed." in answer.text
    assert "<script>" not in answer.text.split("<main")[1]
    assert kept(loaded) == []


def test_a_change_of_a_target_is_told_and_taken_back(loaded: FastAPI) -> None:
    client = client_of(loaded)
    aim(client, "win_rate", "40%")
    aim(client, "win_rate", "45%", version="1")
    text = client.get("/settings").text
    assert re.search(r"<td>40\.0%</td><td>45\.0%</td>", text)
    assert client.post(undo_of(text, "target of Win rate")).headers["location"] == "/settings#history"
    assert kept(loaded) == [("win_rate", "company", "", 0.4)]
    again = client.post(undo_of(text, "target of Win rate"))
    assert (again.status_code, is_clear(again)) == (400, True)


def test_promises_and_grades_are_changed_told_and_taken_back(loaded: FastAPI) -> None:
    client = client_of(loaded)
    sent = {"response.promise.hot": "10 min", "rubrics.personalization": ["80%", "60 %", "40%", "20%"]}
    assert client.post("/settings/values", data=sent).status_code == 303
    settle(loaded, client)
    assert changes(loaded) == {"response.promise.hot": "600 s", "rubrics.personalization": [0.8, 0.6, 0.4, 0.2]}
    client.get("/kpi/win_rate")
    config = loaded.state.desk.project.config
    text = client.get("/settings").text
    assert 'value="10 min"' in text
    assert "as in efficace.yaml" in text
    assert "80% / 60% / 40% / 20%" in text
    assert client.post(undo_of(text, "answer hot leads within")).status_code == 303
    settle(loaded, client)
    assert changes(loaded) == {"rubrics.personalization": [0.8, 0.6, 0.4, 0.2]}
    client.get("/kpi/win_rate")
    assert (config.response.promise.hot, loaded.state.desk.project.config.response.promise.hot) == (600, 300)


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("response.promise.hot", ["soon"], "not such a figure"), ("response.promise.hot", ["-5 min"], "such a figure"),
        ("rubrics.performance", ["10%", "20%", "5%", "1%"], "must run from A to D"),
        ("rubrics.performance", ["10%", "10%", "5%", "1%"], "must run from A to D"),
        ("rubrics.performance", ["40%"], "Give four limits"),
        ("rubrics.performance", ["140%", "20%", "5%", "1%"], "no share"),
        ("company.currency", ["euro"], "ISO 4217"), ("company.fiscal_year_start", ["13"], "month from 1 to 12"),
        ("privacy.individuals", ["anybody"], "is not allowed"), ("privacy.min_group", ["2.5"], "no whole number"),
        ("company.name", [" "], "Write something"), ("churn.grace_days", ["-1"], "not such a figure"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_changes_nothing_and_says_why(
    loaded: FastAPI, name: str, values: list[str], told: str
) -> None:
    answer = client_of(loaded).post("/settings/values", data={name: values})
    assert (answer.status_code, is_clear(answer)) == (400, True)
    assert told in answer.text
    assert changes(loaded) == {}


def test_settings_are_written_in_french_too(loaded: FastAPI) -> None:
    client = client_of(loaded)
    client.post("/settings/language", data={"language": "fr"})
    assert 'value="1 j"' in client.get("/settings").text
    sent = {"response.promise.cold": "2 jours", "rubrics.performance": ["32,5 %", "20 %", "10 %", "5 %"]}
    assert client.post("/settings/values", data=sent).status_code == 303
    settle(loaded, client)
    assert changes(loaded) == {"response.promise.cold": "172800 s", "rubrics.performance": [0.325, 0.2, 0.1, 0.05]}


def test_the_language_of_an_account_greets_in_another_browser(loaded: FastAPI) -> None:
    client_of(loaded).post("/settings/language", data={"language": "fr"})
    assert 'lang="fr"' in client_of(loaded).get("/settings").text
    client_of(loaded).post("/settings/language", data={"language": ""})
    assert '<html lang="en"' in client_of(loaded).get("/settings").text


def test_who_may_see_single_persons_changes_at_once(loaded: FastAPI) -> None:
    with loaded.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "eve", "executive", now())
    client, eve = client_of(loaded), client_of(loaded, "eve")
    assert eve.get("/api/v1/kpi/win_rate?by=rep").status_code == 403
    client.post("/settings/values", data={"privacy.individuals": "everyone"})
    assert eve.get("/api/v1/kpi/win_rate?by=rep").status_code == 200
    settle(loaded, client)
    client.post("/settings/values", data={"privacy.individuals": "teams"})
    assert eve.get("/api/v1/kpi/win_rate?by=rep").status_code == 403


def test_targets_of_single_persons_are_hidden_from_those_who_may_not_see_them(loaded: FastAPI) -> None:
    with loaded.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "eve", "executive", now())
    client, eve = client_of(loaded), client_of(loaded, "eve")
    aim(client, "win_rate", "77%", "rep:R1")
    assert "77.0%" in client.get("/settings").text
    assert "77.0%" not in eve.get("/settings").text
    assert eve.get("/api/v1/targets").json() == []
    assert aim(eve, "win_rate", "50%", "rep:R1").status_code == 403
    undo = undo_of(client.get("/settings").text, "target of Win rate")
    assert eve.post(undo).status_code == 403
    assert len(kept(loaded)) == 1


def test_roles_teams_and_the_rep_of_an_account_are_changed_and_told(loaded: FastAPI) -> None:
    client = client_of(loaded)
    made = client.post("/settings/accounts", data={"login": "mia", "name": "Mia", "role": "rep", "rep": "R1"})
    assert "http://testserver/setup/" in made.text
    sent = {"action": "role", "role": "manager", "rep": "R2", "teams": ["T1"]}
    assert client.post("/settings/accounts/mia", data=sent).status_code == 303
    text = client.get("/settings").text
    assert re.search(r"<td>North</td><td>Mia</td>", text)
    assert "manager, T1, open" in text
    with loaded.state.desk.project.state.open().reading() as transaction:
        assert user_named(transaction, "mia").rep_id == "R2"
    assert client.post("/settings/accounts/mia", data={"action": "explode"}).status_code == 400


def test_sessions_are_ended_by_their_owner_and_by_the_admin(loaded: FastAPI) -> None:
    with loaded.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "eve", "executive", now())
        lost = start_session(transaction, user_named(transaction, "eve").id, now())
    eve, thief = client_of(loaded, "eve"), client_of(loaded, "eve")
    thief.cookies.set(SESSION, lost)
    assert thief.get("/metrics").status_code == 200
    assert eve.post("/settings/sign-out-everywhere").headers["location"] == "/sign-in"
    assert thief.get("/metrics").status_code == 303
    again = client_of(loaded, "eve")
    client_of(loaded).post("/settings/accounts/eve", data={"action": "sign_out"})
    assert again.get("/metrics").status_code == 303


def test_a_full_disk_under_the_settings_changes_nothing(loaded: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(loaded)
    client.post("/settings/values", data={"response.promise.hot": "10 min"})
    settle(loaded, client)
    before = changes(loaded)
    # The file beside the settings is written first; it leads to a device on which nothing has room.
    import os

    beside: Path = loaded.state.serving.folder / f"{CHANGES_FILE}.{os.getpid()}.tmp"
    beside.symlink_to("/dev/full")
    answer = client.post("/settings/values", data={"response.promise.hot": "20 min"})
    assert (answer.status_code, is_clear(answer)) == (507, True)
    assert changes(loaded) == before
    text = client.get("/settings").text
    assert 'value="10 min"' in text
    assert "20 min" not in text


def test_a_state_database_that_fails_leaves_the_settings_as_they_were(
    loaded: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("efficace.web.kept_settings.change_setting", fail)
    answer = client_of(loaded).post("/settings/values", data={"response.promise.hot": "20 min"})
    assert (answer.status_code, is_clear(answer)) == (503, True)
    assert changes(loaded) == {}
