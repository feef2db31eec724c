"""Forecasts with intervals, and how wrong earlier ones were."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from efficace.errors import ProjectError
from efficace.stats.estimate import Estimates, Floats, divide, floats, normal_quantile

_SHORTEST = 4


@dataclass(frozen=True)
class ForecastError:
    """Of forecasts as they were made; NaN without a pair of forecast and actual.

    Attributes:
        bias: Mean of forecast less actual.
        mae: Mean of its absolute value.
        mase: ``mae`` by the mean absolute change of the naive forecast; below 1 beats it.
    """

    bias: float
    mae: float
    mase: float


def forecast_error(actual: ArrayLike, predicted: ArrayLike, naive_changes: ArrayLike) -> ForecastError:
    """Measure forecasts against what came.

    Args:
        actual: Shape (periods,); NaN = not known yet.
        predicted: Same shape; NaN = none was made.
        naive_changes: One-step (or seasonal) changes of the periods before the first forecast.

    Source: Hyndman & Koehler (2006) International Journal of Forecasting 22:679.
    """
    errors = floats(predicted) - floats(actual)
    errors = errors[~np.isnan(errors)]
    changes = floats(naive_changes)
    changes = np.abs(changes[~np.isnan(changes)])
    if not len(errors):
        return ForecastError(*[float("nan")] * 3)
    mae = float(np.abs(errors).mean())
    scale = float(changes.mean()) if len(changes) else 0.0
    return ForecastError(float(errors.mean()), mae, float(divide(mae, scale)))


def forecast(series: ArrayLike, horizon: int, season: int = 1, level: float = 0.95) -> Estimates:
    """Forecast the next periods by exponential smoothing, its form chosen by the corrected AIC.

    Args:
        series: Past values, oldest first, without gaps. All above 0: smoothed as logarithms, so that
            the limits stay above 0.
        horizon: How many periods to forecast.
        season: Periods a season (12 for months); used from two full seasons on.
        level: Of the prediction limits.

    Returns:
        Shape (horizon,); NaN for fewer than four past values.

    Raises:
        ProjectError: If statsmodels is not installed.

    Source: Hyndman et al. (2008) Forecasting with Exponential Smoothing, through statsmodels' ETSModel.
    """
    past = floats(series)
    if len(past) < _SHORTEST or np.isnan(past).any():
        return Estimates.nowhere(horizon)
    if np.ptp(past) == 0:
        return Estimates.bare(np.full(horizon, past[0]))
    logs = bool((past > 0).all())
    centre, error = _smoothed(np.log(past) if logs else past, horizon, season)
    half = normal_quantile(level) * error
    lines = (centre, centre - half, centre + half)
    value, low, high = (np.exp(line) for line in lines) if logs else lines
    return Estimates(value, low, high)


def _smoothed(past: Floats, horizon: int, season: int) -> tuple[Floats, Floats]:
    """Forecast by the best of the additive forms, with its standard errors."""
    model = _ets_model()
    seasons = [None, "add"] if season > 1 and len(past) >= 2 * season + 1 else [None]
    trends = [None, "add"] if len(past) >= 2 * _SHORTEST else [None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a form that does not converge loses by its AICc
        fits = [
            model(past, trend=trend, damped_trend=bool(trend), seasonal=kind, seasonal_periods=season).fit(disp=False)
            for kind in seasons
            for trend in trends
        ]
        best = min(fits, key=lambda fit: float(np.nan_to_num(fit.aicc, nan=np.inf)))
        return floats(best.forecast(horizon)), _errors(best, horizon, season)


def _errors(fit: Any, horizon: int, season: int) -> Floats:
    """Errors of additive smoothing: each past shock enters later periods by level, trend and season.

    Source: Hyndman et al. (2008) table 6.1, class 1.
    """
    steps = np.arange(1, horizon)
    weights = np.full(len(steps), float(fit.smoothing_level))
    if fit.model.trend:
        weights += float(fit.smoothing_trend) * np.cumsum(float(fit.damping_trend) ** steps)
    if fit.model.seasonal:
        weights += float(fit.smoothing_seasonal) * (steps % season == 0)
    return floats(np.sqrt(float(fit.mse) * (1 + np.concatenate(([0.0], np.cumsum(weights**2))))))


def _ets_model() -> Any:
    try:
        return import_module("statsmodels.tsa.exponential_smoothing.ets").ETSModel
    except ImportError as missing:
        raise ProjectError("A forecast needs statsmodels, which is not installed: pip install statsmodels") from missing
