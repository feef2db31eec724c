"""Which member departs from the others: against scipy, by simulation, at the edges."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2_contingency, fisher_exact, norm
from scipy.stats import t as student

from efficace.stats.counts import poisson_interval
from efficace.stats.departures import clustered_ratios, departures
from efficace.stats.estimate import Estimates, Scale
from efficace.stats.rates import wilson
from efficace.stats.shrinkage import benjamini_hochberg


def test_few_deals_are_tested_as_fisher_does():
    k, n = [3, 0, 5], [4, 6, 9]
    theirs = [
        fisher_exact([[k[one], n[one] - k[one]], [8 - k[one], 19 - n[one] - 8 + k[one]]]).pvalue for one in range(3)
    ]
    assert departures(wilson(k, n)) == pytest.approx(theirs, rel=1e-9)


def test_many_deals_are_tested_as_pearson_does():
    k, n = np.array([400, 600, 900]), np.array([1000, 1200, 1500])
    rest_k, rest_n = k.sum() - k, n.sum() - n
    theirs = [
        chi2_contingency([[k[i], n[i] - k[i]], [rest_k[i], rest_n[i] - rest_k[i]]], correction=False).pvalue
        for i in range(3)
    ]
    assert departures(wilson(k, n)) == pytest.approx(theirs, rel=1e-9)


def test_counts_are_a_part_of_all_events():
    events, exposure = [3, 20, 9], [10.0, 20.0, 10.0]
    ours = departures(poisson_interval(events, exposure))
    for one, p in enumerate(ours):
        tails = [binomtest(events[one], 32, exposure[one] / 40, side).pvalue for side in ("less", "greater")]
        assert p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)


def test_a_mean_is_measured_from_the_weighted_mean_of_the_others():
    ours = departures(
        Estimates(np.array([1.0, 2.0, 5.0]), *np.zeros((2, 3)), Scale.IDENTITY, np.array([1.0, 1.0, 0.5]))
    )
    centre = (2 * 1 + 5 * 4) / 5
    assert ours[0] == pytest.approx(2 * norm.sf(abs(1 - centre) / np.sqrt(1 + 1 / 5)))


def test_nobody_alone_departs_and_empty_members_are_silent():
    assert np.isnan(departures(wilson([3], [5]))).all()
    ours = departures(wilson([3, 0, 4], [5, 0, 5]))
    assert np.isnan(ours[1])
    assert np.isfinite(ours[[0, 2]]).all()
    assert departures(wilson([5, 5], [5, 5])).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("members", "most", "share"), [(12, 60, 0.3), (40, 25, 0.4), (40, 80, 0.1)])
def test_where_all_are_alike_few_are_named(members: int, most: int, share: float):
    rng = np.random.default_rng(7)
    named = 0
    for _ in range(300):
        n = rng.integers(most // 2, most, members)
        named += (benjamini_hochberg(departures(wilson(rng.binomial(n, share), n))) < 0.05).any()
    assert named / 300 < 0.08, "at most one company in twenty, and the error of 300 draws"


def test_where_one_departs_he_is_named_and_hardly_another():
    rng = np.random.default_rng(8)
    found, wrong = 0, 0
    for _ in range(200):
        won = np.append(rng.binomial(40, 0.25, 19), rng.binomial(40, 0.7))
        named = benjamini_hochberg(departures(wilson(won, np.full(20, 40)))) <= 0.05
        found, wrong = found + named[-1], wrong + named[:-1].sum() / max(named.sum(), 1)
    assert found / 200 > 0.95
    assert wrong / 200 < 0.07, "the share of those named without reason, on average"


def test_with_their_facts_the_others_are_not_drawn_to_whom_varies_least() -> None:
    """30 facts at 0.2 +- 0.02, twice 30 at 3 +- 0.5: the second has others at 1.6 +- sqrt(0.0004 + 0.25) / 2."""
    value, se = np.array([0.2, 3.0, 3.0]), np.array([0.02, 0.5, 0.5])
    made = Estimates(value, value - se, value + se, Scale.IDENTITY, se)
    found = departures(made, np.array([30.0, 30.0, 30.0]))
    error = np.sqrt(0.25 + (0.0004 + 0.25) / 4)
    assert np.isclose(found[1], 2 * student.sf(1.4 / error, 29))


def test_clusters_a_member_are_as_sure_as_their_number() -> None:
    """200 leads on 1,000 touches against 100 on 1,000: log 2 over sqrt(2/200 + 2/100) = 4.002."""
    found = clustered_ratios(np.array([200.0, 100.0]), np.array([1000.0, 1000.0]))
    assert np.allclose(found, 2 * norm.sf(np.log(2) / np.sqrt(0.03)))
