"""What stands on an axis: a unit's numbers divided so that they are short, with their sign before or behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from efficace.charts.theme import Spec
from efficace.locale import Language, language, translate
from efficace.locale.numbers import format_value, is_money

MINUTES_OF = {"minutes": 1.0, "hours": 60.0}
SIGNS: dict[Language, tuple[str, str]] = {"en": ("d", "h"), "fr": ("j", "h")}


@dataclass(frozen=True)
class Scale:
    """How figures of a unit are written on an axis.

    Attributes:
        divisor: What figures are divided by before they are drawn.
        format: Of the number, as d3-format writes it.
        before: Stands before each number.
        behind: Stands behind each number.
        noun: Stands behind the largest number only.
    """

    divisor: float = 1.0
    format: str = ",.3~r"
    before: str = ""
    behind: str = ""
    noun: str = ""

    def axis(self, title: str | None = None) -> Spec:
        """The axis; its labels are told by an expression, which needs no code made at run time."""
        label = f"{_text(self.before)} + format(datum.value, '{self.format}') + {_text(self.behind)}"
        last = f" + (datum.index == 1 ? {_text(' ' + self.noun)} : '')" if self.noun else ""
        return {"title": title, "labelExpr": label + last, "tickCount": 5}

    def drawn(self, value: float | None) -> float | None:
        """A figure as it is drawn."""
        return None if value is None else value / self.divisor


def scale_of(unit: str, values: Iterable[float | None], into: str | None = None) -> Scale:
    """The way to write figures of a unit: money in millions, minutes in hours or days where they are many."""
    spoken = language(into)
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if unit == "share":
        return Scale(format=".1~%" if largest >= 0.02 else ".2~%")
    if unit in MINUTES_OF:
        return _time(largest, unit, spoken)
    if is_money(unit):
        return _money(largest, unit, spoken)
    divisor, sign = _large(largest, spoken)
    return Scale(divisor, behind=sign, noun=_noun(unit, spoken))


def spread_of(
    rows: Sequence[tuple[float | None, float | None, float | None]], *others: float | None
) -> tuple[float, float]:
    """Least and most of an axis: all figures, and their intervals as far as they do not dwarf the figures.

    It begins at 0 where the figures are positive and the least is no more than two thirds of the most.

    Args:
        rows: Each as (value, low, high).
        others: Further figures that must be in view: a target, a level.
    """
    values = [value for value, _low, _high in rows if value is not None]
    values += [value for value in others if value is not None]
    if not values:
        return 0.0, 1.0
    least, most = min(values), max(values)
    reach = (most - least) or abs(most) * 0.2 or 1.0
    low = max(min([low for _value, low, _high in rows if low is not None] + [least]), least - reach)
    high = min(max([high for _value, _low, high in rows if high is not None] + [most]), most + reach)
    if least >= 0 and low <= high * 2 / 3:
        return 0.0, high * 1.06
    margin = (high - low) * 0.06
    return (max(low - margin, 0.0) if least >= 0 else low - margin), high + margin


def _time(largest: float, unit: str, spoken: Language) -> Scale:
    minutes = largest * MINUTES_OF[unit]
    days, hours = SIGNS[spoken]
    if minutes >= 2 * 1440:
        return Scale(1440 / MINUTES_OF[unit], behind=f" {days}")
    if minutes >= 120:
        return Scale(60 / MINUTES_OF[unit], behind=f" {hours}")
    return Scale(1 / MINUTES_OF[unit], behind=" min")


def _money(largest: float, unit: str, spoken: Language) -> Scale:
    code, _, per = unit.partition("/")
    divisor, sign = _large(largest, spoken)
    symbol = _symbol(code, spoken)
    day = ("/jour" if spoken == "fr" else "/day") if per else ""
    if spoken == "fr":
        return Scale(divisor, behind=f"\u202f{sign}{symbol}{day}")
    return Scale(divisor, before=symbol, behind=(f" {sign}" if sign else "") + day)


def _noun(unit: str, spoken: Language) -> str:
    """What is counted, in the plural."""
    told = format_value(5, unit, spoken).split()
    return told[-1] if len(told) > 1 else translate(unit, spoken)


def _large(largest: float, spoken: Language) -> tuple[float, str]:
    if largest >= 999.5e6:
        return 1e9, "Md" if spoken == "fr" else "bn"
    if largest >= 999_500:
        return 1e6, "M"
    return (1e3, "k") if largest >= 20_000 else (1.0, "")


@lru_cache(maxsize=64)
def _symbol(code: str, spoken: Language) -> str:
    from babel.numbers import get_currency_symbol

    return str(get_currency_symbol(code, locale="fr_FR" if spoken == "fr" else "en_GB"))


def _text(text: str) -> str:
    """A text inside an expression."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
