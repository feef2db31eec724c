"""The chapters' pages: the answer, the sections, who sees which, and what is said where data is absent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clients import SignedIn, visitor_of
from efficace.metrics.headlines import headline
from efficace.model.time import Grain, next_start
from efficace.state.sessions import start_session
from efficace.state.targets import Aim, remove_target, set_target
from efficace.state.users import add_user
from efficace.web.app import create_app
from efficace.web.chapters import CHAPTERS, Chapter
from efficace.web.desk import Desk, now
from efficace.web.place import Place
from efficace.web.say import Say
from efficace.web.sections.customers import AtRiskList, OfferList
from efficace.web.sections.figures import Sides
from efficace.web.sections.pipeline import StuckDeals
from efficace.web.sections.plan import Plan
from efficace.web.sections.revenue import Movements
from efficace.web.sections.voice import Themes, UnansweredList
from efficace.web.serving import Serving
from efficace.web.visitor import SESSION
from loading import Company

ROLES = ("admin", "analyst", "executive", "manager", "rep")


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    return found


def year(desk: Desk, **more: str) -> Place:
    """The default place of the pages."""
    from efficace.web.place import usual_place

    place = usual_place("/", "12_months", desk.until, 1)
    return Place(place.path, place.period, place.start, place.end, place.compare, (), more)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: one.path.strip("/"))
def test_every_section_of_every_chapter_is_there_for_those_whom_it_is_for(
    signed_in: SignedIn, desk: Desk, role: str, chapter: Chapter
) -> None:
    client, who = signed_in(role), visitor_of(signed_in, role)
    text = client.get(chapter.path).text
    own = {number for number, _section in chapter.sections_for(desk, who)}
    assert {int(one) for one in re.findall(rf'hx-get="{chapter.path}/sections/(\d+)', text)} == own
    for number in range(len(chapter.sections)):
        assert client.get(f"{chapter.path}/sections/{number}").status_code == (200 if number in own else 404)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: one.path.strip("/"))
def test_an_executive_reads_no_name_on_any_chapter(signed_in: SignedIn, desk: Desk, chapter: Chapter) -> None:
    client, who = signed_in("executive"), visitor_of(signed_in, "executive")
    parts = [client.get(chapter.path).text, client.get(f"{chapter.path}/findings").text]
    parts += [client.get(f"{chapter.path}/sections/{number}").text for number, _ in chapter.sections_for(desk, who)]
    text = unescape(" ".join(parts))
    assert not [name for _rep, name in desk.members("rep") if name in text]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: one.path.strip("/"))
def test_the_title_says_the_figures_that_answer_the_question(signed_in: SignedIn, desk: Desk, chapter: Chapter) -> None:
    say = Say("en", desk.project.config.zone)
    title = re.search(r"<h1>(.*?)<span", unescape(signed_in("admin").get(chapter.path).text), re.DOTALL)
    assert title is not None
    place, told = year(desk), 0
    for metric in chapter.answer:
        state = desk.project.metrics.catalogue()[metric].state
        answer = desk.project.metrics.ask(metric, **({} if state else {"start": place.start}), end=place.end)
        value = answer.rows[0].value
        if value is None:
            continue
        signed = say.change(value, answer.unit) if metric == "nps" else say.value(value, answer.unit)
        said = headline(metric, signed)
        assert said is not None
        assert said.into("en")[1:] in title[1]
        told += 1
    assert told


def test_stuck_deals_are_those_of_the_metric_the_largest_first(signed_in: SignedIn, desk: Desk) -> None:
    shown = StuckDeals("").shown(desk, visitor_of(signed_in, "admin"), year(desk))
    rows = desk.project.metrics.rows("stalled_deals", limit=None, end=desk.until).rows.to_pylist()
    used = [one for one in rows if one["left_out"] is None]
    assert shown["all"] == len(used)
    assert shown["amount"] == pytest.approx(sum(one["amount"] or 0.0 for one in used))
    amounts = [one.amount or 0.0 for one in shown["deals"]]
    assert amounts == sorted(amounts, reverse=True)
    assert all(one.days > one.limit for one in shown["deals"])


def test_lists_of_customers_show_a_manager_only_those_of_the_own_team(signed_in: SignedIn, desk: Desk) -> None:
    teams = tuple(team for team, _name in desk.members("team"))[-1:]
    own = desk.team_members(teams)
    for section, key in ((AtRiskList(""), "customers"), (UnansweredList(""), "comments"), (StuckDeals(""), "deals")):
        everything = section.shown(desk, visitor_of(signed_in, "admin"), year(desk))
        shown = section.shown(desk, visitor_of(signed_in, "manager"), year(desk))
        assert {one.rep_id for one in shown[key]} <= own, section
        assert shown["all"] <= everything["all"]


def test_each_customer_is_offered_one_thing_the_likeliest_first(signed_in: SignedIn, desk: Desk) -> None:
    shown = OfferList("").shown(desk, visitor_of(signed_in, "admin"), year(desk))
    offers = shown["offers"]
    assert len({one.account_id for one in offers}) == len(offers)
    chances = [round(one.chance, 3) for one in offers]
    assert chances == sorted(chances, reverse=True)
    assert all(one.chance > one.overall for one in offers)


def test_the_movements_of_each_month_lead_from_its_start_to_its_end(signed_in: SignedIn, desk: Desk) -> None:
    shown = Movements("", "mrr").shown(desk, visitor_of(signed_in, "admin"), year(desk))
    rows = [row for row in shown["monthly"].rows if row.value is not None]
    assert rows
    for row in rows:
        moved = sum(row.estimates[name]["value"] for name in shown["moves"])
        assert row.estimates["start"]["value"] + moved == pytest.approx(row.value, rel=1e-9)


def test_the_plan_is_the_metric_s_own_and_names_reps_to_nobody_who_may_not_see_them(
    signed_in: SignedIn, desk: Desk
) -> None:
    place = year(desk)
    shown = Plan("").shown(desk, visitor_of(signed_in, "admin"), place)
    assert shown["plan"]
    for aimed in shown["plan"]:
        asked = {"settings": {"metric": aimed.metric}, "start": place.start, "end": place.end}
        answer = desk.project.metrics.ask("target_attainment", **asked)
        assert aimed.whole.row.value == pytest.approx(answer.rows[0].value)
        for one in aimed.quarters:
            assert (one.reached == "met") == (one.row.value >= 1)
    hidden = Plan("").shown(desk, visitor_of(signed_in, "executive"), place)
    assert not any("rep" in aimed.parts for aimed in hidden["plan"])


def test_counts_of_unlike_members_are_not_called_better_or_worse(signed_in: SignedIn, desk: Desk) -> None:
    section = Sides("", ("acquisition_cost", "new_customers"), ("source", "rep"))
    shown = section.shown(desk, visitor_of(signed_in, "admin"), year(desk))
    assert shown["counted"] == {"new_customers"}
    assert shown["found"]["new_customers"].typical is None
    assert shown["offered"] == ["source", "rep"]
    by_rep = section.shown(desk, visitor_of(signed_in, "admin"), year(desk, by="rep"))
    assert by_rep["by"] == "rep"
    hidden = section.shown(desk, visitor_of(signed_in, "executive"), year(desk, by="rep"))
    assert (hidden["by"], hidden["offered"]) == ("source", ["source"])


def test_themes_come_with_examples_that_speak_of_them_and_none_twice(signed_in: SignedIn, desk: Desk) -> None:
    shown = Themes("").shown(desk, visitor_of(signed_in, "admin"), year(desk))
    assert shown["themes"]
    assert any(theme.examples for theme in shown["themes"])
    for theme in shown["themes"]:
        assert all(one["theme"] == theme.row.members["theme"] for one in theme.examples)
        comments = [one["comment"] for one in theme.examples]
        assert len(set(comments)) == len(comments)
    assert not any(theme.examples for theme in Themes("").shown(
        desk, visitor_of(signed_in, "executive"), year(desk))["themes"])  # fmt: skip


def test_retention_is_told_of_those_who_began_long_enough_ago(signed_in: SignedIn, desk: Desk) -> None:
    """The pages' last twelve months are too young for a figure at twelve months: the twelve before are asked for."""
    place = year(desk)
    older = place.grown("retention_curve")
    assert older.start is not None
    assert place.start is not None
    assert (place.start.year - older.start.year, older.end) == (1, place.start)
    expected = desk.project.metrics.ask("retention_curve", start=older.start, end=older.end).rows[0].value
    text = signed_in("admin").get("/customers").text
    assert "of those who began" in text
    told = Say("en", desk.project.config.zone).value(expected, "share")
    assert told in unescape(text.partition("/kpi/retention_curve")[2].partition("</article>")[0])
    chosen = Place("/", "6_months", place.start, place.end, "none", (), {})
    assert chosen.grown("retention_curve") is chosen, "who chose a period gets it"


@pytest.fixture
def deals_only(tmp_path: Path) -> Iterator[TestClient]:
    """A company that brought nothing but deals."""
    made = Company(tmp_path)
    made.write(
        deals_csv="""
        deal_id,created_at,closed_at,status,amount,currency
        D1,2026-01-01,2026-02-01,won,100,EUR
        D2,2026-01-05,2026-02-11,lost,100,EUR
        """
    )
    made.load()
    app = create_app(Serving(made.project))
    with app.state.desk.project.state.open().writing() as transaction:
        secret = start_session(transaction, add_user(transaction, "ada", "admin", now()).id, now())
    client = TestClient(app, follow_redirects=False)
    client.cookies.set(SESSION, secret)
    yield client
    app.state.desk.close()
    app.state.desk.project.close()
    app.state.desk.project.state.close()


def test_a_chapter_without_data_names_the_columns_and_leads_to_them(deals_only: TestClient) -> None:
    text = unescape(deals_only.get("/voice?period=all").text)
    assert "Not known yet: no row has feedback.score" in text
    assert "/voice/sections/" not in text
    link = re.search(r'href="(/data/needs/[a-z]+[^"]*)"', text)
    assert link is not None
    assert deals_only.get(link[1]).status_code == 200


def test_a_chapter_with_some_data_shows_what_it_has(deals_only: TestClient) -> None:
    text = unescape(deals_only.get("/pipeline?period=all").text)
    assert "/pipeline/sections/0" in text
    assert "the data has no stage_changes" in text
    for number in range(4):
        assert deals_only.get(f"/pipeline/sections/{number}?period=all").status_code == 200


def test_a_target_set_in_the_app_wins_over_the_loaded_one_in_plan_and_findings(signed_in: SignedIn, desk: Desk) -> None:
    place, admin = year(desk), visitor_of(signed_in, "admin")
    before = {one.metric: one for one in Plan("").shown(desk, admin, place)["plan"]}["bookings"]
    last = before.quarters[-1].row
    assert last.period is not None
    came = last.estimates["actual"]["value"]
    aim = Aim("bookings", "company", "", last.period, next_start(last.period, Grain.FISCAL_QUARTER))
    with desk.project.state.open().writing() as transaction:
        made = set_target(transaction, aim, came * 4, admin.id, now())
    try:
        after = {one.metric: one for one in Plan("").shown(desk, admin, place)["plan"]}["bookings"]
        named = desk.project.insights.findings(only=["target_missed"])
        page = signed_in("admin").get(f"/revenue/sections/{number_of(Plan)}").text
    finally:
        with desk.project.state.open().writing() as transaction:
            remove_target(transaction, made.id, made.version, admin.id, now())
    assert [one.origin for one in after.quarters] == ["loaded"] * (len(after.quarters) - 1) + ["set"]
    assert after.quarters[-1].row.value == pytest.approx(0.25)
    every = [one.row.estimates for one in after.quarters]
    assert after.whole.row.value == pytest.approx(
        sum(one["actual"]["value"] for one in every) / sum(one["target"]["value"] for one in every)
    )
    claims = [one.claim.into("en") for one in named if one.subject["metric"] == "bookings"]
    assert ["that was set in the app (25.0%)." in claim for claim in claims] == [True]
    assert "it takes the place of the target of the loaded table" in page
    assert {one.metric: one for one in Plan("").shown(desk, admin, place)["plan"]}["bookings"] == before


def test_a_team_without_goals_is_told_by_those_of_its_members_to_who_may_see_them(
    signed_in: SignedIn, desk: Desk
) -> None:
    place = year(desk)
    shown = {one.metric: one for one in Plan("").shown(desk, visitor_of(signed_in, "admin"), place)["plan"]}["bookings"]
    assert shown.is_of_members
    reps = {one.row.members["rep"]: one.row.estimates["target"]["value"] for one in shown.parts["rep"]}
    for team in shown.parts["team"]:
        own = desk.team_members((team.row.members["team"],))
        due = sum(value for rep, value in reps.items() if rep in own)
        assert team.row.estimates["target"]["value"] == pytest.approx(due)
    own_team = visitor_of(signed_in, "manager")
    seen = {one.metric: one for one in Plan("").shown(desk, own_team, place)["plan"]}["bookings"].parts.get("team", ())
    assert all(desk.team_members((one.row.members["team"],)) <= own_team.reader.team_members for one in seen)
    hidden = Plan("").shown(desk, visitor_of(signed_in, "executive"), place)["plan"]
    assert not any(one.is_of_members for one in hidden)


def number_of(kind: type) -> int:
    """The number of the section in its chapter."""
    return next(n for one in CHAPTERS for n, section in enumerate(one.sections) if isinstance(section, kind))
