"""The customer of a won deal does not depend on where the deal's cycle starts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build.tables import load_tables
from efficace.project import open_project

TABLES: dict[str, list[dict[str, Any]]] = {
    "deals": [
        {"deal_id": "d1", "created_at": "2024-01-01", "status": "won", "closed_at": "2024-01-10", "account_id": "a1"},
        {"deal_id": "d2", "created_at": "2024-01-05", "status": "won", "closed_at": "2024-01-01", "account_id": "a1"},
        {"deal_id": "d3", "created_at": "2024-01-01", "status": "won", "account_id": "a1"},
        {"deal_id": "d4", "created_at": "2024-01-01", "status": "won", "closed_at": "2024-01-10", "account_id": "a2"},
    ],
    "stages": [{"pipeline": "", "stage": "Qualified", "position": "1", "kind": "open"}],
    "products": [{"product_id": "p", "name": "Plan"}],
    "accounts": [{"account_id": name, "name": name} for name in ("a1", "a2")],
    "subscription_periods": [
        {"subscription_id": "s", "from_on": "2024-01-12", "account_id": "a1", "product_id": "p", "mrr": "10"}
    ],
}


@pytest.mark.parametrize("starts", ["created", "qualified"])
def test_a_won_deal_without_a_log_of_stages_has_its_customer(tmp_path: Path, starts: str) -> None:
    settings = {"cycle": {"starts": starts, "qualified_stage": "Qualified"}}
    load_tables(tmp_path, TABLES, settings, datetime.fromisoformat("2024-04-01"))
    with open_project(tmp_path) as project:
        query = "SELECT deal_id, life_days IS NOT NULL, left_out FROM fact_won_customers ORDER BY 1"
        found = project.ground().engine.execute(query).fetchall()
    assert found == [
        ("d1", True, None),
        ("d2", True, "ends_before_start"),
        ("d3", True, "no_end"),
        ("d4", False, "no_payment"),
    ]
