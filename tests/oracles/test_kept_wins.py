"""What became of won customers: planted habits of reps are told, figures are those of lifelines."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lifelines import KaplanMeierFitter

from efficace.build.tables import load_tables
from efficace.project import Project, open_project

Row = dict[str, Any]
NOW = datetime.fromisoformat("2024-06-01")
AS_OF = "2024-06-01T00:00:00+02:00"
TODAY = date(2024, 6, 1)
START = date(2022, 1, 3)
YEAR = 12 * 30.4375
HABITS = {"hasty": (10, 0.7), "patient": (60, 0.05), "usual": (30, 0.3)}
"""Rep -> (typical days to win, share of customers that leave within a year)."""


def _company(habits: Mapping[str, tuple[int, float]], seed: int, each: int = 120) -> dict[str, list[Row]]:
    rng = random.Random(seed)
    deals: list[Row] = []
    periods: list[Row] = []
    for rep, (days, leaving) in habits.items():
        for number in range(each):
            key = f"{rep}{number:03d}"
            begun = START + timedelta(days=rng.randrange(400))
            ended = begun + timedelta(days=1 + round(rng.expovariate(1 / days)))
            is_won = rng.random() < 0.5
            deals.append(
                {
                    "deal_id": key, "created_at": begun, "status": "won" if is_won else "lost", "closed_at": ended,
                    "rep_id": rep, "account_id": key, "kind": rng.choice(["new", "upsell"]),
                }
            )  # fmt: skip
            if is_won and rng.random() < 0.9:
                first = ended + timedelta(days=rng.randrange(10))
                stays = rng.randrange(20, 350) if rng.random() < leaving else rng.randrange(400, 1200)
                last = first + timedelta(days=stays)
                periods.append(
                    {
                        "subscription_id": key, "account_id": key, "product_id": "p", "mrr": 10, "from_on": first,
                        "to_on": last if last <= TODAY else None,
                    }
                )  # fmt: skip
    return {
        "reps": [{"rep_id": rep, "name": rep} for rep in habits],
        "accounts": [{"account_id": deal["account_id"], "name": deal["account_id"]} for deal in deals],
        "products": [{"product_id": "p", "name": "Plan", "family": "plans"}],
        "deals": deals,
        "subscription_periods": periods,
    }


def _project(tables: Mapping[str, list[Row]], folder: Path) -> Project:
    load_tables(folder, tables, {"company": {"timezone": "Europe/Paris"}}, NOW)
    return open_project(folder)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[Row]], Project]:
    tables = _company(HABITS, seed=7)
    return tables, _project(tables, Path(tmp_path_factory.mktemp("planted")))


def _kept(tables: Mapping[str, Sequence[Row]], rep: str) -> float:
    lives = [one for one in tables["subscription_periods"] if one["account_id"].startswith(rep)]
    ends = [one["to_on"] or TODAY for one in lives]
    days = [(end - one["from_on"]).days for one, end in zip(lives, ends, strict=True)]
    fitted = KaplanMeierFitter().fit(days, [one["to_on"] is not None for one in lives])
    return float(fitted.predict(YEAR))


def test_kept_wins_are_win_rate_times_survival(planted: tuple[dict[str, list[Row]], Project]) -> None:
    tables, project = planted
    rows = project.metrics.ask("kept_wins", by=["rep"], as_of=AS_OF).to_dict()["rows"]
    assert [row["rep"] for row in rows] == sorted(HABITS)
    for row in rows:
        own = [deal["status"] == "won" for deal in tables["deals"] if deal["rep_id"] == row["rep"]]
        assert row["n"] == len(own)
        assert row["value"] == pytest.approx(100 * sum(own) / len(own) * _kept(tables, row["rep"]))
        assert 0 <= row["low"] < row["value"] < row["high"] <= 100


def test_planted_habits_are_told(planted: tuple[dict[str, list[Row]], Project]) -> None:
    tables, project = planted
    rows = project.metrics.ask("quality_adjusted_cycle", by=["rep"], as_of=AS_OF).to_dict()["rows"]
    found = {row["rep"]: row for row in rows}
    assert found["hasty"]["estimates"]["verdict"]["value"] == "fast_and_unhappy"
    assert found["patient"]["estimates"]["verdict"]["value"] == "slow_and_happy"
    assert found["hasty"]["value"] < found["usual"]["value"] < found["patient"]["value"]
    for rep, row in found.items():
        assert row["estimates"]["kept_12_months"]["value"] == pytest.approx(_kept(tables, rep))


def test_reps_who_differ_by_chance_alone_are_rarely_judged(tmp_path: Path) -> None:
    same = {f"rep{number:02d}_": (30, 0.3) for number in range(20)}
    project = _project(_company(same, seed=11, each=40), tmp_path)
    rows = project.metrics.ask("quality_adjusted_cycle", by=["rep"], as_of=AS_OF).to_dict()["rows"]
    judged = [row for row in rows if row["estimates"]["verdict"]["value"] != "cannot_tell"]
    assert len(rows) == 20
    assert len(judged) <= 1
