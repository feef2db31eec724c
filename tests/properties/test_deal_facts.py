"""Facts of deals: a deal's rows depend on no other deal and on no order, and what is split adds up."""

from __future__ import annotations

import random
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))

from deal_company import random_company
from lead_company import Company
from lead_ground import fact_rows, project_of

from efficace.project import Project

OWN = ("deal_spans", "deal_owners", "stage_visits", "stage_passages")
AS_OF = datetime.fromisoformat("2024-04-15T12:00")


def _rows(project: Project, fact: str) -> list[str]:
    """The rows of a fact at one instant, whatever the newest record of the company is."""
    return sorted(repr(sorted(row.items())) for row in fact_rows(project, fact, AS_OF))


def _only(company: Company, deals: set[str]) -> Company:
    """The company as if it had those deals alone."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for name, rows in company.tables.items():
        key = "object_id" if name == "owners_over_time" else "deal_id"
        kept[name] = [row for row in rows if row.get(key, "") in deals or key not in row]
    return Company(kept)


@pytest.fixture(scope="module")
def company() -> Company:
    return random_company(7)


@pytest.fixture(scope="module")
def project(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_of(company, Path(tmp_path_factory.mktemp("all")))


@pytest.mark.parametrize("fact", OWN)
def test_a_deal_alone_has_the_rows_that_it_has_among_others(
    company: Company, project: Project, tmp_path: Path, fact: str
) -> None:
    some = {row["deal_id"] for row in company["deals"][::3]}
    alone = _rows(project_of(_only(company, some), tmp_path), fact)
    among_others = sorted(
        repr(sorted(row.items())) for row in fact_rows(project, fact, AS_OF) if row["deal_id"] in some
    )
    assert alone == among_others
    assert len(alone) >= len(some) / 2


@pytest.mark.parametrize("fact", OWN)
def test_the_order_of_the_files_rows_is_irrelevant(
    company: Company, project: Project, tmp_path: Path, fact: str
) -> None:
    rng = random.Random(3)
    shuffled = Company({name: rng.sample(rows, len(rows)) for name, rows in company.tables.items()})
    assert _rows(project_of(shuffled, tmp_path), fact) == _rows(project, fact)


@pytest.mark.parametrize("metric", ["bookings", "stalled_deals"])
@pytest.mark.parametrize("by", ["rep", "stage", "pipeline", "deal_kind", "cohort"])
def test_parts_add_up_to_the_whole(project: Project, metric: str, by: str) -> None:
    whole = project.metrics.ask(metric).to_dict()["rows"][0]
    parts = project.metrics.ask(metric, by=[by]).to_dict()["rows"]
    assert sum(row["value"] or 0 for row in parts) == pytest.approx(whole["value"])
    assert sum(row["n"] for row in parts) == pytest.approx(whole["n"])


@pytest.mark.parametrize("metric", ["sales_cycle_length", "win_rate", "win_rate_amount", "stage_duration"])
def test_used_and_left_out_rows_are_the_population(project: Project, metric: str) -> None:
    whole = project.metrics.ask(metric).to_dict()
    for by in ("rep", "deal_kind"):
        parts = project.metrics.ask(metric, by=[by]).to_dict()
        assert sum(row["n"] for row in parts["rows"]) == pytest.approx(whole["rows"][0]["n"])
        assert parts["left_out"] == whole["left_out"]
