"""Control charts by hand and against chance."""

import numpy as np
import pytest

from efficace.stats.control import averages, individuals, rates, shares


def test_single_values_by_hand():
    limits = individuals([10, 12, 9, 11])
    # mean 10.5; moving ranges 2, 3, 2: mean 7/3
    assert limits.centre == 10.5
    assert (limits.low[0], limits.high[0]) == pytest.approx((10.5 - 2.66 * 7 / 3, 10.5 + 2.66 * 7 / 3))
    assert not limits.is_outside.any()


def test_a_point_far_off_is_outside_and_a_gap_is_no_point():
    series = [10.0, 11, 10, np.nan, 9, 10, 11, 10, 9, 10, 30, 10, 11, 9, 10]
    assert np.flatnonzero(individuals(series).is_outside).tolist() == [10]


def test_eight_on_one_side_are_a_run():
    series = [1.0, -1, 1, -1] + [2.0] * 9 + [-5.0] * 5
    flags = individuals(series).is_run
    assert np.flatnonzero(flags).tolist() == [11, 12]


def test_one_value_has_no_limits():
    assert np.isnan(individuals([3.0]).high).all()


def test_shares_by_hand():
    limits = shares([10, 30], [100, 100], wander=False)
    assert limits.centre == 0.2
    assert limits.high[0] == pytest.approx(0.2 + 3 * 0.04)


def test_a_wandering_share_widens_its_limits_by_its_own_steps():
    # scores of -2 and 2 standard deviations in turn: mean step 4, by 1.128
    limits = shares([180, 220, 180, 220], [400] * 4)
    plain = shares([180, 220, 180, 220], [400] * 4, wander=False)
    score = 0.05 / np.sqrt(0.25 / 400)
    assert limits.high[0] - 0.5 == pytest.approx((plain.high[0] - 0.5) * 2 * score / 1.128)


def test_large_numbers_do_not_put_a_wandering_share_outside():
    rng = np.random.default_rng(2)
    trials = np.full(60, 20_000)
    successes = rng.binomial(trials, rng.normal(0.3, 0.02, 60))
    assert shares(successes, trials, wander=False).is_outside.mean() > 0.3
    assert shares(successes, trials).is_outside.mean() < 0.05


def test_counts_and_means_by_hand():
    limits = rates([4, 6, 2], wander=False)
    assert (limits.centre, limits.low[0], limits.high[0]) == pytest.approx((4, 0, 10))
    # groups (1, 3) and (2, 6): within 2 + 8 by 2 degrees, mean 3
    means = averages([2, 2], [4, 8], [10, 40])
    assert means.centre == 3
    assert means.high[0] == pytest.approx(3 + 3 * np.sqrt(5 / 2))


def test_quiet_series_are_rarely_outside(recwarn):
    rng = np.random.default_rng(3)
    counts = rng.poisson(9, 2000)
    assert rates(counts).is_outside.mean() < 0.01
    assert shares([0, 0, 0], [5, 0, 5]).is_outside.sum() == 0
    assert not recwarn.list
