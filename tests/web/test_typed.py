"""Figures as people write them: read into the metric's unit, or refused with an example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.locale import Language
from efficace.locale.numbers import format_value
from efficace.web.typed import TypedError, read_figure


@pytest.mark.parametrize(
    ("text", "unit", "language", "figure"),
    [
        ("41.5%", "share", "en", 0.415), ("41,5 %", "share", "fr", 0.415), ("41,5\u202f%", "share", "fr", 0.415),
        ("35", "share", "en", 0.35), ("0.4 %", "share", "en", 0.004), ("-3%", "share", "en", -0.03),
        ("0", "share", "en", 0.0), ("100 %", "share", "fr", 1.0),
        ("1.2 M€", "EUR", "en", 1_200_000), ("1,2 M€", "EUR", "fr", 1_200_000), ("€6,950", "EUR", "en", 6950),
        ("6 950 €", "EUR", "fr", 6950), ("6\u202f950\u00a0€", "EUR", "fr", 6950), ("6.950,50 €", "EUR", "fr", 6950.5),
        ("6,950.50", "EUR", "fr", 6950.5), ("12k", "EUR", "en", 12_000), ("EUR 80", "EUR", "en", 80),
        ("1'250 CHF", "CHF", "fr", 1250), ("\u2212€250", "EUR", "en", -250), ("€5,000/day", "EUR/day", "en", 5000),
        ("5 000 € / jour", "EUR/day", "fr", 5000),
        ("90 min", "minutes", "en", 90), ("90", "minutes", "en", 90), ("1 h 50", "minutes", "en", 110),
        ("1 h 50 min", "minutes", "fr", 110), ("1.5 h", "minutes", "en", 90), ("1,5 heures", "minutes", "fr", 90),
        ("2 jours", "hours", "fr", 48), ("3 days", "days", "en", 3), ("2 weeks", "days", "en", 14),
        ("2 semaines", "days", "fr", 14), ("36 h", "days", "en", 1.5), ("30 secondes", "minutes", "fr", 0.5),
        ("6 months", "months", "en", 6), ("2 ans", "months", "fr", 24), ("18 mois", "months", "fr", 18),
        ("42 points", "points", "en", 42), ("-4,5 pts", "points", "fr", -4.5), ("1,234", "orders", "en", 1234),
        ("1,234", "orders", "fr", 1.234), ("1 234,5", "orders", "fr", 1234.5), ("1.234.567", "orders", "en", 1234567),
    ],
)  # fmt: skip
def test_what_people_write_is_read(text: str, unit: str, language: Language, figure: float) -> None:
    assert read_figure(text, unit, language) == pytest.approx(figure, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "example"),
    [
        ("0.35", "share", "41.5%"), ("much", "share", "41.5%"), ("35 €", "share", "41.5%"), ("", "share", "41.5%"),
        ("6950 $", "EUR", "€1,23"), ("6 95", "EUR", "€1,23"), ("1.2.3", "EUR", "€1,23"), ("12x", "EUR", "€1,23"),
        ("90 €", "minutes", "1 h 30"), ("1 h 2 x", "minutes", "1 h 30"), ("-5 min", "minutes", "1 h 30"),
        ("5 elephants", "days", "3"), ("nan", "orders", "1,234.5"), ("inf", "orders", "1,234.5"),
        ("1e5", "orders", "1,234.5"), ("9" * 400, "EUR", "€"), ("%", "share", "41.5%"),
    ],
)  # fmt: skip
def test_what_is_no_such_figure_is_refused_with_an_example(text: str, unit: str, example: str) -> None:
    with pytest.raises(TypedError) as told:
        read_figure(text, unit, "en")
    assert example in str(told.value)


@given(st.floats(0.001, 5), st.sampled_from(["share"]), st.sampled_from(["en", "fr"]))
def test_a_share_that_is_shown_is_read_back(value: float, unit: str, language: Language) -> None:
    shown = format_value(value, unit, language)
    assert read_figure(shown, unit, language) == pytest.approx(value, abs=0.0006)


@given(st.floats(-9e8, 9e8), st.sampled_from(["EUR", "USD", "CHF"]), st.sampled_from(["en", "fr"]))
def test_money_that_is_shown_is_read_back(value: float, unit: str, language: Language) -> None:
    shown = format_value(value, unit, language)
    assert read_figure(shown, unit, language) == pytest.approx(value, rel=0.006, abs=0.6)


@given(st.floats(0, 5000), st.sampled_from(["minutes", "hours", "days"]), st.sampled_from(["en", "fr"]))
def test_a_time_that_is_shown_is_read_back(value: float, unit: str, language: Language) -> None:
    shown = format_value(value, unit, language)
    assert read_figure(shown, unit, language) == pytest.approx(value, rel=0.06, abs=0.6)
