"""Customers that come by chance, leave at a constant rate, and take more or less."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from efficace.metrics.answer import Row
from recovery.process import BEGIN, HISTORY, Check, Drawn, Process, Rows, Truth, constant, names

YEAR, MONTH = 365, 30.4375
LEAVES = 0.0012
"""Chance of a customer to leave on a day."""


def _on(day: int) -> date:
    return BEGIN + timedelta(days=day)


def _account(tables: dict[str, Rows], key: str, segment: str, **more: str) -> None:
    tables["accounts"].append({"account_id": key, "name": key, "segment": segment} | more)


def _paid(key: str, account: str, first: int, last: int, mrr: float, product: str = "plan-1") -> Rows:
    return [
        {
            "subscription_id": key, "account_id": account, "product_id": product, "mrr": round(mrr, 2), "quantity": 1,
            "from_on": _on(first), "to_on": _on(last) if last < HISTORY else None,
        }
    ] if first < last and first < HISTORY else []  # fmt: skip


PRODUCTS: Rows = [
    {"product_id": "plan-1", "name": "Plan 1", "family": "plan", "tier": 1, "unit_cost": 20},
    {"product_id": "plan-2", "name": "Plan 2", "family": "plan", "tier": 2, "unit_cost": 20},
    {"product_id": "extra", "name": "Extra", "family": "extra", "tier": 1, "unit_cost": 5},
]


def _empty() -> dict[str, Rows]:
    return {"accounts": [], "subscription_periods": [], "products": PRODUCTS}


def _lives(chance: np.random.Generator, members: int) -> Drawn:
    """Customers of the first year, watched for one to two years."""
    segments = names("life", members)
    tables = _empty()
    for segment in segments:
        for k in range(80):
            key, first = f"{segment}-{k}", int(chance.integers(0, YEAR))
            _account(tables, key, segment)
            last = first + int(chance.geometric(LEAVES))
            tables["subscription_periods"] += _paid(
                key, key, first, last, 20 + 60 * float(chance.lognormal(-0.32, 0.8))
            )
    year = (1 - LEAVES) ** math.floor(12 * MONTH)
    month = 1 - (1 - LEAVES) ** (math.floor(12 * MONTH) - math.floor(11 * MONTH))
    checks = [
        Check("retention_curve", constant(year), "segment"),
        Check("churn_hazard_by_age", constant(month), "segment"),
        Check("ltv", _life(60), "segment"),
        Check("ltv", _life(1), "segment", "life"),
        Check(
            "customer_churn_rate", constant(1 - (1 - LEAVES) ** 91), "segment",
            ask={"start": "2024-03-01", "end": "2024-05-31"},
        ),
    ]  # fmt: skip
    return Drawn(frozenset(segments), tables, checks)


def _life(margin: float) -> Truth:
    """Mean months of life up to the horizon that the data support, times a margin a month."""

    def truth(row: Row) -> float:
        horizon = row.estimates["horizon"]["value"] * MONTH
        return margin * float(((1 - LEAVES) ** np.arange(round(horizon))).sum()) / MONTH

    return truth


LOST, UP, CROSS = 0.06, 0.12, 0.1
"""Chances of a customer in the month looked at: to leave, else to move up, else to take a second family."""
DEARER, SECOND = 1.5, 0.3
"""What moving up multiplies the price by; price of the second family in parts of the first's."""
JUNE = {"start": "2024-06-01", "end": "2024-07-01"}
FIRST_OF_JUNE = (date(2024, 6, 1) - BEGIN).days


def _month(chance: np.random.Generator, members: int) -> Drawn:
    """One month of sixty customers of very different size."""
    segments = names("month", members)
    tables = _empty()
    for segment in segments:
        for k in range(60):
            key, mrr = f"{segment}-{k}", 100 * float(chance.lognormal(0, 0.8))
            _account(tables, key, segment)
            tables["subscription_periods"] += _of_june(chance, key, mrr)
    lasting = 1 - LOST
    checks = [
        Check("customer_churn_rate", constant(LOST), "segment", ask=JUNE),
        Check("subscription_churn_rate", constant(LOST), "segment", ask=JUNE),
        Check("gross_revenue_retention", constant(lasting), "segment", ask=JUNE),
        Check(
            "net_revenue_retention", constant(lasting * (1 + UP * (DEARER - 1) + CROSS * SECOND)), "segment", ask=JUNE
        ),
        Check("upsell_rate", constant(lasting * UP), "segment", ask=JUNE),
        Check("cross_sell_rate", constant(lasting * CROSS), "segment", ask=JUNE),
    ]
    return Drawn(frozenset(segments), tables, checks)


def _of_june(chance: np.random.Generator, key: str, mrr: float) -> Rows:
    changes = FIRST_OF_JUNE + int(chance.integers(1, 29))
    if chance.random() < LOST:
        return _paid(key, key, 100, changes, mrr)
    rows = _paid(key, key, 100, HISTORY, mrr)
    if chance.random() < UP:
        rows = _paid(key, key, 100, changes, mrr) + _paid(key, key, changes, HISTORY, DEARER * mrr, "plan-2")
    if chance.random() < CROSS:
        rows += _paid(f"{key}+", key, changes, HISTORY, SECOND * mrr, "extra")
    return rows


ENDED, ACCEPTED = 0.2, 0.3


def _terms(chance: np.random.Generator, members: int) -> Drawn:
    """Yearly terms that are renewed or not, and offers that are accepted or not."""
    segments = names("term", members)
    tables = _empty() | {"offers": []}
    for segment in segments:
        for k in range(40):
            key, first = f"{segment}-{k}", int(chance.integers(0, 200))
            _account(tables, key, segment)
            rows = _paid(key, key, first, first + YEAR, 100)
            rows[0]["term_ends_on"] = _on(first + YEAR)
            if chance.random() >= ENDED:
                rows += _paid(key, key, first + YEAR, HISTORY, 100)
            tables["subscription_periods"] += rows
            offered = first + 30
            tables["offers"].append({
                "offer_id": key, "offered_at": f"{_on(offered)}T10:00:00Z", "account_id": key, "product_id": "plan-2",
                "kind": "upsell", "outcome": "accepted" if chance.random() < ACCEPTED else "declined",
                "decided_at": f"{_on(offered + 5)}T10:00:00Z",
            })  # fmt: skip
    checks = [
        Check("non_renewal_rate", constant(ENDED), "segment"),
        Check("offer_acceptance", constant(ACCEPTED), "segment"),
    ]
    return Drawn(frozenset(segments), tables, checks)


COMES, SPENT, LEAVES_A_MONTH = 15.0, 6000.0, 60.0
"""New customers in the mean, what was spent on them, mean margin a month."""


def _won(chance: np.random.Generator, members: int) -> Drawn:
    """Territories that win a number of customers by chance, of very different size, at a known cost."""
    territories = names("land", members)
    tables = _empty() | {"costs": []}
    tables["territories"] = [{"territory_id": one, "name": one} for one in territories]
    for territory in territories:
        tables["costs"].append({
            "cost_id": territory, "from_on": _on(0), "to_on": _on(YEAR), "amount": SPENT, "function": "sales",
            "territory_id": territory,
        })  # fmt: skip
        for k in range(int(chance.poisson(COMES))):
            key = f"{territory}-{k}"
            _account(tables, key, "all", territory_id=territory)
            mrr = 20 + LEAVES_A_MONTH * float(chance.lognormal(-0.5, 1.0))
            tables["subscription_periods"] += _paid(key, key, int(chance.integers(1, YEAR)), HISTORY, mrr)
    of_2023 = {"start": "2023-01-01", "end": "2024-01-01"}
    checks = [
        Check("new_customers", constant(COMES), "territory", ask=of_2023),
        Check("acquisition_cost", constant(SPENT / COMES), "territory", ask=of_2023),
        Check("cac_payback", constant(SPENT / COMES / LEAVES_A_MONTH), "territory", ask=of_2023),
    ]
    return Drawn(frozenset(territories), tables, checks)


PROCESSES = (
    Process("80 customers of the first year, four in ten leave within the next", _lives, 0.5),
    Process("one month of 60 customers of very different size", _month, 0.6),
    Process("40 yearly terms and as many offers", _terms),
    Process("some 15 new customers of very different size", _won),
)
