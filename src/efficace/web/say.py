"""Words and figures in a visitor's language, as templates call them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from efficace.charts.rows import young_in_words
from efficace.locale import Language, in_language, translate
from efficace.locale.nouns import noun
from efficace.locale.numbers import (
    MINUS,
    format_chance,
    format_change,
    format_change_interval,
    format_date,
    format_instant,
    format_interval,
    format_number,
    format_period,
    format_value,
    is_money,
)
from efficace.locale.said import Said, tell_counted
from efficace.locale.typography import WIDE
from efficace.metrics.estimate_names import estimate_name
from efficace.metrics.left_out import why_left_out
from efficace.metrics.wording import (
    definition_name,
    dimension_name,
    meaning,
    member_name,
    metric_name,
    verdict_on,
    why_missing,
)
from efficace.model.time import add_months

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer, Row

UNITS_IN_VALUE = {"share", "days", "months", "points", "minutes", "hours"}
"""Units that a value carries itself; others stand beside it."""
ESTIMATED = {"days", "months", "points", "minutes", "hours"}
"""Units of what is estimated from cases that happened to come, never a total."""
CALENDAR = {1: "month", 3: "quarter", 12: "year"}
"""Grains by their number of months."""
_ACRONYMS = re.compile(r"\b(mrr|nps|csat|ces|ltv|cac)\b")


@dataclass(frozen=True)
class Say:
    """What a template says, in one language.

    Attributes:
        zone: The company's, for instants.
    """

    language: Language
    zone: ZoneInfo

    def text(self, text: str, **values: object) -> str:
        """A text of the product; ``values`` fill its places."""
        told = translate(text, self.language)
        return told.format(**values) if values else told

    def said(self, said: Said) -> str:
        """A sentence with its values."""
        return said.into(self.language)

    def counted(self, one: str, many: str, count: float, **values: object) -> str:
        """A text that speaks of a count, which ``{n}`` shows."""
        return tell_counted(one, many, count, values, self.language)

    @property
    def colon(self) -> str:
        """A colon behind a word, with the space that the language sets before it."""
        return f"{WIDE}:" if self.language == "fr" else ":"

    def both(self, texts: Mapping[str, str]) -> str:
        """A text that a declaration carries in both languages."""
        return in_language(texts, self.language)

    def metric(self, metric: str) -> str:
        """Name of a metric, with a capital."""
        name = _ACRONYMS.sub(lambda found: found[0].upper(), metric_name(metric, self.language))
        return name[:1].upper() + name[1:]

    def estimate(self, metric: str, estimate: str) -> str:
        """Name of an estimate beside a value, with a capital."""
        name = estimate_name(metric, estimate, self.language)
        return name[:1].upper() + name[1:]

    def definition(self, definition: str) -> str:
        """Name of a definition."""
        return definition_name(definition, self.language)

    def meaning(self, answer: Answer) -> str:
        """What a metric is, in one sentence."""
        return meaning(answer, self.language)

    def dimension(self, dimension: str) -> str:
        """Name of a dimension, with a capital."""
        name = dimension_name(dimension, self.language)
        return name[:1].upper() + name[1:]

    def member(self, row: Row, dimension: str) -> str:
        """Name of a row's member."""
        return member_name(row, dimension, self.language)

    def members(self, row: Row) -> str:
        """Names of all members of a row."""
        return " · ".join(self.member(row, name) for name in row.members)

    def value(self, value: float | str | None, unit: str | None) -> str:
        """A figure with its unit; a verdict or grade in words."""
        if isinstance(value, str):
            return translate(value.replace("_", " "), self.language)
        return format_value(value, unit or "", self.language)

    def brief(self, value: float | None, unit: str) -> str:
        """A figure for a narrow column: no more digits than two or three, days without their unit."""
        if value is None or unit not in ("share", "days"):
            return self.value(value, unit)
        scaled = value * 100 if unit == "share" else value
        text = format_number(scaled, self.language, 0 if abs(scaled) >= 10 else 1)
        return text + ({"en": "%", "fr": "\u202f%"}[self.language] if unit == "share" else "")

    def unit(self, unit: str, value: float | None = None) -> str:
        """What a plain count counts, in the form that goes with it; nothing where the value carries its unit."""
        return "" if unit in UNITS_IN_VALUE or is_money(unit) else noun(unit, value, self.language)

    def interval(self, low: float | None, high: float | None, unit: str) -> str:
        """Both limits; empty where no interval is meant."""
        return format_interval(low, high, unit, self.language)

    def certainty(self, low: float | None, high: float | None, unit: str) -> str:
        """The interval, or why there is none: all were counted, or they are too few to tell."""
        if low is not None and high is not None:
            return self.interval(low, high, unit)
        if low is not None:
            return self.text("at least {low}", low=self.value(low, unit))
        if high is not None:
            return self.text("at most {high}", high=self.value(high, unit))
        return self.text("too few for an interval") if unit in ESTIMATED else self.text("full count")

    def change(self, change: float | None, unit: str) -> str:
        """A difference with its sign."""
        return format_change(change, unit, self.language)

    def change_interval(self, low: float | None, high: float | None, unit: str) -> str:
        """Both limits of a difference."""
        return format_change_interval(low, high, unit, self.language)

    def relative(self, part: float) -> str:
        """A relative change with its sign: ``+9.4%``."""
        return (MINUS if part < 0 else "+") + format_value(abs(part), "share", self.language)

    def number(self, number: float) -> str:
        """A plain number."""
        return format_number(number, self.language)

    def chance(self, chance: float) -> str:
        """A p or q with its sign."""
        return format_chance(chance, self.language)

    def day(self, day: date) -> str:
        """A calendar date."""
        return format_date(day, self.language)

    def last_day(self, end: date) -> str:
        """The last of the days that end before a date."""
        return self.day(end - timedelta(days=1))

    def instant(self, at: datetime) -> str:
        """An instant by the company's clock; one without a zone is UTC."""
        known = at.replace(tzinfo=ZoneInfo("UTC")) if at.tzinfo is None else at
        return format_instant(known.astimezone(self.zone), self.language)

    def time_of_day(self, at: datetime) -> str:
        """The time of an instant by the company's clock; one without a zone is UTC."""
        return self.instant(at).rpartition(" ")[2]

    def period(self, label: date | None, grain: str) -> str:
        """Name of a period."""
        return format_period(label, grain, self.language)

    def span(self, start: date, end: date) -> str:
        """Name of the days ``[start, end)``: the calendar's where they are a month, quarter or year of it."""
        months = next((number for number in CALENDAR if end == add_months(start, number)), None)
        if months is not None and start.day == 1 and (start.month - 1) % months == 0:
            return self.period(start, CALENDAR[months])
        return self.text("{first} to {last}", first=self.day(start), last=self.last_day(end))

    def young(self, row: Row) -> str:
        """What makes a row too young for a verdict."""
        return young_in_words(row, self.language)

    def missing(self, entry: Mapping[str, Any]) -> str:
        """Why a value is missing."""
        return why_missing(entry, self.language)

    def reason(self, reason: str) -> str:
        """Why rows are left out, in a sentence."""
        return why_left_out(reason).into(self.language)

    def verdict(self, comparison: Mapping[str, Any]) -> str:
        """Whether members differ."""
        return verdict_on(comparison, self.language)
