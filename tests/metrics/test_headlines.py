"""The sentence that heads a metric's page."""

from __future__ import annotations

import pytest

from efficace.locale import catalogue
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.headlines import SENTENCES, headline


@pytest.mark.parametrize("metric", sorted(SENTENCES))
def test_every_sentence_is_of_a_metric_and_known_in_french(metric: str) -> None:
    assert metric in CATALOGUE
    assert SENTENCES[metric].count("{value}") == 1
    assert SENTENCES[metric] in catalogue()


def test_the_sentence_carries_the_value_in_the_language() -> None:
    said = headline("win_rate", "34.0%")
    assert said is not None
    assert str(said) == "34.0% of the deals that closed were won"
    assert said.into("fr") == "34.0% des affaires closes ont été gagnées"


def test_a_metric_of_one_s_own_has_none() -> None:
    assert headline("mine", "3") is None
