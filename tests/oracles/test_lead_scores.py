"""The chance that a lead converts: against plain pandas, against planted truth, and where it must stay silent."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lead_ground import fact_rows
from scored_leads import scored

from efficace.build import load
from efficace.build.tables import load_tables
from efficace.project import Project, open_project
from efficace.simulate import SimulationSettings, simulate

NOW = datetime.fromisoformat("2026-04-01")
HALF_WAY = datetime.fromisoformat("2025-09-01T12:00")
COMPANY = SimulationSettings(
    reps=16, months=18, touches=60_000, seed=3, ends_on=date(2026, 3, 15), planted=False, dirty=False, body_share=0
)
LATER = datetime.fromisoformat("2024-07-01T09:00")
"""When the outcome of all leads made by hand is known."""
CLOSE = {"response.scoring.hot_from": 1.4, "response.scoring.cold_below": 0.8}
"""Limits of the heats that are nearer to one another than the usual ones."""
Row = dict[str, Any]


@pytest.fixture(scope="module")
def without_heat(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A simulated company whose files do not say how hot a lead is; its chances hang on that heat."""
    folder = tmp_path_factory.mktemp("company")
    simulate(folder, COMPANY)
    for name in ("leads", "lead_signals"):
        path = folder / f"{name}.parquet"
        pd.read_parquet(path).drop(columns="heat").to_parquet(path)
    project = tmp_path_factory.mktemp("project")
    load(project, folder, None, NOW)
    return open_project(project)


@pytest.fixture(scope="module")
def scores(without_heat: Project) -> pd.DataFrame:
    return pd.DataFrame(_scores(without_heat)).set_index(["lead_id", "signal_id"])


def _scores(project: Project, as_of: datetime | None = None, settings: Mapping[str, Any] | None = None) -> list[Row]:
    """Rows of ``lead_scores`` with what the evidence tells beside."""
    evidence = {
        (row["lead_id"], row["signal_id"]): row for row in fact_rows(project, "signal_evidence", as_of, settings)
    }
    rows = fact_rows(project, "lead_scores", as_of, settings)
    return [{**evidence[row["lead_id"], row["signal_id"]], **row} for row in rows]


def _tables(project: Project) -> dict[str, pd.DataFrame]:
    engine = project.ground().engine
    tables = {
        name: engine.run(engine.table(name)).to_pandas() for name in ("leads", "lead_signals", "accounts", "deals")
    }
    spans = pd.DataFrame(fact_rows(project, "deal_spans"))
    euros = dict(zip(spans.deal_id, spans["amount"].astype(float), strict=True))
    tables["deals"]["euros"] = tables["deals"].deal_id.map(euros)
    return tables


def test_chances_heats_and_worth_are_those_of_plain_pandas(without_heat: Project, scores: pd.DataFrame) -> None:
    expected = scored(_tables(without_heat), pd.Timestamp(without_heat.ground().as_of)).rows
    assert len(scores) == len(expected) > 3000
    found = scores.loc[expected.index]
    assert found.chance.to_numpy(float) == pytest.approx(expected.chance.to_numpy(float), rel=1e-9)
    assert list(found.heat) == list(expected.heat_by_score)
    left = found.chance_left.to_numpy(float)
    assert left == pytest.approx(expected.chance_left.to_numpy(float), rel=1e-9, nan_ok=True)
    assert found.worth.to_numpy(float) == pytest.approx(expected.worth.to_numpy(float), rel=1e-9)
    value = (expected.chance_left * expected.worth).to_numpy(float)
    assert found.expected_value.to_numpy(float) == pytest.approx(value, abs=1e-4, nan_ok=True)


def test_half_way_only_what_was_known_then_teaches(without_heat: Project) -> None:
    expected = scored(_tables(without_heat), pd.Timestamp(HALF_WAY)).rows
    rows = pd.DataFrame(_scores(without_heat, HALF_WAY)).set_index(["lead_id", "signal_id"])
    found = rows.loc[expected.index]
    assert len(rows) == len(expected) > 1000
    assert found.chance.to_numpy(float) == pytest.approx(expected.chance.to_numpy(float), rel=1e-9)


def test_of_leads_told_so_many_in_a_hundred_as_many_convert(scores: pd.DataFrame) -> None:
    """Within the tenths by predicted chance, as far as chance lets them differ."""
    settled = scores[scores.is_settled]
    _check_calibrated(settled.chance.to_numpy(float), settled.converted.to_numpy(float))
    assert settled.chance.max() > 3 * settled.chance.min()


def test_chances_given_half_way_come_true_later(without_heat: Project, scores: pd.DataFrame) -> None:
    """Signals of the days before; what became of them was not known when their chance was told."""
    then = pd.DataFrame(_scores(without_heat, HALF_WAY)).set_index(["lead_id", "signal_id"])
    waiting = then[~then.is_settled & then.chance_left.notna()]
    outcome = scores.loc[waiting.index].converted
    assert len(waiting) > 300
    _check_calibrated(waiting.chance_left.to_numpy(float), outcome.to_numpy(float))


def _check_calibrated(chance: np.ndarray, converted: np.ndarray) -> None:
    order = np.argsort(chance, kind="stable")
    for rows in np.array_split(order, 10):
        expected = chance[rows].sum()
        spread = np.sqrt((chance[rows] * (1 - chance[rows])).sum())
        assert abs(converted[rows].sum() - expected) <= 3.3 * spread + 1


def test_planted_heat_is_found_again_without_the_column(without_heat: Project) -> None:
    """Who asks for a demo or calls is mostly hot, who takes a paper mostly cold: chances 0.68 and 0.06 of hot."""
    rows = pd.DataFrame(_scores(without_heat, settings=CLOSE))
    by_signal = rows.groupby("signal").chance.mean()
    assert by_signal["demo_request"] > 1.5 * by_signal["white_paper"]
    settled = rows[rows.is_settled]
    share = settled.groupby("heat").converted.mean()
    assert share["cold"] < share["warm"] < share["hot"]
    assert share["hot"] > 2 * share["cold"]


def test_reasons_name_the_levels_that_speak_for_and_against(scores: pd.DataFrame) -> None:
    demo = scores[(scores.signal == "demo_request") & scores.raised_by.notna()]
    assert demo.raised_by.str.contains(r"signal demo_request \+\d+%").mean() > 0.9
    paper = scores[scores.signal == "white_paper"]
    assert paper.lowered_by.str.contains(r"signal white_paper -\d+%").mean() > 0.9


def test_the_score_is_the_last_to_be_asked_for_the_heat(without_heat: Project) -> None:
    rules = [{"heat": "hot", "signal": ["white_paper"]}]
    rows = fact_rows(without_heat, "lead_responses", settings={"response.heat": rules})
    assert {(row["signal"] == "white_paper", row["heat_from"]) for row in rows} == {(True, "rule"), (False, "score")}
    assert {row["heat"] for row in rows if row["heat_from"] == "rule"} == {"hot"}


def test_limits_of_the_heats_are_settings(without_heat: Project) -> None:
    rows = _scores(without_heat, settings=CLOSE)
    for row in rows:
        times = row["chance"] / row["overall"]
        assert row["heat"] == ("hot" if times >= 1.4 else "cold" if times < 0.8 else "warm")
    assert {row["heat"] for row in rows} == {"hot", "warm", "cold"}


def test_open_leads_tell_their_chance_and_value(without_heat: Project, scores: pd.DataFrame) -> None:
    found = without_heat.metrics.rows("open_leads", limit=None).rows.to_pylist()
    young = [row for row in found if (row["chance_left"] or 0) > 0]
    assert len(young) > 10
    for row in young:
        score = scores.loc[(row["lead_id"], row["signal_id"])]
        assert (row["chance"], row["expected_value"]) == (score.chance, score.expected_value)
        assert row["heat_from"] == "score"


def _leads(made: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [
        {"lead_id": f"l{number:04d}", "created_at": f"2024-01-{1 + number % 28:02d}T09:00Z", **one}
        for number, one in enumerate(made)
    ]


def _project(folder: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Project:
    reps = [{"rep_id": "r1", "name": "Rep"}]
    load_tables(folder, {"reps": reps, **tables}, {"company": {"timezone": "UTC", "currency": "EUR"}}, NOW)
    return open_project(folder)


WON = {"converted_at": "2024-02-10T09:00Z"}


def test_a_company_worked_by_hand(tmp_path: Path) -> None:
    """The fair: 40 of 100 leads convert; the web: 20 of 200. All ten tenths alike, so that a lead's own changes little.

    60 conversions make six bands; the web fills the first four, the fair the last two. Pooled, the web's chance is
    20 of 200 with one more lead at the overall 60.5/301, the fair's 40 of 100 likewise: 2.1 and 0.5 times the overall.
    """
    fair = [{"source": "fair", **(WON if number < 40 else {})} for number in range(100)]
    web = [{"source": "web", **(WON if number < 20 else {})} for number in range(200)]
    new = [{"source": name, "created_at": "2024-07-01T09:00Z"} for name in ("fair", "web", "new")]
    project = _project(tmp_path, {"leads": _leads([*fair, *web, *new])})
    rows = {row["lead_id"]: row for row in _scores(project)}
    overall = 60.5 / 301
    by_fair, by_web = (40 + overall) / 101, (20 + overall) / 201
    assert rows["l0000"]["overall"] == pytest.approx(overall)
    assert {round(row["chance"], 12) for row in rows.values()} == {round(by_fair, 12), round(by_web, 12)}
    assert rows["l0300"]["chance"] == pytest.approx(by_fair)
    assert rows["l0301"]["chance"] == pytest.approx(by_web)
    assert rows["l0300"]["raised_by"].startswith("source fair +")
    assert (rows["l0302"]["raised_by"], rows["l0302"]["lowered_by"]) == (None, None)
    assert {row["expected_value"] for row in rows.values()} == {None}
    assert rows["l0300"]["heat"] == ("hot" if by_fair >= 2 * overall else "warm")


@pytest.mark.parametrize(("leads", "won", "tells"), [(200, 30, True), (199, 30, False), (200, 29, False)])
def test_too_few_leads_teach_nothing(tmp_path: Path, leads: int, won: int, *, tells: bool) -> None:
    made = [{"source": "web", **(WON if number < won else {})} for number in range(leads)]
    project = _project(tmp_path, {"leads": _leads([*made, {"created_at": "2024-07-01T09:00Z"}])})
    rows = _scores(project)
    assert {row["heat"] is not None for row in rows} == {tells}
    assert {row["left_out"] for row in rows} == {None if tells else "too_few"}
    assert {row["heat_from"] for row in fact_rows(project, "lead_responses")} == {"score" if tells else None}


def test_what_is_written_down_at_the_conversion_foretells_nothing(tmp_path: Path) -> None:
    """Only leads that convert get an account: its segment would tell all."""
    made = [{"source": "web", **({**WON, "account_id": "a1"} if number % 5 == 0 else {})} for number in range(300)]
    accounts = [{"account_id": "a1", "name": "A", "segment": "big", "industry": "steel", "country": "FR"}]
    project = _project(tmp_path, {"leads": _leads(made), "accounts": accounts})
    rows = _scores(project, LATER)
    assert {(row["raised_by"], row["lowered_by"]) for row in rows} == {(None, None)}
    assert {row["heat"] for row in rows} == {"warm"}


def test_no_lead_is_judged_by_its_own_outcome(tmp_path: Path) -> None:
    """Campaigns of two leads and conversions by lot: whoever looked at the own outcome would seem to foresee it."""
    rng = random.Random(5)
    made = [{"campaign": f"c{number // 2}", **(WON if rng.random() < 0.3 else {})} for number in range(600)]
    project = _project(tmp_path, {"leads": _leads(made)})
    rows = _scores(project, LATER)
    won = np.array([row["chance"] for row in rows if row["converted"]])
    others = np.array([row["chance"] for row in rows if not row["converted"]])
    above = (won[:, None] > others).mean() + (won[:, None] == others).mean() / 2
    assert above == pytest.approx(0.5, abs=0.1)


def test_a_converted_lead_wins_what_its_deals_brought(tmp_path: Path) -> None:
    """40 converted leads: 20 won 100 each, 10 lost theirs, 5 wait, 5 have no deal: 20 x 100 / 30.

    A new lead has lived 10 days; all conversions came after 30 or more, so that nothing of its chance is gone.
    """
    made = [
        {"created_at": "2024-01-01T09:00Z", "source": "web", **(WON if number < 40 else {})} for number in range(250)
    ]
    new = {"created_at": "2024-07-01T09:00Z", "source": "web"}
    deals = [
        {
            "deal_id": f"d{number}", "lead_id": f"l{number:04d}", "created_at": "2024-02-10T09:00Z",
            "status": "won" if number < 20 else "lost" if number < 30 else "open",
            "closed_at": "2024-03-01T09:00Z" if number < 30 else None, "amount": "100",
        }
        for number in range(35)
    ]  # fmt: skip
    project = _project(tmp_path, {"leads": _leads([*made, new]), "deals": deals})
    as_of = datetime.fromisoformat("2024-07-11T09:00")
    rows = {row["lead_id"]: row for row in fact_rows(project, "lead_scores", as_of)}
    chance = (40 + 40.5 / 251) / 251
    assert rows["l0250"]["chance"] == pytest.approx(chance)
    assert rows["l0250"]["chance_left"] == pytest.approx(chance)
    assert rows["l0250"]["worth"] == pytest.approx(2000 / 30)
    assert rows["l0250"]["expected_value"] == pytest.approx(chance * 2000 / 30, abs=1e-4)
    later = {row["lead_id"]: row for row in fact_rows(project, "lead_scores", as_of + timedelta(days=40))}
    assert later["l0250"]["chance_left"] == 0
    assert later["l0100"]["chance_left"] == 0
    assert later["l0000"]["chance_left"] is None


def test_a_signal_after_the_conversion_has_no_chance_left_to_tell(tmp_path: Path) -> None:
    made = [{"source": "web", **(WON if number < 40 else {})} for number in range(250)]
    signals = [
        {"signal_id": "s1", "lead_id": "l0000", "occurred_at": "2024-01-05T09:00Z", "kind": "webinar"},
        {"signal_id": "s2", "lead_id": "l0000", "occurred_at": "2024-03-05T09:00Z", "kind": "webinar"},
    ]
    project = _project(tmp_path, {"leads": _leads(made), "lead_signals": signals})
    assert {row["signal_id"] for row in _scores(project, LATER) if row["lead_id"] == "l0000"} == {"s1"}
    found = {row["signal_id"]: row for row in fact_rows(project, "lead_responses", LATER) if row["lead_id"] == "l0000"}
    assert (found["s1"]["heat_from"], found["s2"]["heat_from"]) == ("score", None)
