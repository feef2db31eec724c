"""Limits, areas and tests against lifelines, with its answers where it has them right."""

import numpy as np
import pytest

from efficace.stats.survival import (
    DurationCounts,
    cumulative_incidence,
    kaplan_meier,
    log_rank,
    log_rank_one_sided,
    restricted_mean,
)

lifelines = pytest.importorskip("lifelines")


def sample(seed, size, cells=1, distinct=False):
    """Cells, durations and ends (0 open, 1 won, 2 lost)."""
    rng = np.random.default_rng(seed)
    time = rng.choice(10_000, size=size, replace=False) if distinct else rng.geometric(0.03, size)
    return rng.integers(0, cells, size), time, rng.choice(3, size, p=(0.3, 0.4, 0.3))


def counted(cell, time, end, cells=1):
    return DurationCounts.of(
        cell, time, {"won": (end == 1).astype(float), "lost": (end == 2).astype(float)}, (end == 0).astype(float), cells
    )


def test_kaplan_meier_and_its_log_log_limits_are_those_of_lifelines():
    cell, time, end = sample(1, 600, cells=5)
    curve = kaplan_meier(counted(cell, time, end, 5), level=0.9)
    for number in range(5):
        theirs = lifelines.KaplanMeierFitter(alpha=0.1).fit(time[cell == number], end[cell == number] > 0)
        ours = curve.cell == number
        inside = ours & (curve.value > 0)
        at = curve.time[inside]
        np.testing.assert_allclose(curve.value[ours], theirs.predict(curve.time[ours]), atol=1e-12)
        limits = theirs.confidence_interval_.loc[at].to_numpy()
        np.testing.assert_allclose(curve.low[inside], limits[:, 0], atol=1e-12)
        np.testing.assert_allclose(curve.high[inside], limits[:, 1], atol=1e-12)


def test_limits_are_unknown_once_nobody_is_left():
    counts = DurationCounts.of([0, 0], [3, 5], {"won": [1.0, 1.0]}, [0.0, 0.0], 1)
    curve = kaplan_meier(counts)
    assert curve.value.tolist() == [0.5, 0.0]
    assert np.isnan([curve.low[1], curve.high[1]]).all()


def test_incidence_its_variance_and_limits_are_those_of_lifelines_without_ties():
    cell, time, end = sample(2, 400, distinct=True)
    curve = cumulative_incidence(counted(cell, time, end), "won")
    theirs = lifelines.AalenJohansenFitter(calculate_variance=True).fit(time, end, event_of_interest=1)
    inside = (curve.value > 0) & (curve.at_risk > 1)
    at = curve.time[inside]
    np.testing.assert_allclose(curve.value[inside], theirs.cumulative_density_.loc[at].to_numpy()[:, 0], atol=1e-12)
    variance = curve.value * (1 - curve.value) / curve.effective
    np.testing.assert_allclose(variance[inside], theirs.variance_.loc[at].to_numpy(), rtol=1e-8)
    limits = np.sort(theirs.confidence_interval_.loc[at].to_numpy(), axis=1)
    np.testing.assert_allclose(np.column_stack([curve.low, curve.high])[inside], limits, rtol=1e-8)


def test_restricted_mean_and_its_variance_are_those_of_lifelines():
    from lifelines.utils import restricted_mean_survival_time

    cell, time, end = sample(3, 300)
    ours = restricted_mean(kaplan_meier(counted(cell, time, end)), 40)
    fitted = lifelines.KaplanMeierFitter().fit(time, end > 0)
    area = restricted_mean_survival_time(fitted, t=40)
    assert ours.value[0] == pytest.approx(area, rel=1e-12)
    # lifelines gives the variance of min(T, 40) of one span; Klein & Moeschberger that of the estimate
    curve = kaplan_meier(counted(cell, time, end))
    grid = np.arange(40)
    survival = np.array([curve.at(t).value[0] for t in grid])
    variance = 0.0
    for t, value, opens, risk in zip(
        curve.time, curve.value, np.append(1.0, curve.value[:-1]), curve.at_risk, strict=True
    ):
        ended = round((1 - value / opens) * risk)
        if t <= 40 and ended:
            variance += survival[grid >= t].sum() ** 2 * ended / (risk * (risk - ended))
    assert ours.se[0] ** 2 == pytest.approx(variance, rel=1e-9)


def test_log_rank_of_many_groups_is_that_of_lifelines():
    from lifelines.statistics import multivariate_logrank_test

    cell, time, end = sample(4, 500, cells=4)
    theirs = multivariate_logrank_test(time, cell, end > 0).p_value
    assert log_rank(counted(cell, time, end, 6), [0, 1, 2, 3, 5]) == pytest.approx(theirs, rel=1e-9)


def test_log_rank_of_one_cause_takes_the_other_for_censored():
    from lifelines.statistics import logrank_test

    cell, time, end = sample(5, 500, cells=2)
    first = cell == 0
    theirs = logrank_test(time[first], time[~first], end[first] == 1, end[~first] == 1).p_value
    counts = counted(cell, time, end, 2)
    assert log_rank(counts, [0, 1], "won") == pytest.approx(theirs, rel=1e-9)
    one_sided = log_rank_one_sided(counts, 0, 1, "won")
    assert min(one_sided, 1 - one_sided) == pytest.approx(theirs / 2, rel=1e-9)
    assert one_sided + log_rank_one_sided(counts, 1, 0, "won") == pytest.approx(1)
