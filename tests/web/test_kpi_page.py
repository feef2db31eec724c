"""The page of a metric, and what opens from it: made for every metric from its declaration."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, time
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clients import SignedIn, visitor_of
from efficace.locale import catalogue
from efficace.metrics.answer import Row
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.catalogue.pipeline import WORDS
from efficace.metrics.wording import BRANDS
from efficace.model.time import add_months
from efficace.state.audit import person_views
from efficace.state.changes import note_change
from efficace.state.targets import Aim, remove_target, set_target
from efficace.state.users import teams_of, user_named
from efficace.web import claims
from efficace.web.asked import Asked, offered
from efficace.web.desk import now
from efficace.web.figures import figure, moved
from efficace.web.lines import command_line, python_line
from efficace.web.pages import kpi
from efficace.web.place import usual_place
from efficace.web.say import Say

PERIOD = "from=2025-10-01&to=2026-10-01"


def title(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip()


def get(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {title(answer.text)}"
    return answer.text


def lines(client: TestClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("metric", sorted(CATALOGUE))
def test_every_metric_has_a_page_whose_title_answers(signed_in: SignedIn, metric: str) -> None:
    client = signed_in("analyst")
    first = client.get(f"/kpi/{metric}")
    # Where the plan has targets for several metrics, the first of them is shown.
    text = get(client, first.headers["location"]) if first.status_code == 303 else first.text
    assert title(text)[-1] in ".?"
    assert "{" not in title(text)
    for spec in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        assert json.loads(spec)["config"]["aria"] is False
    assert " style=" not in text


def test_the_title_is_a_sentence_with_a_verdict_in_both_languages(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    assert title(get(client, f"/kpi/win_rate?{PERIOD}")).startswith("39.1% of the deals that closed were won")
    client.cookies.set("efficace_language", "fr")
    try:
        french = title(get(client, f"/kpi/win_rate?{PERIOD}"))
    finally:
        client.cookies.delete("efficace_language")
    assert french.startswith("39,1\u202f% des affaires closes ont été gagnées")
    assert "hasard" in french


@pytest.mark.parametrize(
    ("metric", "part"),
    [("sales_cycle_length", "curve"), ("retention_curve", "cohorts"), ("stalled_deals", "trend"), ("mrr", "bridge"),
     ("performance", "ladder"), ("win_rate", "by"), ("acquisition_rate", "curve"), ("attempt_value", "curve")],
)  # fmt: skip
def test_pictures_come_in_after_the_page_and_stand_alone(signed_in: SignedIn, metric: str, part: str) -> None:
    client = signed_in("analyst")
    text = get(client, f"/kpi/{metric}/parts/{part}?{PERIOD}")
    assert 'data-chart="' in text
    assert len(re.findall("<tr>", text)) < 400
    alone = client.get(f"/kpi/{metric}/chart?picture={part}&{PERIOD}")
    assert 'data-chart="' in alone.text
    assert alone.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in alone.headers["Content-Security-Policy"]
    whole = client.get(f"/kpi/{metric}?{PERIOD}")
    assert "frame-ancestors 'none'" in whole.headers["Content-Security-Policy"]


def test_a_picture_alone_obeys_the_rights_of_who_looks(signed_in: SignedIn, app: FastAPI) -> None:
    address = f"/kpi/win_rate/chart?picture=by&by=rep&{PERIOD}"
    assert signed_in("executive").get(address).status_code in (403, 404)
    shown = unescape(signed_in("rep").get(address).text)
    assert "data-chart" in shown
    named = {name for _id, name in app.state.desk.members("rep") if name in shown}
    assert len(named) <= 1, "a rep sees no other"


def test_an_alarm_of_few_cancellations_is_no_member_that_does_better(signed_in: SignedIn) -> None:
    text = get(signed_in("analyst"), f"/kpi/cancellation_alarm?{PERIOD}")
    assert "Better beyond chance" not in text
    assert title(text).startswith(("More was cancelled of late", "No more was cancelled of late", "Cancellation alarm"))


def test_the_title_names_the_pair_that_chance_does_not_explain() -> None:
    def pair(value: float, low: float, second: str) -> Row:
        names = {"antecedent": "Tea", "consequent": second}
        return Row(None, {"antecedent": "t", "consequent": "x"}, value, low, 9.0, 50, False, names=names)

    say = Say("en", ZoneInfo("UTC"))
    rows = [pair(3.0, 0.9, "Salt"), pair(2.5, 1.4, "Milk"), pair(0.5, 0.2, "Rum")]
    assert claims.claim_on_pairs(rows, say) == "Tea comes with Milk 2.5 times as often as chance would have it."
    assert claims.claim_on_pairs(rows[:1], say) == "No pair comes together more often than chance explains."


def test_verdicts_are_told_in_words() -> None:
    for language, expected in (("en", "cannot tell"), ("fr", "on ne peut pas trancher")):
        assert Say(language, ZoneInfo("UTC")).value("cannot_tell", None) == expected  # type: ignore[arg-type]
    assert Say("fr", ZoneInfo("UTC")).value("A", None) == "A"
    told = {word.replace("_", " ") for word in (*WORDS.values(), "cannot_tell")}
    assert told <= set(catalogue())


def test_every_sentence_of_the_page_is_known_in_french() -> None:
    moves = [text for pair in claims.MOVES.values() for text in pair]
    told = [*moves, *claims.COUNTED.values(), *kpi.TITLES.values()]
    told += [metric.points_are for metric in CATALOGUE.values() if metric.points_are]
    definitions = {name for metric in CATALOGUE.values() for name in metric.presets} - set(BRANDS)
    told += [name.replace("_", " ").capitalize() for name in definitions]
    assert [text for text in told if text not in catalogue()] == []


def test_sections_offer_the_most_useful_dimensions_first() -> None:
    assert offered(CATALOGUE["win_rate"])[:4] == ["rep", "team", "territory", "segment"]
    assert offered(CATALOGUE["stage_conversion"])[0] == "rep"
    assert offered(CATALOGUE["demand_index"])[0] == "product"
    assert "age" not in offered(CATALOGUE["retention_curve"])


def test_members_are_sorted_as_the_address_says(signed_in: SignedIn) -> None:
    def names(sort: str) -> list[str]:
        text = get(signed_in("analyst"), f"/kpi/win_rate?{PERIOD}&by=rep&sort={sort}&all=1")
        return [unescape(name) for name in re.findall(r'<th scope="row"><a [^>]+><bdi>(.*?)</bdi>', text)]

    assert names("name") == sorted(names("name"), key=str.casefold)
    assert set(names("value")) == set(names("name"))
    assert names("value") != names("name")
    wrong = signed_in("analyst").get(f"/kpi/win_rate?{PERIOD}&sort=nonsense")
    assert (wrong.status_code, title(wrong.text)[:8]) == (400, "No order")


def test_what_other_tools_would_say_is_told_with_its_reason_and_leads_to_rows(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    text = get(client, f"/kpi/sales_cycle_length/definitions?{PERIOD}")
    assert "Pipedrive" in text
    assert "It averages won and lost deals alike" in text
    rows = get(client, f"/kpi/sales_cycle_length/rows?{PERIOD}&between=classic")
    assert "are counted differently by Classic" in title(rows)
    read_so = get(client, f"/kpi/sales_cycle_length?{PERIOD}&definition=classic")
    assert "Read by the definition of Classic" in read_so


def test_rows_add_up_to_the_figure_and_page_on(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    first = get(client, f"/kpi/lead_response_time/rows?{PERIOD}")
    used = lines(client, f"/kpi/lead_response_time/export?{PERIOD}&part=rows")
    assert title(first) == f"{len(used)} rows stand behind the figure."
    assert len(re.findall("<tr><td", first)) == 100
    second = get(client, f"/kpi/lead_response_time/rows?{PERIOD}&page=2")
    assert len(re.findall("<tr><td", second)) == len(used) - 100
    assert 'rel="prev"' in second
    for wrong in ("0", "x", "1e9", "201"):
        assert client.get(f"/kpi/lead_response_time/rows?{PERIOD}&page={wrong}").status_code == 400


def test_a_figure_is_explained_with_its_queries_freshness_and_the_command_that_asks_the_same(
    signed_in: SignedIn, app: FastAPI
) -> None:
    team = app.state.desk.members("team")[0][0]
    text = get(signed_in("analyst"), f"/kpi/win_rate/explain?{PERIOD}&where=team%3D{team}")
    for part in ("SELECT", "deals", "--from 2025-10-01 --to 2026-10-01", f"team={team}", ".explain()"):
        assert part in unescape(text)


def test_notes_are_asked_answered_changed_and_taken_back_and_never_run(signed_in: SignedIn) -> None:
    client, other = signed_in("analyst"), signed_in("manager")
    hostile = "<script>alert(1)</script> \u202e" + "x" * 3000
    sent = client.post("/kpi/nps/notes", data={"text": hostile, "address": "/kpi/nps?by=team"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/kpi/nps?by=team#notes")
    page = get(other, "/kpi/nps")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    number = re.findall(r'id="note-(\d+)"', page)[0]
    assert other.post("/kpi/nps/notes", data={"text": "Since May.", "answers": number}).status_code == 303
    assert client.post(f"/kpi/nps/notes/{number}/change", data={"text": "Why so low?"}).status_code == 303
    page = get(client, "/kpi/nps")
    assert page.index("Why so low?") < page.index("Since May.")
    assert other.post(f"/kpi/nps/notes/{number}/remove").status_code == 400
    assert client.post(f"/kpi/nps/notes/{number}/remove").status_code == 303
    assert "Taken back." in get(client, "/kpi/nps")
    assert client.post("/kpi/nps/notes", data={"text": " "}).status_code == 400
    assert client.post("/kpi/nps/notes", data={"text": "x" * 10_001}).status_code == 400
    away = client.post("/kpi/nps/notes", data={"text": "ok", "address": "//elsewhere.example"})
    assert away.headers["location"].startswith("/#")


def test_a_note_without_the_session_s_token_is_refused(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    assert client.post("/kpi/nps/notes", data={"text": "x"}, headers={"X-CSRF-Token": "wrong"}).status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "parquet"])
@pytest.mark.parametrize("part", ["figure", "trend", "by", "curve", "rows"])
def test_every_part_is_taken_along_in_every_form(signed_in: SignedIn, part: str, form: str) -> None:
    answer = signed_in("manager").get(f"/kpi/win_chance_by_age/export?{PERIOD}&part={part}&format={form}")
    assert answer.status_code == 200
    assert f'filename="win_chance_by_age-{part}.{form}"' in answer.headers["content-disposition"]
    assert len(answer.content) > 100


def test_an_exported_figure_is_the_one_on_the_page(signed_in: SignedIn) -> None:
    (line,) = lines(signed_in("analyst"), f"/kpi/win_rate/export?{PERIOD}")
    assert (line["metric"], line["unit"], float(line["value"])) == ("win_rate", "share", 0.390625)
    by = lines(signed_in("analyst"), f"/kpi/win_rate/export?{PERIOD}&part=by&by=team")
    assert {"team", "team_name", "value", "shrunken"} <= set(by[0])


def test_pictures_are_taken_along_in_the_colours_of_a_theme(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    light = client.get(f"/kpi/win_rate/export?{PERIOD}&format=svg").text
    dark = client.get(f"/kpi/win_rate/export?{PERIOD}&format=svg&theme=dark").text
    assert "#2a64bf" in light
    assert "#6fa1f0" in dark
    assert "var(" not in light + dark
    assert client.get(f"/kpi/mrr/export?{PERIOD}&format=png&picture=bridge").content[:4] == b"\x89PNG"


def test_a_target_stands_beside_the_figure_and_on_its_picture(signed_in: SignedIn, app: FastAPI) -> None:
    with app.state.desk.project.state.open().writing() as transaction:
        user = user_named(transaction, "admin")
        aim = Aim("win_rate", "company", "", date(2025, 10, 1), date(2026, 10, 1))
        target = set_target(transaction, aim, 0.3, user.id, now())
        key = target.id, target.version
    try:
        text = get(signed_in("analyst"), f"/kpi/win_rate?{PERIOD}")
    finally:
        with app.state.desk.project.state.open().writing() as transaction:
            remove_target(transaction, *key, user.id, now())
    assert "target 30.0%" in text
    assert "too close to call" in text


def test_who_may_not_export_is_refused_and_sees_no_link_to_it(signed_in: SignedIn) -> None:
    rep = signed_in("rep")
    assert rep.get("/kpi/win_rate/export").status_code == 403
    assert "/export" not in get(rep, "/kpi/win_rate")


def test_an_executive_sees_groups_but_no_rows_and_no_persons(signed_in: SignedIn) -> None:
    executive = signed_in("executive")
    assert "/rows" not in get(executive, "/kpi/win_rate")
    assert executive.get("/kpi/win_rate/rows").status_code == 403
    assert executive.get("/kpi/win_rate/export?part=rows").status_code == 403
    assert executive.get("/kpi/win_rate/rows?between=classic").status_code == 403
    assert executive.get("/kpi/win_rate/explain").status_code == 200


def test_a_manager_s_rows_are_of_the_team_and_the_log_says_who_took_them(signed_in: SignedIn, app: FastAPI) -> None:
    project = app.state.desk.project
    found = lines(signed_in("manager"), f"/kpi/win_rate/export?{PERIOD}&part=rows")
    with project.state.open().reading() as transaction:
        team = project.data.reps_of_teams(teams_of(transaction, user_named(transaction, "manager")))
        taken = {view.rep_id for view in person_views(transaction) if view.way == "export"}
    reps = {line["rep"] for line in found}
    assert reps
    assert reps <= taken & team


@pytest.mark.parametrize(
    "address",
    ["by=nonsense", "grain=century", "definition=nobody", "set=nothing%3D1", "compare=never", "from=yesterday",
     "where=rep%3Enobody", "by=" + "x" * 5000],
)  # fmt: skip
def test_nonsense_in_the_address_is_answered_with_a_clear_page(signed_in: SignedIn, address: str) -> None:
    for path in ("", "/rows", "/explain", "/chart", "/export"):
        answer = signed_in("analyst").get(f"/kpi/win_rate{path}?{address}")
        assert answer.status_code == 400, path
        assert title(answer.text)


def test_what_does_not_exist_is_said_so(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    assert client.get("/kpi/win_rat").status_code == 400
    assert "win_rate" in title(client.get("/kpi/win_rat").text)
    assert client.get("/kpi/win_rate/parts/nothing").status_code == 404
    assert client.get("/kpi/win_rate/chart?picture=nothing").status_code == 404
    assert client.get("/kpi/win_rate/export?format=exe").status_code == 400
    assert client.get("/kpi/win_rate/export?part=all").status_code == 400


def test_a_state_is_compared_and_has_its_months_which_come_in_after_the_page(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    asked = "/kpi/open_leads{part}?period=3_months&compare=previous"
    assert "/kpi/open_leads/parts/moved?" in get(client, asked.format(part=""))
    months = get(client, asked.format(part="/parts/months"))
    assert '<path class="line-before"' in months
    assert '<path class="line"' in months
    change = re.search(r"<strong>([^<]*)</strong>", get(client, asked.format(part="/parts/moved")))
    assert change is not None
    assert change[1] in months
    assert "/parts/months" in get(client, "/pipeline")


def test_a_state_of_a_period_that_is_over_is_that_of_its_end_and_the_command_says_so(
    signed_in: SignedIn, app: FastAPI
) -> None:
    desk = app.state.desk
    place = usual_place("/", "12_months", desk.until)
    assert place.start is not None
    before = replace(place, period="custom", start=add_months(place.start, -12), end=place.start)
    who = visitor_of(signed_in, "analyst")
    then, now_ = (figure(desk, who, at, "open_leads").row for at in (before, place))
    moved_by = moved(desk, who, place, "open_leads").compared
    assert then is not None
    assert now_ is not None
    assert then.value == moved_by["value"] != now_.value
    asked = Asked(desk.project.metrics.catalogue()["open_leads"], before, "month", None, None, None)
    assert f"--as-of {before.last_day}" in command_line(asked)
    assert f'as_of="{before.last_day}"' in python_line(asked)
    assert "--as-of" not in command_line(replace(asked, place=place))


def test_a_promise_that_was_changed_is_marked_on_the_pictures_of_what_it_touches_alone(
    signed_in: SignedIn, app: FastAPI
) -> None:
    desk = app.state.desk
    place = usual_place("/", "12_months", desk.until)
    assert place.start is not None
    with desk.project.state.open().writing() as transaction:
        note_change(transaction, "setting", "response.promise.hot", "15 min", "5 min", 1,
                    datetime.combine(add_months(place.start, 3), time(9)))  # fmt: skip
    client = signed_in("analyst")
    told = "answer hot leads within: 5 min, before: 15 min"
    assert get(client, "/kpi/promise_kept").count(told) >= 2
    assert told not in get(client, "/kpi/win_rate")
    assert told not in get(client, f"/kpi/promise_kept?from={add_months(place.start, 6)}&compare=none")


def test_members_stand_as_if_all_had_the_same_mix_beside_what_they_have(signed_in: SignedIn, app: FastAPI) -> None:
    client, metrics = signed_in("analyst"), app.state.desk.project.metrics
    asked = f"/kpi/win_rate?{PERIOD}&by=team&mix=segment"
    page = unescape(get(client, asked))
    assert "with everybody’s mix" in page
    assert "--by team --adjust segment" in page
    found = metrics.ask("win_rate", by=["team"], adjust=["segment"], start="2025-10-01", end="2026-10-01")
    records = lines(client, asked.replace("?", "/export?") + "&format=csv&part=by")
    evened = [float(one["adjusted"]) for one in records if one.get("adjusted")]
    assert evened == pytest.approx([row.estimates["adjusted"]["value"] for row in found.rows if row.value is not None])
    assert "with everybody’s mix" not in get(client, f"/kpi/win_rate?{PERIOD}&by=team")
    assert client.get(f"/kpi/win_rate?{PERIOD}&by=team&mix=nonsense").status_code == 400
