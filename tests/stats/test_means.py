"""Means and ratios of sums from sufficient statistics, against scipy, statsmodels and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from efficace.stats.estimate import Scale
from efficace.stats.means import mean, ratio, same_mean_test

RNG = np.random.default_rng(5)


def summed(*groups):
    values = [np.asarray(group, dtype=float) for group in groups]
    return [len(v) for v in values], [v.sum() for v in values], [(v**2).sum() for v in values]


def test_students_interval_is_that_of_scipy():
    groups = [RNG.normal(5, 2, 8), RNG.normal(1000, 1, 300)]
    ours = mean(*summed(*groups), level=0.9)
    for cell, group in enumerate(groups):
        theirs = stats.ttest_1samp(group, 0).confidence_interval(0.9)
        assert (ours.low[cell], ours.high[cell]) == pytest.approx(tuple(theirs), rel=1e-7)


def test_one_value_is_a_mean_without_limits_and_none_is_no_mean():
    ours = mean([1, 0], [7, 0], [49, 0])
    assert ours.value[0] == 7
    assert np.isnan([ours.low[0], ours.high[0], ours.value[1]]).all()


def test_two_equal_values_do_not_claim_to_be_certain():
    ours = mean(*summed([3, 3], [1, 9, 4, 6, 2, 5]))
    assert ours.se is not None
    assert ours.se[0] > 0.5
    pooled, own = np.var([1, 9, 4, 6, 2, 5], ddof=1) * 5 / 6, 0.0
    assert ours.se[0] ** 2 == pytest.approx((1 * own + 4 * pooled) / 5 / 2)


def test_a_ratio_of_sums_is_the_delta_method_over_units():
    x, y = np.array([10.0, 0, 30, 5, 8]), np.array([4.0, 3, 9, 1, 4])
    ours = ratio([5], [x.sum()], [y.sum()], [(x * x).sum()], [(y * y).sum()], [(x * y).sum()])
    value = x.sum() / y.sum()
    se = np.sqrt(5 / 4 * ((x - value * y) ** 2).sum()) / y.sum()
    assert ours.scale is Scale.LOG
    assert ours.se is not None
    assert (ours.value[0], ours.se[0]) == pytest.approx((value, se / value))
    t = stats.t.ppf(0.975, 4)
    assert (ours.low[0], ours.high[0]) == pytest.approx(
        (value * np.exp(-t * se / value), value * np.exp(t * se / value))
    )


def test_a_ratio_that_may_be_negative_stays_on_its_own_scale(recwarn):
    ours = ratio([4, 4, 4], [-3, 5, 1], [6, 6, 0], [9, 9, 1], [10, 10, 0], [1, 1, 0])
    assert ours.scale is Scale.IDENTITY
    assert ours.value[0] == -0.5
    assert ours.low[0] < -0.5 < ours.high[0]
    assert np.isnan(ours.value[2])
    assert not recwarn.list


def test_one_mean_for_all_is_welchs_test():
    groups = [RNG.normal(5, 1, 12), RNG.normal(6, 3, 25), RNG.normal(5.5, 2, 40)]
    theirs = anova_oneway(groups, use_var="unequal", welch_correction=True).pvalue
    assert same_mean_test(*summed(*groups)) == pytest.approx(theirs, rel=1e-9)
    two = same_mean_test(*summed(*groups[:2]))
    assert two == pytest.approx(stats.ttest_ind(*groups[:2], equal_var=False).pvalue, rel=1e-9)
    assert np.isnan(same_mean_test(*summed(groups[0], [3])))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.floats(0.1, 100))
def test_changing_the_unit_changes_mean_and_limits_alike(values, factor):
    ours, scaled = mean(*summed(values)), mean(*summed(np.array(values) * factor))
    tolerance = 1e-5 * max(1, np.abs(values).max()) * factor
    for one, other in ((ours.value, scaled.value), (ours.low, scaled.low), (ours.high, scaled.high)):
        assert one[0] * factor == pytest.approx(other[0], abs=tolerance)
