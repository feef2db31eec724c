"""How figures are written in both languages; the first cases are the table of the visual design."""

from __future__ import annotations

import math
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.locale.numbers import (
    format_chance,
    format_change,
    format_change_interval,
    format_date,
    format_duration,
    format_instant,
    format_interval,
    format_money,
    format_number,
    format_period,
    format_share,
    format_value,
)

THIN = "\u202f"
WIDE = "\u00a0"


@pytest.mark.parametrize(
    ("value", "unit", "english", "french"),
    [
        (1234.5, "units", "1,234.5", f"1{THIN}234,5"),
        (6950.0, "EUR", "€6,950", f"6{THIN}950{THIN}€"),
        (4_710_000.0, "EUR", f"€4.71{THIN}M", f"4,71{THIN}M€"),
        (0.115, "share", "11.5%", f"11,5{THIN}%"),
        (110.0, "minutes", "1 h 50", "1 h 50"),
        (1.5, "hours", "1 h 30", "1 h 30"),
        (41.5, "days", "41.5 days", "41,5 jours"),
        (1.0, "days", "1 day", "1 jour"),
        (1.5, "days", "1.5 days", "1,5 jour"),
        (7.25, "months", "7.25 months", "7,25 mois"),
        (-12.0, "points", "−12 pts", "−12 pts"),
        (1250.0, "EUR/day", "€1,250/day", f"1{THIN}250{THIN}€/jour"),
        (47.5, "USD", "$47.50", f"47,50{THIN}$US"),
        (47.0, "CHF", f"CHF{THIN}47", f"47{THIN}CHF"),
        (-6950.0, "EUR", "−€6,950", f"−6{THIN}950{THIN}€"),
        (999_999.7, "EUR", f"€1.00{THIN}M", f"1,00{THIN}M€"),
        (2.5e9, "EUR", f"€2.50{THIN}bn", f"2,50{THIN}Md€"),
        (0.0, "share", "0.0%", f"0,0{THIN}%"),
        (0.0, "customers", "0", "0"),
        (12345.6, "customers", "12,346", f"12{THIN}346"),
        (None, "EUR", "–", "–"),
        (math.nan, "share", "–", "–"),
    ],
)
def test_a_value_is_written_with_its_unit(value: float | None, unit: str, english: str, french: str) -> None:
    assert format_value(value, unit, "en") == english
    assert format_value(value, unit, "fr") == french.replace(" ", WIDE)


@pytest.mark.parametrize(
    ("change", "unit", "english", "french"),
    [
        (0.017, "share", "+1.7 pts", "+1,7 pt"),
        (-0.04, "share", "−4 pts", "−4 pts"),
        (-3.0, "days", "−3 days", "−3 jours"),
        (0.0, "EUR", "€0", f"0{THIN}€"),
        (-90.0, "minutes", "−1 h 30", "−1 h 30"),
        (None, "EUR", "–", "–"),
    ],
)
def test_a_change_carries_its_sign(change: float | None, unit: str, english: str, french: str) -> None:
    assert format_change(change, unit, "en") == english
    assert format_change(change, unit, "fr") == french.replace(" ", WIDE)


@pytest.mark.parametrize(
    ("low", "high", "unit", "english", "french"),
    [
        (40.1, 45.3, "days", "40.1–45.3", "40,1 à 45,3"),
        (-0.2, 3.6, "points", "−0.20 to 3.60", "−0,20 à 3,60"),
        (0.401, 0.453, "share", "40.1–45.3%", f"40,1 à 45,3{THIN}%"),
        (110.0, 150.0, "minutes", "1 h 50 to 2 h 30", f"1{WIDE}h{WIDE}50 à 2{WIDE}h{WIDE}30"),
        (6950.0, 7100.0, "EUR", "€6,950–€7,100", f"6{THIN}950{THIN}€ à 7{THIN}100{THIN}€"),
        (None, 3.6, "points", "", ""),
    ],
)
def test_an_interval_shows_both_limits(
    low: float | None, high: float | None, unit: str, english: str, french: str
) -> None:
    assert (format_interval(low, high, unit, "en"), format_interval(low, high, unit, "fr")) == (english, french)


@pytest.mark.parametrize(
    ("minutes", "english", "french"),
    [
        (0.0, "0 s", "0 s"),
        (0.75, "45 s", "45 s"),
        (0.999, "1 min", "1 min"),
        (4.5, "4 min 30", "4 min 30"),
        (65.0, "1 h 05", "1 h 05"),
        (1439.7, "1 d", "1 j"),
        (51 * 60.0, "2 d 3 h", "2 j 3 h"),
        (-30.0, "−30 min", "−30 min"),
    ],
)
def test_a_duration_has_its_two_largest_units(minutes: float, english: str, french: str) -> None:
    assert format_duration(minutes, "en") == english
    assert format_duration(minutes, "fr") == french.replace(" ", WIDE)


def test_a_small_share_is_not_shown_as_zero() -> None:
    assert format_share(0.00034, "en") == "0.034%"


def test_dates_and_instants() -> None:
    assert format_date(date(2026, 10, 6), "en") == "6 Oct 2026"
    assert format_date(date(2026, 10, 6), "fr") == "6 oct. 2026"
    assert format_instant(datetime(2026, 10, 6, 9, 5), "en") == "6 Oct 2026 09:05"


@pytest.mark.parametrize(
    ("label", "grain", "english", "french"),
    [
        (date(2026, 3, 1), "month", "Mar 2026", "mars 2026"),
        (date(2026, 4, 1), "quarter", "Q2 2026", "T2 2026"),
        (date(2026, 1, 1), "year", "2026", "2026"),
        (date(2026, 3, 2), "week", "week of 2 Mar 2026", "sem. du 2 mars 2026"),
        (date(2026, 3, 2), "day", "2 Mar 2026", "2 mars 2026"),
        (date(2025, 7, 1), "fiscal_quarter", "Jul–Sept 2025", "juil.–sept. 2025"),
        (date(2025, 11, 1), "fiscal_quarter", "Nov 2025–Jan 2026", "nov. 2025–janv. 2026"),
        (date(2025, 10, 1), "fiscal_quarter", "Oct–Dec 2025", "oct.–déc. 2025"),
        (date(2025, 7, 1), "fiscal_year", "FY 2025/26", "exercice 2025/26"),
        (date(2026, 1, 1), "fiscal_year", "2026", "2026"),
        (None, "all", "all", "tout"),
    ],
)
def test_periods_are_named(label: date | None, grain: str, english: str, french: str) -> None:
    assert (format_period(label, grain, "en"), format_period(label, grain, "fr")) == (english, french)


@given(st.floats(width=32), st.sampled_from(["share", "days", "minutes", "EUR", "x"]))
def test_any_number_is_written_and_zero_has_no_sign(value: float, unit: str) -> None:
    for spoken in ("en", "fr"):
        text = format_value(value, unit, spoken)
        assert text
        assert any(digit in text for digit in "123456789") or "−" not in text


@given(st.floats(-1e6, 1e6))
def test_a_written_number_reads_back_to_the_same_within_its_decimals(value: float) -> None:
    text = format_number(value, "en", 3).replace(",", "").replace("−", "-")
    assert abs(float(text) - value) <= 0.0005000001


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_money_keeps_the_order_of_amounts(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert _read(format_money(low, "EUR", "en")) <= _read(format_money(high, "EUR", "en"))


def _read(text: str) -> float:
    number, _, letter = text.removeprefix("€").replace(",", "").partition(THIN)
    return float(number) * {"": 1.0, "M": 1e6, "bn": 1e9}[letter]


@pytest.mark.parametrize(
    ("chance", "english", "french"),
    [
        (0.764, "= 0.764", "= 0,764"),
        (0.0031, "= 0.0031", "= 0,0031"),
        (3e-9, "< 0.0001", "< 0,0001"),
        (1.0, "= 1.000", "= 1,000"),
    ],
)
def test_a_chance_is_written_with_its_sign(chance: float, english: str, french: str) -> None:
    assert (format_chance(chance, "en"), format_chance(chance, "fr")) == (english, french)


def test_limits_of_a_difference_of_shares_are_points() -> None:
    assert format_change_interval(-0.002, 0.036, "share", "en") == "−0.20 to 3.60"
    assert format_change_interval(-0.002, 0.036, "share", "fr") == "−0,20 à 3,60"
    assert format_change_interval(1.5, 2.25, "days", "en") == format_interval(1.5, 2.25, "days", "en")
    assert format_change_interval(None, 0.1, "share", "en") == ""
