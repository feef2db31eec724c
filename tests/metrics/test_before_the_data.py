"""What lies before the data is not known: a comparison with it is none, however well it would look."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from efficace.metrics.ranges import is_before_data
from efficace.model.time import Period
from efficace.project import open_project
from loading import Company

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1), None, date(2026, 1, 1), partial=False)
LAMP = "product_id,name\nP,Lamp\n"


@pytest.mark.parametrize(
    ("first", "facts", "is_before"),
    [
        (date(2026, 1, 1), 0, True),  # the data begins after the period
        (date(2024, 12, 31), 0, False),  # and here before it
        (date(2025, 1, 1), 100, False),
        (date(2025, 7, 2), 6, False),  # 182 of 365 days: (183/365)^6 = 0.0159, a gap that chance leaves
        (date(2025, 7, 2), 7, True),  # (183/365)^7 = 0.0080
        (date(2025, 1, 20), 82, False),  # 19 days: (346/365)^82 = 0.0125
        (date(2025, 1, 20), 87, True),  # (346/365)^87 = 0.0096
        (None, 100, False),
    ],
)
def test_a_gap_that_chance_would_not_leave_is_the_beginning_of_the_data(
    first: date | None, facts: int, is_before: bool
) -> None:
    assert is_before_data(YEAR, first, facts) is is_before


def _asked(company: Company, **question: Any) -> tuple[Any, Any, list[str]]:
    with open_project(company.project) as project:
        found = project.metrics.ask("units_sold", **question).to_dict()
    compared = found["rows"][0]["compared"]
    return compared["value"], compared["change"], [entry["reason"] for entry in found["missing"]]


@pytest.fixture
def sold(tmp_path: Path) -> Company:
    """Two sales a month from July 2024 on."""
    company = Company(tmp_path)
    months = [(year, month) for year in (2024, 2025) for month in range(1, 13) if (year, month) >= (2024, 7)]
    rows = [f"{year}{month}{day},{year}-{month:02}-{day},P,1" for year, month in months for day in (10, 20)]
    company.write(order_lines_csv="\n".join(["line_id,ordered_at,product_id,units", *rows]), products_csv=LAMP)
    company.load()
    return company


def test_growth_over_months_that_nobody_wrote_down_is_no_growth(sold: Company) -> None:
    found = _asked(sold, start="2025-01-01", end="2026-01-01", compare="last_year")
    assert found == (None, None, ["before_data"])


def test_a_period_before_all_data_is_no_zero(sold: Company) -> None:
    found = _asked(sold, start="2025-01-01", end="2025-02-01", compare="last_year")
    assert found == (None, None, ["before_data"])


def test_a_period_that_the_data_covers_is_compared(sold: Company) -> None:
    assert _asked(sold, start="2025-07-01", end="2025-09-01", compare="last_year") == (4, 0, [])


def test_a_filter_does_not_make_the_data_begin_later(sold: Company) -> None:
    bulbs = "".join(f"Q{day},2025-07-{day},Q,1\n" for day in range(15, 25))
    sold.write(order_lines_csv=f"line_id,ordered_at,product_id,units\n{bulbs}", products_csv=f"{LAMP}Q,Bulb\n")
    sold.load()
    found = _asked(sold, start="2025-08-01", end="2025-09-01", where=["product=Q"], compare="previous")
    assert found[0] == 10
    assert "before_data" not in found[2]


@pytest.mark.parametrize("metric", ["customer_churn_rate", "gross_revenue_retention", "net_revenue_retention"])
def test_without_a_range_retention_is_that_of_the_last_year_and_not_of_a_start_without_customers(
    tmp_path: Path, metric: str
) -> None:
    company = Company(tmp_path)
    rows = [f"S{number},2023-0{number}-01,,A{number},P,10" for number in range(1, 9)]
    rows += ["S9,2023-01-01,2025-10-01,A9,P,10", "S10,2025-12-01,,A10,P,10"]
    head = "subscription_id,from_on,to_on,account_id,product_id,mrr"
    company.write(subscription_periods_csv="\n".join([head, *rows]), products_csv=LAMP)
    company.load()
    with open_project(company.project) as project:
        (row,) = project.metrics.ask(metric).rows
    assert row.n == 9
    assert row.value == pytest.approx(1 / 9 if metric == "customer_churn_rate" else 8 / 9)
