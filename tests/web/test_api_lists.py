"""The lists of the chapters as JSON: whole for those who see everybody, one's own for others; whose is logged."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from clients import SignedIn
from efficace.state.audit import person_views

LISTS = {"/api/v1/customers/at-risk": "customers", "/api/v1/comments/unanswered": "comments"}


def _found(app: FastAPI, path: str) -> list[Any]:
    insights = app.state.desk.project.insights
    return insights.customers_at_risk() if path.endswith("at-risk") else insights.unanswered_comments()


@pytest.mark.parametrize("path", LISTS)
def test_who_sees_everybody_gets_the_whole_list_in_its_order(app: FastAPI, signed_in: SignedIn, path: str) -> None:
    found = _found(app, path)
    told = signed_in("analyst").get(path, params={"limit": 10_000}).json()
    assert told["all"] == len(found) > 0
    assert [one["account_id"] for one in told[LISTS[path]]] == [one.account_id for one in found]
    assert all(one["account"] for one in told[LISTS[path]])


@pytest.mark.parametrize("path", LISTS)
def test_a_rep_gets_what_is_the_reps_own(app: FastAPI, signed_in: SignedIn, path: str) -> None:
    client = signed_in("rep")
    own = {one["rep_id"] for one in client.get(path).json()[LISTS[path]]}
    everybody = {one.rep_id for one in _found(app, path)}
    assert len(own) <= 1
    assert own < everybody


def test_whose_customers_were_read_is_logged(app: FastAPI, signed_in: SignedIn) -> None:
    told = signed_in("manager").get("/api/v1/customers/at-risk").json()
    shown = {one["rep_id"] for one in told["customers"]} - {None}
    with app.state.desk.project.state.open().reading() as transaction:
        logged = {view.rep_id for view in person_views(transaction) if view.metric == "customer_churn_rate"}
    assert shown <= logged


def test_territories_come_with_their_leads_and_what_would_move(app: FastAPI, signed_in: SignedIn) -> None:
    told = signed_in("analyst").get("/api/v1/territories/allocation").json()["territories"]
    balance = app.state.desk.project.metrics.ask("territory_balance", by=["territory"])
    leads = {row.members["territory"]: row.estimates["leads"]["value"] for row in balance.rows}
    assert told
    assert all(one["leads"] == leads[one["territory"]] for one in told)
    assert sum(one["moved_days"] or 0.0 for one in told) == pytest.approx(0.0, abs=1e-6)
