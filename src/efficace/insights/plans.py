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
from efficace.metrics.assembly import unit_of
from efficace.metrics.metric import SHARE, Better
from efficace.metrics.question import Request
from efficace.metrics.set_targets import Beside, PlanRow, SetTarget, amended, beside, outermost
from efficace.model.time import Grain, add_months, period_start

QUARTERS = 4
CLAIMS = (
    "{period}, {metric}: {actual} against a target of {target} ({share}).",
    "{period}, {metric}: {actual} against a target of {target} that was set in the app ({share}).",
)
"""Where the target is the loaded plan's, and where somebody set it."""


def target_missed(look: Look) -> Looked:
    """The last whole quarter in which a goal or budget of the company was missed, for each figure aimed at.

    Targets that somebody set in the app take the place of loaded ones of the same days.
    """
    set_ = {one.metric for one in look.set_targets if one.dimension is None and one.metric in look.catalogue}
    names = dict.fromkeys([*aimed_at(look.ground.engine, look.catalogue), *sorted(set_)])
    found = [_missed(look, metric) for metric in names]
    return Looked(facts=tuple(finding for finding in found if finding is not None))


def _missed(look: Look, metric: str) -> Finding | None:
    end = _last_quarter_end(look)
    asked = look.request(
        "target_attainment", grain="fiscal_quarter", start=add_months(end, -3 * QUARTERS), end=end,
        settings={"metric": metric},
    )  # fmt: skip
    is_lower = look.catalogue[metric].better is Better.LOWER
    plan = _plan(look, metric, look.ask(asked).rows, add_months(end, -3 * QUARTERS), end)
    missed = (
        [one for one in plan if (one.row.value or 0.0) > 1]
        if is_lower
        else [one for one in plan if (one.row.value or 0.0) < 1]
    )
    if not missed:
        return None
    row, is_set = missed[-1].row, missed[-1].origin != "loaded"
    assert row.period is not None
    assert row.value is not None
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
        Said(CLAIMS[is_set], values),
        Said("Open the months of {period} by product and rep: what was missing, volume or price?", values),
        _question(look, metric, row.period, is_set=is_set),
        evidence_of(row, SHARE, 1.0, None),
        Stake(short, unit, short if is_money(unit) else None, currency),
        picture=_quarters([one.row for one in plan], is_lower=is_lower),
    )


def _question(look: Look, metric: str, quarter: date, *, is_set: bool) -> Request:
    """What leads to the figure: the plan's where it is the loaded one, else what came."""
    end = add_months(quarter, 3)
    if is_set:
        return look.request(metric, start=quarter, end=end)
    return look.request("target_attainment", start=quarter, end=end, settings={"metric": metric})


def _plan(look: Look, metric: str, rows: Sequence[Row], start: date, end: date) -> list[PlanRow]:
    """The quarters of the loaded plan with the targets of the company that were set, in their order."""
    first = look.config.company.fiscal_year_start
    own = [one for one in look.set_targets if (one.metric, one.dimension) == (metric, None)]
    found: dict[date, list[Beside]] = {}
    for target in outermost([one for one in own if start <= one.start and one.end <= end]):
        quarter = period_start(target.start, Grain.FISCAL_QUARTER, first)
        read = _beside(look, target) if target.end <= add_months(quarter, 3) else None
        if read is not None:
            found.setdefault(quarter, []).append(read)
    by_quarter = {row.period: row for row in rows if row.period is not None and row.value is not None}
    unit = unit_of(look.catalogue[metric].unit, look.config)
    quarters = sorted({*by_quarter, *found})
    plan = [amended(by_quarter.get(one), found.get(one, ()), unit, one) for one in quarters]
    return [one for one in plan if one is not None]


def _beside(look: Look, target: SetTarget) -> Beside | None:
    def came(one: SetTarget, end: date) -> Row | None:
        return next(iter(look.ask(look.request(one.metric, start=one.start, end=end)).rows), None)

    def loaded(one: SetTarget) -> Row | None:
        asked = look.request("target_attainment", start=one.start, end=one.end, settings={"metric": one.metric})
        return next(iter(look.ask(asked).rows), None)

    return beside(target, look.catalogue[target.metric], look.as_of_on + timedelta(days=1), came, loaded)


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
