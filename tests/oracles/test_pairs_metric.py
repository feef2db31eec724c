"""Product pairs against baskets counted one by one."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import fisher_exact

from efficace.build.tables import load_tables
from efficace.project import open_project

COLUMN = {"order": "order_id", "account": "account_id"}


def lines_of(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    lines = []
    for order in range(60):
        day = date(2024, 1, 1) + timedelta(days=chance.randrange(60))
        account = f"a{chance.randrange(25)}"
        for product in chance.choices("ABCDEF", weights=[5, 4, 3, 2, 1, 1], k=chance.randrange(1, 5)):
            lines.append({
                "line_id": f"l{len(lines)}", "ordered_at": f"{day}T10:00:00Z", "product_id": product, "units": 1,
                "unit_price": 1, "order_id": f"o{order}", "account_id": account,
            })  # fmt: skip
    return lines


@pytest.mark.parametrize("basket", ["order", "account"])
@pytest.mark.parametrize("seed", [5, 6])
def test_pairs_are_those_of_baskets_counted_one_by_one(seed: int, basket: str, tmp_path: Path) -> None:
    lines = lines_of(seed)
    products = [{"product_id": name, "name": name} for name in "ABCDEF"]
    tables = {"products": products, "order_lines": lines}
    load_tables(tmp_path, tables, {"company": {"timezone": "Europe/Paris"}}, datetime.fromisoformat("2024-05-01"))
    answer = open_project(tmp_path).metrics.ask("product_pairs", settings={"basket": basket})
    baskets: dict[str, set[str]] = {}
    for line in lines:
        baskets.setdefault(line[COLUMN[basket]], set()).add(line["product_id"])
    found = {(row.members["antecedent"], row.members["consequent"]): row for row in answer.rows}
    expected = set()
    for a, b in permutations("ABCDEF", 2):
        with_a = {name for name, held in baskets.items() if a in held}
        with_b = {name for name, held in baskets.items() if b in held}
        both, n = len(with_a & with_b), len(baskets)
        if both < 2:
            continue
        expected.add((a, b))
        row = found[a, b]
        assert row.n == n
        assert row.value == pytest.approx(both * n / (len(with_a) * len(with_b)))
        assert row.estimates["confidence"]["value"] == pytest.approx(both / len(with_a))
        square = [[both, len(with_a) - both], [len(with_b) - both, n - len(with_a | with_b)]]
        assert row.estimates["p"]["value"] == pytest.approx(fisher_exact(square, alternative="greater").pvalue)
    assert set(found) == expected
