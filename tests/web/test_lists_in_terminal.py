"""``efficace list`` gives what the pages and the API list, in either language."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from fastapi import FastAPI

from clients import SignedIn
from command import run

LISTS = {
    "at-risk": ("/api/v1/customers/at-risk", "customers", "account_id"),
    "unanswered": ("/api/v1/comments/unanswered", "comments", "account_id"),
    "allocation": ("/api/v1/territories/allocation", "territories", "territory"),
}


@pytest.mark.parametrize("wanted", LISTS)
def test_a_list_is_that_of_the_api(wanted: str, company: Path, signed_in: SignedIn) -> None:
    path, part, key = LISTS[wanted]
    there = signed_in("admin").get(path).json()[part]
    found = json.loads(run("list", wanted, "--format", "json", "--limit", "10000", "--project", str(company)).output)
    assert [one[key] for one in found] == [one[key] for one in there]
    asked = run("list", wanted, "--format", "csv", "--limit", "10000", "--project", str(company)).output
    assert len(list(csv.DictReader(io.StringIO(asked)))) == len(found)


def test_offers_are_one_a_customer_the_likeliest_first(company: Path, app: FastAPI) -> None:
    found = json.loads(run("list", "offers", "--format", "json", "--limit", "10000", "--project", str(company)).output)
    customers = [one["account_id"] for one in found]
    assert len(customers) == len(set(customers))
    chances = [round(one["chance"], 3) for one in found]
    assert chances == sorted(chances, reverse=True)
    assert app.state.desk.project.insights.next_offers()[0].account_id == customers[0] if customers else True


def test_a_list_speaks_the_language_asked_and_says_what_it_leaves_out(
    company: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in("admin")
    monkeypatch.setenv("COLUMNS", "200")
    english = run("list", "at-risk", "--limit", "1", "--project", str(company)).output
    assert "a month" in english
    monkeypatch.setenv("EFFICACE_LANG", "fr")
    french = run("list", "at-risk", "--limit", "1", "--project", str(company)).output
    assert "par mois" in french
    assert "de plus\u00a0: --limit" in french


def test_a_list_that_is_not_there_is_refused() -> None:
    told = run("list", "nonsense")
    assert told.code == 2
    assert "at-risk" in told.errors
