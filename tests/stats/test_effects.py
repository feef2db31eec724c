"""Fair comparison: weights to a common mix, differences of estimates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.errors import InvalidCounts
from efficace.stats.effects import covered_mix, difference, post_stratification_weights
from efficace.stats.means import mean
from efficace.stats.rates import difference_of_rates, wilson


def test_a_rep_with_the_easy_leads_is_brought_to_everybodys_mix():
    # rep 0: 80 easy, 20 hard; rep 1: 20 easy, 80 hard; overall half and half
    member, stratum, n = [0, 0, 1, 1], [0, 1, 0, 1], np.array([80, 20, 20, 80])
    weights = post_stratification_weights(member, stratum, n)
    won = np.array([40, 5, 10, 20])  # half of the easy, a quarter of the hard, for both
    adjusted = wilson(np.bincount(member, weights * won), np.bincount(member, weights * n))
    assert adjusted.value.tolist() == pytest.approx([0.375, 0.375])
    # Kish: (sum w)^2 / sum w^2 with weights 100/80 and 100/20 on 80 and 20 facts
    w = np.array([100 / 80, 100 / 20])
    kish = (w @ [80, 20]) ** 2 / (w**2 @ [80, 20])
    assert np.bincount(member, weights * n)[0] == pytest.approx(kish)
    assert kish < 100


def test_a_stratum_that_a_member_lacks_is_left_out_and_told():
    member, stratum, n = ["ann", "ann", "bob"], ["easy", "hard", "easy"], [30, 10, 20]
    weights = post_stratification_weights(member, stratum, n)
    assert weights[2] == pytest.approx(1)
    assert covered_mix(member, stratum, n).tolist() == pytest.approx([1, 1, 50 / 60])


def test_an_empty_row_has_no_weight_and_no_warning(recwarn):
    assert post_stratification_weights([0, 0, 1], [0, 1, 0], [5, 0, 0]).tolist() == [1, 0, 0]
    assert not recwarn.list
    with pytest.raises(InvalidCounts):
        post_stratification_weights([0], [0], [-1])


@given(st.lists(st.integers(1, 100), min_size=6, max_size=6), st.integers(2, 9))
def test_weights_do_not_change_when_everything_is_counted_more_often(counts, times):
    member, stratum = [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]
    one = post_stratification_weights(member, stratum, counts)
    many = post_stratification_weights(member, stratum, np.array(counts) * times)
    np.testing.assert_allclose(one, many)
    mix = (one * counts).reshape(3, 2)
    np.testing.assert_allclose(mix[:, 0] / mix.sum(axis=1), np.sum(counts[::2]) / np.sum(counts))
    assert (mix.sum(axis=1) <= np.array(counts).reshape(3, 2).sum(axis=1) + 1e-9).all()


def test_a_difference_of_shares_is_newcombes():
    ours = difference(wilson([56], [70]), wilson([48], [80]))
    theirs = difference_of_rates([56], [70], [48], [80])
    assert (ours.low[0], ours.high[0]) == pytest.approx((theirs.low[0], theirs.high[0]))


def test_a_difference_to_one_common_estimate():
    ours = difference(mean([9, 9], [90, 99], [910, 1100]), mean([9], [81], [740]))
    assert ours.value.tolist() == pytest.approx([1, 2])
    assert (ours.low < ours.value).all()
