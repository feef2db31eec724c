"""Durations by hand, and what must hold of any counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from efficace.errors import InvalidCounts
from efficace.stats.half_time import half_apart, same_half_test
from efficace.stats.log_rank import log_rank_apart
from efficace.stats.shrinkage import benjamini_hochberg
from efficace.stats.survival import (
    DurationCounts,
    conditional_chance,
    cumulative_incidence,
    half_of_last,
    hazard,
    kaplan_meier,
    log_rank,
    restricted_mean,
    share_open,
)

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)),
    min_size=1,
    max_size=25,
)


def counted(rows, cells=4):
    """Rows of cell, time, won, lost, open."""
    table = np.array(rows, dtype=float).reshape(-1, 5)
    cell, time, won, lost, still = table.T
    return DurationCounts.of(cell, time, {"won": won, "lost": lost}, still, cells)


@pytest.fixture
def five():
    """One cell: won at 2, 4 and 9, lost at 4, open at 5. At risk 5, 4, 2, 1."""
    return counted([(0, 2, 1, 0, 0), (0, 4, 1, 1, 0), (0, 5, 0, 0, 1), (0, 9, 1, 0, 0)], cells=2)


def test_survival_by_hand(five):
    curve = kaplan_meier(five)
    assert curve.time.tolist() == [2, 4, 5, 9]
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    # 4/5, then 2/4 of it, then 1/1, then 0/1
    assert curve.value.tolist() == pytest.approx([0.8, 0.4, 0.4, 0.0])
    assert curve.quantile(0.5).value[0] == 4
    assert curve.quantile(0.2).value[0] == 2


def test_incidence_by_hand(five):
    # won: 1/5; then 0.8 x 1/4; then nothing; then 0.4 x 1/1
    assert cumulative_incidence(five, "won").value.tolist() == pytest.approx([0.2, 0.4, 0.4, 0.8])
    assert cumulative_incidence(five, "lost").value.tolist() == pytest.approx([0, 0.2, 0.2, 0.2])
    # half of 0.8 is met exactly at 4
    assert half_of_last(five, "won").value[0] == 4


def test_hazards_by_hand(five):
    rows = hazard(five, "won")
    assert rows.chance.value.tolist() == pytest.approx([1 / 5, 1 / 4, 0, 1])
    assert hazard(five).chance.value.tolist() == pytest.approx([1 / 5, 2 / 4, 0, 1])


def test_mean_up_to_a_horizon_by_hand(five):
    curve = kaplan_meier(five)
    # 2 x 1 + 2 x 0.8 + 2 x 0.4 up to 6; up to 9 another 3 x 0.4; later nothing is left
    assert restricted_mean(curve, 6).value[0] == pytest.approx(4.4)
    assert restricted_mean(curve, 100).value[0] == pytest.approx(5.6)
    assert restricted_mean(curve, np.inf).value[0] == pytest.approx(5.6)


def test_the_mean_needs_somebody_watched_up_to_the_horizon():
    curve = kaplan_meier(counted([(0, 2, 1, 0, 0), (0, 5, 0, 0, 1)], cells=1))
    assert restricted_mean(curve, 5).value[0] == pytest.approx(2 + 3 * 0.5)
    assert np.isnan(restricted_mean(curve, 5.5).value[0])


def test_chances_given_an_age_by_hand(five):
    rise, curve = cumulative_incidence(five, "won"), kaplan_meier(five)
    chance = conditional_chance(rise, curve, [0, 2, 4, 9, 50], [4, 3, np.inf, 1, 1])
    # (0.4 - 0)/1, (0.4 - 0.2)/0.8, (0.8 - 0.4)/0.4; nobody is open past 9
    assert chance.value[:3].tolist() == pytest.approx([0.4, 0.25, 1.0])
    assert np.isnan(chance.value[3:]).all()
    # nothing happens in (4, 5]: 0 of the two who are open past 4
    none = conditional_chance(rise, curve, 4, 1)
    assert none.trials is not None
    assert (none.value[0], none.trials[0]) == (0, 2)
    assert chance.low[1] < 0.25 < chance.high[1]


def test_a_chance_from_an_age_on_is_the_incidence_among_those_who_reached_it():
    rng = np.random.default_rng(8)
    time, end = rng.geometric(0.05, 400), rng.choice(3, 400)
    late = time > 10

    def of(which):
        return DurationCounts.of(
            np.zeros(which.sum()), time[which], {"won": end[which] == 1, "lost": end[which] == 2}, end[which] == 0, 1
        )

    everyone, survivors = of(time > 0), of(late)
    chance = conditional_chance(cumulative_incidence(everyone, "won"), kaplan_meier(everyone), 10, 15)
    direct = cumulative_incidence(survivors, "won").at(25)
    assert chance.value[0] == pytest.approx(direct.value[0], abs=1e-12)
    assert chance.trials is not None
    assert direct.trials is not None
    assert chance.trials[0] == pytest.approx(direct.trials[0], rel=1e-9)


def test_the_curve_holds_its_value_between_steps_and_after_the_last(five):
    curve = kaplan_meier(five)
    read = [curve.at(age).value[0] for age in (0, 1.9, 2, 3.99, 4, 8, 9, 1e12)]
    assert read == pytest.approx([1, 1, 0.8, 0.8, 0.4, 0.4, 0, 0])
    assert curve.at(np.array([2, 2])).value[0] == pytest.approx(0.8)
    assert [curve.at_risk_at(age)[0] for age in (0, 2, 2.5, 5, 9, 10)] == [5, 5, 4, 2, 1, 0]
    assert [curve.watched(age)[0] for age in (5, 9, 9.5)] == [True, True, False]


def test_a_cell_without_spans_has_no_answer_anywhere(five, recwarn):
    curve = kaplan_meier(five)
    for answer in (
        curve.at(3),
        curve.last(),
        curve.quantile(0.5),
        half_of_last(five, "won"),
        restricted_mean(curve, 3),
    ):
        assert np.isnan([answer.value[1], answer.low[1], answer.high[1]]).all()
    assert not curve.watched(0)[1]
    assert curve.at_risk_at(0)[1] == 0
    assert not recwarn.list


def test_no_spans_at_all_are_no_error(recwarn):
    nothing = counted([], cells=3)
    curve = kaplan_meier(nothing)
    assert np.isnan(curve.quantile(0.5).value).all()
    assert np.isnan(half_of_last(nothing, "won").value).all()
    assert np.isnan(share_open(nothing).value).all()
    assert np.isnan(log_rank(nothing, [0, 1]))
    assert not recwarn.list


def test_a_median_that_is_not_reached_is_not_made_up():
    curve = kaplan_meier(counted([(0, 3, 1, 0, 0), (0, 3, 0, 0, 4)], cells=1))
    assert np.isnan(curve.quantile(0.5).value[0])
    assert share_open(counted([(0, 3, 1, 0, 0), (0, 3, 0, 0, 4)], cells=1)).value[0] == pytest.approx(0.8)


def test_a_span_censored_at_the_time_of_an_event_was_at_risk():
    curve = kaplan_meier(counted([(0, 3, 1, 0, 1)], cells=1))
    assert curve.value.tolist() == [0.5]


def test_a_cause_that_never_happened_has_no_half():
    counts = counted([(0, 3, 0, 2, 1)], cells=1)
    assert np.isnan(half_of_last(counts, "won").value[0])
    assert cumulative_incidence(counts, "won").last().value[0] == 0


def test_no_win_among_ten_losses_is_a_share_of_0_with_a_wide_interval():
    last = cumulative_incidence(counted([(0, time, 0, 1, 0) for time in range(10)], cells=1), "won").last()
    assert (last.value[0], last.low[0]) == (0, 0)
    assert last.high[0] == pytest.approx(0.2775, abs=1e-4)  # Wilson, 0 of 10


def test_one_win_says_when_but_not_how_surely():
    answer = half_of_last(counted([(0, 7, 1, 0, 0)], cells=1), "won")
    assert (answer.value[0], answer.low[0]) == (7, 0)
    assert np.isnan(answer.high[0])
    assert answer.se is not None
    assert answer.se[0] > 1


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([(0, -1, 1, 0, 0)], "Durations run from -1"),
        ([(0, 1, -1, 0, 0)], '"won" is negative'),
        ([(0, 1, np.nan, 0, 0)], '"won" is negative or missing'),
        ([(0, 1.5, 1, 0, 0)], "duration is 1.5"),
        ([(4, 1, 1, 0, 0)], "Cells run from 4"),
        ([(0, 2**32, 1, 0, 0)], "Durations run"),
    ],
)
def test_what_cannot_be_counts_is_refused_by_name(rows, says):
    with pytest.raises(InvalidCounts, match=says):
        counted(rows)


def test_unsorted_rows_are_refused_where_they_are_taken_as_they_are():
    one = np.ones(2)
    with pytest.raises(InvalidCounts, match="row 1"):
        DurationCounts(np.array([0, 0]), np.array([5, 5]), {"won": one}, one, 1)


def test_an_unknown_cause_is_named_with_the_known_ones(five):
    with pytest.raises(InvalidCounts, match=r'"churned".*won, lost'):
        cumulative_incidence(five, "churned")


@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = kaplan_meier(counted(rows)), kaplan_meier(counted(shuffled))
    np.testing.assert_array_equal(one.value, other.value)
    np.testing.assert_array_equal(one.time, other.time)


@given(ROWS, ROWS)
def test_adding_counts_is_counting_all_the_data(some, more):
    together = counted(some + more)
    one, other = counted(some), counted(more)
    assert together.spans == pytest.approx(one.spans + other.spans)
    added = DurationCounts.of(
        np.concatenate([one.cell, other.cell]),
        np.concatenate([one.time, other.time]),
        {cause: np.concatenate([one.events[cause], other.events[cause]]) for cause in ("won", "lost")},
        np.concatenate([one.censored, other.censored]),
        4,
    )
    np.testing.assert_array_equal(kaplan_meier(added).value, kaplan_meier(together).value)


@given(ROWS)
def test_survival_and_the_incidences_of_all_causes_add_up_to_one(rows):
    counts = counted(rows)
    total = kaplan_meier(counts).value + sum(cumulative_incidence(counts, cause).value for cause in counts.events)
    np.testing.assert_allclose(total, 1, atol=1e-12)


@given(ROWS)
def test_a_single_cause_has_greenwoods_variance(rows):
    counts = counted([(cell, time, won, 0, still) for cell, time, won, _, still in rows])
    curve, rise = kaplan_meier(counts), cumulative_incidence(counts, "won")
    np.testing.assert_allclose(rise.value, 1 - curve.value, atol=1e-12)
    inside = (curve.value > 1e-9) & (curve.value < 1 - 1e-9)
    np.testing.assert_allclose(rise.effective[inside], curve.effective[inside], rtol=1e-6)


@given(ROWS)
def test_quantiles_ascend_and_limits_hold_them(rows):
    curve = kaplan_meier(counted(rows))
    times = np.array([curve.quantile(share).value for share in (0.1, 0.25, 0.5, 0.75, 0.9)])
    times = np.where(np.isnan(times), np.inf, times)
    assert (times[1:] >= times[:-1]).all()
    median = curve.quantile(0.5)
    assert not (median.low > median.value).any()
    assert not (median.high < median.value).any()
    assert (curve.value[1:] <= curve.value[:-1] + 1e-12)[curve.cell[1:] == curve.cell[:-1]].all()


@given(ROWS, st.integers(2, 50))
def test_counting_every_span_many_times_keeps_the_curve_and_narrows_it(rows, times):
    one = counted(rows)
    many = counted([(cell, time, *(times * n for n in counts)) for cell, time, *counts in rows])
    np.testing.assert_allclose(kaplan_meier(many).value, kaplan_meier(one).value, atol=1e-12)
    np.testing.assert_allclose(kaplan_meier(many).effective, times * kaplan_meier(one).effective, rtol=1e-9)


@given(ROWS)
def test_a_cell_does_not_care_for_its_neighbours(rows):
    counts = counted(rows)
    together = half_of_last(counts, "won")
    for cell in range(4):
        alone = half_of_last(counted([(0, *rest) for number, *rest in rows if number == cell], cells=1), "won")
        np.testing.assert_array_equal(together.value[cell], alone.value[0])
        np.testing.assert_array_equal(together.low[cell], alone.low[0])
        np.testing.assert_array_equal(together.high[cell], alone.high[0])


def competing(reps, size, censored_by, seed):
    """Many samples of exponential spans, won and lost alike, censored evenly up to an age."""
    rng = np.random.default_rng(seed)
    spans = reps * size
    life, limit = rng.exponential(1, spans), rng.uniform(0, censored_by, spans)
    won, ended = rng.random(spans) < 0.5, life <= limit
    time = (np.minimum(life, limit) * 1e6).astype(int)
    cell = np.repeat(np.arange(reps), size)
    return DurationCounts.of(cell, time, {"won": ended & won, "lost": ended & ~won}, ~ended, reps)


def covered(answer, truth):
    return (~(answer.low > truth) & ~(answer.high < truth))[~np.isnan(answer.value)].mean()


@pytest.mark.parametrize(("size", "censored_by"), [(25, 20.0), (50, 3.0), (200, 3.0)])
def test_the_interval_of_half_of_the_last_incidence_covers_what_it_says(size, censored_by):
    counts = competing(1500, size, censored_by, seed=size)
    last = kaplan_meier(counts).last_time() / 1e6
    truth = -np.log(1 - (1 - np.exp(-last)) / 2) * 1e6
    assert 0.93 < covered(half_of_last(counts, "won"), truth) < 0.98


@pytest.mark.parametrize(("size", "censored_by"), [(60, 3.0), (200, 3.0), (400, 3.0), (100, 2.2)])
def test_with_a_third_still_open_the_interval_covers_half_of_what_will_be_won_in_the_end(size, censored_by):
    counts = competing(800, size, censored_by, seed=size)
    answer, last = half_of_last(counts, "won"), cumulative_incidence(counts, "won").last()
    told = answer.where(share_open(counts).value <= last.value)
    assert 0.94 < covered(told, np.log(2) * 1e6) < 0.995


def test_spans_open_at_the_last_age_move_the_upper_limit_alone():
    won = [(0, time, 4, 0, 0) for time in range(1, 41)]
    all_ended, some_open = (
        half_of_last(counted([*won, last], cells=1), "won") for last in ((0, 40, 0, 1, 0), (0, 41, 0, 0, 40))
    )
    assert (all_ended.value[0], some_open.value[0]) == (20, 20)
    # 40 of 200 are still open: as the others ended, 0.8 of won would come to 1, of which 0.5 is 25 of 40 steps
    assert all_ended.high[0] < 25 < some_open.high[0]
    assert some_open.low[0] > 15


def test_the_interval_of_a_median_and_of_a_share_by_an_age_cover_what_they_say():
    counts = competing(1500, 60, 6.0, seed=9)
    curve = kaplan_meier(counts)
    assert 0.93 < covered(curve.quantile(0.5), np.log(2) * 1e6) < 0.98
    assert 0.93 < covered(curve.at(1e6), np.exp(-1)) < 0.98
    truth = 0.5 * (1 - np.exp(-1))
    assert 0.93 < covered(cumulative_incidence(counts, "won").at(1e6), truth) < 0.98
    assert 0.93 < covered(restricted_mean(curve, 2e6), 1e6 * (1 - np.exp(-2))) < 0.98


def test_standard_errors_of_times_are_as_large_as_their_scatter():
    counts = competing(1500, 60, 6.0, seed=10)
    for answer in (kaplan_meier(counts).quantile(0.5), half_of_last(counts, "won")):
        scatter = np.log(answer.value).std()
        assert np.median(answer.se) == pytest.approx(scatter, rel=0.15)


def test_a_half_between_two_kinds_of_spans_is_not_taken_for_a_sure_one():
    # half are won within days of 20, half of 120: between them the curve is flat, at either it is steep
    chance = np.random.default_rng(4)
    cells, size = 400, 60
    base = np.where(chance.random(cells * size) < 0.5, 20.0, 120.0)
    days = base * chance.lognormal(0, 0.25, cells * size)
    rows = zip(np.repeat(np.arange(cells), size), (days * 86400).astype(int), strict=True)
    answer = half_of_last(counted([(cell, time, 1, 0, 0) for cell, time in rows], cells=cells), "won")
    off = np.abs(np.log(answer.value / (np.sqrt(20 * 120) * 86400)))
    assert 0.85 < np.mean(off < 1.96 * answer.se) < 0.99


@settings(max_examples=30)
@given(ROWS)
def test_no_counts_make_a_warning(rows):
    with np.errstate(all="raise"):
        counts = counted(rows)
        curve, rise = kaplan_meier(counts), cumulative_incidence(counts, "won")
        curve.at(4), rise.last(), half_of_last(counts, "won"), restricted_mean(curve, 5), log_rank(counts, [0, 1, 2])
        conditional_chance(rise, curve, [1, 5], 3, [0, 3])


def two_humps(members, size, seed):
    """Deals of two kinds, a third quick and the rest around 50 days, alike for every member; a third are won."""
    draw = np.random.default_rng(seed)
    shape = (members, size)
    time = np.where(draw.random(shape) < 0.35, draw.uniform(1, 30, shape), draw.normal(52, 4, shape))
    is_won = draw.random(shape) < 0.34
    cell = np.repeat(np.arange(members), size)
    zeros = np.zeros(members * size)
    seconds = (time.clip(1) * 86400).astype(int).ravel()
    return DurationCounts.of(cell, seconds, {"won": is_won.ravel(), "lost": ~is_won.ravel()}, zeros, members)


def test_members_alike_are_seldom_named_however_uneven_the_curve():
    """By their half times and errors nearly every fourth was: a curve steep at its own half looks sure of itself."""
    p = [half_apart(two_humps(24, 60, seed), "won", np.arange(24)) for seed in range(120)]
    together = [same_half_test(two_humps(24, 60, seed), "won", np.arange(24)) for seed in range(120)]
    assert 0.01 < np.mean(np.array(p) < 0.05) < 0.06
    assert np.mean([(benjamini_hochberg(one) < 0.05).any() for one in p]) < 0.1
    assert np.mean(np.array(together) < 0.05) < 0.1


def test_a_member_that_wins_at_half_the_time_is_named():
    counts = two_humps(12, 90, seed=1)
    fast = counts.cell == 3
    time = np.where(fast, counts.time // 2, counts.time)
    quick = DurationCounts.of(counts.cell, time, counts.events, counts.censored, 12)
    p = half_apart(quick, "won", np.arange(12))
    assert p[3] < 0.01
    assert p[3] == p.min()
    assert same_half_test(quick, "won", np.arange(12)) < 0.05


def test_shares_of_the_common_half_time_are_no_surer_than_their_wins():
    """Eight wins of each, at days 1 to 8 and 5 to 12: half of all came by day 6, 6 of the first and 2 of the other."""
    rows = [(0, day, 1, 0, 0) for day in range(1, 9)] + [(1, day, 1, 0, 0) for day in range(5, 13)]
    p = half_apart(counted(rows, cells=2), "won", [0, 1])
    # as sure as 8 wins: less 1/16 for continuity, by sqrt(0.25/8 + 0.25/8); curves know a little less than that
    surest = 2 * norm.sf((0.5 - 1 / 16) / 0.25)
    assert ((surest < p) & (p < 2.5 * surest)).all()
    surest = chi2.sf(2 * 8 * 0.25**2 / 0.25, 1)
    assert surest < same_half_test(counted(rows, cells=2), "won", [0, 1]) < 2.5 * surest


def test_without_a_win_or_without_others_nothing_is_tested():
    rows = [(0, 3, 2, 1, 0), (1, 4, 0, 3, 0)]
    assert np.isnan(half_apart(counted(rows, cells=2), "won", [0, 1])).all()
    assert np.isnan(same_half_test(counted(rows, cells=2), "won", [0, 1]))
    assert np.isnan(half_apart(counted([(0, 3, 0, 1, 0)], cells=1), "won", [0])).all()


def test_each_by_log_rank_is_the_test_of_two_where_there_are_two(five):
    rows = [(0, 2, 3, 0, 1), (0, 5, 2, 0, 0), (1, 1, 4, 0, 0), (1, 3, 2, 0, 2)]
    counts = counted(rows, cells=3)
    p = log_rank_apart(counts, [0, 1, 2])
    assert p[:2] == pytest.approx([log_rank(counts, [0, 1])] * 2)
    assert np.isnan(p[2])
