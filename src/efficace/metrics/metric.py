"""The declaration of a metric, and the terms that its estimator asks of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from efficace.stats.estimate import Estimates, Floats, Ints

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables
    from efficace.metrics.cells import Cells
    from efficace.metrics.question import Question

SHARE, DAYS, MINUTES, HOURS, MONTHS, POINTS = "share", "days", "minutes", "hours", "months", "points"
VALUE = "value"
"""Among steps, the figure itself."""
MONTHS_AS_CUSTOMER = "months as a customer"
CURRENCY = "currency"
"""Stands for the code of the company's currency."""
CURRENCY_PER_DAY = "currency/day"


class Better(StrEnum):
    """In which direction a metric improves."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


Expression = Callable[["ir.Table"], "ir.Value"]
Place = Callable[["ir.Table", "ir.Table", "Tables"], "ir.Table"]
Counted = Callable[["ir.Table", "Question"], "ir.Value"]
"""What each placed row of a term adds to n."""


@dataclass(frozen=True)
class MemberTests:
    """Tests of members by what lies behind their values; each takes rows by number.

    Attributes:
        together: Whether the rows differ at all: the name of the test and its p value.
        apart: One p value a row: how likely chance alone sets it so far apart from the others together; NaN where it
            has nothing to test.
    """

    together: Callable[[Ints], tuple[str, float]]
    apart: Callable[[Ints], Floats]


@dataclass(frozen=True)
class Term:
    """What an estimator needs from one fact: sums that add, for each cell and key.

    Attributes:
        fact: Name of the fact.
        at: Date column that puts a row into its period; None = the row belongs to every period asked (a state).
        where: The population; rows outside belong to nothing.
        sums: Each is summed over the used rows, weighted by the row's share. Empty values count as 0.
        distinct: Each is counted without repetition; such counts do not add up over cells.
        keys: Further grouping columns, for counts by duration (whole numbers) or by member.
        left_out: Further reasons, beside the fact's own, for which a row cannot be used; the first that holds counts.
        place: Instead of ``at``: joins the fact with the periods, for states at both ends or overlapping spans. It gets
            the fact, the table of periods and the other tables, and returns the rows with ``period``. The periods have
            ``period`` (number), ``start_on``, ``end_on`` (first day after what is known), ``whole_end_on`` (first day
            after the period), ``eve_on`` (the day before the start), ``last_on`` (the last known day),
            ``before_start_on``, ``before_end_on`` (the period that is compared with it), ``year_start_on`` and
            ``year_end_on`` (a year before).
        first: Date column whose least value begins the range when none is asked; by default ``at``.
        begins: Whether the range, when none is asked, may begin with this term's earliest row.
        accepts: Reasons of the fact that do not matter here: a deal whose start is unknown was won all the same.
        ignores: Dimensions whose filters do not narrow the term: its estimator hides what they exclude.
        whole: Not split by the asked dimensions: every member's cell holds the sums of the whole period, for shares.
        along: Split by these of the asked dimensions alone: a member's cell holds the sums of all that share them.
    """

    fact: str
    at: str | None = None
    first: str | None = None
    where: Expression | None = None
    sums: Mapping[str, Expression] = field(default_factory=dict)
    distinct: Mapping[str, Expression] = field(default_factory=dict)
    keys: Mapping[str, Expression] = field(default_factory=dict)
    left_out: Sequence[tuple[str, Expression]] = ()
    place: Place | None = None
    begins: bool = True
    whole: bool = False
    along: tuple[str, ...] | None = None
    ignores: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()

    def split_by(self, names: Sequence[str]) -> tuple[str, ...]:
        """The dimensions, of those asked, that split this term."""
        if self.along is not None:
            return tuple(name for name in names if name in self.along)
        return () if self.whole else tuple(names)


@dataclass(frozen=True)
class Further:
    """An estimate beside the value; ``words`` instead of numbers for grades and verdicts."""

    estimates: Estimates
    unit: str | None = None
    words: Sequence[str | None] | None = None


@dataclass(frozen=True)
class Estimated:
    """What an estimator says of each row of the answer.

    Attributes:
        main: Value and interval, shape (rows,).
        n: Facts used, shape (rows,).
        further: Estimates by name.
        why_null: Reason id for rows whose value is missing, by row; others read ``no_rows`` (n = 0) or ``undefined``.
        hidden: Rows that say nothing and are not shown, by row number (a nameless member whose cost was shared out).
        young: Rows too young for a verdict (their value is a lower bound).
        cell: For curves, the cell of each row, shape (rows,); None = row i is cell i.
        point: For curves, the age or attempt of each row.
        partial: Rows whose facts as-of cuts, beside those of a running period.
        unit: Instead of the metric's own, where the question decides it.
        tests: Of members, where what lies behind their values tells more than the values and their errors.
    """

    main: Estimates
    n: Floats
    further: Mapping[str, Further] = field(default_factory=dict)
    why_null: Mapping[int, str] = field(default_factory=dict)
    young: Sequence[bool] | None = None
    cell: Ints | None = None
    point: Sequence[int | str] | None = None
    hidden: frozenset[int] = frozenset()
    partial: Sequence[bool] | None = None
    unit: str | None = None
    tests: MemberTests | None = None


class Estimator(Protocol):
    """Says which sums it needs and reads them; knows neither the engine nor the question's dimensions."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The terms by name; the first one is the population whose rows stand behind the answer."""
        ...

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """One estimate a cell (or, for curves, a point)."""
        ...


@dataclass(frozen=True)
class Reading:
    """The rows of a term as a definition counts them, to compare two definitions row by row.

    Attributes:
        key: Columns that name a row whatever the definition.
        below: What a row adds to what is counted: the denominator of a share or a mean.
        above: What it adds to the numerator; None where the value is no quotient of two sums (a median, a curve).
        shown: Further columns, for people.
    """

    term: Term
    key: tuple[str, ...]
    below: Expression
    above: Expression | None = None
    shown: tuple[str, ...] = ()


@runtime_checkable
class Comparable(Protocol):
    """An estimator that can say which rows it counts, and how."""

    def readings(self, question: Question) -> Sequence[Reading]:
        """The rows; where all have ``above``, the value is the sum of ``above`` over the sum of ``below``."""
        ...


@dataclass(frozen=True)
class Step:
    """One change on the way from our definition to another one.

    Attributes:
        change: What changes, by language.
        estimator: What reads the events after it.
        settings: Settings of the project that are overridden after it.
    """

    change: Mapping[str, str]
    estimator: Estimator
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Preset:
    """The same events read by another definition.

    Attributes:
        source: Where the definition was published.
        settings: Settings of the project that it overrides.
        why: Why its value differs from ours, by language; empty = nothing to say beside the meaning.
        before: Steps from our definition that come before the last one, which leads to the preset itself.
        last: What the last step changes; by default ``why``.
    """

    estimator: Estimator
    meaning: Mapping[str, str]
    source: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    before: tuple[Step, ...] = ()
    last: Mapping[str, str] = field(default_factory=dict)

    def steps(self) -> tuple[Step, ...]:
        """One change at a time, from our definition to this one."""
        return (*self.before, Step(self.last or self.why or self.meaning, self.estimator, self.settings))


@dataclass(frozen=True)
class Metric:
    """One KPI.

    Attributes:
        unit: share, days, hours, minutes, months, points, ``CURRENCY``, ``CURRENCY_PER_DAY`` or a plain noun.
        meaning: One sentence, by language (``en``, ``fr``).
        needs: ``table.column`` that must hold data; alternatives are joined by ``|``.
        settings: Those that people change and that change its figures or how they are judged, or whole groups of them:
            ``response.promise``, ``churn``.
        estimates: Names of the further estimates that a row may carry.
        curve: Dimension (``age``, ``attempt``) along which the metric can be opened point by point.
        points_are: What the points of the curve count, where not days: ``months as a customer``, ``attempt``.
        steps: Further estimates that are steps of one distribution, in order; ``VALUE`` stands for the figure itself.
        moves: Further estimates that add up to the change of the figure, in order.
        moves_from: The further estimate from which they lead to the figure; None = the figure is the change.
        state: Whether the value describes an instant; each period then shows its last known instant.
        counts: Whether an empty cell is a true zero (counts and sums).
        options: Settings of this metric alone with their defaults, for ``--set``.
        keeps: Columns of the fact that ``--rows`` shows; empty = all.
        foremost: Columns whose largest values come first among ``--rows``; by default rows are ordered by their key.
        only_by: Dimensions of which at least one must be asked.
        ahead: Whether its periods lie after as-of, months where no grain is asked; an option ``horizon`` says how many.
        always_by: Dimensions that name the rows whether they are asked or not.
        more_dimensions: Dimensions that the estimator itself adds, beside those of its facts.
        behind: Terms whose rows may stand behind the answer, the first with any is shown; empty = the first term.
        months_by_default: How far back the range reaches where neither a start nor a grain is asked.
        counted: Terms whose rows make up n, each with what a row adds to it (None = its weight); empty = the first
            term, by weight.
        n_counts: What n counts where it counts no rows: ``ingredients``, ``periods``.
        asks: Whether its estimator asks other metrics, whose rows then stand behind it too.
    """

    id: str
    unit: str
    better: Better
    meaning: Mapping[str, str]
    estimator: Estimator
    needs: tuple[str, ...]
    settings: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    curve: str | None = None
    points_are: str | None = None
    steps: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    moves_from: str | None = None
    state: bool = False
    counts: bool = False
    presets: Mapping[str, Preset] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
    foremost: tuple[str, ...] = ()
    only_by: tuple[str, ...] = ()
    always_by: tuple[str, ...] = ()
    ahead: bool = False
    more_dimensions: tuple[str, ...] = ()
    months_by_default: int | None = None
    behind: tuple[str, ...] = ()
    counted: Mapping[str, Counted | None] = field(default_factory=dict)
    n_counts: str = ""
    asks: bool = False
    version: str = "1"
    source: str = ""

    def reads(self, setting: str) -> bool:
        """Whether a setting changes its figures or how they are judged."""
        return any(f"{setting}.".startswith(f"{name}.") for name in self.settings)

    def by_definition(self, preset: str) -> Metric:
        """The same metric by one of its presets."""
        return replace(self, estimator=self.presets[preset].estimator)


def combined(parts: Mapping[str, Estimator], question: Question) -> dict[str, Term]:
    """The terms of several estimators together, each under ``part.term``."""
    return {
        f"{name}.{term}": needed
        for name, estimator in parts.items()
        for term, needed in estimator.terms(question).items()
    }


def no_rows(n: Floats, why: str) -> dict[int, str]:
    """The same reason for every row without facts."""
    return {int(row): why for row in np.flatnonzero(n == 0)}
