"""Every estimate beside a value has a name in both languages."""

from __future__ import annotations

import pytest

from efficace.locale import catalogue
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.estimate_names import NAMES, OF_METRIC, estimate_name

DECLARED = sorted({(metric.id, name) for metric in CATALOGUE.values() for name in metric.estimates})


@pytest.mark.parametrize(("metric", "estimate"), DECLARED)
def test_every_declared_estimate_has_a_name_in_both_languages(metric: str, estimate: str) -> None:
    assert estimate in NAMES or (metric, estimate) in OF_METRIC
    told = (OF_METRIC.get((metric, estimate)) or NAMES[estimate]).template
    assert told in catalogue()
    assert estimate_name(metric, estimate, "en") == told
    assert estimate_name(metric, estimate, "fr") == catalogue()[told]


def test_no_name_is_kept_for_what_no_metric_declares() -> None:
    added = {"shrunken", "p_best_quarter", "adjusted", "q", "p"}
    assert set(NAMES) - {name for _metric, name in DECLARED} <= added
    assert set(OF_METRIC) <= set(DECLARED)


def test_an_estimate_of_a_metric_of_one_s_own_reads_as_it_is_named() -> None:
    assert estimate_name("mine", "days_to_win", "fr") == "days to win"
