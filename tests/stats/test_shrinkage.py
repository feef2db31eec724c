"""Comparing members: drawn together as far as chance could have set them apart, no further."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from efficace.stats.counts import poisson_interval
from efficace.stats.estimate import Estimates, Scale
from efficace.stats.means import mean
from efficace.stats.rates import same_rate_test, wilson
from efficace.stats.shrinkage import benjamini_hochberg, best_quarter, same_test, shrink


def normal(values, errors, scale=Scale.IDENTITY):
    values = np.asarray(values, dtype=float)
    return Estimates(values, values, values, scale, np.asarray(errors, dtype=float))


def test_members_who_look_alike_still_keep_some_of_their_difference():
    # the variance of these values is below their error's: a plug-in spread would be 0 and all the same
    drawn = shrink(normal([9.8, 10.0, 10.3], [1, 1, 1])).value
    assert 9.8 < drawn[0] < drawn[1] < drawn[2] < 10.3
    assert drawn[2] - drawn[0] > 0.02


def test_the_less_is_known_of_a_member_the_more_it_is_drawn_in():
    drawn = shrink(normal([4, 4, 0, 2, -1, 1], [0.2, 4, 1, 1, 1, 1])).value
    assert drawn[0] > 3.8
    assert drawn[1] < 3


def test_a_lone_member_stays_where_it_is():
    assert shrink(normal([7], [2])).value[0] == pytest.approx(7)


def test_averaging_over_the_spread_is_the_integral():
    """Eight schools (Rubin 1981) with our prior, against brute force over spread and centre."""
    values = np.array([28, 8, -3, 7, -1, 1, 18, 12.0])
    errors = np.array([15, 10, 16, 11, 9, 11, 10, 18.0])
    scatter = np.sqrt(values.var() + (errors**2).mean())
    spread = np.linspace(0.01, 400, 8000)[:, None]
    centre = np.linspace(-60, 80, 281)
    weight, drawn = 0.0, np.zeros(8)
    for mu in centre:
        total = errors**2 + spread**2
        likelihood = np.exp(-0.5 * (np.log(total) + (values - mu) ** 2 / total).sum(axis=1))
        density = likelihood / (1 + (spread[:, 0] / (5 * scatter)) ** 2)
        weight += density.sum()
        drawn += (density[:, None] * (mu * errors**2 + values * spread**2) / total).sum(axis=0)
    np.testing.assert_allclose(shrink(normal(values, errors)).value, drawn / weight, atol=0.05)


def test_a_rate_of_few_trials_goes_through_the_beta_binomial():
    rates = wilson([1, 0, 30, 60, 45], [1, 1, 100, 200, 140])
    drawn = shrink(rates)
    assert 0.3 < drawn.value[0] < 0.45
    assert 0.2 < drawn.value[1] < 0.32
    assert drawn.value[2] == pytest.approx(0.3, abs=0.02)
    assert (drawn.low < drawn.value).all()
    assert (drawn.value < drawn.high).all()


def test_a_known_spread_of_rates_is_recovered_as_its_beta_posterior():
    rng = np.random.default_rng(4)
    share = rng.beta(12, 28, 3000)
    trials = rng.integers(1, 80, 3000)
    successes = rng.binomial(trials, share)
    best = (successes + 12) / (trials + 40)
    np.testing.assert_allclose(shrink(wilson(successes, trials)).value, best, atol=0.02)


def test_a_known_spread_of_counts_is_recovered_as_its_gamma_posterior():
    rng = np.random.default_rng(5)
    rate = rng.gamma(8, 0.5, 3000)
    exposure = rng.uniform(0.2, 10, 3000)
    events = rng.poisson(rate * exposure)
    best = (events + 8) / (exposure + 2)
    ours = shrink(poisson_interval(events, exposure))
    np.testing.assert_allclose(ours.value, best, rtol=0.06)


@pytest.mark.parametrize("kind", ["rates", "counts", "means"])
def test_shrunken_intervals_cover_what_they_say_and_shrunken_values_err_less(kind):
    rng = np.random.default_rng(12)
    truths, raws, drawn = [], [], []
    for _ in range(50):
        size = rng.integers(2, 60, 40)
        if kind == "rates":
            truth = rng.beta(8, 12, 40)
            raw = wilson(rng.binomial(size, truth), size)
        elif kind == "counts":
            truth = rng.gamma(6, 1 / 3, 40)
            raw = poisson_interval(rng.poisson(truth * size / 10), size / 10)
        else:
            truth = rng.normal(10, 2, 40)
            samples = [rng.normal(t, 6, n) for t, n in zip(truth, size, strict=True)]
            raw = mean(size, [s.sum() for s in samples], [(s**2).sum() for s in samples])
        truths.append(truth), raws.append(raw.value), drawn.append(shrink(raw))
    truth, raw = np.concatenate(truths), np.concatenate(raws)
    value = np.concatenate([d.value for d in drawn])
    low, high = np.concatenate([d.low for d in drawn]), np.concatenate([d.high for d in drawn])
    assert 0.925 < ((low <= truth) & (truth <= high)).mean() < 0.97
    assert ((value - truth) ** 2).mean() < 0.7 * ((raw - truth) ** 2).mean()


def test_groups_know_nothing_of_each_other():
    rates = wilson([1, 2, 3, 30, 40, 50], [9, 9, 9, 60, 60, 60])
    together = shrink(rates, group=["a", "a", "a", "b", "b", "b"])
    np.testing.assert_allclose(together.value[:3], shrink(rates.take([0, 1, 2])).value)
    np.testing.assert_allclose(together.value[3:], shrink(rates.take([3, 4, 5])).value)


def test_times_are_drawn_together_as_factors():
    drawn = shrink(normal([10, 1000], [0.8, 0.8], Scale.LOG)).value
    assert 10 < drawn[0] < 100 < drawn[1] < 1000
    assert np.log(drawn).mean() == pytest.approx(np.log(100))


def test_a_median_of_0_takes_part_as_the_fastest():
    drawn = shrink(normal([0, 30, 40, 60], [0.3, 0.3, 0.3, 0.3], Scale.LOG)).value
    assert 0 < drawn[0] < drawn[1]


def test_the_best_quarter_of_eight_are_two():
    rates = wilson([10, 20, 30, 40, 50, 60, 70, 95], [100] * 8)
    chance = best_quarter(rates, seed=1)
    assert chance.sum() == pytest.approx(2)
    assert chance[7] > 0.99
    assert chance[0] == 0
    assert best_quarter(rates, higher_is_better=False, seed=1)[0] > 0.9
    np.testing.assert_array_equal(chance, best_quarter(rates, seed=1))


def test_a_quarter_of_five_is_rounded_up():
    assert best_quarter(wilson([1, 2, 3, 4, 5], [9] * 5)).sum() == pytest.approx(2)


def test_equal_members_have_equal_chances_to_be_best():
    chance = best_quarter(wilson([20] * 8, [50] * 8), seed=2)
    assert chance == pytest.approx(np.full(8, 0.25), abs=0.04)


def test_a_member_without_data_has_no_chance_and_takes_no_place():
    chance = best_quarter(wilson([1, 0, 3, 4, 5], [5, 0, 5, 5, 5]))
    assert np.isnan(chance[1])
    assert np.nansum(chance) == pytest.approx(1)


def test_the_test_is_named():
    name, p = same_test(wilson([12, 20], [40, 40]))
    assert (name, p) == ("chi_squared", pytest.approx(same_rate_test([12, 20], [40, 40])))
    # Q = (1 x 4 + 1 x 4) = 8 with one degree of freedom
    name, p = same_test(normal([1, 5], [1, 1]))
    assert (name, p) == ("cochran_q", pytest.approx(0.004678, abs=1e-6))
    assert np.isnan(same_test(normal([1], [1]))[1])
    assert np.isnan(same_test(Estimates.bare([1, 2]))[1])


def test_false_discoveries_are_those_of_statsmodels():
    p = np.array([0.001, 0.04, 0.03, 0.5, 0.001, 0.9])
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1])
    with_gap = benjamini_hochberg(np.insert(p, 2, np.nan))
    assert np.isnan(with_gap[2])
    np.testing.assert_allclose(np.delete(with_gap, 2), benjamini_hochberg(p))
    assert benjamini_hochberg([]).size == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12))
def test_any_rates_are_drawn_towards_each_other(counts):
    hits, misses = np.array(counts).T
    rates = wilson(hits, hits + misses)
    drawn = shrink(rates)
    known = hits + misses > 0
    assert (np.isnan(drawn.value) == ~known).all()
    assert ((drawn.low <= drawn.value) & (drawn.value <= drawn.high))[known].all()
    assert ((drawn.value >= 0) & (drawn.value <= 1))[known].all()


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.01, 100)), min_size=1, max_size=10),
    st.floats(-100, 100),
    st.floats(0.1, 10),
)
def test_another_unit_gives_the_same_members_in_it(pairs, shift, factor):
    values, errors = np.array(pairs).T
    one = shrink(normal(values, errors)).value
    other = shrink(normal(values * factor + shift, errors * factor)).value
    np.testing.assert_allclose(other, one * factor + shift, rtol=1e-6, atol=1e-6)
    assert one.min() >= values.min() - 1e-6
    assert one.max() <= values.max() + 1e-6


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0.01, 1e4)), min_size=1, max_size=12))
def test_any_counts_are_drawn_towards_each_other(counts):
    events, exposure = np.array(counts).T
    drawn = shrink(poisson_interval(events, exposure))
    assert (drawn.low <= drawn.value).all()
    assert (drawn.value <= drawn.high).all()


def test_nobody_with_a_success_is_a_small_share_with_a_limit_and_not_a_certain_0():
    drawn = shrink(wilson([0] * 4, [5] * 4))
    assert (drawn.value > 0).all()
    assert (drawn.value < 0.05).all()
    assert (drawn.high > 0.05).all()
