"""The sentence that heads a metric's page."""

from __future__ import annotations

import pytest

from efficace.locale import catalogue
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.headlines import SENTENCES, YES_OR_NO, headline, verdict


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


@pytest.mark.parametrize("metric", sorted(YES_OR_NO))
def test_a_metric_that_says_yes_or_no_is_told_as_a_sentence(metric: str) -> None:
    yes, no = verdict(metric, 1.0), verdict(metric, 0.0)
    assert metric in CATALOGUE
    assert yes is not None
    assert no is not None
    assert str(yes) != str(no)
    assert all(said.into("fr") != str(said) for said in (yes, no))
    assert verdict("win_rate", 1.0) is None
