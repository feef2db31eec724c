"""The two curves everything about durations starts from: Kaplan-Meier and Aalen-Johansen."""

from __future__ import annotations

import numpy as np

from efficace.stats.curves import Curves
from efficace.stats.durations import DurationCounts, accumulate, before
from efficace.stats.error_sums import ErrorSums
from efficace.stats.estimate import Floats, divide, normal_quantile


def kaplan_meier(counts: DurationCounts, level: float = 0.95) -> Curves:
    """Estimate the share still open at each age; all causes of ending together.

    Args:
        counts: Ended and open spans of each cell.
        level: Of the two-sided pointwise log-log limits.

    Returns:
        Survival in [0, 1]. Limits 1 before the first event; NaN once survival is 0.

    Source: Kaplan & Meier (1958) JASA 53:457; Greenwood's variance; Borgan & Liestøl (1990) SJS 17:35.
    """
    survival = survival_of(counts)
    staying = counts.at_risk - counts.ended
    steps = np.where(staying > 0, divide(counts.ended, counts.at_risk * staying), 0.0)
    variance = survival**2 * accumulate(np.add, steps, counts.offsets)
    return _with_limits(counts, survival, variance, 1.0, level)


def cumulative_incidence(counts: DurationCounts, cause: str, level: float = 0.95) -> Curves:
    """Estimate the share ended by one cause at each age, the other causes competing.

    Returns:
        Incidence in [0, 1] with pointwise limits on the log-log scale of the incidence. With a single
        cause it is one minus Kaplan-Meier, and its variance Greenwood's.

    Raises:
        InvalidCounts: If the cause was never counted.

    Source: Aalen & Johansen (1978) SJS 5:141; variance Marubini & Valsecchi (1995) 10.12.
    """
    survival = survival_of(counts)
    incidence = incidence_of(counts, cause, survival)
    sums = ErrorSums.of(incidence, survival, counts.at_risk, counts.offsets)
    return _with_limits(counts, incidence, sums.variance(incidence), 0.0, level)


def survival_of(counts: DurationCounts) -> Floats:
    """Give the share still open at each row."""
    staying = np.clip(counts.at_risk - counts.ended, 0, None)
    return accumulate(np.multiply, staying / counts.at_risk, counts.offsets)


def incidence_of(counts: DurationCounts, cause: str, survival: Floats) -> Floats:
    """Give the share ended by the cause at each row."""
    steps = before(survival, counts.offsets, 1.0) * counts.of_cause(cause) / counts.at_risk
    return np.minimum(accumulate(np.add, steps, counts.offsets), 1.0)


def _with_limits(counts: DurationCounts, value: Floats, variance: Floats, start: float, level: float) -> Curves:
    """Put log-log limits and the effective number of spans to a curve."""
    z = normal_quantile(level)
    inside = (value > 0) & (value < 1) & (variance > 0)
    logs = np.log(np.where(inside, value, 0.5))
    power = np.exp(z * np.sqrt(np.where(inside, variance, 0.0)) / (np.where(inside, value, 0.5) * logs))
    # at the start nothing has happened and the limits are the start; once survival is 0 they are unknown
    edge = np.where(value == start, start, np.nan)
    with np.errstate(divide="ignore"):
        low, high = np.where(inside, np.exp(logs / power), edge), np.where(inside, np.exp(logs * power), edge)
    represented = divide(counts.at_risk, before(survival_of(counts), counts.offsets, 1.0))
    effective = np.where(inside, divide(value * (1 - value), variance), represented)
    return Curves(counts.cell, counts.time, counts.at_risk, value, low, high, effective, counts.cells, start, level)
