"""A finding: a claim with the question behind it, its evidence, what is at stake and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from efficace.insights.picture import Picture
from efficace.locale import LANGUAGES
from efficace.locale.numbers import NOTHING, format_date, format_interval, format_period, format_value
from efficace.locale.said import Said
from efficace.metrics.question import Request, filter_text


class Kind(IntEnum):
    """What a finding is about; the lowest is told first."""

    LATE = 0
    PROBLEM = 1
    STRENGTH = 2
    GAP = 3


@dataclass(frozen=True)
class Figure(Said):
    """A figure within a sentence, written as each language writes it."""

    template: str = ""
    value: float | None = None
    unit: str = ""

    def into(self, language: str | None = None) -> str:
        """The figure with its unit."""
        return format_value(self.value, self.unit, language)


@dataclass(frozen=True)
class Interval(Said):
    """Both limits of a figure within a sentence."""

    template: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""

    def into(self, language: str | None = None) -> str:
        """Both limits with their unit; a dash where there are none."""
        return format_interval(self.low, self.high, self.unit, language) or NOTHING


@dataclass(frozen=True)
class Day(Said):
    """A date, or the period that begins on it, within a sentence."""

    template: str = ""
    day: date = date.min
    grain: str = "day"

    def into(self, language: str | None = None) -> str:
        """The date or the period's name."""
        if self.grain == "day":
            return format_date(self.day, language)
        return format_period(self.day, self.grain, language)


@dataclass(frozen=True)
class Evidence:
    """What a claim rests on.

    Attributes:
        value: The figure, with ``low`` and ``high`` where an interval is meant, of ``n`` facts.
        expected: What the figure is compared with: that of all, of the service's past, the target.
        p: How likely chance alone would bring this about; None for a fact that is no test.
        q: The share of false discoveries when all findings up to this one are named; None for a fact.
    """

    value: float | None
    low: float | None
    high: float | None
    n: float
    unit: str
    expected: float | None = None
    p: float | None = None
    q: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Stake:
    """How much a finding is about.

    Attributes:
        amount: In ``unit``: leads, deals, customers, messages or a currency.
        money: The same in the company's currency at what one is worth on average; None where that is not known.
        currency: Of ``money``.
    """

    amount: float
    unit: str
    money: float | None = None
    currency: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Finding:
    """What a detector has to say of one subject.

    Attributes:
        detector: Id of the detector.
        subject: Whom or what it is about: dimension -> id.
        request: The exact question whose answer carries the value.
        kind: Whether it is a problem, a strength, or about the data itself.
        rank: Place in the order of importance, from 1.
        picture: What the claim looks like; None where there is nothing to draw.
    """

    detector: str
    subject: Mapping[str, str]
    claim: Said
    action: Said
    request: Request
    evidence: Evidence
    stake: Stake | None = None
    kind: Kind = Kind.PROBLEM
    rank: int = 0
    picture: Picture | None = None

    @property
    def is_test(self) -> bool:
        """Whether chance could have brought it about; else it is a plain fact."""
        return self.evidence.p is not None

    @property
    def rows_where(self) -> tuple[str, ...]:
        """Filters under which ``--rows`` shows the rows behind the finding alone."""
        own = [filter_text(name, [member]) for name, member in self.subject.items() if name in self.request.by]
        return tuple(dict.fromkeys([*self.request.where, *own]))

    def command(self, *, rows: bool = False) -> str:
        """The question as a command line; with ``rows`` the one that lists the rows behind the finding."""
        asked = self.request
        parts = ["efficace", "kpi", asked.metric]
        parts += ["--by", ",".join(asked.by)] if asked.by and not rows else []
        parts += ["--grain", asked.grain] if asked.grain != "all" else []
        for option, bound in (("--from", asked.start), ("--to", asked.end), ("--as-of", asked.as_of)):
            parts += [option, _plain(bound)] if bound is not None else []
        for text in self.rows_where if rows else asked.where:
            parts += ["--where", text]
        for name, value in asked.settings.items():
            parts += ["--set", f"{name}={value}"]
        return shlex.join([*parts, "--rows"] if rows else parts)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: sentences in every language, figures unrounded."""
        return {
            "rank": self.rank,
            "detector": self.detector,
            "kind": self.kind.name.lower(),
            "is_test": self.is_test,
            "subject": dict(self.subject),
            "claim": {spoken: self.claim.into(spoken) for spoken in LANGUAGES},
            "action": {spoken: self.action.into(spoken) for spoken in LANGUAGES},
            "evidence": self.evidence.to_dict(),
            "stake": None if self.stake is None else self.stake.to_dict(),
            "picture": None if self.picture is None else self.picture.to_dict(),
            "metric": self.request.metric,
            "question": self.command(),
            "rows": self.command(rows=True),
        }


@dataclass(frozen=True)
class Tested:
    """One test that a detector made, whether or not it says anything.

    Attributes:
        p: How likely chance alone would bring about what the finding claims.
        finding: What would be named; None where the test looks the other way or the matter is too small.
    """

    p: float
    finding: Finding | None = None


@dataclass(frozen=True)
class Looked:
    """What a detector saw: tests, which share one limit of false discoveries, and facts."""

    tests: tuple[Tested, ...] = ()
    facts: tuple[Finding, ...] = field(default=())


def _plain(bound: str | date | datetime) -> str:
    return bound if isinstance(bound, str) else bound.isoformat()
