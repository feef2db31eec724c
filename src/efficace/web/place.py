"""Where a visitor is: period, comparison and filters of a page, kept whole in its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from efficace.errors import QuestionError, nearest
from efficace.metrics.question import FIRST_YEAR, LAST_YEAR, alternatives, filter_text
from efficace.model.time import Grain, add_months, period_start

PERIODS: Mapping[str, str] = {
    "12_months": "last 12 months",
    "6_months": "last 6 months",
    "3_months": "last 3 months",
    "month": "last month",
    "quarter": "last quarter",
    "year": "this year so far",
    "last_year": "last calendar year",
    "fiscal_year": "this fiscal year so far",
    "last_fiscal_year": "last fiscal year",
    "all": "everything",
}
"""Periods that move with the data, by what the address calls them."""
COMPARISONS: Mapping[str, str] = {
    "last_year": "the year before",
    "previous": "the period before",
    "none": "nothing",
}
DEFAULT_PERIOD, DEFAULT_COMPARISON = "12_months", "last_year"
GROWN_AFTER: Mapping[str, int] = {"retention_curve": 12, "churn_hazard_by_age": 12}
"""Months after which a cohort is old enough for what a metric says of it; by default older ones are asked for."""
LONGEST = 4000
"""Characters of an address that are read; no page makes longer ones."""


@dataclass(frozen=True)
class Place:
    """A page with its state.

    Attributes:
        path: Of the page.
        period: One of ``PERIODS``, or ``custom``.
        start: First day of the period; None = from the first fact on.
        end: First day after it.
        compare: One of ``COMPARISONS``.
        where: Filters as questions write them: ``rep=r1|r2``; a bar within an id is written ``\\|``.
        more: What this page alone keeps in its address.
        until: First day that the data has not reached in full; None = it is not known, as is the present.
    """

    path: str
    period: str
    start: date | None
    end: date
    compare: str
    where: tuple[str, ...]
    more: Mapping[str, str]
    until: date | None = None

    @property
    def question(self) -> dict[str, Any]:
        """The state as ``ask`` takes it."""
        return {"start": self.start, "end": self.end, "where": self.where}

    @property
    def compared(self) -> str | None:
        """The comparison as ``ask`` takes it; none for a period without a start."""
        return None if self.compare == "none" or self.start is None else self.compare

    @property
    def last_day(self) -> date:
        """Last day of the period."""
        return self.end - timedelta(days=1)

    @property
    def instant(self) -> dict[str, Any]:
        """When a state is asked for, as ``ask`` takes it: at the end of a period that is over, else at present."""
        return {"as_of": self.last_day} if self.until is not None and self.end < self.until else {}

    def chosen(self, dimension: str) -> tuple[str, ...]:
        """Members that a dimension is filtered by."""
        found = [text.partition("=")[2] for text in self.where if text.partition("=")[0] == dimension]
        return tuple(member for text in found for member in alternatives(text))

    def grown(self, metric: str) -> Place:
        """The place with the default period moved back to cohorts that are old enough for a metric, else as it is."""
        months = GROWN_AFTER.get(metric)
        if months is None or self.period != DEFAULT_PERIOD or self.start is None:
            return self
        return replace(self, start=add_months(self.start, -months), end=add_months(self.end, -months))

    def to(self, path: str | None = None, **changes: str | None) -> str:
        """The address of this or another page with the same period, comparison and filters.

        Args:
            changes: What this page alone keeps; None takes it out. Of another page nothing is kept but these.
        """
        more = {} if path is not None else dict(self.more)
        more |= {name: value for name, value in changes.items() if value is not None}
        gone = {name for name, value in changes.items() if value is None}
        query = [(name, value) for name, value in self._shared() if name not in changes]
        query += [(name, value) for name, value in sorted(more.items()) if name not in gone]
        return (path or self.path) + (f"?{_encoded(tuple(query))}" if query else "")

    def without(self, dimension: str) -> str:
        """The address without the filters of a dimension."""
        kept = tuple(text for text in self.where if text.partition("=")[0] != dimension)
        return replace(self, where=kept).to()

    def within(self, dimension: str, member: str, path: str | None = None) -> str:
        """The address narrowed to one member."""
        kept = tuple(text for text in self.where if text.partition("=")[0] != dimension)
        return replace(self, where=(*kept, filter_text(dimension, [member]))).to(path)

    def hidden(self, *besides: str) -> list[tuple[str, str]]:
        """The state as hidden fields of a form that changes ``besides``."""
        fields = [*self._shared(), *sorted(self.more.items())]
        return [(name, value) for name, value in fields if name not in besides]

    def _shared(self) -> list[tuple[str, str]]:
        query: list[tuple[str, str]] = []
        if self.period == "custom":
            query += [("from", str(self.start)), ("to", str(self.end))]
        elif self.period != DEFAULT_PERIOD:
            query.append(("period", self.period))
        if self.compare != DEFAULT_COMPARISON:
            query.append(("compare", self.compare))
        return query + [("where", text) for text in self.where]


@lru_cache(maxsize=2000)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    """A query as an address has it; most links of a page carry the same."""
    return urlencode(query)


def place_of(request: Request, until: date, fiscal_year_start: int = 1) -> Place:
    """Read the state of a page from its address.

    Args:
        until: First day that the data has not reached in full.

    Raises:
        QuestionError: If the address asks what does not exist.
    """
    if len(str(request.url.query)) > LONGEST:
        raise QuestionError("The address is too long.")
    given = request.query_params
    where = tuple(_filters(given.multi_items()))
    compare = given.get("compare", DEFAULT_COMPARISON)
    if compare not in COMPARISONS:
        raise QuestionError(
            'No comparison "{compare}".{nearest}', compare=compare, nearest=nearest(compare, COMPARISONS)
        )
    period = "custom" if "from" in given or "to" in given else given.get("period", DEFAULT_PERIOD)
    if period == "custom":
        start, end = _custom(given.get("from", ""), given.get("to", ""), until)
    elif period in PERIODS:
        start, end = _span(period, until, fiscal_year_start)
    else:
        raise QuestionError('No period "{period}".{nearest}', period=period, nearest=nearest(period, PERIODS))
    known = {"from", "to", "period", "compare", "where"}
    more = {name: value for name, value in given.items() if name not in known and not name.startswith("in_")}
    return Place(request.url.path, period, start, end, compare, where, more, until)


def usual_place(path: str, period: str, until: date, fiscal_year_start: int = 1) -> Place:
    """A page as one of ``PERIODS`` shows it, without filters, compared as pages are where nothing else is chosen."""
    start, end = _span(period, until, fiscal_year_start)
    return Place(path, period, start, end, DEFAULT_COMPARISON, (), {}, until)


def _filters(items: Sequence[tuple[str, str]]) -> list[str]:
    """Filters of the address, and those that a form of boxes sends as ``in_rep=r1&in_rep=r2``."""
    boxes: dict[str, list[str]] = {}
    for name, value in items:
        if name.startswith("in_"):
            boxes.setdefault(name.removeprefix("in_"), []).append(value)
    return [value for name, value in items if name == "where" and value] + [
        filter_text(name, values) for name, values in boxes.items()
    ]


def _custom(first: str, last: str, until: date) -> tuple[date | None, date]:
    start = _day(first, "from") if first else None
    end = _day(last, "to") if last else until
    if start is not None and start >= end:
        raise QuestionError(
            "The range is empty: from {start} to {end}. --to is the first day not included.", start=start, end=end
        )
    return start, end


def _day(text: str, which: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(
            '"{text}" ({which}) is no date. Write for example 2026-01-31.', text=text, which=which
        ) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise QuestionError(
            "--{name}: {value} is out of reach. Write a date of the years {first} to {last}.",
            name=which, value=found, first=FIRST_YEAR, last=LAST_YEAR,
        )  # fmt: skip
    return found


def _span(period: str, until: date, fiscal_year_start: int) -> tuple[date | None, date]:
    """First day, and first day after, of a period that moves with the data."""
    month = until.replace(day=1)
    year = until.replace(month=1, day=1)
    fiscal = period_start(until, Grain.FISCAL_YEAR, fiscal_year_start)
    quarter = period_start(until, Grain.QUARTER, 1)
    if period.endswith("_months"):
        return add_months(month, -int(period.partition("_")[0])), month
    spans: Mapping[str, tuple[date | None, date]] = {
        "month": (add_months(month, -1), month),
        "quarter": (add_months(quarter, -3), quarter),
        "year": (year, until),
        "last_year": (add_months(year, -12), year),
        "fiscal_year": (fiscal, until),
        "last_fiscal_year": (add_months(fiscal, -12), fiscal),
        "all": (None, until),
    }
    start, end = spans[period]
    return (start, end) if start is None or start < end else (add_months(start, -12), start)
