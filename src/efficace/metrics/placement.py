"""Ways to put rows into periods beside their own date: spans that overlap, a period and the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from efficace.facts.dates import add_months
from efficace.metrics.metric import Place
from efficace.metrics.query import REASON

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def overlapping(lag_months: int = 0) -> Place:
    """Join spans ``[starts_on, ends_on)`` with the periods that they touch; adds ``overlap``, in days.

    Args:
        lag_months: Each period reads the spans of so many whole months before it.
    """

    def place(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
        moved = periods.select(
            period=periods.period,
            span_from=add_months(periods.start_on, -lag_months) if lag_months else periods.start_on,
            span_until=add_months(periods.end_on, -lag_months) if lag_months else periods.end_on,
        )
        return _overlap(rows, moved)

    return place


def overlapping_sides() -> Place:
    """Spans of each period (``side`` NOW), of the one that it is compared with and of the one a year before."""

    def place(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
        return _united(
            _overlap(_of_side(rows, side), periods.select(period="period", span_from=start, span_until=end)).mutate(
                side=side
            )
            for side, start, end in _SIDES
        )

    return place


def sides_by_date(at: str, sides: Sequence[int] = (0, 1, 2)) -> Place:
    """Rows by their date: of each period (``side`` NOW), of the one compared with it and of the one a year before."""

    def place(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
        parts = []
        for side, start, end in _SIDES:
            if side in sides:
                spans = periods.select(period="period", span_from=start, span_until=end)
                own = _of_side(rows, side)
                joined = own.inner_join(spans, [own[at] >= spans.span_from, own[at] < spans.span_until])
                parts.append(joined.mutate(side=side))
        return _united(parts)

    return place


BEFORE, NOW, YEAR_BEFORE = 0, 1, 2
_SIDES = (
    (NOW, "start_on", "end_on"),
    (BEFORE, "before_start_on", "before_end_on"),
    (YEAR_BEFORE, "year_start_on", "year_end_on"),
)


def _of_side(rows: ir.Table, side: int) -> ir.Table:
    """What cannot be used is told once, in its own period."""
    return rows if side == NOW else rows.filter(rows[REASON].isnull())


def _united(parts: Iterable[ir.Table]) -> ir.Table:
    first, *others = parts
    return first.union(*others) if others else first


def _overlap(rows: ir.Table, spans: ir.Table) -> ir.Table:
    import ibis

    joined = rows.inner_join(spans, [rows.starts_on < spans.span_until, rows.ends_on > spans.span_from])
    first = ibis.greatest(joined.starts_on, joined.span_from)
    last = ibis.least(joined.ends_on, joined.span_until)
    return joined.mutate(overlap=last.delta(first, unit="day"))
