"""What an estimate keeps when its unit changes or cells are picked."""

import numpy as np
import pytest

from efficace.stats.estimate import Estimates, Scale, divide
from efficace.stats.rates import wilson
from efficace.stats.shrinkage import shrink


def test_a_zero_denominator_gives_no_estimate_and_no_warning(recwarn):
    np.testing.assert_array_equal(divide([1, 0, -1], [0, 0, 2]), [np.nan, np.nan, -0.5])
    assert not recwarn.list


def test_a_bare_value_has_no_limits():
    bare = Estimates.bare([1.0, 2.0])
    assert bare.value.tolist() == [1, 2]
    assert np.isnan([bare.low, bare.high]).all()
    assert np.isnan(Estimates.nowhere(3).value).all()


def test_seconds_become_days_without_changing_what_is_known():
    one = np.array([86400.0])
    days = Estimates(one * 2, one, one * 3, Scale.LOG, np.array([0.3])).times(1 / 86400)
    assert (days.value[0], days.low[0], days.high[0]) == pytest.approx((2, 1, 3))
    assert days.se is not None
    assert days.se[0] == 0.3


def test_a_share_in_percent_is_no_share_any_more():
    percent = wilson([20], [50]).times(100)
    assert percent.value[0] == pytest.approx(40)
    assert percent.scale is Scale.IDENTITY
    assert percent.successes is None
    share = 20 / 50
    logit_error = np.sqrt(1 / 20.5 + 1 / 30.5)
    assert percent.se is not None
    assert percent.se[0] == pytest.approx(100 * share * (1 - share) * logit_error)


def test_cells_can_be_masked_and_picked():
    rates = wilson([1, 2, 3], [10, 10, 10])
    masked = rates.where([True, False, True])
    assert np.isnan([masked.value[1], masked.low[1], masked.high[1]]).all()
    assert masked.trials is not None
    assert np.isnan(masked.trials[1])
    assert rates.take([2, 0]).value.tolist() == [0.3, 0.1]
    assert len(rates.take(np.array([False, True, False]))) == 1


def test_scales_go_there_and_back_and_refuse_what_does_not_fit():
    values = np.array([0.2, 0.9])
    for scale in Scale:
        np.testing.assert_allclose(scale.back(scale.forward(values)), values)
    assert np.isnan(Scale.LOG.forward(np.array([0.0, -1.0]))).all()
    assert np.isnan(Scale.LOGIT.forward(np.array([0.0, 1.0]))).all()


def test_a_member_without_value_stays_without_one_through_everything():
    rates = wilson([3, 0, 9], [10, 0, 10])
    assert np.isnan(rates.times(100).value[1])
    assert np.isnan(shrink(rates).value[1])
    assert not np.isnan(shrink(rates).value[[0, 2]]).any()
