"""Why a value is missing: which table and column would fill it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from efficace.metrics.question import Question

if TYPE_CHECKING:
    from efficace.warehouse.queryable import Queryable

REASONS: dict[str, str] = {
    "no_data": "the data has no {table}.{column}",
    "no_rows": "no facts in this period and group",
    "undefined": "the facts are too few, or nothing stands below the fraction line",
    "not_reached": "the curve does not reach this level: too few have ended so far",
    "no_wins": "no deal has been won",
    "no_customers_at_start": "no customer was active at the start of the period",
    "no_base": "there is nothing to compare with, or it is zero",
    "before_data": "nothing to compare with: the data begins within the compared period, or after it",
    "no_place": "split it by product and a place: --by product,country",
    "nobody_at_risk": "no customer could be sold more: all are at the top or have everything",
    "no_margin": "new customers leave no margin that could pay for them",
    "no_effort": "no effort was written down for this territory",
    "no_input": "nothing was put in: there is nothing to divide by",
    "no_cost": "no cost was written down for this period and group",
    "no_customer_yet": "money was spent but no customer was won yet",
    "too_few": "too few facts for this figure",
    "none_so_long": "no deal was open for so long",
    "no_lives": "no account of a won deal has a subscription or an order",
    "too_young": "too few days have passed to tell",
    "cannot_tell": "the data cannot tell: the interval is wider than the answer",
    "after_as_of": "the period begins after as-of",
    "incomplete": "too many facts lack the amount",
    "all_answered": "every lead that was followed up has answered",
    "one_p_missing": "one of the four has no grade",
    "no_target": "no target of this level lies in the period; for other levels add --by rep, --by team or --by product",
    "no_actual": "the metric that the target names has no figure for its span",
    "already_over": "the period is over: ask for the metric itself",
    "unknown_metric": "the target names no metric that tells what came",
    "nothing_lost": "nothing was lost in the period",
}


class Gaps:
    """The columns that a metric needs, against what the snapshot holds."""

    def __init__(self, engine: Queryable, question: Question) -> None:
        self._needs = question.metric.needs
        self._empty = [need for need in self._needs if not any(_filled(engine, one) for one in need.split("|"))]

    @property
    def has_no_data(self) -> bool:
        """Whether a needed column holds nothing at all."""
        return bool(self._empty)

    def without_data(self, periods: Sequence[date | None]) -> list[dict[str, Any]]:
        """One entry for each needed column that holds nothing, for each period."""
        return [
            entry("no_data", period, None, *alternative.split("."))
            for period in periods
            for need in self._empty
            for alternative in need.split("|")
        ]


def entry(
    reason: str, period: date | None, member: Any, table: str | None = None, column: str | None = None
) -> dict[str, Any]:
    """One ``missing`` entry of an answer."""
    text = REASONS.get(reason, reason.replace("_", " ")).format(table=table, column=column)
    return {"reason": reason, "text": text, "table": table, "column": column, "period": period, "member": member}


def _filled(engine: Queryable, need: str) -> bool:
    table, column = need.split(".")
    found = engine.find("column_fill", ("filled",), table_name=table, column_name=column)
    return bool(found and found[0][0])
