"""Lead responses against the contract read word by word over random companies, and figures against exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from lead_company import Company, Reading, random_company
from lead_ground import fact_rows, project_of

from efficace.project import Project

COLUMNS = ("lead_id", "signal_id", "end_kind", "ended_at", "rep_id", "seconds", "business_seconds", "assigned_at")
HALF_WAY = datetime.fromisoformat("2024-03-22T12:00")
Spans = Sequence[tuple[int, str | None]]


@pytest.fixture(scope="module", params=[1, 2])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Project]:
    company = random_company(request.param)
    return company, project_of(company, Path(tmp_path_factory.mktemp("company")))


def _found(rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in COLUMNS) for row in rows if not row.get("left_out")), key=repr)


def _expected(reading: Reading) -> list[dict[str, Any]]:
    return [reading.response(signal) for signal in reading.signals()]


def test_stored_responses_are_what_the_contract_says(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    reading = Reading(company, project.ground().as_of)
    assert _found(fact_rows(project, "lead_responses")) == _found(_expected(reading))


def test_responses_half_way_know_nothing_of_what_came_later(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    found = _found(fact_rows(project, "lead_responses", HALF_WAY))
    assert found == _found(_expected(Reading(company, HALF_WAY)))
    assert len(found) > 10


def test_an_unanswered_call_stops_no_clock_where_the_setting_says_so(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    reading = Reading(company, project.ground().as_of, no_answer_stops=False)
    found = _found(fact_rows(project, "lead_responses", settings={"response.no_answer_stops": False}))
    assert found == _found(_expected(reading))
    assert found != _found(fact_rows(project, "lead_responses"))


def test_quantiles_and_rates_are_those_of_exact_fractions(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    rows = _expected(Reading(company, project.ground().as_of))
    spans = [(row["seconds"], row["end_kind"]) for row in rows]
    answer = project.metrics.ask("lead_response_time").to_dict()["rows"][0]
    assert answer["n"] == len(spans)
    assert answer["value"] == pytest.approx(_quantile(spans, Fraction(1, 2)))
    assert answer["estimates"]["p25"]["value"] == pytest.approx(_quantile(spans, Fraction(1, 4)))
    in_hours = [(row["business_seconds"], row["end_kind"]) for row in rows]
    assert answer["estimates"]["business"]["value"] == pytest.approx(_quantile(in_hours, Fraction(1, 2)))
    rates = project.metrics.ask("lead_answer_rate").to_dict()["rows"][0]
    assert rates["value"] == pytest.approx(float(_incidence(spans, 86400)))
    assert rates["estimates"]["within_1_week"]["value"] == pytest.approx(float(_incidence(spans, 7 * 86400)))


def test_rates_by_rep_are_those_of_each_reps_own_signals(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    rows = _expected(Reading(company, project.ground().as_of))
    found = {row["rep"]: row for row in project.metrics.ask("lead_answer_rate", by=["rep"]).to_dict()["rows"]}
    assert set(found) == {row["rep_id"] for row in rows}
    for rep, row in found.items():
        own = [(one["seconds"], one["end_kind"]) for one in rows if one["rep_id"] == rep]
        assert row["n"] == len(own)
        if row["value"] is not None:
            assert row["value"] == pytest.approx(float(_incidence(own, 86400)))


def test_open_leads_are_the_leads_with_an_unanswered_signal(loaded: tuple[Company, Project]) -> None:
    company, project = loaded
    for as_of in (project.ground().as_of, HALF_WAY):
        waiting = {row["lead_id"] for row in _expected(Reading(company, as_of)) if row["end_kind"] is None}
        instant = as_of.isoformat() + "Z"
        assert project.metrics.ask("open_leads", as_of=instant).to_dict()["rows"][0]["value"] == len(waiting)


def _incidence(spans: Spans, horizon: int) -> Fraction:
    """Aalen-Johansen by hand: the share answered up to a horizon."""
    open_share, answered = Fraction(1), Fraction(0)
    for time in sorted({time for time, _ in spans if time <= horizon}):
        at_risk = sum(other >= time for other, _ in spans)
        here = [cause for other, cause in spans if other == time and cause]
        answered += open_share * Fraction(here.count("answered"), at_risk)
        open_share *= 1 - Fraction(len(here), at_risk)
    return answered


def _quantile(spans: Spans, share: Fraction) -> float | None:
    """Minutes: the first time at which so large a share is answered."""
    for time in sorted({time for time, _ in spans}):
        if _incidence(spans, time) >= share:
            return time / 60
    return None


def test_the_oracle_counts_business_time_across_the_change_of_clocks() -> None:
    from lead_company import business_seconds

    # from 16:00 in Paris to 10:00 on Tuesday; Monday is a holiday, the clock has moved an hour
    friday = datetime.fromisoformat("2024-03-29T15:00")
    assert business_seconds(friday, friday + timedelta(days=3, hours=17)) == 3600 + 3600
