"""Figures as people write them, read into the unit of a metric: ``41.5 %``, ``1.2 M€``, ``1 h 50``, ``3 jours``."""

from __future__ import annotations

import re
from math import isfinite

from efficace.errors import EfficaceError
from efficace.locale import Language
from efficace.locale.numbers import format_value, is_money
from efficace.locale.said import Said
from efficace.metrics.metric import CURRENCY, CURRENCY_PER_DAY

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[ '.,]\d{3})*(?:[.,]\d+)?|[-+]?\d*[.,]?\d+")
_MINUTES = {
    "s": 1 / 60, "sec": 1 / 60, "second": 1 / 60, "seconde": 1 / 60,
    "m": 1.0, "min": 1.0, "mn": 1.0, "minute": 1.0,
    "h": 60.0, "hr": 60.0, "hour": 60.0, "heure": 60.0,
    "d": 1440.0, "j": 1440.0, "day": 1440.0, "jour": 1440.0,
    "w": 10080.0, "week": 10080.0, "sem": 10080.0, "semaine": 10080.0,
}  # fmt: skip
_UNITS = {"minutes": 1.0, "hours": 60.0, "days": 1440.0}
_MONTHS = {"month": 1.0, "mois": 1.0, "mo": 1.0, "year": 12.0, "an": 12.0, "année": 12.0, "y": 12.0}
_LARGE = {"": 1.0, "k": 1e3, "m": 1e6, "mio": 1e6, "bn": 1e9, "md": 1e9}
_SIGNS = {"$US": "USD", "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_EXAMPLES = {"share": 0.415, "minutes": 90.0, "hours": 1.5, "days": 3.0, "months": 6.0}
_NAMES = {
    "share": Said("in %"), "minutes": Said("a time"), "hours": Said("a time"), "days": Said("a time"),
    "months": Said("in months"), "points": Said("in points"),
}  # fmt: skip


class TypedError(EfficaceError, ValueError):
    """What somebody typed is no figure of the unit that was asked."""


def unit_of(unit: str, currency: str) -> str:
    """A metric's unit with the company's currency in place of the word for it."""
    return {CURRENCY: currency, CURRENCY_PER_DAY: f"{currency}/day"}.get(unit, unit)


def unit_said(unit: str) -> Said:
    """What to write beside a field for figures of a unit (a currency code for money)."""
    if is_money(unit):
        return Said("in {currency}", {"currency": unit})
    return _NAMES.get(unit, Said("a number"))


def read_figure(text: str, unit: str, language: Language) -> float:
    """A figure in its unit; shares from 0 to 1.

    Args:
        unit: ``share``, ``minutes``, ``hours``, ``days``, ``months``, a currency code, ``EUR/day``, else a count.
        language: Decides what ``1,234`` is where nothing else does.

    Raises:
        TypedError: If it is none; says how one is written.
    """
    typed = _SPACES.sub(" ", text).strip().replace("\u2212", "-").replace("\u2019", "'")
    found = _found(typed, unit, language)
    if found is None:
        example = format_value(_EXAMPLES.get(unit, 1234.5), unit, language)
        raise TypedError('"{text}" is not such a figure. Write for example {example}.', text=text[:60], example=example)
    return found


def _found(typed: str, unit: str, language: Language) -> float | None:
    if unit == "share":
        return _share(typed, language)
    if unit in _UNITS:
        return _span(typed, _MINUTES, _UNITS[unit], language)
    if unit == "months":
        return _span(typed, _MONTHS, 1.0, language)
    if is_money(unit):
        return _money(typed, unit.partition("/")[0], language)
    return _number(re.sub(r"\s*(points?|pts?)$", "", typed, flags=re.IGNORECASE), language)


def _share(typed: str, language: Language) -> float | None:
    """Per cent; a bare number below 1 is refused, as it may be a share or less than a per cent."""
    found = _number(typed.removesuffix("%").strip(), language)
    if found is None or (not typed.endswith("%") and 0 < abs(found) < 1):
        return None
    return found / 100


def _span(typed: str, sizes: dict[str, float], own: float, language: Language) -> float | None:
    """Numbers with units, added up: ``1 h 50`` (minutes after hours); a bare number is in the metric's own unit."""
    parts = re.findall(r"([\d.,' ]*\d)\s*([^\W\d]*)\s*", typed)
    if not parts or re.sub(r"([\d.,' ]*\d)\s*([^\W\d]*)\s*", "", typed):
        return None
    total, before = 0.0, ""
    for written, word in parts:
        size = _size(word, before, sizes, own if len(parts) == 1 else None)
        number = _number(written.strip(), language)
        if size is None or number is None:
            return None
        total, before = total + number * size, word
    return total / own


def _size(word: str, before: str, sizes: dict[str, float], own: float | None) -> float | None:
    if not word:
        return {"h": 1.0, "hr": 1.0, "min": 1 / 60, "mn": 1 / 60}.get(before.lower(), own)
    known = word.lower()
    return sizes.get(known, sizes.get(known.rstrip("s"), sizes.get(known.removesuffix("es"))))


def _money(typed: str, currency: str, language: Language) -> float | None:
    plain = re.sub(r"\s*(/|per |par )\s*(day|jour)$", "", typed, flags=re.IGNORECASE)
    for sign, code in _SIGNS.items():
        plain = plain.replace(sign, f" {code} ")
    plain = re.sub(r"^([-+])\s+", r"\1", plain.replace(currency, " ").strip())
    fits = re.fullmatch(r"([-+]?[\d.,' ]*\d)\s*([a-zA-Z]*)", plain)
    if fits is None or fits.group(2).lower() not in _LARGE:
        return None
    number = _number(fits.group(1).strip(), language)
    return None if number is None else number * _LARGE[fits.group(2).lower()]


def _number(typed: str, language: Language) -> float | None:
    """A number with the marks of either language; where one mark may be both, the language decides."""
    if not _GROUPED.fullmatch(typed):
        return None
    plain = typed.replace(" ", "").replace("'", "")
    marks = [sign for sign in plain if sign in ".,"]
    decimal = "," if language == "fr" else "."
    if len(set(marks)) == 2:
        decimal = marks[-1]
    elif len(marks) == 1 and not re.search(r"[.,]\d{3}$", plain):
        decimal = marks[0]
    elif len(marks) > 1:
        decimal = "." if marks[0] == "," else ","
    other = "," if decimal == "." else "."
    found = float(plain.replace(other, "").replace(decimal, "."))
    return found if isfinite(found) else None
