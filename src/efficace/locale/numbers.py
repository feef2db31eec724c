"""Numbers, money, durations and dates as people write them, in English and French."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from math import isfinite

from efficace.locale import Language, is_singular, language
from efficace.locale.typography import NARROW, spaced

NOTHING = "–"
"""Stands where there is no value; never a zero."""
MINUS = "\u2212"
_BEYOND_DIGITS = 1e15
"""From here on a float has no decimals left to show."""

_BABEL = {"en": "en_GB", "fr": "fr_FR"}
_NOUNS: dict[str, dict[Language, tuple[str, str]]] = {
    "days": {"en": ("day", "days"), "fr": ("jour", "jours")},
    "months": {"en": ("month", "months"), "fr": ("mois", "mois")},
    "points": {"en": ("pt", "pts"), "fr": ("pt", "pts")},
}
_MINUTES_OF = {"minutes": 1.0, "hours": 60.0}


def format_value(value: float | None, unit: str, into: str | None = None) -> str:
    """A figure with its unit.

    Args:
        unit: ``share`` (0 to 1), ``days``, ``hours``, ``minutes``, ``months``, ``points``, a currency code such as
            ``EUR``, ``EUR/day``; anything else is a noun for a count, which stands in the head of the column.

    Returns:
        ``11.5%``, ``41.5 days``, ``1 h 50``, ``€6,950``, ``€4.71 M``, ``1,234.5``; ``–`` for no value.
    """
    if value is None or not isfinite(value):
        return NOTHING
    spoken = language(into)
    if unit == "share":
        return format_share(value, spoken)
    if unit in _MINUTES_OF:
        return format_duration(value * _MINUTES_OF[unit], spoken)
    if unit in _NOUNS:
        return _with_noun(value, unit, spoken)
    if is_money(unit):
        code, _, per = unit.partition("/")
        return format_money(value, code, spoken) + (_per_day(spoken) if per else "")
    return format_number(value, spoken)


def format_change(change: float | None, unit: str, into: str | None = None) -> str:
    """A difference of two figures with its sign; of shares in points: ``+1.7 pts``."""
    if change is None or not isfinite(change):
        return NOTHING
    points = unit == "share"
    text = format_value(abs(change) * (100 if points else 1), "points" if points else unit, into)
    return (MINUS if change < 0 else "+") + text if _is_visible(text) else text


def format_change_interval(low: float | None, high: float | None, unit: str, into: str | None = None) -> str:
    """Both limits of a difference; of shares in points: ``−0.2 to 3.6``."""
    if unit != "share" or low is None or high is None:
        return format_interval(low, high, unit, into)
    return format_interval(low * 100, high * 100, "points", into)


def format_interval(low: float | None, high: float | None, unit: str, into: str | None = None) -> str:
    """Both limits: ``40.1–45.3``, ``−0.2 to 3.6``, ``40,1 à 45,3``; nothing where a limit is missing.

    The unit is not repeated, except for money and times of day, and ``%`` closes the interval.
    """
    if low is None or high is None:
        return ""
    spoken = language(into)
    if unit == "share" or unit in _NOUNS:
        scale = 100 if unit == "share" else 1
        places = max(_places(bound * scale) for bound in (low, high))
        texts = [format_number(bound * scale, spoken, places) for bound in (low, high)]
        closing = _percent_sign(spoken) if unit == "share" else ""
    else:
        texts = [format_value(bound, unit, spoken) for bound in (low, high)]
        closing = ""
    return _between(spoken, *texts) + closing


def format_number(value: float, into: str | None = None, places: int | None = None) -> str:
    """A plain number: ``1,234.5``, ``1 234,5``.

    Args:
        places: Decimals; by default as many as its size deserves, without trailing zeros.
    """
    pattern = "#,##0." + ("#" * _places(value) if places is None else "0" * places)
    return _decimal(value, pattern, language(into))


def format_chance(chance: float, into: str | None = None) -> str:
    """A p or q with its sign: ``= 0.0312``, ``= 0,764``; ``< 0.0001`` where it is smaller than that."""
    least = 0.0001
    sign = "<" if chance < least else "="
    return f"{sign} {format_number(max(chance, least), into, places=4 if chance < 0.01 else 3)}"


def format_share(share: float, into: str | None = None) -> str:
    """A share as a percentage: ``11.5%``, ``11,5 %``; a small one keeps two significant digits."""
    spoken = language(into)
    percent = share * 100
    places = 1
    while 0 < abs(percent) < 10.0 ** (1 - places) and places < 6:
        places += 1
    return format_number(percent, spoken, places) + _percent_sign(spoken)


def format_money(amount: float, code: str, into: str | None = None) -> str:
    """An amount: ``€47.50``, ``€6,950``, ``€4.71 M``; ``47,50 €``, ``6 950 €``, ``4,71 M€``.

    Cents below 100, whole units below a million, then millions and billions with three digits.
    """
    spoken = language(into)
    scale, letter = _scale(abs(amount), spoken)
    number = abs(amount) / scale
    text = format_number(number, spoken, _money_places(number, bool(letter)))
    sign = MINUS if amount < 0 and _is_visible(text) else ""
    symbol = _symbol(code, spoken)
    if spoken == "fr":
        return f"{sign}{text}{NARROW}{letter}{symbol}"
    gap = NARROW if symbol[-1].isalpha() else ""
    return f"{sign}{symbol}{gap}{text}" + (f"{NARROW}{letter}" if letter else "")


def format_duration(minutes: float, into: str | None = None) -> str:
    """A length of time in its two largest units: ``45 s``, ``4 min 30``, ``1 h 50``, ``2 d 3 h``, ``2 j 3 h``."""
    spoken = language(into)
    seconds = round(abs(minutes) * 60)
    sign = MINUS if minutes < 0 and seconds else ""
    if seconds < 60:
        return sign + spaced(f"{seconds} s", spoken)
    if seconds < 3600:
        return sign + spaced(_clock(seconds, "min"), spoken)
    if round(seconds / 60) < 1440:
        return sign + spaced(_clock(round(seconds / 60), "h"), spoken)
    days, hours = divmod(round(seconds / 3600), 24)
    text = f"{format_number(days, spoken)} {'j' if spoken == 'fr' else 'd'}"
    return sign + spaced(text + (f" {hours} h" if hours else ""), spoken)


def format_date(day: date, into: str | None = None) -> str:
    """A calendar date: ``6 Oct 2026``, ``6 oct. 2026``."""
    from babel.dates import format_date as babel_date

    return str(babel_date(day, "d MMM y", locale=_BABEL[language(into)]))


def format_instant(instant: datetime, into: str | None = None) -> str:
    """A date with its time of day, as the instant's own zone has it: ``6 Oct 2026 14:05``."""
    return f"{format_date(instant.date(), into)} {instant:%H:%M}"


def format_period(label: date | None, grain: str, into: str | None = None) -> str:
    """Name of the period that begins on a day: ``Mar 2026``, ``T1 2026``, ``Jul–Sep 2025``, ``FY 2025/26``.

    Args:
        label: First day of the whole calendar period, None for ``all``.
    """
    spoken = language(into)
    if label is None:
        return "all" if spoken == "en" else "tout"
    if grain in _PERIODS:
        return _PERIODS[grain](label, spoken)
    return format_date(label, spoken)


def is_money(unit: str) -> bool:
    """Whether a unit is a currency code, alone or ``/day``."""
    code, _, per = unit.partition("/")
    return len(code) == 3 and code.isascii() and code.isupper() and per in ("", "day")


def _between(spoken: Language, low: str, high: str) -> str:
    if spoken == "fr":
        return f"{low} à {high}"
    return f"{low} to {high}" if MINUS in low + high or " " in low + high else f"{low}–{high}"


def _scale(size: float, spoken: Language) -> tuple[float, str]:
    """Divisor and its sign; the limits lie where rounding would show one digit too many."""
    if size >= 999.5e6:
        return 1e9, "Md" if spoken == "fr" else "bn"
    return (1e6, "M") if size >= 999_999.5 else (1.0, "")


def _money_places(number: float, is_scaled: bool) -> int:
    if is_scaled:
        return 2 if number < 9.995 else 1 if number < 99.95 else 0
    return 2 if number < 99.995 and not float(number).is_integer() else 0


def _clock(total: int, unit: str) -> str:
    whole, rest = divmod(total, 60)
    return f"{whole} {unit}" + (f" {rest:02d}" if rest else "")


def _with_noun(value: float, unit: str, spoken: Language) -> str:
    text = format_number(value, spoken)
    is_one = is_singular(value, spoken) if spoken == "fr" else text.lstrip(MINUS) == "1"
    return spaced(f"{text} {_NOUNS[unit][spoken][0 if is_one else 1]}", spoken)


def _places(value: float) -> int:
    """Decimals that a number's size deserves: two below 10, one below 10,000."""
    size = abs(value)
    return 2 if size < 9.995 else 1 if size < 9999.95 else 0


def _percent_sign(spoken: Language) -> str:
    return f"{NARROW}%" if spoken == "fr" else "%"


def _per_day(spoken: Language) -> str:
    return "/jour" if spoken == "fr" else "/day"


def _is_visible(text: str) -> bool:
    return any(digit in text for digit in "123456789")


@lru_cache(maxsize=50_000)  # pages show the same figures again and again, and Babel takes its time
def _decimal(value: float, pattern: str, spoken: Language) -> str:
    from babel.numbers import format_decimal

    if abs(value) >= _BEYOND_DIGITS:
        return f"{value:.3g}".replace("-", MINUS).replace(".", "," if spoken == "fr" else ".")
    text = str(format_decimal(value, pattern, locale=_BABEL[spoken], decimal_quantization=True)).lstrip("-")
    return (MINUS if value < 0 and _is_visible(text) else "") + text


@lru_cache(maxsize=256)
def _symbol(code: str, spoken: Language) -> str:
    from babel.numbers import get_currency_symbol

    return str(get_currency_symbol(code, locale=spoken))


def _month(day: date, spoken: Language) -> str:
    from babel.dates import format_date as babel_date

    return str(babel_date(day, "MMM", locale=_BABEL[spoken]))


def _quarter(label: date, spoken: Language) -> str:
    return f"{'T' if spoken == 'fr' else 'Q'}{(label.month + 2) // 3} {label.year}"


def _week(label: date, spoken: Language) -> str:
    return ("sem. du " if spoken == "fr" else "week of ") + format_date(label, spoken)


def _fiscal_quarter(label: date, spoken: Language) -> str:
    years, month = divmod(label.month + 1, 12)
    last = date(label.year + years, month + 1, 1)
    first_year = f" {label.year}" if years else ""
    return f"{_month(label, spoken)}{first_year}–{_month(last, spoken)} {last.year}"


def _fiscal_year(label: date, spoken: Language) -> str:
    if label.month == 1:
        return str(label.year)
    return f"{'exercice' if spoken == 'fr' else 'FY'} {label.year}/{(label.year + 1) % 100:02d}"


_PERIODS: dict[str, Callable[[date, Language], str]] = {
    "week": _week,
    "month": lambda label, spoken: f"{_month(label, spoken)} {label.year}",
    "quarter": _quarter,
    "year": lambda label, _: str(label.year),
    "fiscal_quarter": _fiscal_quarter,
    "fiscal_year": _fiscal_year,
}
