"""The cancellation alarm against counts made day by day in plain Python."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from efficace.build.tables import load_tables
from efficace.metrics.catalogue.alarms import without_bursts
from efficace.project import open_project
from efficace.stats.counts import expected_count
from efficace.stats.shrinkage import benjamini_hochberg

FAMILIES = {"p1": "A", "p2": "A", "p3": "B"}
AS_OF = date(2024, 4, 17)
FIRST, LAST = date(2021, 3, 1), date(2024, 4, 1)
"""History of three years and one window: March 2021 to March 2024."""


def company(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    chance = random.Random(seed)
    periods, cancellations = [], []
    for number in range(60):
        start = date(2022, 1, 1) + timedelta(days=chance.randrange(700))
        end = start + timedelta(days=chance.randrange(20, 500)) if chance.random() < 0.7 else None
        row = {
            "subscription_id": f"s{number}", "from_on": start, "to_on": end, "account_id": f"a{number}",
            "product_id": chance.choice(list(FAMILIES)), "mrr": 10,
        }  # fmt: skip
        periods.append(row)
        if end is not None and chance.random() < 0.5:
            made = end - timedelta(days=chance.randrange(1, 15))
            cancellations.append({"subscription_id": row["subscription_id"], "canceled_at": f"{made}T12:00:00Z"})
    return periods, cancellations


def by_hand(
    periods: list[dict[str, Any]], cancellations: list[dict[str, Any]]
) -> dict[str, tuple[list[int], list[float]]]:
    canceled = {row["subscription_id"]: date.fromisoformat(row["canceled_at"][:10]) for row in cancellations}
    months = [date(2021 + m // 12, m % 12 + 1, 1) for m in range(2, 2 + 38)]
    found = {}
    for family in ("A", "B"):
        own = [row for row in periods if FAMILIES[row["product_id"]] == family]
        ends = [canceled.get(row["subscription_id"], row["to_on"]) for row in own]
        events, exposed = [], []
        for start, end in pairwise(months):
            days = [start + timedelta(days=day) for day in range((end - start).days)]
            held = [
                sum(row["from_on"] <= day and (row["to_on"] is None or day < row["to_on"]) for row in own)
                for day in days
            ]
            events.append(sum(day is not None and start <= day < end for day in ends))
            exposed.append(sum(held) / len(held))
        found[family] = (events, exposed)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_observed_and_expected_are_those_counted_day_by_day(seed: int, tmp_path: Path) -> None:
    periods, cancellations = company(seed)
    products = [{"product_id": name, "name": name, "family": family} for name, family in FAMILIES.items()]
    tables = {"products": products, "subscription_periods": periods, "cancellations": cancellations}
    load_tables(tmp_path, tables, {"company": {"timezone": "Europe/Paris"}}, datetime.fromisoformat("2024-05-01"))
    project = open_project(tmp_path)
    rows = project.metrics.ask("cancellation_alarm", by=["family"], as_of=AS_OF).rows
    hand = by_hand(periods, cancellations)
    events = np.array([hand[family][0] for family in ("A", "B")])
    exposed = np.array([hand[family][1] for family in ("A", "B")])
    seasons = np.array([(2 + month) % 12 + 1 for month in range(37)])
    due = expected_count(events[:, :-1], exposed, seasons)
    tail = due.tail(events[:, -1])
    for number, row in enumerate(rows):
        assert row.estimates["observed"]["value"] == events[number, -1]
        assert row.estimates["expected"]["value"] == pytest.approx(due.mean[number])
        assert row.estimates["p"]["value"] == pytest.approx(tail[number])
        assert row.value == float(events[number, -1] >= 3 and row.estimates["q"]["value"] <= 0.05)


def test_when_nothing_changes_false_alarms_are_rarer_than_set() -> None:
    noise = np.random.default_rng(7)
    seasons, exposed = np.arange(37) % 12 + 1, np.full((8, 37), 100.0)
    false = 0
    for _ in range(300):
        events = noise.poisson(noise.uniform(0.5, 8, (8, 1)), (8, 37)).astype(np.float64)
        usual, size = without_bursts(events, exposed, seasons)
        tail = expected_count(usual[:, :-1], size, seasons).tail(events[:, -1])
        false += int(((benjamini_hochberg(tail) <= 0.05) & (events[:, -1] >= 3)).sum())
    assert false / 300 <= 0.05


def test_trouble_that_goes_on_is_measured_against_what_was_usual_before() -> None:
    events = np.full((1, 37), 2.0)
    events[0, -2:] = 30.0
    exposed, seasons = np.full((1, 37), 100.0), np.arange(37) % 12 + 1
    usual, size = without_bursts(events, exposed, seasons)
    assert expected_count(usual[:, :-1], size, seasons).mean[0] == pytest.approx(2.0)
    assert usual[0, -1] == 30.0
    assert size[0, -2] == 0.0
