"""The page of a metric: made for every metric from its declaration."""

from __future__ import annotations

import pytest

from clients import SignedIn
from efficace.metrics.catalogue import CATALOGUE


@pytest.mark.parametrize("metric", sorted(CATALOGUE))
def test_every_metric_has_a_page(signed_in: SignedIn, metric: str) -> None:
    shown = signed_in("analyst").get(f"/kpi/{metric}")
    assert shown.status_code == 200, shown.text
