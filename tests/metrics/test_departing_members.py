"""Which members are named as departing from the others: against other programs, among equals, never too young."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from efficace.build.tables import load_tables
from efficace.metrics.answer import Answer
from efficace.project import open_project

NOW = datetime.fromisoformat("2024-12-31")


def _deal(number: int, rep: str, status: str, closed: str | None = "2024-03-01") -> dict[str, Any]:
    return {"deal_id": f"d{number}", "created_at": "2024-01-01", "status": status, "closed_at": closed, "rep_id": rep}


def _asked(folder: Path, metric: str, deals: list[dict[str, Any]], grain: str = "all") -> Answer:
    load_tables(folder, {"deals": deals}, None, NOW)
    with open_project(folder) as project:
        return project.metrics.ask(metric, by=["rep"], grain=grain, as_of="2024-12-31")


def _q(answer: Answer) -> dict[str, float | None]:
    return {str(row.members["rep"]): row.estimates["q"]["value"] for row in answer.rows}


def _decided(wins: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    outcomes = [(rep, "won" if one < won else "lost") for rep, (won, n) in wins.items() for one in range(n)]
    return [_deal(number, rep, status) for number, (rep, status) in enumerate(outcomes)]


def _by_other_programs(wins: dict[str, tuple[int, int]]) -> dict[str, float]:
    """Each rep against all others by Fisher's exact test; then statsmodels over all reps."""
    all_won, all_n = (sum(own[part] for own in wins.values()) for part in (0, 1))
    tables = [[[won, n - won], [all_won - won, all_n - n - all_won + won]] for won, n in wins.values()]
    found = [fisher_exact(table).pvalue for table in tables]
    return dict(zip(wins, multipletests(found, method="fdr_bh")[1], strict=True))


def test_the_planted_rep_alone_is_named_and_figures_are_those_of_other_programs(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    sizes = {f"r{number:02}": int(rng.integers(4, 60)) for number in range(30)}
    wins = {rep: (int(rng.binomial(n, 0.3)), n) for rep, n in sizes.items()} | {"planted": (40, 50)}
    found = _q(_asked(tmp_path, "win_rate", _decided(wins)))
    assert found == pytest.approx(_by_other_programs(wins), rel=1e-9)
    assert [rep for rep, q in found.items() if q is not None and q <= 0.05] == ["planted"]


def test_among_equals_a_rep_is_named_in_one_month_of_twenty_at_most(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    months = [f"{year}-{month:02}-20" for year in (2022, 2023, 2024) for month in range(1, 13)]
    decided = [(rep, closed) for closed in months for rep in range(12) for _ in range(15)]
    outcomes = rng.choice(["won", "lost"], len(decided), p=[0.4, 0.6])
    deals = [
        _deal(number, f"r{rep}", str(outcome), closed) | {"created_at": "2021-12-01"}
        for number, ((rep, closed), outcome) in enumerate(zip(decided, outcomes, strict=True))
    ]
    answer = _asked(tmp_path, "win_rate", deals, grain="month")
    assert len(answer.rows) == len(months) * 12
    named = {row.period for row in answer.rows if row.estimates["q"]["value"] <= 0.05}
    assert len(named) <= 4, "of 36 months 1.8 are expected at most; more than 4 come once in thirty"


def test_rows_too_young_are_compared_with_nobody(tmp_path: Path) -> None:
    deals = [_deal(number, rep, "won", f"2024-0{number % 3 + 2}-01") for number, rep in enumerate(["a", "b"] * 12)]
    young = [_deal(100 + number, "young", "open", None) for number in range(20)]
    answer = _asked(tmp_path, "sales_cycle_length", [*deals, *young, _deal(200, "young", "won")])
    assert {row.members["rep"] for row in answer.rows if row.young} == {"young"}
    found = _q(answer)
    assert found["young"] is None
    assert found["a"] is not None
    assert found["b"] is not None
