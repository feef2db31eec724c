"""Pairs of products: more often together than chance?"""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from efficace.errors import InvalidCounts
from efficace.stats.pairs import associate


def test_a_pair_by_hand():
    pair = associate(30, 50, 100, 1000)
    assert pair.support.value[0] == 0.03
    assert pair.confidence.value[0] == 0.6
    assert pair.lift.value[0] == pytest.approx(6)
    theirs = fisher_exact([[30, 20], [70, 880]], alternative="greater").pvalue
    assert pair.p[0] == pytest.approx(theirs, rel=1e-6)
    assert pair.q[0] == pair.p[0]


def test_limits_of_lift_are_those_of_resampling():
    rng = np.random.default_rng(1)
    cells = rng.multinomial(1000, [0.03, 0.02, 0.07, 0.88], size=20_000)
    k, a, b = cells[:, 0], cells[:, 0] + cells[:, 1], cells[:, 0] + cells[:, 2]
    lift = k * 1000 / (a * b)
    ours = associate(30, 50, 100, 1000).lift
    assert ours.se is not None
    assert ours.se[0] == pytest.approx(np.log(lift).std(), rel=0.05)
    assert [ours.low[0], ours.high[0]] == pytest.approx(np.quantile(lift, [0.025, 0.975]).tolist(), rel=0.05)


def test_the_error_of_lift_by_hand():
    # 40 both, 10 only A, 10 only B of 100: log lift has influences 1/.4 - 2/.5, -1/.5, -1/.5 and mean -1
    pair = associate(40, 50, 50, 100).lift
    variance = (0.4 * (1 / 0.4 - 4) ** 2 + 0.1 * 4 + 0.1 * 4 - 1) / 100
    assert pair.se is not None
    assert pair.se[0] == pytest.approx(np.sqrt(variance))


def test_products_never_bought_together_have_lift_0_with_a_limit(recwarn):
    pair = associate([0, 0], [20, 0], [30, 5], [100, 100])
    assert (pair.lift.value[0], pair.lift.low[0]) == (0, 0)
    assert 0.1 < pair.lift.high[0] < 3
    assert pair.p[0] == pytest.approx(1)
    assert np.isnan(pair.lift.value[1])
    assert not recwarn.list


def test_unrelated_products_are_rarely_named():
    rng = np.random.default_rng(2)
    a, b = np.full(4000, 60), np.full(4000, 90)
    pair = associate(rng.hypergeometric(90, 410, 60, size=4000), a, b, 500)
    assert (pair.p < 0.05).mean() < 0.055
    assert (pair.q < 0.05).mean() < 0.002


def test_impossible_counts_are_refused():
    with pytest.raises(InvalidCounts):
        associate(5, 4, 9, 100)
    with pytest.raises(InvalidCounts):
        associate(1, 60, 60, 100)
