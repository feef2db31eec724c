"""Bridges that add up, and demand that is told apart from chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.stats.decomposition import demand_index, volume_mix_price


def test_a_bridge_by_hand():
    # A: 10 at 5, then 12 at 6. B: 10 at 1, then 28 at 1. C is new (3 at 7), D is dropped (2 at 4)
    bridge = volume_mix_price([10, 10, 0, 2], [50, 10, 0, 8], [12, 28, 3, 0], [72, 28, 21, 0])
    # 20 units became 40 at a mean price of 3: + 60
    assert bridge.volume[0] == pytest.approx(60)
    # at the old mix A would be 20, B 20: (12 - 20) x 5 + (28 - 20) x 1
    assert bridge.mix[0] == pytest.approx(-32)
    assert bridge.price[0] == pytest.approx(12)
    assert (bridge.new[0], bridge.dropped[0]) == (21, -8)
    assert bridge.change[0] == pytest.approx(121 - 68)


def test_products_returned_on_balance_are_absent_there():
    bridge = volume_mix_price([-2], [-100], [5], [200])
    assert (bridge.new[0], bridge.dropped[0]) == (200, 100)
    assert bridge.change[0] == 300
    assert [bridge.volume[0], bridge.mix[0], bridge.price[0]] == [0, 0, 0]


SIDE = st.tuples(*(st.integers(-5000, 500_000).map(lambda n: n / 1000) for _ in range(2)))


@given(st.lists(st.tuples(SIDE, SIDE, st.integers(0, 2)), min_size=1, max_size=30))
def test_the_parts_add_up_to_the_change_of_every_cell(rows):
    (q0, r0), (q1, r1) = (np.array([row[side] for row in rows]).T for side in (0, 1))
    cell = np.array([row[2] for row in rows])
    bridge = volume_mix_price(q0, r0, q1, r1, cell, 3)
    largest = max(np.abs(part).max() for part in (bridge.volume, bridge.mix, bridge.price, r0, r1))
    np.testing.assert_allclose(bridge.change, np.bincount(cell, r1 - r0, 3), atol=1e-12 * (1 + largest))


def test_unusual_demand_is_drawn_in_by_how_little_was_sold():
    # both places sell twice the overall share of a tenth, one of them on 50 units, one on 5,000
    index = demand_index([10, 1000, 480, 300], [50, 5000, 5000, 3000], [0.1] * 4, [1] * 4)
    assert 1 < index.value[0] < 2
    assert index.value[1] == pytest.approx(2, abs=0.05)
    assert index.low[0] < 1 < index.low[1]


def test_each_index_is_the_formula_for_some_strength():
    units, all_here, share = np.array([4.0, 30, 12]), np.array([20.0, 100, 200]), 0.15
    index = demand_index(units, all_here, np.full(3, share), [7, 7, 7]).value
    strength = (index * all_here * share - units) / (share * (1 - index))
    back = (units + strength * share) / (all_here + strength) / share
    np.testing.assert_allclose(back, index)
    assert (strength > 0).all()


def test_a_place_that_sells_nothing_has_no_index(recwarn):
    index = demand_index([0, 3], [0, 30], [0.1, 0.1], [1, 1])
    assert np.isnan(index.value[0])
    assert index.value[1] == pytest.approx(1, abs=0.05)
    assert not recwarn.list


def test_truly_equal_demand_is_called_unusual_as_rarely_as_it_should():
    rng = np.random.default_rng(6)
    product = np.repeat(np.arange(100), 20)
    all_here = rng.integers(50, 500, 2000)
    index = demand_index(rng.poisson(all_here * 0.05), all_here, np.full(2000, 0.05), product)
    assert ((index.low > 1) | (index.high < 1)).mean() < 0.02
