"""What a row behind an answer adds to the answer's n."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from efficace.metrics.metric import Counted, Metric, Term
from efficace.metrics.placement import NOW
from efficace.metrics.query import PERIOD, REASON, WEIGHT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.metrics.question import Question


def by_weight(rows: ir.Table, question: Question) -> ir.Value:
    """Each row its share."""
    del question
    return rows[WEIGHT]


def once(*keys: str, first: str) -> Counted:
    """Each thing that the keys name counts 1 in its period and member, on the row that is ``first`` by that column."""

    def counted(rows: ir.Table, question: Question) -> ir.Value:
        import ibis

        del question
        members = [name for name in rows.columns if name.startswith("_by_")]
        groups = [rows[name] for name in (PERIOD, REASON, *members, *keys)]
        window = ibis.window(group_by=groups, order_by=[rows[first]])
        return (ibis.row_number().over(window) == 0).ifelse(1.0, 0.0)

    return counted


def of_now(counted: Counted) -> Counted:
    """Counts the rows of the period itself, not of the ones that it is compared with."""
    return lambda rows, question: (rows.side == NOW).ifelse(counted(rows, question), 0.0)


def counted_by(metric: Metric, terms: Mapping[str, Term]) -> dict[str, Counted]:
    """The terms whose rows make up n, with what a row adds; none where n counts no rows."""
    if metric.n_counts:
        return {}
    declared = {name: adds or by_weight for name, adds in metric.counted.items() if name in terms}
    return declared or dict.fromkeys(tuple(terms)[:1], by_weight)
