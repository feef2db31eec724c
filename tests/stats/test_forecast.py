"""Forecasts and their errors."""

import numpy as np
import pytest

from efficace.stats.forecast import forecast, forecast_error


def test_errors_of_forecasts_by_hand():
    error = forecast_error([100, 110, np.nan, 90], [90, 115, 100, 100], [4, -6, 5])
    assert (error.bias, error.mae, error.mase) == pytest.approx((5 / 3, 25 / 3, 25 / 3 / 5))


def test_without_a_pair_or_a_naive_change_there_is_no_error(recwarn):
    assert np.isnan(forecast_error([np.nan], [3], [1]).mae)
    error = forecast_error([3], [4], [0, 0])
    assert error.mae == 1
    assert np.isnan(error.mase)
    assert np.isnan(forecast_error([3], [4], []).mase)
    assert not recwarn.list


def test_a_season_is_carried_on():
    pytest.importorskip("statsmodels")
    months = np.arange(60)
    rng = np.random.default_rng(1)
    series = 100 * np.exp(0.3 * np.sin(months * np.pi / 6) + rng.normal(0, 0.02, 60))
    ahead = forecast(series[:48], 12, season=12)
    np.testing.assert_allclose(ahead.value, series[48:], rtol=0.12)
    assert (ahead.low < ahead.value).all()
    assert (ahead.value < ahead.high).all()
    assert ((ahead.low < series[48:]) & (series[48:] < ahead.high)).mean() > 0.8


def test_prediction_limits_widen_and_hold_a_random_walk():
    pytest.importorskip("statsmodels")
    rng = np.random.default_rng(4)
    held = []
    for _ in range(25):
        walk = 1000 + rng.normal(0, 10, 44).cumsum()
        ahead = forecast(walk[:40], 4)
        held.append((ahead.low <= walk[40:]) & (walk[40:] <= ahead.high))
    assert 0.85 < np.mean(held) <= 1


def test_limits_are_those_of_statsmodels():
    pytest.importorskip("statsmodels")
    pd = pytest.importorskip("pandas")
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    rng = np.random.default_rng(9)
    series, months = np.zeros(96), np.zeros(12)
    for month, shock in enumerate(rng.normal(0, 3, 96)):
        series[month] = months[month % 12] + 20 * np.sin(month * np.pi / 6) + shock
        months[month % 12] += 0.7 * shock  # a season that has to be learnt anew
    ahead = forecast(series, 15, season=12)
    theirs = []
    for trend in (None, "add"):
        for season in (None, "add"):
            model = ETSModel(
                pd.Series(series), trend=trend, damped_trend=bool(trend), seasonal=season, seasonal_periods=12
            )
            fit = model.fit(disp=False)
            theirs.append((fit.aicc, fit.get_prediction(96, 110).summary_frame(alpha=0.05)))
    best = min(theirs, key=lambda pair: pair[0])[1]
    np.testing.assert_allclose(ahead.value, best["mean"], rtol=1e-3)
    np.testing.assert_allclose(ahead.low, best["pi_lower"], rtol=1e-2)
    np.testing.assert_allclose(ahead.high, best["pi_upper"], rtol=1e-2)


def test_a_short_or_broken_series_is_not_forecast():
    assert np.isnan(forecast([1, 2, 3], 2).value).all()
    assert np.isnan(forecast([1, 2, np.nan, 4, 5], 2).value).all()
    assert forecast([5, 5, 5, 5], 2).value.tolist() == [5, 5]


def test_limits_of_a_positive_series_stay_positive():
    pytest.importorskip("statsmodels")
    ahead = forecast([5, 1, 8, 2, 9, 1, 7, 3, 0.5, 6], 6)
    assert (ahead.low > 0).all()
