"""For which leads a touch counts: those that it names itself or by link; its account only where it names none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from efficace.build.tables import load_tables
from efficace.facts import BY_NAME
from efficace.facts.known import Tables
from efficace.facts.store import moment
from efficace.project import open_project

LEADS = {"l1": ("c1", "a1"), "l2": ("c2", "a1"), "l3": ("c3", "a2"), "l4": (None, "a2")}
TOUCHES = {
    "to_lead": {"lead_id": "l1"},
    "to_lead_and_contact": {"lead_id": "l1", "contact_id": "c1"},
    "to_two": {"lead_id": "l1", "contact_id": "c2"},
    "to_account": {"account_id": "a1"},
    "lead_by_link": {"account_id": "a1"},
    "contact_by_link": {"account_id": "a1"},
    "both_ways": {"lead_id": "l1", "account_id": "a1"},
    "same_account_by_link": {"account_id": "a1"},
    "further_account": {"account_id": "a1"},
    "account_not_asked": {"contact_id": "c1"},
}
LINKS = [
    ("lead_by_link", "lead", "l1"),
    ("contact_by_link", "contact", "c2"),
    ("both_ways", "lead", "l1"),
    ("both_ways", "lead", "l2"),
    ("same_account_by_link", "account", "a1"),
    ("further_account", "account", "a2"),
    ("account_not_asked", "account", "a2"),
]
COUNTED = {
    "to_lead": ["l1"],
    "to_lead_and_contact": ["l1"],
    "to_two": ["l1", "l2"],
    "to_account": ["l1", "l2"],
    "lead_by_link": ["l1"],
    "contact_by_link": ["l2"],
    "both_ways": ["l1", "l2"],
    "same_account_by_link": ["l1", "l2"],
    "further_account": ["l1", "l2", "l3", "l4"],
    "account_not_asked": ["l1"],
}


def test_a_touch_counts_once_for_each_lead_that_it_names(tmp_path: Path) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "leads": [
            {"lead_id": lead, "created_at": "2024-01-01", "contact_id": contact, "account_id": account}
            for lead, (contact, account) in LEADS.items()
        ],
        "touches": [
            {"touch_id": touch, "occurred_at": "2024-01-02", "kind": "call", "direction": "outbound", **named}
            for touch, named in TOUCHES.items()
        ],
        "touch_links": [{"touch_id": touch, "object": kind, "object_id": key} for touch, kind, key in LINKS],
    }
    load_tables(tmp_path, tables, {}, datetime.fromisoformat("2024-04-01"))
    with open_project(tmp_path) as project:
        ground = project.ground()
        known = Tables(ground.engine, moment(ground.as_of, project.config), BY_NAME, stored=True)
        rows = ground.engine.run(known.lead_touches.select("touch_id", "lead_id")).to_pylist()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["touch_id"], []).append(row["lead_id"])
    assert {touch: sorted(leads) for touch, leads in found.items()} == COUNTED
