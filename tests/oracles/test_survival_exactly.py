"""Curves and their quantiles against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from exact_survival import Span, first_reached, incidence, incidence_variance, survival
from hypothesis import given, settings
from hypothesis import strategies as st

from efficace.stats.survival import DurationCounts, cumulative_incidence, half_of_last, kaplan_meier

CAUSES = ("won", "lost")


def counted(samples: list[list[Span]]) -> DurationCounts:
    """One cell a sample, one row a span."""
    rows = [(cell, *span) for cell, spans in enumerate(samples) for span in spans]
    ends = [end for _, _, end in rows]
    return DurationCounts.of(
        [cell for cell, _, _ in rows],
        [time for _, time, _ in rows],
        {cause: [float(end == cause) for end in ends] for cause in CAUSES},
        [float(end is None) for end in ends],
        len(samples),
    )


def drawn(seed: int, samples: int) -> list[list[Span]]:
    """Small samples with many ties: the ones whose curves pass exactly one half."""
    rng = np.random.default_rng(seed)
    ends = ("won", "lost", None)
    return [
        [(int(rng.integers(0, 12)), ends[rng.choice(3, p=(0.45, 0.3, 0.25))]) for _ in range(rng.integers(1, 25))]
        for _ in range(samples)
    ]


SAMPLES = drawn(seed=7, samples=1500)


def test_survival_and_incidence_are_the_exact_ones_to_rounding():
    counts = counted(SAMPLES)
    curve, rise = kaplan_meier(counts), cumulative_incidence(counts, "won")
    exact = [float(v) for spans in SAMPLES for v in survival(spans).values()]
    exact_rise = [float(v) for spans in SAMPLES for v in incidence(spans, "won").values()]
    np.testing.assert_allclose(curve.value, exact, rtol=0, atol=1e-14)
    np.testing.assert_allclose(rise.value, exact_rise, rtol=0, atol=1e-14)


@pytest.mark.parametrize("share", [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(9, 10)])
def test_every_quantile_is_the_exact_one(share):
    counts = counted(SAMPLES)
    ours = kaplan_meier(counts).quantile(float(share)).value
    exact = [first_reached(survival(spans), 1 - share, falling=True) for spans in SAMPLES]
    assert [None if np.isnan(t) else int(t) for t in ours] == exact
    ours = cumulative_incidence(counts, "won").quantile(float(share)).value
    exact = [first_reached(incidence(spans, "won"), share, falling=False) for spans in SAMPLES]
    assert [None if np.isnan(t) else int(t) for t in ours] == exact


def test_enough_samples_pass_exactly_one_half_for_the_quantiles_to_be_in_danger():
    passing = sum(Fraction(1, 2) in survival(spans).values() for spans in SAMPLES)
    assert passing > 100


def test_half_of_the_last_incidence_is_reached_when_exact_fractions_say_so():
    ours = half_of_last(counted(SAMPLES), "won").value
    for spans, time in zip(SAMPLES, ours, strict=True):
        curve = incidence(spans, "won")
        last = list(curve.values())[-1]
        assert (None if np.isnan(time) else int(time)) == (
            first_reached(curve, last / 2, falling=False) if last > 0 else None
        )


def test_variance_of_the_incidence_is_the_published_sum():
    samples = SAMPLES[:200]
    curve = cumulative_incidence(counted(samples), "won")
    exact = np.array([v for spans in samples for v in incidence_variance(spans, "won").values()])
    inside = (curve.value > 0) & (curve.value < 1) & (exact > 1e-12)
    ours = curve.value * (1 - curve.value) / curve.effective
    np.testing.assert_allclose(ours[inside], exact[inside], rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["won", "lost", None])), min_size=1, max_size=12))
def test_any_sample_gives_the_exact_median_and_the_exact_curve(spans):
    counts = counted([spans])
    np.testing.assert_allclose(
        kaplan_meier(counts).value, [float(v) for v in survival(spans).values()], rtol=0, atol=1e-15
    )
    exact = first_reached(survival(spans), Fraction(1, 2), falling=True)
    time = kaplan_meier(counts).quantile(0.5).value[0]
    assert (None if np.isnan(time) else int(time)) == exact
