"""Companies with known truths are asked: a small fixed part of ``make recovery``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from recovery.process import Process, run
from recovery.processes import PROCESSES, customers, deals, messages, stages, voice
from recovery.report import line, summary
from recovery.tally import Found, Tally

from efficace.metrics.catalogue import CATALOGUE
from recovery import planted, series

FULL_COUNTS = {
    "bookings", "stalled_deals", "units_sold", "orders", "sales_amount", "volume_mix_bridge", "heat_inversion",
    "open_leads", "territory_balance", "cancellation_alarm", "revenue", "revenue_growth", "gross_margin", "mrr",
    "expansion_mrr", "quick_ratio", "target_attainment", "forecast_error", "four_ps", "next_offer", "productivity",
    "ltv_to_cac",
}  # fmt: skip
"""Metrics that have no interval of their own: full counts and sums, alarms, lists, and quotients of other metrics."""
SOME: Sequence[Process] = (
    deals.PROCESSES[1], *stages.PROCESSES, messages.PROCESSES[2], *customers.PROCESSES[1:], voice.PROCESSES[0],
)  # fmt: skip


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> list[Tally]:
    return list(run(SOME, 60, 5, tmp_path_factory.mktemp("drawn") / "project"))


def test_no_interval_is_narrower_than_it_says(tallies: list[Tally]) -> None:
    assert len(tallies) > 20
    narrow = [line(one) for one in tallies if one.verdict() in ("too narrow", "no interval") and not one.why]
    assert not narrow


def test_values_lie_about_the_truth(tallies: list[Tally]) -> None:
    """Cost over customers is larger in the mean than over their mean number: a quotient errs upward."""
    for one in tallies:
        bias, error = one.bias()
        assert abs(bias) < 2.5 * error or one.metric in ("acquisition_cost", "cac_payback"), line(one)


def test_every_metric_with_an_interval_is_drawn() -> None:
    chance = np.random.default_rng(1)
    drawn = {check.metric for process in PROCESSES for check in process.draw(chance, 2).checks}
    drawn |= {one.metric for one in series.run(1, 1)} | {one.metric for one in planted.PLANTED}
    assert drawn | FULL_COUNTS == set(CATALOGUE)
    assert not drawn & FULL_COUNTS


def test_a_forecast_covers_the_months_that_follow() -> None:
    for one in series.run(8, 3):
        assert one.coverage()[2] > 0.93


def _tally(covering: int, missing: int) -> Tally:
    return Tally("m", "p", [Found(1, 0, 2, 1.5)] * covering + [Found(1, 0, 2, 3)] * missing)


@pytest.mark.parametrize(
    ("covering", "missing", "verdict"),
    [
        (95, 5, "holds"), (92, 8, "within chance"), (850, 150, "too narrow"), (1000, 0, "too wide"),
        (0, 0, "no interval"),
    ],
)  # fmt: skip
def test_the_verdict_says_whether_coverage_can_be_told_from_93_to_97(covering: int, missing: int, verdict: str) -> None:
    assert _tally(covering, missing).verdict() == verdict


def test_an_open_limit_misses_nothing_on_its_side() -> None:
    one = Tally("m", "p", [Found(5, 4, None, 100), Found(5, None, 6, 100), Found(5, 6, None, 1)])
    assert (one.covered, round(one.below, 3), round(one.above, 3)) == (1, 0.333, 0.333)


def test_the_line_of_the_report_shows_coverage_with_its_own_interval() -> None:
    assert "95.0 % (88.8-97.8) | holds |" in line(_tally(95, 5))
    assert summary([_tally(95, 5), _tally(0, 0)]).endswith("1 holds, 1 no interval.")
