"""Sales cycle against the contract read word by word over random companies, and figures against exact fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from deal_company import OPEN, Reading, random_company
from exact_survival import Span, first_reached, incidence, survival
from lead_company import Company
from lead_ground import fact_rows

from efficace.build.tables import load_tables
from efficace.project import Project, open_project

DAY = 86400
NOW = datetime.fromisoformat("2024-12-01")
MID_APRIL = datetime.fromisoformat("2024-04-15T12:00")
SPAN = ("deal_id", "started_at", "end_kind", "ended_at", "was_inferred", "closed_at_ignored", "rep_id", "amount")
Rows = Sequence[dict[str, Any]]


@pytest.fixture(scope="module", params=[1, 2, 3])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Project]:
    company = random_company(request.param)
    folder = Path(tmp_path_factory.mktemp("deals"))
    tables = {name: [_zoned(row) for row in rows] for name, rows in company.tables.items()}
    load_tables(folder, tables, {"company": {"timezone": "Europe/Paris"}}, NOW)
    return company, open_project(folder)


def _zoned(row: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{value.isoformat()}Z" if isinstance(value, datetime) else value for name, value in row.items()}


@pytest.fixture(params=[None, MID_APRIL], ids=["as stored", "as of an earlier instant"])
def then(request: pytest.FixtureRequest, loaded: tuple[Company, Project]) -> datetime | None:
    return request.param  # type: ignore[no-any-return]


def _reading(loaded: tuple[Company, Project], then: datetime | None) -> Reading:
    company, project = loaded
    return Reading(company, then or project.ground().as_of)


def _listed(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in (*columns, "left_out")) for row in rows), key=repr)


def _answer(loaded: tuple[Company, Project], metric: str, then: datetime | None, **asked: Any) -> dict[str, Any]:
    as_of = f"{then.isoformat()}Z" if then else None
    found: dict[str, Any] = loaded[1].metrics.ask(metric, as_of=as_of, **asked).to_dict()
    return found


def _used(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["left_out"] is None]


def test_spans_are_what_the_contract_says(loaded: tuple[Company, Project], then: datetime | None) -> None:
    expected = _listed(_reading(loaded, then).spans(), SPAN)
    assert _listed(fact_rows(loaded[1], "deal_spans", then), SPAN) == expected
    assert len(expected) > 30


def test_visits_are_what_the_contract_says(loaded: tuple[Company, Project], then: datetime | None) -> None:
    columns = ("deal_id", "stage", "entered_at", "left_at")
    expected = _listed(_reading(loaded, then).visits(), columns)
    assert _listed(fact_rows(loaded[1], "stage_visits", then), columns) == expected


def test_passages_are_what_the_contract_says(loaded: tuple[Company, Project], then: datetime | None) -> None:
    columns = ("deal_id", "stage", "started_at", "ended_at", "passage_end", "visits")
    expected = _listed(_reading(loaded, then).passages(), columns)
    assert _listed(fact_rows(loaded[1], "stage_passages", then), columns) == expected


def test_cycle_length_is_that_of_exact_fractions(loaded: tuple[Company, Project], then: datetime | None) -> None:
    reading = _reading(loaded, then)
    spans = _deal_spans(reading)
    row = _answer(loaded, "sales_cycle_length", then)["rows"][0]
    won, still = incidence(spans, "won"), survival(spans)
    last = won[max(won)]
    assert row["n"] == len(spans)
    assert row["value"] == pytest.approx(_days(first_reached(won, last / 2, falling=False)))
    told = {name: estimate["value"] for name, estimate in row["estimates"].items()}
    assert told["won_in_the_end"] == pytest.approx(float(last))
    assert told["km_median"] == pytest.approx(_days(first_reached(still, Fraction(1, 2), falling=True)))
    assert told["mean_won"] == pytest.approx(mean(time for time, end in spans if end == "won") / DAY)
    assert told["closed_by_30"] == pytest.approx(1 - float(_at(still, 30 * DAY, Fraction(1))))
    assert told["closed_at_ignored"] == sum(one["closed_at_ignored"] for one in _used(reading.spans()))
    assert told["inferred"] == sum(one["was_inferred"] for one in _used(reading.spans()))


def test_win_rates_are_counts_of_closed_deals(loaded: tuple[Company, Project], then: datetime | None) -> None:
    closed = [one for one in _used(_reading(loaded, then).spans()) if one["end_kind"]]
    for row in _answer(loaded, "win_rate", then, by=["rep"])["rows"]:
        own = [one["end_kind"] == "won" for one in closed if one["rep_id"] == row["rep"]]
        assert (row["n"], row["value"]) == (len(own), pytest.approx(mean(own)))
    row = _answer(loaded, "win_rate", then, definition="by_creation")["rows"][0]
    won = incidence(_deal_spans(_reading(loaded, then)), "won")
    assert row["value"] == pytest.approx(float(won[max(won)]))
    amounts = [(one["amount"], one["end_kind"]) for one in closed if one["amount"] is not None]
    row = _answer(loaded, "win_rate_amount", then)["rows"][0]
    share = sum(amount for amount, end in amounts if end == "won") / sum(amount for amount, _ in amounts)
    assert row["value"] == pytest.approx(share)
    assert row["left_out"].get("no_amount", 0) == len(closed) - len(amounts)


def test_bookings_are_won_amounts_whatever_the_start(loaded: tuple[Company, Project], then: datetime | None) -> None:
    won = [one for one in _reading(loaded, then).spans() if one["end_kind"] == "won" and one["ended_at"]]
    row = _answer(loaded, "bookings", then)["rows"][0]
    assert row["value"] == pytest.approx(sum(one["amount"] or 0 for one in won))


def test_chance_at_an_age_is_that_of_the_deals_still_open(
    loaded: tuple[Company, Project], then: datetime | None
) -> None:
    spans = _deal_spans(_reading(loaded, then))
    won, still = incidence(spans, "won"), survival(spans)
    points = {row["age"]: row for row in _answer(loaded, "win_chance_by_age", then, by=["age"])["rows"]}
    for age in (0, 7, 30, 45):
        gained = won[max(won)] - _at(won, age * DAY, Fraction(0))
        assert points[age]["value"] == pytest.approx(float(gained / _at(still, age * DAY, Fraction(1))))
        assert points[age]["n"] == sum(time > age * DAY for time, _ in spans)


def test_stage_durations_stand_in_stage_order(loaded: tuple[Company, Project], then: datetime | None) -> None:
    reading = _reading(loaded, then)
    visits = _used(reading.visits())
    rows = _answer(loaded, "stage_duration", then, by=["pipeline", "stage"])["rows"]
    assert [(row["pipeline"], row["stage"]) for row in rows] == [(p, stage) for p in sorted(OPEN) for stage in OPEN[p]]
    for row in rows:
        own = [one for one in visits if one["stage"] == row["stage"]]
        spans: list[Span] = [
            (reading.seconds(one["entered_at"], one["left_at"]), "left" if one["left_at"] else None) for one in own
        ]
        assert row["n"] == len(own)
        assert row["value"] == pytest.approx(_days(first_reached(survival(spans), Fraction(1, 2), falling=True)))
        assert row["estimates"]["mean"]["value"] == pytest.approx(mean(time for time, end in spans if end) / DAY)


def test_stage_conversion_is_that_of_exact_fractions(loaded: tuple[Company, Project], then: datetime | None) -> None:
    reading = _reading(loaded, then)
    passages = _used(reading.passages())
    for row in _answer(loaded, "stage_conversion", then, by=["stage"])["rows"]:
        own = [one for one in passages if one["stage"] == row["stage"]]
        spans = [(reading.seconds(one["started_at"], one["ended_at"]), one["passage_end"]) for one in own]
        passed = incidence(spans, "passed")
        entered = [one["visits"] for one in own if one["visits"]]
        assert row["n"] == len(own)
        assert row["value"] == pytest.approx(float(passed[max(passed)]))
        assert row["estimates"]["reentry"]["value"] == pytest.approx(mean(visits > 1 for visits in entered))
        assert row["estimates"]["skip"]["value"] == pytest.approx(1 - len(entered) / len(own))


def test_stalled_deals_are_those_beyond_nine_in_ten_of_won_ones(
    loaded: tuple[Company, Project], then: datetime | None
) -> None:
    reading = _reading(loaded, then)
    visits = _used(reading.visits())
    closed = [one for one in _used(reading.spans()) if one["end_kind"]]
    longest = max(reading.seconds(one["started_at"], one["ended_at"]) for one in closed)
    stalled, abandoned = set(), set()
    for deal in _used(reading.spans()):
        if deal["end_kind"]:
            continue
        if reading.seconds(deal["started_at"], None) > longest:
            abandoned.add(deal["deal_id"])
            continue
        for visit in (one for one in visits if one["deal_id"] == deal["deal_id"] and one["left_at"] is None):
            limit = _nine_in_ten(reading, [v for v in visits if v["stage"] == visit["stage"] and v["won"]])
            if limit is not None and reading.seconds(visit["entered_at"], None) > limit:
                stalled.add(deal["deal_id"])
    row = _answer(loaded, "stalled_deals", then)["rows"][0]
    assert row["value"] == len(stalled)
    assert row["estimates"]["abandoned"]["value"] == len(abandoned)


def test_velocity_is_the_product_of_its_factors(loaded: tuple[Company, Project], then: datetime | None) -> None:
    reading = _reading(loaded, then)
    deals = _used(reading.spans())
    closed = [one for one in deals if one["end_kind"]]
    won = [one for one in closed if one["end_kind"] == "won"]
    spans = [(reading.seconds(one["started_at"], one["ended_at"]), one["end_kind"]) for one in closed]
    curve = incidence(spans, "won")
    length = _days(first_reached(curve, curve[max(curve)] / 2, falling=False))
    amount = mean(one["amount"] for one in won if one["amount"] is not None)
    row = _answer(loaded, "pipeline_velocity", then)["rows"][0]
    factors = {name: estimate["value"] for name, estimate in row["estimates"].items()}
    assert factors["open_deals"] == len(deals) - len(closed)
    assert factors["win_rate"] == pytest.approx(len(won) / len(closed))
    assert factors["mean_amount"] == pytest.approx(amount)
    assert factors["cycle_length"] == pytest.approx(length)
    assert row["value"] == pytest.approx((len(deals) - len(closed)) * len(won) / len(closed) * amount / length)


def _deal_spans(reading: Reading) -> list[Span]:
    return [(reading.seconds(one["started_at"], one["ended_at"]), one["end_kind"]) for one in _used(reading.spans())]


def _nine_in_ten(reading: Reading, visits: Rows) -> int | None:
    """Nearest rank: the smallest length that at least nine in ten finished visits do not pass."""
    lengths = sorted(reading.seconds(v["entered_at"], v["left_at"]) for v in visits if v["left_at"])
    return lengths[-(-9 * len(lengths) // 10) - 1] if len(lengths) >= 5 else None


def _at(curve: dict[int, Fraction], time: int, start: Fraction) -> Fraction:
    reached = [value for moment, value in curve.items() if moment <= time]
    return reached[-1] if reached else start


def _days(seconds: int | None) -> Any:
    return None if seconds is None else seconds / DAY
