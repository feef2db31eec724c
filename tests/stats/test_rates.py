"""Shares, their intervals and tests, against statsmodels and scipy and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, hypergeom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from efficace.errors import InvalidCounts
from efficace.stats.rates import difference_of_rates, same_rate_test, wilson

COUNTS = ([0, 1, 7, 30, 12], [5, 1, 40, 60, 12])


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_is_that_of_statsmodels(level):
    ours = wilson(*COUNTS, level)
    for cell, (k, n) in enumerate(zip(*COUNTS, strict=True)):
        low, high = proportion_confint(k, n, alpha=1 - level, method="wilson")
        assert (ours.value[cell], ours.low[cell], ours.high[cell]) == pytest.approx((k / n, low, high), abs=1e-12)


def test_a_rep_without_a_loss_has_all_and_a_wide_interval():
    ours = wilson([3], [3])
    # 3 of 3: low = 3 / (3 + 1.96^2)
    assert (ours.value[0], ours.low[0], ours.high[0]) == pytest.approx((1, 3 / (3 + 1.959964**2), 1), abs=1e-6)


def test_no_trials_are_no_rate_and_no_warning(recwarn):
    ours = wilson([0, 1], [0, 2])
    assert np.isnan([ours.value[0], ours.low[0], ours.high[0]]).all()
    assert ours.value[1] == 0.5
    assert not recwarn.list


def test_split_credit_gives_fractional_counts():
    ours = wilson([0.5], [1.5])
    assert ours.value[0] == pytest.approx(1 / 3)
    assert 0 < ours.low[0] < 1 / 3 < ours.high[0] < 1


def test_sums_of_credits_may_overshoot_by_rounding_only():
    assert wilson([0.1 + 0.2], [0.3]).value[0] == 1
    with pytest.raises(InvalidCounts, match="5 successes in 4 trials"):
        wilson([5], [4])
    with pytest.raises(InvalidCounts, match="negative"):
        wilson([-1], [4])


def test_newcombes_difference_is_that_of_statsmodels():
    ours = difference_of_rates([56, 0], [70, 4], [48, 3], [80, 9])
    for cell, counts in enumerate([(56, 70, 48, 80), (0, 4, 3, 9)]):
        low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
        assert (ours.low[cell], ours.high[cell]) == pytest.approx((low, high), abs=1e-9)
    # Newcombe (1998), table II (a): 56/70 - 48/80 = 0.2, 0.0524 to 0.3339
    assert (ours.value[0], ours.low[0], ours.high[0]) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_one_rate_for_all_is_pearsons_test():
    k, n = np.array([12, 20, 33]), np.array([40, 41, 80])
    theirs = chi2_contingency(np.stack([k, n - k]), correction=False).pvalue
    assert same_rate_test(k, n) == pytest.approx(theirs, rel=1e-10)
    assert same_rate_test([*k, 0], [*n, 0]) == pytest.approx(theirs, rel=1e-10)


def test_a_test_needs_two_members_and_some_difference():
    assert np.isnan(same_rate_test([3], [5]))
    assert same_rate_test([0, 0], [5, 9]) == 1
    assert same_rate_test([5, 9], [5, 9]) == 1


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_interval_holds_the_share_and_lies_within_0_and_1(trials, part):
    successes = round(part * trials)
    ours = wilson([successes], [trials])
    assert 0 <= ours.low[0] <= ours.value[0] <= ours.high[0] <= 1
    mirrored = wilson([trials - successes], [trials])
    assert ours.low[0] == pytest.approx(1 - mirrored.high[0], abs=1e-12)


def test_few_trials_are_tested_by_drawing_as_fisher_does():
    ours = same_rate_test([4, 4, 0], [4, 4, 1])
    assert ours == pytest.approx(1 / 9, abs=0.01), "the one miss falls on the single trial one time in nine"


@given(st.integers(1, 9), st.integers(1, 9), st.data())
@settings(max_examples=30, deadline=None)
def test_two_small_cells_agree_with_exact_enumeration(first: int, second: int, data: st.DataObject):
    k = [data.draw(st.integers(0, first)), data.draw(st.integers(0, second))]
    n, hits = first + second, sum(k)
    pooled = hits / n
    if pooled in (0, 1):
        return
    law = hypergeom(n, hits, first)

    def distance(x: float) -> float:
        return abs(x - first * pooled)

    exact = sum(law.pmf(x) for x in range(first + 1) if distance(x) >= distance(k[0]) - 1e-9)
    assert same_rate_test(k, [first, second]) == pytest.approx(exact, abs=0.025)
