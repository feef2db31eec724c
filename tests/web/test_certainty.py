"""What stands beside a figure: its interval, one side of it, or why there is none."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from efficace.locale import Language
from efficace.web.say import Say


@pytest.mark.parametrize(
    ("language", "low", "high", "unit", "told"),
    [
        ("en", 0.25, 0.5, "share", "25.0–50.0%"),
        ("en", 40.0, None, "days", "at least 40"),
        ("fr", None, 40.0, "days", "au plus 40"),
        ("en", None, None, "days", "too few for an interval"),
        ("fr", None, None, "minutes", "trop peu pour un intervalle"),
        ("en", None, None, "EUR", "full count"),
    ],
)
def test_a_figure_says_how_sure_it_is(
    language: Language, low: float | None, high: float | None, unit: str, told: str
) -> None:
    assert told in Say(language, ZoneInfo("Europe/Paris")).certainty(low, high, unit)
