"""Follow-ups and replies against the contract read word by word over random companies."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from lead_company import Company, Reading, Row, random_company
from lead_ground import fact_rows, project_of

from efficace.project import Project

COLUMNS = ("lead_id", "signal_id", "attempt", "attempted_at", "outcome")
HALF_WAY = datetime.fromisoformat("2024-03-22T12:00")


@pytest.fixture(scope="module", params=[3, 4])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Project]:
    company = random_company(request.param)
    return company, project_of(company, Path(tmp_path_factory.mktemp("company")))


@pytest.mark.parametrize("as_of", [None, HALF_WAY])
def test_attempts_are_what_the_contract_says(loaded: tuple[Company, Project], as_of: datetime | None) -> None:
    company, project = loaded
    expected = Reading(company, as_of or project.ground().as_of).follow_ups()
    found = fact_rows(project, "follow_ups", as_of)
    assert sorted(tuple(row[name] for name in COLUMNS) for row in found) == sorted(
        tuple(row[name] for name in COLUMNS) for row in expected
    )
    assert {row["outcome"] for row in expected} >= {"followed", "answered"}


@pytest.mark.parametrize("as_of", [None, HALF_WAY])
def test_replies_are_what_the_contract_says(loaded: tuple[Company, Project], as_of: datetime | None) -> None:
    company, project = loaded
    expected = Reading(company, as_of or project.ground().as_of).replies()
    sent = {touch["touch_id"]: touch["occurred_at"] for touch in company["touches"]}
    found = {row["touch_id"]: row["reply_at"] for row in fact_rows(project, "messages", as_of)}
    assert {mail: _in_window(reply, sent[mail]) for mail, reply in found.items()} == {
        mail: _in_window(reply, sent[mail]) for mail, reply in expected.items()
    }


def _in_window(reply: datetime | None, sent: datetime) -> datetime | None:
    return reply if reply and reply <= sent + timedelta(days=14) else None


def test_persistence_is_the_mean_of_attempts_after_the_first_of_each_lead(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    of_lead: dict[str, list[Row]] = {}
    for row in Reading(company, project.ground().as_of).follow_ups():
        of_lead.setdefault(row["lead_id"], []).append(row)
    unanswered = [
        (len(rows) - 1, max(rows, key=lambda row: row["attempted_at"])["outcome"] == "given_up")
        for rows in of_lead.values()
        if not {row["outcome"] for row in rows} & {"answered", "bought"}
    ]
    (row,) = project.metrics.ask("persistence").to_dict()["rows"]
    assert row["n"] == len(unanswered)
    assert any(len({one["signal_id"] for one in rows}) > 1 for rows in of_lead.values())
    mean = float(_mean_before_giving_up(unanswered)) if any(ended for _, ended in unanswered) else None
    assert row["value"] == (mean and pytest.approx(mean, rel=1e-12))


def _mean_before_giving_up(spells: list[tuple[int, bool]]) -> Fraction:
    """The area under the product-limit curve (Kaplan & Meier 1958) up to the longest spell."""
    area, left, since = Fraction(0), Fraction(1), 0
    for more in sorted({more for more, _ in spells}):
        area += left * (more - since)
        at_risk = sum(one >= more for one, _ in spells)
        left *= 1 - Fraction(sum(one == more and ended for one, ended in spells), at_risk)
        since = more
    return area


def test_the_hazard_comes_from_the_attempts(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    expected = Reading(company, project.ground().as_of).follow_ups()
    decided = [row for row in expected if row["outcome"] in ("answered", "followed", "given_up")]
    rows = project.metrics.ask("attempt_value", by=["attempt"]).to_dict()["rows"]
    assert [row["attempt"] for row in rows] == sorted({row["attempt"] for row in decided})
    for row in rows:
        own = [one for one in decided if one["attempt"] == row["attempt"]]
        assert row["n"] == len(own)
        assert row["value"] == pytest.approx(sum(one["outcome"] == "answered" for one in own) / len(own))
