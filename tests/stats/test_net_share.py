"""One share less another: by hand, at the edges, and how often its interval holds the truth."""

import numpy as np
import pytest
from scipy.stats import multinomial

from efficace.stats.net_share import net_share


def test_two_good_one_bad_of_four():
    found = net_share([2], [1], [4])
    assert found.value[0] == pytest.approx(1 / 4)
    half = 1.959963985 * np.sqrt((3 / 6 + 2 / 6 - 1 / 36) / 6)
    assert (found.low[0], found.high[0]) == pytest.approx((1 / 6 - half, 1 / 6 + half))


def test_answers_all_alike_still_leave_doubt():
    found = net_share([2, 0, 3], [0, 0, 0], [2, 2, 3])
    assert found.value.tolist() == [1, 0, 1]
    assert (found.low < found.value).all()
    assert (found.high >= found.value).all()
    assert found.high[1] == pytest.approx(-found.low[1])


def test_without_answers_there_is_none():
    found = net_share([0], [0], [0])
    assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()


@pytest.mark.parametrize("n", [5, 12, 30])
@pytest.mark.parametrize(("up", "down"), [(0.4, 0.2), (0.1, 0.1), (0.85, 0.05), (0.3, 0.6)])
def test_the_interval_holds_the_truth_as_often_as_it_says(n: int, up: float, down: float) -> None:
    """Summed over every possible outcome, not drawn."""
    good, bad = np.array([(k, m) for k in range(n + 1) for m in range(n + 1 - k)]).T
    chances = multinomial(n, [up, down, 1 - up - down]).pmf(np.column_stack([good, bad, n - good - bad]))
    found = net_share(good, bad, np.full(len(good), n))
    held = (found.low <= up - down + 1e-12) & (found.high >= up - down - 1e-12)
    assert chances[held].sum() > 0.925
