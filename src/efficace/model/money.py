"""Currencies: which codes exist, their minor units, and a rate for every day on which one is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from efficace.model.time import Columns, append_row

_EXPONENTS = {
    0: "ADP BIF BYR CLP DJF ESP GNF ISK ITL JPY KMF KRW LUF PYG RWF TRL UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Minor units of ISO 4217 (table A.1 and A.3) where they are not hundredths. CLDR's figures are how people write
amounts (whole Iraqi dinars), not what a vendor's minor unit is, and differ for a score of currencies."""

UNUSUAL_MINOR_UNITS: Mapping[int, tuple[str, ...]] = {
    places: tuple(codes.split()) for places, codes in _EXPONENTS.items()
}
"""Decimal places -> the currencies that have so many; all others have two."""

_EXPONENT_OF = {code: exponent for exponent, codes in UNUSUAL_MINOR_UNITS.items() for code in codes}
_NO_MONEY = frozenset({"XXX", "XTS"})


def is_currency(code: str) -> bool:
    """Whether a code is an ISO 4217 currency, present or past; capital letters only."""
    return code in _known_codes()


def exponent(code: str) -> int:
    """Decimal places of a currency's minor unit: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENT_OF.get(code, 2)


def amount_of_minor_units(units: int | Decimal, code: str) -> Decimal:
    """A vendor's minor units as an amount: 1999 is 19.99 EUR, 1999 JPY, 1.999 KWD."""
    return Decimal(units).scaleb(-exponent(code))


def filled_rates(rows: Iterable[Mapping[str, Any]], company_currency: str, last: date, max_age_days: int) -> Columns:
    """The rate of each currency on each day: the latest on or before the day, at most so many days old.

    Args:
        rows: ``rate_on``, ``currency``, ``rate`` (units of the company's currency for 1 of ``currency``), in any order;
            of several on one day the last one given counts. The company's currency needs none.
        last: Last day of the table.

    Returns:
        Columns ``day``, ``currency``, ``rate`` (float), by currency and day.
    """
    known: dict[str, dict[date, float]] = {}
    for row in rows:
        if row["currency"] != company_currency and row["rate_on"] <= last:
            known.setdefault(row["currency"], {})[row["rate_on"]] = float(row["rate"])
    table: Columns = {"day": [], "currency": [], "rate": []}
    for currency in sorted(known):
        days = sorted(known[currency])
        for day, following in zip(days, [*days[1:], last + timedelta(days=1)], strict=True):
            for age in range(min((following - day).days, max_age_days + 1)):
                append_row(table, day + timedelta(days=age), currency, known[currency][day])
    return table


@lru_cache(maxsize=1)
def _known_codes() -> frozenset[str]:
    from babel.core import get_global

    return frozenset(get_global("all_currencies")) - _NO_MONEY
