"""Detector of targets that were missed over a whole quarter or over the last twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from efficace.insights.finding import Day, Figure, Finding, Looked, Stake
from efficace.insights.look import Look, evidence_of
from efficace.insights.picture import Mark, Picture
from efficace.locale.numbers import is_money
from efficace.locale.said import Said
from efficace.metrics.actuals import aimed_at
from efficace.metrics.answer import Row
from efficace.metrics.metric import SHARE, Better
from efficace.model.time import Grain, add_months, period_start

QUARTERS = 4


def target_missed(look: Look) -> Looked:
    """The last whole quarter in which a goal or budget of the company was missed, for each figure aimed at."""
    found = [_missed(look, metric) for metric in aimed_at(look.ground.engine, look.catalogue)]
    return Looked(facts=tuple(finding for finding in found if finding is not None))


def _missed(look: Look, metric: str) -> Finding | None:
    end = _last_quarter_end(look)
    asked = look.request(
        "target_attainment", grain="fiscal_quarter", start=add_months(end, -3 * QUARTERS), end=end,
        settings={"metric": metric},
    )  # fmt: skip
    is_lower = look.catalogue[metric].better is Better.LOWER
    rows = [
        row for row in look.ask(asked).rows if row.value is not None and (row.value > 1 if is_lower else row.value < 1)
    ]
    if not rows or rows[-1].period is None or rows[-1].value is None:
        return None
    row = rows[-1]
    assert row.period is not None
    actual, target = row.estimates["actual"], row.estimates["target"]
    unit = str(target["unit"])
    values = {
        "metric": Said(metric.replace("_", " ")), "period": Day(day=row.period, grain="fiscal_quarter"),
        "actual": Figure(value=actual["value"], unit=unit), "target": Figure(value=target["value"], unit=unit),
        "share": Figure(value=row.value, unit=SHARE),
    }  # fmt: skip
    short = abs(target["value"] - actual["value"])
    currency = look.config.company.currency
    return Finding(
        "target_missed",
        {"metric": metric},
        Said("{period}, {metric}: {actual} against a target of {target} ({share}).", values),
        Said("Open the months of {period} by product and rep: what was missing, volume or price?", values),
        look.request("target_attainment", start=row.period, end=add_months(row.period, 3), settings={"metric": metric}),
        evidence_of(row, SHARE, 1.0, None),
        Stake(short, unit, short if is_money(unit) else None, currency),
        picture=_quarters(look.ask(asked).rows, is_lower=is_lower),
    )


def _quarters(rows: Sequence[Row], *, is_lower: bool) -> Picture:
    marks = [
        Mark(
            Day(day=row.period, grain="fiscal_quarter"), row.estimates["actual"]["value"],
            tick=row.estimates["target"]["value"], is_meant=row.value > 1 if is_lower else row.value < 1,
        )
        for row in rows
        if row.value is not None and row.period is not None
    ]  # fmt: skip
    return Picture("columns", tuple(marks), str(rows[0].estimates["target"]["unit"]), Said("target"))


def _last_quarter_end(look: Look) -> date:
    """The day after the last quarter that as-of has reached in full."""
    tomorrow = look.as_of_on + timedelta(days=1)
    return period_start(tomorrow, Grain.FISCAL_QUARTER, look.config.company.fiscal_year_start)
