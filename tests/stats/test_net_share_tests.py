"""Whether net shares of members differ: beside SciPy's permutation tests, and how often chance is taken for more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from efficace.stats.net_share import net_apart, same_net_test


def _answers(good: list[int], bad: list[int], n: list[int]) -> list[np.ndarray]:
    return [np.repeat([1.0, -1.0, 0.0], [g, b, m - g - b]) for g, b, m in zip(good, bad, n, strict=True)]


def test_three_answers_tell_no_two_members_apart() -> None:
    assert same_net_test([1, 0], [0, 1], [2, 1]) > 0.3
    assert np.all(net_apart([1, 0], [0, 1], [2, 1]) > 0.3)


def test_the_test_of_all_is_scipys_permutation_test() -> None:
    good, bad, n = [6, 2, 1], [1, 3, 6], [9, 8, 8]

    def between(*groups: np.ndarray) -> float:
        return sum(group.sum() ** 2 / len(group) for group in groups)

    expected = stats.permutation_test(
        _answers(good, bad, n), between, n_resamples=9999, alternative="greater", rng=np.random.default_rng(1)
    )
    assert same_net_test(good, bad, n) == pytest.approx(expected.pvalue, abs=0.008)


def test_a_member_beside_the_others_is_scipys_permutation_test_of_two() -> None:
    good, bad, n = [6, 2, 1], [1, 3, 6], [9, 8, 8]
    groups = _answers(good, bad, n)
    found = net_apart(good, bad, n)
    for cell, group in enumerate(groups):
        others = np.concatenate([one for number, one in enumerate(groups) if number != cell])
        expected = stats.permutation_test(
            (group, others), lambda a, b: abs(a.mean() - b.mean()), n_resamples=9999, alternative="greater",
            rng=np.random.default_rng(2),
        )  # fmt: skip
        assert found[cell] == pytest.approx(expected.pvalue, abs=0.015)


def test_many_answers_are_told_by_the_chi_squared_distribution_as_a_deal_would() -> None:
    good, bad, n = [90, 60], [30, 40], [300, 300]
    values = _answers(good, bad, n)
    assert same_net_test(good, bad, n) == pytest.approx(stats.f_oneway(*values).pvalue, rel=0.02)
    assert net_apart(good, bad, n) == pytest.approx(stats.f_oneway(*values).pvalue, rel=0.02)


@pytest.mark.parametrize("of_each", [3, 5, 40])
def test_members_alike_are_told_apart_no_oftener_than_chance_allows(of_each: int) -> None:
    random = np.random.default_rng(3)
    drawn = random.multinomial(of_each, [0.5, 0.2, 0.3], size=(300, 12))
    alarms = sum(same_net_test(one[:, 0], one[:, 1], np.full(12, of_each)) < 0.05 for one in drawn)
    assert alarms / 300 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_members_that_differ_are_told_apart() -> None:
    assert same_net_test([20, 5], [2, 15], [25, 25]) < 0.001


def test_cells_without_answers_take_no_part_and_answers_all_alike_differ_in_nothing() -> None:
    assert same_net_test([6, 0, 2], [1, 0, 3], [9, 0, 8]) == pytest.approx(
        same_net_test([6, 2], [1, 3], [9, 8]), abs=0.03
    )
    assert np.isnan(net_apart([6, 0, 2], [1, 0, 3], [9, 0, 8])).tolist() == [False, True, False]
    assert np.isnan(same_net_test([6, 0], [1, 0], [9, 0]))
    assert same_net_test([3, 4], [0, 0], [3, 4]) == 1.0
