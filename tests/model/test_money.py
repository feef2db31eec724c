"""Currencies and daily rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.model.money import amount_of_minor_units, exponent, filled_rates, is_currency

LAST = date(2026, 1, 31)


def rate(day: int, value: Any, currency: str = "USD") -> dict[str, Any]:
    return {"rate_on": date(2026, 1, day), "currency": currency, "rate": value}


@pytest.mark.parametrize("code", ["EUR", "USD", "JPY", "FRF", "CHF", "XOF", "KWD"])
def test_iso_codes_are_currencies(code: str) -> None:
    assert is_currency(code)


@pytest.mark.parametrize("code", ["", "eur", "EURO", "€", "ABC", "XXX", "XTS"])
def test_other_texts_are_none(code: str) -> None:
    assert not is_currency(code)


@pytest.mark.parametrize(
    ("units", "code", "amount"),
    [
        (1999, "EUR", "19.99"),
        (1999, "JPY", "1999"),
        (1999, "KWD", "1.999"),
        (-5, "USD", "-0.05"),
        (1999, "IQD", "1.999"),
        (1999, "HUF", "19.99"),
        (10000, "CLF", "1"),
    ],
)
def test_minor_units_are_divided_by_the_currency_s_own_exponent(units: int, code: str, amount: str) -> None:
    assert amount_of_minor_units(units, code) == Decimal(amount)


def test_the_exponent_is_iso_s_where_cldr_differs() -> None:
    """ISO 4217 gives Iraqi dinars thousandths and Serbian dinars hundredths; CLDR writes both whole."""
    assert (exponent("IQD"), exponent("RSD"), exponent("UGX")) == (3, 2, 0)


def test_a_rate_serves_until_the_next_one_or_until_it_is_too_old() -> None:
    table = filled_rates([rate(10, 0.92), rate(2, Decimal("0.90")), rate(4, "0.91")], "EUR", LAST, max_age_days=7)
    found = dict(zip((day.day for day in table["day"]), table["rate"], strict=True))
    expected = {2: 0.90, 3: 0.90} | dict.fromkeys(range(4, 10), 0.91) | dict.fromkeys(range(10, 18), 0.92)
    assert found == expected
    assert set(table["currency"]) == {"USD"}


def test_nothing_is_known_before_the_first_rate_or_after_the_last_day() -> None:
    table = filled_rates([rate(30, 0.9), {**rate(1, 0.8), "rate_on": date(2026, 2, 5)}], "EUR", LAST, max_age_days=7)
    assert table["day"] == [date(2026, 1, 30), date(2026, 1, 31)]


def test_the_company_s_own_currency_has_no_rows() -> None:
    assert filled_rates([rate(1, 1.5, "EUR")], "EUR", LAST, 7) == {"day": [], "currency": [], "rate": []}


def test_with_age_zero_a_rate_serves_its_own_day_only() -> None:
    assert filled_rates([rate(1, 0.9)], "EUR", LAST, 0)["day"] == [date(2026, 1, 1)]


@given(
    st.lists(
        st.tuples(st.integers(1, 31), st.sampled_from(["USD", "GBP", "JPY"]), st.floats(0.001, 1000)), max_size=20
    ),
    st.integers(0, 10),
)
def test_rates_equal_a_backward_search_in_pandas(given_rates: list[tuple[int, str, float]], age: int) -> None:
    rows = [rate(day, value, currency) for day, currency, value in given_rates]
    table = filled_rates(rows, "EUR", LAST, age)
    found = dict(zip(zip(table["currency"], table["day"], strict=True), table["rate"], strict=True))
    for currency in ("USD", "GBP", "JPY"):
        by_day = {pd.Timestamp(row["rate_on"]): row["rate"] for row in rows if row["currency"] == currency}
        series = pd.Series(by_day, dtype=float)
        days = pd.date_range("2026-01-01", LAST)
        filled = series.sort_index().reindex(days).ffill(limit=age) if age else series.reindex(days)
        expected = {(currency, day.date()): value for day, value in filled.dropna().items()}
        assert expected == {key: value for key, value in found.items() if key[0] == currency}
