"""Puts estimates into rows: plain numbers, names, reasons for what is missing, the compared period beside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from efficace.config import Config
from efficace.metrics.answer import Row
from efficace.metrics.cells import Cells, Member
from efficace.metrics.gaps import entry
from efficace.metrics.metric import CURRENCY, CURRENCY_PER_DAY, Estimated, Further
from efficace.metrics.question import Question
from efficace.metrics.ranges import is_before_data
from efficace.model.time import Period
from efficace.stats.effects import difference
from efficace.stats.estimate import Estimates, Floats

if TYPE_CHECKING:
    from efficace.metrics.ask import Evaluated

Names = Mapping[str, Mapping[str, str]]


def assemble(
    question: Question,
    cells: Cells,
    estimated: Estimated,
    earlier: Earlier | None,
    names: Names,
) -> tuple[list[Row], list[dict[str, Any]]]:
    """One row an estimate, in the order of periods, members and points, and an entry for each missing value."""
    reasons = _reasons(cells)
    shown = _Shown.of(question, estimated)
    rows: list[Row] = []
    missing: list[dict[str, Any]] = []
    for number in range(len(estimated.main)):
        if number in estimated.hidden:
            continue
        cell = int(estimated.cell[number]) if estimated.cell is not None else number
        row = _row(question, cells, estimated, shown, number, cell, reasons.get(cell, {}), names, earlier)
        rows.append(row)
        if row.value is None:
            why = estimated.why_null.get(number, "no_rows" if row.n == 0 else "undefined")
            why = "after_as_of" if _is_future(question, cells.period(cell)) else why
            missing.append(entry(why, row.period, _member_id(row)))
    if earlier is not None:
        missing += [entry("before_data", question.periods[number].label, None) for number in sorted(earlier.unreached)]
    return rows, missing


def unit_of(unit: str, config: Config) -> str:
    """A metric's unit with the company's currency filled in."""
    if unit == CURRENCY:
        return config.company.currency
    return f"{config.company.currency}/day" if unit == CURRENCY_PER_DAY else unit


def whole(number: float) -> float | int:
    """Counts read as whole numbers where they are."""
    return int(number) if float(number).is_integer() else float(number)


@dataclass(frozen=True)
class _Shown:
    """The figures of all rows as plain numbers, None where there is none: turned at once, not one by one."""

    value: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    further: Mapping[str, Sequence[dict[str, Any]]]

    @classmethod
    def of(cls, question: Question, estimated: Estimated) -> _Shown:
        further = {name: _estimates(question, one) for name, one in estimated.further.items()}
        return cls(*_plain(estimated.main), further)


def _row(
    question: Question,
    cells: Cells,
    estimated: Estimated,
    shown: _Shown,
    number: int,
    cell: int,
    left_out: Mapping[str, float],
    names: Names,
    earlier: Earlier | None,
) -> Row:
    period, member = cells.period(cell), cells.member(cell)
    point = estimated.point[number] if estimated.point is not None else None
    members: dict[str, Any] = dict(zip(question.by, member, strict=True))
    if point is not None and question.metric.curve:
        members[question.metric.curve] = point
    value = None if _is_future(question, period) else shown.value[number]
    return Row(
        period=period.label,
        members=members,
        value=value,
        low=shown.low[number],
        high=shown.high[number],
        n=whole(round(float(estimated.n[number]), 9)),
        partial=period.partial or (estimated.partial is not None and bool(estimated.partial[number])),
        left_out={why: whole(round(count, 9)) for why, count in left_out.items()},
        names={name: names[name][one] for name, one in members.items() if one in names.get(name, {})},
        estimates={name: figures[number] for name, figures in shown.further.items()},
        compared=earlier.beside(cell, cells, member, point, value, estimated.main.take(number)) if earlier else None,
        young=bool(estimated.young[number]) if estimated.young is not None else False,
    )


def _is_future(question: Question, period: Period) -> bool:
    """Whether nothing of the period can be known yet; metrics that look ahead speak of just those."""
    return not question.metric.ahead and period.known_end <= period.start


def _estimates(question: Question, further: Further) -> list[dict[str, Any]]:
    """An estimate beside the value, row by row."""
    if further.words is not None:
        return [{"value": word, "low": None, "high": None, "unit": further.unit} for word in further.words]
    unit = unit_of(further.unit or question.metric.unit, question.config)
    figures = zip(*_plain(further.estimates), strict=True)
    return [{"value": value, "low": low, "high": high, "unit": unit} for value, low, high in figures]


def _plain(found: Estimates) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """Values, lower and upper limits as plain numbers, None for what is none."""

    def plain(numbers: Floats) -> list[float | None]:
        is_number = np.isfinite(numbers).tolist()
        return [number if is_it else None for number, is_it in zip(numbers.tolist(), is_number, strict=True)]

    return plain(found.value), plain(found.low), plain(found.high)


class Earlier:
    """Values of the compared periods, by period number, member and point.

    Attributes:
        unreached: Numbers of the periods that begin before the data does: nothing is compared with them.
    """

    def __init__(self, evaluated: Evaluated, before: Sequence[Period], first: date | None) -> None:
        """Find the rows of the compared periods, and those that the data does not reach back to.

        Args:
            first: The earliest day of the data.
        """
        self._before = before
        self._rows: dict[tuple[int, Member, Any], int] = {}
        self._main = evaluated.estimated.main
        estimated, cells = evaluated.estimated, evaluated.cells
        for row in range(len(estimated.main)):
            cell = int(estimated.cell[row]) if estimated.cell is not None else row
            point = estimated.point[row] if estimated.point is not None else None
            period = cell // len(cells.members)
            self._rows[(period, cells.member(cell), point)] = row
        facts = [0.0] * len(before)
        # A state is that of the last day: what lies before it does not matter.
        for (period, _, _), row in ({} if evaluated.question.metric.state else self._rows).items():
            facts[period] += float(estimated.n[row])
        told = enumerate(zip(before, facts, strict=True))
        self.unreached = frozenset(number for number, (one, n) in told if is_before_data(one, first, n))

    def beside(
        self, cell: int, cells: Cells, member: Member, point: object, value: float | None, present: Estimates
    ) -> dict[str, Any]:
        """The compared figure of a cell, how far it has moved since, and the limits of that move."""
        at = cell // len(cells.members)
        period = self._before[at]
        row = self._rows.get((at, member, point))
        found = None if row is None or at in self.unreached else _number(self._main.value[row])
        told = {"period": period.label or period.start, "value": found, "change": None, "partial": period.partial}
        if row is None or found is None or value is None:
            return told
        moved = difference(present, self._main.take(row))
        limits = {"change_low": _number(moved.low[0]), "change_high": _number(moved.high[0])}
        return told | {"change": value - found} | limits


def _reasons(cells: Cells) -> dict[int, dict[str, float]]:
    """Left-out facts of each cell by reason; where several terms read one fact, the most that any left out."""
    found: dict[int, dict[str, float]] = {}
    for term in cells.terms.values():
        own: dict[int, dict[str, float]] = {}
        for why, cell, number in term.reasons:
            if cell >= 0:
                counts = own.setdefault(cell, {})
                counts[why] = counts.get(why, 0.0) + number
        for cell, counts in own.items():
            merged = found.setdefault(cell, {})
            for why, number in counts.items():
                merged[why] = max(merged.get(why, 0.0), number)
    return found


def _member_id(row: Row) -> Any:
    members = list(row.members.values())
    if not members:
        return None
    return members[0] if len(members) == 1 else dict(row.members)


def _number(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else float(value)
