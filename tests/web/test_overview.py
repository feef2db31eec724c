"""The overview: what its title says, which findings it shows to whom, and the counts at the side."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI

from clients import SignedIn, visitor_of
from efficace.insights.briefs import BETTER, BRIEFS, FEWER_LEADS, brief, first_of_each, foremost
from efficace.insights.detectors import DETECTORS
from efficace.insights.finding import Finding, Kind
from efficace.locale import translate
from efficace.locale.said import Said
from efficace.metrics.question import Request
from efficace.state import audit
from efficace.state.audit import person_views
from efficace.state.users import user_named
from efficace.web.answers import GROWTH, MOVES
from efficace.web.desk import Desk
from efficace.web.finding_cards import finding_cards
from efficace.web.kpis import FOLLOW_UP, KPIS, moved_by
from efficace.web.place import Place
from efficace.web.side import COUNTED

NAMED = {"rep": "Ann", "metric": "sales cycle length"}


@pytest.fixture
def desk(app: FastAPI) -> Desk:
    found: Desk = app.state.desk
    found.every_finding()
    return found


@pytest.fixture
def findings(desk: Desk) -> list[Finding]:
    return list(desk.every_finding())


def page(desk: Desk) -> Place:
    return Place("/", "all", None, desk.until, "none", (), {})


def test_the_title_ends_with_what_the_foremost_findings_say(
    signed_in: SignedIn, desk: Desk, findings: list[Finding]
) -> None:
    text = unescape(signed_in("admin").get("/").text)
    title = re.search(r"<h1>(.*?)</h1>", text, re.DOTALL)
    assert title is not None
    first = brief(first_of_each(findings)[0]).into("en")
    assert first[1:] in title[1]
    assert "How are we doing" in text.partition("<h1>")[0]


def test_three_findings_of_three_kinds_and_a_count_of_the_rest(
    signed_in: SignedIn, desk: Desk, findings: list[Finding]
) -> None:
    text = unescape(signed_in("admin").get("/").text)
    told = [one for one in findings if one.kind is not Kind.GAP]
    shown = foremost(told, 3)
    assert re.findall(r'<article class="finding" id="finding-(\d+)"', text) == [str(one.rank) for one in shown]
    assert f"{len(told) - 3} more finding" in text
    assert len({one.detector for one in shown}) == min(3, len({one.detector for one in findings}))


def test_every_finding_that_is_drawn_says_in_words_what_it_draws(
    signed_in: SignedIn, desk: Desk, findings: list[Finding]
) -> None:
    who = visitor_of(signed_in, "admin")
    cards = finding_cards(desk, who, page(desk), findings)
    drawn = [card for card in cards if card.picture is not None]
    assert drawn
    for card in drawn:
        assert card.picture is not None
        assert card.finding.picture is not None
        assert card.picture.words.count(";") == len(card.finding.picture.marks) - 1
        for line in card.picture.lines:
            assert line.bar is None or 0 <= line.bar.low <= line.bar.high <= 1
        for column in card.picture.columns:
            assert column.y >= 0
            assert column.height >= 0


def test_what_a_finding_links_to_is_there(signed_in: SignedIn, desk: Desk, findings: list[Finding]) -> None:
    client, who = signed_in("admin"), visitor_of(signed_in, "admin")
    for card in finding_cards(desk, who, page(desk), first_of_each(findings)):
        assert card.rows_at is not None
        for address in (card.figure_at, card.rows_at):
            answered = client.get(address.partition("#")[0])
            assert answered.status_code == 200, (address, answered.text[:300])


def test_who_may_see_no_rows_gets_no_link_to_them(signed_in: SignedIn, desk: Desk, findings: list[Finding]) -> None:
    who = visitor_of(signed_in, "executive")
    seen = desk.findings(who.reader)
    assert seen
    assert not any("rep" in one.subject for one in seen)
    assert all(card.rows_at is None for card in finding_cards(desk, who, page(desk), seen))


def test_every_detector_of_figures_moves_a_card(findings: list[Finding]) -> None:
    cards = {kpi.metric for kpi in (*KPIS, *FOLLOW_UP)}
    for one in findings:
        kpi = moved_by(one)
        if one.detector in ("data_late", "data_missing"):
            continue
        assert kpi is not None, (one.detector, one.request.metric)
        assert kpi.metric in cards


def test_a_missed_target_moves_the_card_of_its_own_metric(findings: list[Finding]) -> None:
    missed = replace(findings[0], detector="target_missed", kind=Kind.PROBLEM, subject={"metric": "units_sold"})
    assert moved_by(missed) == next(kpi for kpi in KPIS if kpi.metric == "units_sold")


def test_each_detector_has_its_words_for_a_title_in_both_languages() -> None:
    assert set(BRIEFS) == {detector.id for detector in DETECTORS}
    words = [one.one for one in COUNTED.values()] + [one.many for one in COUNTED.values()]
    clauses = [text for pair in (*MOVES.values(), GROWTH) for text in pair]
    for text in (*BRIEFS.values(), BETTER, FEWER_LEADS, *words, *clauses):
        assert translate(text, "fr") != text, text


def counts_of(text: str) -> dict[str, str]:
    """Path -> the count beside it."""
    nav = text.partition('id="pages"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"?]+)[^>]*>[^<]*(?:<span class="count[^"]*">([^<]*)</span>)?</a>', nav)
    return {path: unescape(count) for path, count in found if count}


def test_the_counts_at_the_side_are_those_of_the_findings(
    signed_in: SignedIn, desk: Desk, findings: list[Finding]
) -> None:
    desk.kept("health", desk.project.data.doctor)
    desk.kept("unanswered", desk.project.insights.unanswered_comments)
    counts = counts_of(signed_in("admin").get("/metrics").text)
    stalled = next((one.evidence.value for one in findings if one.detector == "stalled_deals"), None)
    assert counts.get("/pipeline") == (None if stalled is None else f"{stalled:.0f} stuck")
    alarms = sum(one.detector == "service_losing" for one in findings)
    assert counts.get("/customers") == {0: None, 1: "1 alarm"}.get(alarms, f"{alarms} alarms")
    waiting = len(desk.project.insights.unanswered_comments())
    assert counts.get("/voice") == {0: None, 1: "1 unanswered"}.get(waiting, f"{waiting} unanswered")


def test_an_executive_is_told_no_count_of_single_persons(signed_in: SignedIn, desk: Desk) -> None:
    desk.kept("health", desk.project.data.doctor)
    counts = counts_of(signed_in("executive").get("/metrics").text)
    assert "/leads" not in counts
    assert "/voice" not in counts


def test_counts_that_are_not_known_are_asked_for_later_and_do_not_wait(signed_in: SignedIn, app: FastAPI) -> None:
    """A desk that knows nothing yet: the page is there at once, the part of the side is asked for after it."""
    from fastapi.testclient import TestClient

    from efficace.web.app import create_app
    from efficace.web.serving import Serving

    made = create_app(Serving(app.state.desk.project.folder))
    fresh = TestClient(made, follow_redirects=False)
    fresh.cookies.update(signed_in("admin").cookies)
    text = fresh.get("/metrics").text
    assert 'hx-get="/parts/side' in text
    assert counts_of(text) == {}
    made.state.desk.every_finding()
    made.state.desk.kept("health", made.state.desk.project.data.doctor)
    part = fresh.get("/parts/side?here=/pipeline").text
    assert "hx-get" not in part
    assert re.search(r'href="/pipeline"[^>]*aria-current="page"', part)
    made.state.desk.close()
    made.state.desk.project.close()


@pytest.mark.parametrize("path", ["/", "/parts/findings", "/findings", "/pipeline", "/pipeline/findings", "/team"])
def test_who_is_named_in_a_finding_is_logged_once_a_page_in_one_transaction(
    signed_in: SignedIn, desk: Desk, findings: list[Finding], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    rep = desk.members("rep")[0][0]
    named = replace(
        next(one for one in findings if one.kind is not Kind.GAP), detector="rep_beyond_chance", subject={"rep": rep},
        kind=Kind.PROBLEM, request=Request("sales_cycle_length", ("rep",)), claim=Said("{rep} {metric}", NAMED),
    )  # fmt: skip
    monkeypatch.setattr(desk, "findings", lambda _reader: [named])
    client, state = signed_in("manager"), desk.project.state.open()
    written: list[set[str]] = []
    plain = audit.write_person_views

    def counted(transaction: object, viewer: int, people: set[str], metric: str, *rest: object) -> None:
        if metric == "sales_cycle_length":
            written.append(set(people))
        plain(transaction, viewer, people, metric, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "write_person_views", counted)
    monkeypatch.setattr("efficace.project.state_room.write_person_views", counted, raising=False)
    assert client.get(f"{path}?period=all&compare=none").status_code == 200
    if path == "/team":
        assert len(written) <= 1, "the grid and its findings stand in one entry"
        return
    assert len(written) == 1
    assert rep in written[0]
    with state.reading() as transaction:
        viewer = user_named(transaction, "manager").id
        found = [one for one in person_views(transaction, rep, limit=100_000) if one.metric == "sales_cycle_length"]
    assert any(one.viewer_id == viewer for one in found)


@pytest.mark.parametrize("path", ["/", "/pipeline", "/revenue", "/voice", "/kpi/sales_cycle_length", "/kpi/mrr"])
def test_each_number_of_a_card_leads_to_its_explanation(signed_in: SignedIn, path: str) -> None:
    client = signed_in("admin")
    text = client.get(f"{path}?whole=yes" if path == "/" else path).text
    values = re.findall(
        r'<p class="value( small)?">(.*?)</p>', text.split('<article class="card trust">')[0], re.DOTALL
    )
    assert values
    for _small, value in values:
        found = re.search(r'<a class="explained" href="([^"]+)"', value)
        assert found is not None, value
    assert client.get(unescape(found[1])).status_code == 200
