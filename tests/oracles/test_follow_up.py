"""Follow-ups and replies against the contract read word by word over random companies."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lead_company import Company, Reading, random_company
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


def test_persistence_and_hazard_come_from_the_attempts(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    expected = Reading(company, project.ground().as_of).follow_ups()
    decided = [row for row in expected if row["outcome"] in ("answered", "followed", "given_up")]
    rows = project.metrics.ask("attempt_value", by=["attempt"]).to_dict()["rows"]
    assert [row["attempt"] for row in rows] == sorted({row["attempt"] for row in decided})
    for row in rows:
        own = [one for one in decided if one["attempt"] == row["attempt"]]
        assert row["n"] == len(own)
        assert row["value"] == pytest.approx(sum(one["outcome"] == "answered" for one in own) / len(own))
