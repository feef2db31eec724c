"""What customers still pay of what they paid: by hand, and how often the limits cover the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from efficace.stats.estimate import Floats, Scale
from efficace.stats.rates import wilson
from efficace.stats.retained import Retained, kept_share, kept_with_gain


def sums(start: Floats, end: Floats) -> Retained:
    """Sums over the customers of each row."""
    kept, gain = np.minimum(start, end), np.maximum(end - start, 0)
    part, growth = kept / start, np.minimum(gain / start, 2)
    totals = [
        start, start**2, kept, part, part**2, kept < start, gain, gain**2, growth**2,
    ]  # fmt: skip
    return Retained(np.full(len(start), float(start.shape[1])), *(total.sum(axis=1).astype(float) for total in totals))


def one(start: list[float], end: list[float]) -> Retained:
    return sums(np.array([start]), np.array([end]))


def test_one_of_four_leaves_by_hand() -> None:
    """Kept 3/4, spread 1/4: three effective customers are seen, four are there, two losers are lent: 3.6 in all."""
    found = kept_share(one([100.0] * 4, [100, 100, 100, 0]))
    wanted = wilson([0.75 * 3.6], [3.6])
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx((0.75, wanted.low[0], wanted.high[0]))


def test_where_nobody_has_left_yet_the_interval_still_reaches_down() -> None:
    found = kept_share(one([100.0] * 10, [100.0] * 10))
    z = stats.norm.ppf(0.975)
    assert (found.value[0], found.high[0]) == (1, 1)
    assert found.low[0] == pytest.approx(10 / (10 + z * z))


def test_one_large_customer_counts_as_few() -> None:
    """Sizes 3, 1, 1, 1: as sure as 36/12 = 3 customers of one size."""
    found = kept_share(one([3.0, 1, 1, 1], [3.0, 1, 1, 1]))
    z = stats.norm.ppf(0.975)
    assert found.low[0] == pytest.approx(3 / (3 + z * z))


def test_small_losses_of_many_are_surer_than_losses_of_all() -> None:
    parts = kept_share(one([100.0] * 20, [90.0, 95, 92, 97, 90] * 4))
    whole = kept_share(one([100.0] * 20, [0.0] + [100.0] * 18 + [44.0]))
    assert parts.value[0] == pytest.approx(whole.value[0], abs=0.01)
    assert parts.high[0] - parts.low[0] < 0.8 * (whole.high[0] - whole.low[0])


def test_one_of_four_pays_half_as_much_again_by_hand() -> None:
    """A gain of 50 on 400: one event; gamma limits of 1 and 1.5 events of 0.125 each."""
    found = kept_with_gain(one([100.0] * 4, [100, 100, 100, 150]))
    low, high = -math.log(0.975) * 0.125, stats.chi2.ppf(0.975, 3) / 2 * 0.125
    floor = kept_share(one([100.0] * 4, [100.0] * 4)).low[0]
    assert found.value[0] == pytest.approx(1.125)
    assert found.low[0] == pytest.approx(1.125 - math.hypot(1 - floor, 0.125 - low))
    assert found.high[0] == pytest.approx(1 + high)
    assert found.scale is Scale.LOG


def test_nobody_at_the_start_has_no_estimate() -> None:
    nothing = Retained(*(np.zeros(1) for _ in range(10)))
    for found in (kept_share(nothing), kept_with_gain(nothing)):
        assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()


@pytest.mark.parametrize(("customers", "spread"), [(30, 0.5), (60, 0.8), (200, 0.8)])
@pytest.mark.parametrize(("leaves", "shrinks", "grows"), [(0.06, 0.0, 0.12), (0.05, 0.2, 0.3), (0.2, 0.0, 0.2)])
def test_the_limits_cover_what_they_say(
    customers: int, spread: float, leaves: float, shrinks: float, grows: float
) -> None:
    rng = np.random.default_rng(customers)
    start = rng.lognormal(0, spread, (2000, customers))
    what = rng.random(start.shape)
    part = np.where(what < leaves, 0.0, np.where(what < leaves + shrinks, 0.7, np.where(what > 1 - grows, 1.5, 1.0)))
    of = sums(start, start * part)
    kept = 1 - leaves - 0.3 * shrinks
    for found, truth in ((kept_share(of), kept), (kept_with_gain(of), kept + 0.5 * grows)):
        covered = ((found.low <= truth) & (truth <= found.high)).mean()
        assert 0.925 < covered < 0.985
