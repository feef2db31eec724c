"""What detectors look at: answers of the metrics over the last twelve months, each asked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from math import isfinite
from typing import Any

from efficace.config import Config
from efficace.insights.finding import Evidence, Stake
from efficace.locale.said import Said
from efficace.metrics.answer import Answer, Row
from efficace.metrics.ask import Ground, ask
from efficace.metrics.comparison import parents_of
from efficace.metrics.metric import Metric
from efficace.metrics.question import Request, parse_instant
from efficace.metrics.set_targets import SetTarget
from efficace.model.time import add_months, company_day

MONTHS = 12
"""Length of the past that is looked at: older behaviour says little of today's."""


@dataclass(frozen=True)
class Look:
    """A company as detectors see it.

    Attributes:
        as_of: Nothing later is used, zone-less UTC.
        set_targets: Those that people set in the app.
    """

    ground: Ground
    catalogue: Mapping[str, Metric]
    as_of: datetime
    set_targets: tuple[SetTarget, ...] = ()
    _asked: dict[str, Answer] = field(default_factory=dict)

    @classmethod
    def at(cls, ground: Ground, catalogue: Mapping[str, Metric], as_of: str | date | datetime | None) -> Look:
        """Look at a company as of an instant, by default that of its snapshot."""
        if as_of is None:
            return cls(ground, catalogue, ground.as_of)
        return cls(ground, catalogue, parse_instant(as_of, ground.config, "as-of", last=True))

    @property
    def config(self) -> Config:
        """The project's settings."""
        return self.ground.config

    @property
    def as_of_on(self) -> date:
        """The company's date at as-of."""
        return company_day(self.as_of, self.config.zone)

    @property
    def start(self) -> date:
        """First day of the past that is looked at."""
        return add_months(self.as_of_on + timedelta(days=1), -MONTHS)

    def request(self, metric: str, *by: str, **question: Any) -> Request:
        """A question over the last twelve months, unless it names its own range."""
        asked = Request(metric, by, **{"start": self.start, **question})
        return asked if self.as_of == self.ground.as_of else replace(asked, as_of=self.as_of.replace(tzinfo=UTC))

    def ask(self, request: Request) -> Answer:
        """The answer; the same question is asked once."""
        key = repr(request)
        if key not in self._asked:
            self._asked[key] = ask(self.ground, request, self.catalogue)
        return self._asked[key]

    def whole(self, request: Request) -> Row | None:
        """The figure of the whole company, None where it has no value."""
        rows = self.ask(replace(request, by=(), where=())).rows
        return rows[0] if rows and rows[0].value is not None else None

    def members(self, request: Request) -> list[Row]:
        """Rows with a value, without those of nobody and those that include others."""
        parents = {name: self.parents(name) for name in request.by}
        return [
            row
            for row in self.ask(request).rows
            if row.value is not None
            and all(member is not None and member not in parents[name] for name, member in row.members.items())
        ]

    def parents(self, dimension: str) -> frozenset[str]:
        """Members of a dimension that include other members."""
        return parents_of(self.ground.engine, dimension)

    @cached_property
    def worth(self) -> Mapping[str, float]:
        """What one lead, deal, win and customer is worth on average, in the company's currency.

        A win brings the mean amount of won deals, an open deal that times the win rate, a lead the bookings shared by
        all leads, a customer twelve months of its recurring revenue.
        """
        won = self.whole(self.request("bookings"))
        rate = self.whole(self.request("win_rate"))
        leads = self.whole(self.request("lead_answer_rate"))
        paid = self.whole(self.request("mrr"))
        found: dict[str, float | None] = {
            "wins": _ratio(won.value, won.n) if won else None,
            "leads": _ratio(won.value, leads.n) if won and leads else None,
            "customers": _ratio(12 * (paid.value or 0.0), paid.n) if paid else None,
        }
        found["deals"] = found["wins"] * rate.value if found["wins"] and rate and rate.value else None
        return {unit: value for unit, value in found.items() if value is not None}

    def stake(self, amount: float, unit: str, counted_as: str | None = None) -> Stake:
        """So many leads, deals, wins or customers, and what they are worth.

        Args:
            counted_as: Whose worth holds where the unit has none of its own.
        """
        worth = self.worth.get(counted_as or unit)
        return Stake(amount, unit, None if worth is None else amount * worth, self.config.company.currency)


def name_of(row: Row, dimension: str) -> Said | str:
    """What a member is called."""
    return row.names.get(dimension) or str(row.members[dimension])


def chance_of(row: Row) -> float | None:
    """The p value beside a row, None where it was not tested."""
    told = row.estimates.get("p")
    return told["value"] if told and told["value"] is not None and isfinite(told["value"]) else None


def evidence_of(row: Row, unit: str, expected: float | None, p: float | None) -> Evidence:
    """A row as evidence."""
    return Evidence(row.value, row.low, row.high, row.n, unit, expected, p)


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above and below else None
