"""The slope by dose among cases alike: against statsmodels, by hand, at the edges."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols

from efficace.stats.slopes import pooled_slope


def test_it_is_least_squares_with_an_intercept_for_each_stratum():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"cell": rng.integers(0, 2, 900), "kind": rng.choice(list("abc"), 900)})
    frame["hours"] = rng.integers(0, 24, 900)
    frame["won"] = (rng.random(900) < 0.5 - 0.01 * frame.hours + 0.1 * (frame.kind == "b")).astype(int)
    rows = frame.groupby(["cell", "kind", "hours"]).won.agg(["size", "sum"]).reset_index()
    ours = pooled_slope(
        rows.cell.to_numpy(np.int64), rows.kind, rows.hours, rows["size"], rows["sum"], 3
    )  # fmt: skip
    for cell, own in frame.groupby("cell"):
        theirs = ols("won ~ hours + C(kind)", own).fit(cov_type="HC1")
        low, high = theirs.conf_int().loc["hours"]
        found = (ours.value[cell], ours.low[cell], ours.high[cell])
        assert found == pytest.approx((theirs.params["hours"], low, high), rel=1e-6)
    assert np.isnan(ours.value[2])


def test_strata_with_one_dose_say_nothing():
    ours = pooled_slope(np.zeros(3, dtype=np.int64), ["a", "b", "b"], [5, 1, 3], [9, 4, 4], [9, 3, 1], 1)
    assert ours.value[0] == pytest.approx((1 / 4 - 3 / 4) / 2), "within b: two hours more, half the chance less"


def test_too_few_cases_have_no_slope():
    assert np.isnan(pooled_slope(np.zeros(2, dtype=np.int64), ["a", "a"], [1, 3], [1, 1], [1, 0], 1).value).all()
    assert np.isnan(pooled_slope(np.zeros(0, dtype=np.int64), np.array([], dtype=str), [], [], [], 1).value).all()
