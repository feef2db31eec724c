"""Counts: exact limits, tails, and what the past leads one to expect."""

import numpy as np
import pytest
from scipy import stats

from efficace.errors import InvalidCounts
from efficace.stats.counts import (
    expected_count,
    negative_binomial_tail,
    poisson_interval,
    poisson_tail,
    rate_ratio,
)


def test_poisson_limits_are_the_published_ones():
    # Garwood's table: 0: 0 to 3.689, 1: 0.0253 to 5.572, 10: 4.795 to 18.39
    ours = poisson_interval([0, 1, 10])
    assert ours.low.tolist() == pytest.approx([0, 0.0253, 4.795], abs=1e-3)
    assert ours.high.tolist() == pytest.approx([3.689, 5.572, 18.391], abs=1e-3)


def test_a_rate_divides_count_and_limits_by_its_exposure():
    plain, per = poisson_interval([4]), poisson_interval([4], [8])
    assert per.value[0] == 0.5
    assert (per.low[0], per.high[0]) == pytest.approx((plain.low[0] / 8, plain.high[0] / 8))
    assert np.isnan(poisson_interval([0], [0]).high[0])
    with pytest.raises(InvalidCounts):
        poisson_interval([-1])


def test_tails_are_those_of_scipy():
    k = np.array([0, 1, 3, 12])
    np.testing.assert_allclose(poisson_tail(k, 2.5), stats.poisson.sf(k - 1, 2.5), rtol=1e-10)
    shape = 1 / 0.4
    theirs = stats.nbinom.sf(k - 1, shape, shape / (shape + 2.5))
    np.testing.assert_allclose(negative_binomial_tail(k, 2.5, 0.4), theirs, rtol=1e-10)
    np.testing.assert_allclose(negative_binomial_tail(k, 2.5, 0.0), poisson_tail(k, 2.5))
    assert np.isnan(poisson_tail([3], [np.nan]))[0]


def test_a_ratio_of_rates_is_exact_given_the_sum():
    ours = rate_ratio([10], [100], [5], [200])
    assert ours.value[0] == pytest.approx(4)
    share = stats.binomtest(10, 15).proportion_ci(method="exact")
    expected = [limit / (1 - limit) * 2 for limit in (share.low, share.high)]
    assert [ours.low[0], ours.high[0]] == pytest.approx(expected)


def test_a_ratio_to_nothing_has_a_lower_limit_alone(recwarn):
    ours = rate_ratio([3, 0], [1, 1], [0, 0], [1, 1])
    assert np.isnan([ours.value[0], ours.high[0], ours.low[1]]).all()
    assert ours.low[0] == pytest.approx(0.025 ** (1 / 3) / (1 - 0.025 ** (1 / 3)))
    assert not recwarn.list


def test_a_steady_past_is_expected_to_go_on_in_proportion_to_size():
    due = expected_count([[4, 4, 4, 4]], [[100, 100, 100, 100, 150]])
    assert due.mean[0] == pytest.approx(6)
    # no dispersion of its own; 1 / (16 + 1/2) for not knowing the mean
    assert due.dispersion[0] == pytest.approx(1 / 16.5)
    assert due.tail([6])[0] > 0.4
    assert due.tail([20])[0] < 0.001


def test_a_service_without_any_cancellation_expects_half_of_one():
    due = expected_count([[0, 0, 0, 0, 0]])
    assert due.mean[0] == pytest.approx(0.1)
    assert 0 < due.tail([3])[0] < 0.01


def test_a_season_is_expected_and_without_it_looks_like_an_alarm():
    rng = np.random.default_rng(3)
    month = np.arange(37) % 12
    means = np.where(month == 0, 30.0, 10.0)
    history = rng.poisson(means, size=(8, 37))
    seasonal = expected_count(history[:, :36], season=month)
    plain = expected_count(history[:, :36])
    assert seasonal.mean == pytest.approx(np.full(8, 30), rel=0.2)
    assert plain.mean == pytest.approx(np.full(8, 11.7), rel=0.2)
    assert (seasonal.tail(history[:, 36]) > 0.01).all()


def test_alarms_on_a_quiet_world_are_as_rare_as_their_level():
    rng = np.random.default_rng(11)
    rates = rng.uniform(1, 8, size=(4000, 1))
    counts = rng.poisson(rates * rng.gamma(5, 1 / 5, size=(4000, 25)))
    p = expected_count(counts[:, :24]).tail(counts[:, 24])
    assert (p < 0.05).mean() < 0.065
    assert 0.004 < (p < 0.01).mean() < 0.018


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InvalidCounts, match=r"\(1, 4\)"):
        expected_count([[1, 2, 3]], [[1, 1, 1]])
    with pytest.raises(InvalidCounts, match="season"):
        expected_count([[1, 2, 3]], season=[1, 2, 3])
