"""The questions asked in three ways: of us, in the best SQL on the same facts, in straightforward pandas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import straightforward
from benchmarks.straightforward import Figures

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes:
        asked: What our ``ask`` is given.
        sql: Yields period, member and value from the facts of a snapshot.
        pandas: Yields the same from the canonical tables in Parquet.
    """

    metric: str
    asked: Mapping[str, Any]
    sql: str
    pandas: Callable[..., Figures]


WIN_RATE = """
SELECT NULL, o.rep_id, sum(CASE WHEN s.end_kind = 'won' THEN o.share ELSE 0 END) / sum(o.share)
FROM fact_deal_spans AS s JOIN fact_deal_owners AS o USING (deal_id)
WHERE ended_on IS NOT NULL AND end_kind IN ('won', 'lost') AND left_out IS NULL
GROUP BY o.rep_id
"""

UNITS = """
SELECT strftime(date_trunc('month', ordered_on), '%Y-%m-%d'), product_id,
       sum(CASE WHEN kind = 'return' AND units > 0 THEN -units ELSE units END)
FROM (SELECT * REPLACE (coalesce(kind, CASE WHEN units < 0 THEN 'return' ELSE 'sale' END) AS kind) FROM order_lines)
WHERE kind IN ('sale', 'return') AND ordered_at <= $as_of
GROUP BY ALL
"""

RESPONSE = """
WITH counted AS (
    SELECT date_trunc('month', signal_on) AS month, rep_id, seconds,
           count(*) FILTER (end_kind = 'answered') AS answered, count(end_kind) AS ended, count(*) AS n
    FROM fact_lead_responses WHERE left_out IS NULL GROUP BY ALL
), watched AS (
    SELECT *, sum(n) OVER (PARTITION BY month, rep_id ORDER BY seconds DESC) AS at_risk FROM counted
), waiting AS (
    SELECT *, coalesce(product(1 - ended / at_risk) OVER (
        PARTITION BY month, rep_id ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS before
    FROM watched
), risen AS (
    SELECT *, sum(before * answered / at_risk) OVER (PARTITION BY month, rep_id ORDER BY seconds) AS incidence
    FROM waiting
)
SELECT strftime(month, '%Y-%m-%d'), rep_id, min(seconds) FILTER (incidence >= 0.5 - 1e-9) / 60
FROM risen GROUP BY month, rep_id
"""

QUESTIONS = (
    Asked("win_rate", {"by": ["rep"]}, WIN_RATE, straightforward.win_rate),
    Asked("units_sold", {"by": ["product"], "grain": "month"}, UNITS, straightforward.units_sold),
    Asked("lead_response_time", {"by": ["rep"], "grain": "month"}, RESPONSE, straightforward.lead_response_time),
)
BY_METRIC = {question.metric: question for question in QUESTIONS}


def ours(project: Any, question: Asked) -> Figures:
    """The value of every period and member that has facts."""
    answer = project.metrics.ask(question.metric, **question.asked)
    member = question.asked["by"][0]
    rows = [row for row in answer.to_dicts() if row["n"]]
    return {(row["period"], row[member]): _number(row["value"]) for row in rows}


def by_sql(connection: Any, question: Asked, as_of: Any) -> Figures:
    """The same from the snapshot's tables."""
    parameters = {"as_of": as_of} if "$as_of" in question.sql else None
    rows = connection.execute(question.sql, parameters).fetchall()
    return {(period, member): _number(value) for period, member, value in rows}


def by_pandas(folder: Path, question: Asked, as_of: Any, zone: str) -> Figures:
    """The same from the canonical tables."""
    import pandas as pd

    return question.pandas(folder, pd.Timestamp(as_of), zone)


def differences(one: Figures, other: Figures) -> list[str]:
    """What two ways say differently, in words; empty where they agree to 1e-9."""
    found = []
    for key in sorted({*one, *other}, key=str):
        left, right = one.get(key), other.get(key)
        if left is None or right is None or not _same(left, right):
            found.append(f"{key}: {left} and {right}")
    return found


def _same(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
