"""The interval of pipeline velocity covers what was planted, few wins or many."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from efficace.metrics.catalogue.pipeline import Velocity
from efficace.metrics.cells import Cells, TermCells
from efficace.model.time import Period

DAY = 86_400
COMPANIES = 600


def _companies(deals: int, share_won: float) -> Cells:
    """Companies with 50 open deals whose won ones took 30 days in the median and brought 1000 in the mean."""
    rng = np.random.default_rng(deals)
    size = COMPANIES * deals
    cell = np.repeat(np.arange(COMPANIES), deals)
    won = (rng.random(size) < share_won).astype(float)
    days = np.where(won > 0, 30 * np.exp(0.7 * rng.normal(size=size)), rng.exponential(40, size))
    amount = won * 1000 * np.exp(0.8 * rng.normal(size=size) - 0.32)
    ones = np.ones(size)

    def term(kept: Any, sums: dict[str, Any], keys: dict[str, Any]) -> TermCells:
        return TermCells(cell[kept], ones[kept], {k: v[kept] for k, v in sums.items()}, keys, [], COMPANIES)

    every, is_won = won >= 0, won > 0
    ends = {"won": won, "lost": 1 - won}
    return Cells(
        {
            "population": term(every, ends, {"time": (days * DAY).astype(np.int64)}),
            "amounts": term(is_won, {"total": amount, "squares": amount**2, "cubes": amount**3}, {}),
            "open": TermCells(np.arange(COMPANIES), np.full(COMPANIES, 50.0), {}, {}, [], COMPANIES),
        },
        (Period(date(2024, 1, 1), date(2025, 1, 1), None, date(2025, 1, 1), partial=False),),
        tuple((number,) for number in range(COMPANIES)),
    )


@pytest.mark.parametrize(("deals", "share_won"), [(15, 0.25), (40, 0.5), (150, 0.3)])
def test_the_interval_of_velocity_covers_what_it_says(deals: int, share_won: float) -> None:
    cells = _companies(deals, share_won)
    found = Velocity().estimate(cells, None).main  # type: ignore[arg-type]  # the question is not asked
    told = ~np.isnan(found.low)
    truth = 50 * share_won * 1000 / 30
    covered = ~(found.low > truth) & ~(found.high < truth)
    assert told.mean() > 0.7
    assert 0.925 < covered[told].mean() < 0.985
