"""Sums of money are told in full, without the digits that the order of adding up decides."""

from __future__ import annotations

import numpy as np
import pytest

from efficace.stats.estimate import settled


def test_a_sum_keeps_twelve_figures() -> None:
    assert settled([100 / 29, 2e7 / 3]) == pytest.approx([100 / 29, 2e7 / 3], rel=1e-9)


def test_adding_up_in_another_order_gives_the_very_same_sum() -> None:
    parts = np.random.default_rng(1).normal(1e5, 3e4, 10_000)
    assert parts.sum() != np.cumsum(parts[::-1])[-1]
    assert settled(parts.sum()) == settled(np.cumsum(parts[::-1])[-1])


def test_what_cancels_out_is_zero_without_sign_and_no_sum_stays_none() -> None:
    assert str(settled([0.1 + 0.2 - 0.3, -0.0])) == str(np.array([0.0, 0.0]))
    assert np.isnan(settled([np.nan])).all()
