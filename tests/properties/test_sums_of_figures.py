"""What must hold for any company: parts add up, order is irrelevant, the past does not know the future."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efficace.build import load_tables
from efficace.project import Project, open_project

NOW = datetime(2026, 1, 1)
START = datetime(2024, 1, 1)
REPS = ("r1", "r2", "r3", None)

small = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 10**6)


def company(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Deals, orders and subscriptions of a dozen accounts, with gaps, returns and missing owners."""
    draw = random.Random(seed)
    accounts = [f"c{number}" for number in range(12)]

    def day(first: int = 0, last: int = 500) -> str:
        return f"{START + timedelta(days=draw.randint(first, last)):%Y-%m-%d}"

    deals = []
    for number in range(40):
        status = draw.choice(("won", "lost", "open"))
        begins = draw.randint(0, 400)
        closed = f"{START + timedelta(days=begins + draw.randint(-2, 90)):%Y-%m-%d}" if status != "open" else None
        deals.append(
            {
                "deal_id": f"d{number}",
                "created_at": f"{START + timedelta(days=begins):%Y-%m-%d}",
                "status": status,
                "closed_at": closed,
                "rep_id": draw.choice(REPS),
                "account_id": draw.choice(accounts),
                "amount": draw.randint(1, 900),
                "kind": "new",
            }
        )
    lines = [
        {
            "line_id": f"o{number}",
            "ordered_at": day(),
            "product_id": draw.choice("pq"),
            "units": draw.choice((1, 2, 5, -1)),
            "unit_price": draw.randint(1, 50),
            "rep_id": draw.choice(REPS),
            "account_id": draw.choice(accounts[:4]),
        }
        for number in range(60)
    ]
    periods = []
    for account in accounts[4:]:
        at = draw.randint(0, 200)
        for step in range(draw.randint(1, 4)):
            length = draw.randint(20, 150)
            periods.append(
                {
                    "subscription_id": f"s{account}",
                    "from_on": f"{START + timedelta(days=at):%Y-%m-%d}",
                    "to_on": f"{START + timedelta(days=at + length):%Y-%m-%d}" if step < 3 else None,
                    "account_id": account,
                    "product_id": draw.choice("pq"),
                    "mrr": draw.randint(1, 99),
                }
            )
            at += length + draw.choice((0, 0, 10, 60))
    reps = [{"rep_id": rep, "name": rep} for rep in REPS if rep]
    return {"reps": reps, "deals": deals, "order_lines": lines, "subscription_periods": periods}


def opened(folder: str, tables: dict[str, list[dict[str, Any]]]) -> Project:
    load_tables(Path(folder), tables, None, NOW)
    return open_project(folder)


def values(project: Project, metric: str, **question: Any) -> list[float | None]:
    return [row.value for row in project.metrics.ask(metric, **question).rows]


@small
@given(seeds)
def test_parts_over_members_and_periods_add_up_to_the_whole(seed: int) -> None:
    with TemporaryDirectory() as folder, opened(folder, company(seed)) as project:
        for metric in ("units_sold", "sales_amount", "bookings", "new_customers"):
            (whole,) = values(project, metric)
            for question in ({"by": ["rep"]}, {"grain": "month"}, {"by": ["rep"], "grain": "quarter"}):
                parts = [value or 0.0 for value in values(project, metric, **question)]
                assert sum(parts) == pytest.approx(whole or 0.0), (metric, question)
        deals = project.metrics.ask("win_rate", by=["rep"])
        assert sum(row.n for row in deals.rows) == project.metrics.ask("win_rate").rows[0].n


@small
@given(seeds)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    tables = company(seed)
    shuffled = {name: random.Random(seed + 1).sample(rows, len(rows)) for name, rows in tables.items()}
    question = {"grain": "quarter", "start": "2024-01-01", "end": "2025-04-01"}
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as other,
        opened(one, tables) as first,
        opened(other, shuffled) as second,
    ):
        for metric in ("sales_cycle_length", "win_rate", "customer_churn_rate", "mrr", "net_revenue_retention"):
            assert values(first, metric, **question) == pytest.approx(values(second, metric, **question))


@small
@given(seeds)
def test_recurring_revenue_leads_from_one_end_to_the_other_at_any_grain(seed: int) -> None:
    with TemporaryDirectory() as folder, opened(folder, company(seed)) as project:
        for grain in ("month", "quarter", "year"):
            earlier = None
            for row in project.metrics.ask("mrr", grain=grain, start="2024-01-01", end="2025-07-01").rows:
                if row.value is None:  # after as-of
                    continue
                parts = {name: estimate["value"] for name, estimate in row.estimates.items()}
                assert sum(parts.values()) == pytest.approx(row.value)
                assert earlier is None or parts["start"] == pytest.approx(earlier)
                earlier = row.value


@small
@given(seeds)
def test_shares_lie_between_0_and_1_and_gross_retention_never_above_net(seed: int) -> None:
    with TemporaryDirectory() as folder, opened(folder, company(seed)) as project:
        question = {"grain": "quarter", "start": "2024-01-01", "end": "2025-07-01"}
        gross = values(project, "gross_revenue_retention", **question)
        net = values(project, "net_revenue_retention", **question)
        assert all(a is None or b is None or a <= b + 1e-9 for a, b in zip(gross, net, strict=True))
        for metric in ("win_rate", "customer_churn_rate", "gross_revenue_retention", "subscription_churn_rate"):
            assert all(value is None or 0 <= value <= 1 for value in values(project, metric, **question))


@small
@given(seeds, st.integers(100, 450))
def test_the_past_does_not_know_what_came_later(seed: int, days: int) -> None:
    """Asking as of a day equals asking a company that knows nothing later."""
    tables = company(seed)
    day = START + timedelta(days=days)
    text = f"{day:%Y-%m-%d}"
    then = {
        "reps": tables["reps"],
        "deals": [
            deal | ({"status": "open", "closed_at": None} if (deal["closed_at"] or "") > text else {})
            for deal in tables["deals"]
            if deal["created_at"] <= text
        ],
        "order_lines": [line for line in tables["order_lines"] if line["ordered_at"] <= text],
    }
    full = {name: rows for name, rows in tables.items() if name != "subscription_periods"}
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as other,
        opened(one, full) as later,
        opened(other, then) as early,
    ):
        for metric in ("win_rate", "sales_cycle_length", "units_sold", "new_customers"):
            a, b = (project.metrics.ask(metric, as_of=text).rows[0] for project in (later, early))
            assert (a.value, a.n, a.low) == pytest.approx((b.value, b.n, b.low), nan_ok=True), metric
