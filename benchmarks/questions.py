"""The questions asked in three ways: of us, in the best SQL on the same facts, in straightforward pandas."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from benchmarks import straightforward, straightforward_persistence, straightforward_retention
from benchmarks.straightforward import Figures

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes:
        asked: What our ``ask`` is given.
        sql: Yields period, member and value from the facts of a snapshot.
        pandas: Yields the same from the canonical tables in Parquet.
        sums: Yields the sums that travel from the engine to our estimator; None where ``sql`` does no more than that.
    """

    metric: str
    asked: Mapping[str, Any]
    sql: str
    pandas: Callable[..., Figures]
    sums: str | None = None


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

RESPONSE_SUMS = """
WITH told AS (
    SELECT *, coalesce(end_kind <> 'answered', FALSE)
        AND (assigned_at IS NULL OR coalesce(ended_at < assigned_at, FALSE)) AS is_lost_first
    FROM fact_lead_responses WHERE left_out IS NULL AND business_seconds IS NOT NULL
)
SELECT date_trunc('month', signal_on), rep_id, seconds, business_seconds,
       CASE WHEN has_owner_log
            THEN epoch(CASE WHEN is_lost_first THEN ended_at ELSE coalesce(assigned_at, $as_of) END)::BIGINT
                 - epoch(signal_at)::BIGINT ELSE -1 END AS system,
       CASE WHEN has_owner_log
                 AND (coalesce(end_kind = 'answered', FALSE) OR (assigned_at IS NOT NULL AND NOT is_lost_first))
            THEN greatest(epoch(coalesce(ended_at, $as_of))::BIGINT
                 - epoch(coalesce(assigned_at, ended_at, $as_of))::BIGINT, 0) ELSE -1 END AS human,
       count(*), count(*) FILTER (end_kind = 'answered'), count(*) FILTER (end_kind <> 'answered'),
       count(*) FILTER (assigned_at IS NOT NULL AND NOT is_lost_first), count(*) FILTER (is_lost_first)
FROM told GROUP BY ALL
"""

RETENTION = """
WITH months AS (
    SELECT CAST(m AS DATE) AS month, CAST(m - INTERVAL 1 DAY AS DATE) AS eve,
           CAST(m + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS last
    FROM generate_series(TIMESTAMP '2025-01-01', TIMESTAMP '2025-12-01', INTERVAL 1 MONTH) AS given(m)
), paid AS (
    SELECT month, account_id,
           sum(CASE WHEN from_on <= eve THEN mrr * coalesce(rate, 1) ELSE 0 END) AS at_start,
           sum(CASE WHEN to_on > last THEN mrr * coalesce(rate, 1) ELSE 0 END) AS at_end,
           bool_or(is_subscription AND from_on <= eve) AS is_customer
    FROM fact_subscription_stretches AS s JOIN months ON from_on <= last AND to_on > eve
    LEFT JOIN fx_days AS f ON f.currency = s.currency AND f.day = month
    WHERE left_out IS NULL GROUP BY ALL
)
SELECT strftime(month, '%Y-%m-%d'), segment, sum(at_end) / sum(at_start)
FROM paid LEFT JOIN accounts USING (account_id) WHERE is_customer GROUP BY ALL
"""

PERSISTENCE = """
WITH counted AS (
    SELECT rep_id, attempts - 1 AS more, count(*) AS n, count(*) FILTER (outcome = 'given_up') AS given_up
    FROM fact_followed_leads WHERE outcome <> 'answered' GROUP BY ALL
), watched AS (
    SELECT *, sum(n) OVER (PARTITION BY rep_id ORDER BY more DESC) AS at_risk FROM counted
), worked AS (
    SELECT *, more - coalesce(lag(more) OVER (PARTITION BY rep_id ORDER BY more), 0) AS since,
           coalesce(product(1 - given_up / at_risk) OVER (
               PARTITION BY rep_id ORDER BY more ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS before
    FROM watched
)
SELECT NULL, rep_id, CASE WHEN sum(given_up) > 0 THEN sum(since * before) END FROM worked GROUP BY rep_id
"""
YEAR = {"start": "2025-01-01", "end": "2026-01-01"}

QUESTIONS = (
    Asked("win_rate", {"by": ["rep"]}, WIN_RATE, straightforward.win_rate),
    Asked("units_sold", {"by": ["product"], "grain": "month"}, UNITS, straightforward.units_sold),
    Asked(
        "lead_response_time",
        {"by": ["rep"], "grain": "month"},
        RESPONSE,
        straightforward.lead_response_time,
        RESPONSE_SUMS,
    ),
    Asked(
        "net_revenue_retention",
        {"by": ["segment"], "grain": "month", **YEAR},
        RETENTION,
        straightforward_retention.net_revenue_retention,
    ),
    Asked("persistence", {"by": ["rep"]}, PERSISTENCE, straightforward_persistence.persistence),
)
BY_METRIC = {question.metric: question for question in QUESTIONS}


def ours(project: Any, question: Asked) -> Figures:
    """The value of every period and member that has facts."""
    answer = project.metrics.ask(question.metric, **question.asked)
    member = question.asked["by"][0]
    rows = [row for row in answer.to_dicts() if row["n"]]
    return {(row["period"], row[member]): _number(row["value"]) for row in rows}


def in_the_past(project: Any, question: Asked, as_of: Any) -> None:
    """Ask as of a year before: facts are built again for that instant."""
    before = dict(question.asked, as_of=as_of.replace(tzinfo=UTC) - timedelta(days=365))
    project.metrics.ask(question.metric, **before)


def engine_seconds(project: Any, question: Asked) -> float:
    """Seconds that the engine takes of our answer: its queries and the way of their rows."""
    engine, spent = project.ground().engine, [0.0]
    plain = engine.fetch

    def timed(query: str) -> Any:
        began = time.perf_counter()
        found = plain(query)
        spent[0] += time.perf_counter() - began
        return found

    engine.fetch = timed
    try:
        ours(project, question)
    finally:
        del engine.fetch
    return spent[0]


def by_sql(connection: Any, question: Asked, as_of: Any) -> Figures:
    """The same from the snapshot's tables."""
    rows = _execute(connection, question.sql, as_of).fetchall()
    return {(period, member): _number(value) for period, member, value in rows}


def sums_by_sql(connection: Any, question: Asked, as_of: Any) -> int:
    """The same sums as travel to our estimator, as Arrow; gives how many rows."""
    found: int = _execute(connection, question.sums or question.sql, as_of).to_arrow_table().num_rows
    return found


def _execute(connection: Any, sql: str, as_of: Any) -> Any:
    return connection.execute(sql, {"as_of": as_of} if "$as_of" in sql else None)


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
