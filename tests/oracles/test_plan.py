"""Targets and forecast errors against sums made in plain pandas."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from efficace.build.tables import load_tables
from efficace.project import Project, open_project
from efficace.stats.forecast import forecast

REPS = ("r1", "r2", "r3")
AS_OF = date(2024, 6, 17)
MONTHS = pd.date_range("2023-07-01", "2024-07-01", freq="MS")


def company(seed: int) -> dict[str, list[dict[str, Any]]]:
    chance = random.Random(seed)
    lines: list[dict[str, Any]] = [
        {
            "line_id": f"l{number}",
            "ordered_at": f"{date(2023, 7, 1) + timedelta(days=chance.randrange(352))}T10:00:00Z",
            "product_id": "p", "units": chance.randrange(1, 5), "unit_price": 10, "rep_id": chance.choice(REPS),
        }
        for number in range(150)
    ]  # fmt: skip
    targets: list[dict[str, Any]] = []
    for start, end in pairwise(MONTHS):
        span = {"metric": "revenue", "from_on": start.date(), "to_on": end.date()}
        for rep in (None, *REPS):
            for kind in ("goal", "forecast"):
                made = start.date() - timedelta(days=chance.randrange(1, 40)) if kind == "forecast" else None
                own = {"target_id": f"t{len(targets)}", "value": chance.randrange(100, 900), "kind": kind}
                targets.append({**span, **own, "made_on": made, "rep_id": rep})
    return {
        "products": [{"product_id": "p", "name": "P"}],
        "reps": [{"rep_id": rep, "name": rep} for rep in REPS],
        "order_lines": lines,
        "targets": targets,
    }


def project_of(tables: dict[str, list[dict[str, Any]]], folder: Path) -> Project:
    load_tables(folder, tables, {"company": {"timezone": "Europe/Paris"}}, datetime.fromisoformat("2024-07-05"))
    return open_project(folder)


def by_month(tables: dict[str, list[dict[str, Any]]], rep: str | None) -> pd.Series[float]:
    lines = pd.DataFrame(tables["order_lines"])
    lines = lines if rep is None else lines[lines.rep_id == rep]
    month = pd.to_datetime(lines.ordered_at).dt.tz_convert("Europe/Paris").dt.strftime("%Y-%m-01")
    day = pd.to_datetime(lines.ordered_at).dt.date
    amounts = (lines.units * lines.unit_price)[day <= AS_OF].groupby(month[day <= AS_OF]).sum()
    return amounts.reindex([start.strftime("%Y-%m-01") for start in MONTHS[:-1]], fill_value=0)


def planned(tables: dict[str, list[dict[str, Any]]], kind: str, rep: str | None) -> pd.Series[float]:
    targets = pd.DataFrame(tables["targets"])
    own = targets.rep_id.isna() if rep is None else targets.rep_id == rep
    rows = targets[own & (targets.kind == kind)].sort_values("from_on")
    return pd.Series(rows.value.to_numpy(), index=[day.isoformat() for day in rows.from_on], dtype=float)


@pytest.mark.parametrize("seed", [3, 4])
def test_attainment_is_the_sum_of_actuals_over_what_was_due(seed: int, tmp_path: Path) -> None:
    tables = company(seed)
    project = project_of(tables, tmp_path)
    answer = project.metrics.ask("target_attainment", by=["rep"], as_of=AS_OF)
    assert [row.members["rep"] for row in answer.rows] == list(REPS)
    company_row = project.metrics.ask("target_attainment", as_of=AS_OF).rows[0]
    for rep, row in [*zip(REPS, answer.rows, strict=True), (None, company_row)]:
        due = planned(tables, "goal", rep)
        due["2024-06-01"] *= 17 / 30
        assert row.value == pytest.approx(by_month(tables, rep).sum() / due.sum())
        assert row.partial


@pytest.mark.parametrize("seed", [3, 4])
def test_forecast_errors_are_those_of_whole_months(seed: int, tmp_path: Path) -> None:
    tables = company(seed)
    tables["targets"] = [
        row for row in tables["targets"] if row["kind"] == "forecast" and row["from_on"] >= date(2024, 1, 1)
    ]
    project = project_of(tables, tmp_path)
    answer = project.metrics.ask("forecast_error", by=["rep"], as_of=AS_OF)
    for rep, row in zip(REPS, answer.rows, strict=True):
        came = by_month(tables, rep)
        errors = (planned(tables, "forecast", rep) - came)["2024-01-01":"2024-05-01"]
        naive = came[:"2023-12-01"].diff().abs().mean()
        assert row.n == 5
        assert row.value == pytest.approx(errors.mean())
        assert row.estimates["mae"]["value"] == pytest.approx(errors.abs().mean())
        assert row.estimates["mase"]["value"] == pytest.approx(errors.abs().mean() / naive)
        assert np.isclose(row.estimates["bias"]["value"], errors.mean())


@pytest.mark.parametrize("seed", [3])
def test_a_forecast_goes_on_from_the_whole_months_alone(seed: int, tmp_path: Path) -> None:
    tables = company(seed)
    project = project_of(tables, tmp_path)
    rows = project.metrics.ask("forecast", as_of=AS_OF, settings={"horizon": 2}).rows
    past = by_month(tables, None)[:"2024-05-01"].to_numpy()
    ahead = forecast(past, 2, 12)
    assert [row.period for row in rows] == [date(2024, 6, 1), date(2024, 7, 1)]
    assert [row.value for row in rows] == pytest.approx(ahead.value.tolist())
    assert [row.high for row in rows] == pytest.approx(ahead.high.tolist())
    one_step = [forecast(past[:origin], 1, 12).value[0] for origin in range(len(past) - 4, len(past))]
    assert rows[0].estimates["mae"]["value"] == pytest.approx(np.abs(np.array(one_step) - past[-4:]).mean())
