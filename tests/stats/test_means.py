"""Means and ratios of sums from sufficient statistics, against scipy, statsmodels and by hand."""

import math

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


def powers(*groups):
    return [*summed(*groups), [(np.asarray(group, dtype=float) ** 3).sum() for group in groups]]


def limits_of_values(values, level=0.95):
    """Written apart from the sums: from the values themselves, side by side."""
    n, centre, se = len(values), np.mean(values), stats.sem(values)
    t, skewness = stats.t.ppf(0.5 + level / 2, n - 1), stats.skew(values, bias=False) if n >= 8 else 0

    def distance(skew):
        if skew <= 1:
            return t
        nearness = skew / math.sqrt(n)
        bend = min(2 / 3 * nearness * (1 + 4 * nearness), 1)
        return (math.exp(bend * t) - 1) / bend

    return centre - distance(-skewness) * se, centre + distance(skewness) * se


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_limits_from_sums_are_those_of_the_values_however_skewed(level):
    long_tail = RNG.lognormal(3, 1.5, 40)
    groups = [long_tail, 500 - long_tail, RNG.lognormal(0, 1, 9), RNG.normal(5, 2, 30), [1, 1, 1, 1, 90], [5, 5]]
    ours = mean(*powers(*groups), level=level)
    for cell, group in enumerate(groups):
        assert (ours.low[cell], ours.high[cell]) == pytest.approx(limits_of_values(group, level), rel=1e-7)
    assert ours.high[0] - ours.value[0] > 1.2 * (ours.value[0] - ours.low[0])
    assert ours.value[1] - ours.low[1] > 1.2 * (ours.high[1] - ours.value[1])


def test_eight_values_worked_by_hand():
    """Seven times 0 and once 8: mean 1, variance 8, so an error of 1; skewness sqrt(8), so r = 1, held at a = 1."""
    ours = mean([8], [8], [64], [512])
    t = stats.t.ppf(0.975, 7)
    assert ours.high[0] == pytest.approx(1 + math.exp(t) - 1)
    assert ours.low[0] == pytest.approx(1 - t)


def test_a_hundred_values_worked_by_hand():
    """Ninety times 0 and ten times 1: skewness 2.7071, so r = 0.27071 and a = 0.37590."""
    ours = mean([100], [10], [10], [10])
    se, t = math.sqrt(0.09 / 99), stats.t.ppf(0.975, 99)
    skewness = 0.8 / 0.3 * math.sqrt(100 * 99) / 98
    a = 2 / 3 * skewness / 10 * (1 + 4 * skewness / 10)
    assert (skewness, a) == pytest.approx((2.7074, 0.37595), abs=1e-4)
    assert ours.high[0] == pytest.approx(0.1 + se * (math.exp(a * t) - 1) / a)
    assert ours.low[0] == pytest.approx(0.1 - se * t)


@pytest.mark.parametrize("values", [[0, 0, 0, 0, 0, 0, 8], [1, 2, 2, 3, 3, 3, 4, 4, 5, 6], range(100)])
def test_few_or_little_skewed_values_have_students_interval(values):
    plain, told = mean(*summed(values)), mean(*powers(values))
    assert (plain.low[0], plain.high[0]) == (told.low[0], told.high[0])


def test_values_that_hardly_differ_beside_their_mean_are_not_taken_as_skewed():
    values = 1e9 + np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0])
    plain, told = mean(*summed(values)), mean(*powers(values))
    assert told.high[0] == plain.high[0]


DRAWN = {
    "normal": (lambda size: RNG.normal(10, 2, size), 10.0),
    "exponential": (lambda size: RNG.exponential(1, size), 1.0),
    "gamma": (lambda size: RNG.gamma(0.5, 1, size), 0.5),
    "lognormal 0.5": (lambda size: RNG.lognormal(0, 0.5, size), math.exp(0.5**2 / 2)),
    "lognormal 1": (lambda size: RNG.lognormal(0, 1, size), math.exp(0.5)),
    "lognormal 1.5": (lambda size: RNG.lognormal(0, 1.5, size), math.exp(1.5**2 / 2)),
}


@pytest.mark.parametrize("law", DRAWN)
@pytest.mark.parametrize("n", [20, 50, 200])
def test_the_interval_of_a_mean_covers_what_it_says(law, n):
    """Twenty very skewed values mostly have not seen their tail: there 90 % is what can be had (Student: 76 %)."""
    draw, truth = DRAWN[law]
    values = draw((4000, n))
    ours = mean(np.full(4000, n), values.sum(1), (values**2).sum(1), (values**3).sum(1))
    covered = ((ours.low <= truth) & (truth <= ours.high)).mean()
    assert (0.90 if (law, n) == ("lognormal 1.5", 20) else 0.925) < covered < 0.975


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
