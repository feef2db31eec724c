"""The age at which waiting stops to pay."""

import numpy as np
import pytest

from efficace.stats.bootstrap import resamples, turning_age
from efficace.stats.survival import DurationCounts, kaplan_meier

DAY = 86_400


def deals(spans, turn, seed, cells=1, after=0.1):
    """Deals won at a steady pace until an age, at a tenth of it later; lost evenly; watched up to 300 days."""
    rng = np.random.default_rng(seed)
    need = rng.exponential(1, spans)
    pace = 0.02
    won = np.where(need < pace * turn, need / pace, turn + (need - pace * turn) / (pace * after))
    lost, limit = rng.exponential(150, spans), rng.uniform(150, 300, spans)
    end = np.minimum(np.minimum(won, lost), limit)
    time = (end * DAY).astype(int)
    kind = np.where(end == won, 1, np.where(end == lost, 2, 0))
    cell = np.arange(spans) % cells
    return DurationCounts.of(cell, time, {"won": kind == 1, "lost": kind == 2}, kind == 0, cells)


def asked(counts, **changes):
    settings = {"window": 30 * DAY, "step": DAY, "draws": 60, "seed": 1} | changes
    return turning_age(counts, "won", **settings).times(1 / DAY)


def test_a_planted_turn_is_found_with_its_interval():
    answer = asked(deals(4000, turn=90, seed=1))
    # within 30 days of age t the chance is still half its peak while about 13 of them lie before the turn
    assert 65 < answer.value[0] < 90
    assert answer.low[0] <= answer.value[0] <= answer.high[0]
    assert answer.high[0] - answer.low[0] < 40


def test_a_steady_chance_does_not_turn_at_the_end_of_watching():
    assert np.isnan(asked(deals(3000, turn=90, seed=2, after=1.0)).value[0])


def test_watching_that_ends_for_all_at_once_is_no_turn():
    time = np.minimum(np.random.default_rng(7).geometric(0.01, 5000), 60) * DAY
    still = time == 60 * DAY
    assert np.isnan(asked(DurationCounts.of(0 * time, time, {"won": ~still}, still, 1)).value[0])


def test_too_few_deals_have_no_answer():
    assert np.isnan(asked(deals(49, turn=40, seed=3)).value[0])
    assert np.isnan(asked(deals(4000, turn=90, seed=1), min_spans=5000).value[0])


def test_a_seed_gives_the_same_answer_and_cells_are_answered_apart():
    counts = deals(6000, turn=90, seed=4, cells=2)
    one, again = asked(counts), asked(counts)
    np.testing.assert_array_equal(one.low, again.low)
    assert np.isfinite(one.value).all()


def test_no_deals_are_no_error(recwarn):
    nothing = DurationCounts.of([], [], {"won": []}, [], 2)
    assert np.isnan(asked(nothing).value).all()
    assert not recwarn.list


def test_resampled_curves_scatter_as_greenwood_says():
    counts = deals(400, turn=90, seed=5)
    read = [kaplan_meier(again).at(60 * DAY).value[0] for again in resamples(counts, 300, seed=2)]
    curve = kaplan_meier(counts).at(60 * DAY)
    assert curve.trials is not None
    error = np.sqrt(curve.value[0] * (1 - curve.value[0]) / curve.trials[0])
    assert np.std(read) == pytest.approx(error, rel=0.15)
    assert np.mean(read) == pytest.approx(curve.value[0], abs=3 * error / np.sqrt(300))
