"""Plan targets: goals, budgets and forecasts with the level that they were set for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment, Own

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

SCOPES = {"rep": "rep_id", "team": "team_id", "territory": "territory_id", "product": "product_id"}
"""Dimensions that a target may be set for, with their columns."""
PERSONAL = ("rep", "team", "territory")
"""A target with several of these belongs to the first: a rep's target is not its team's."""
GOAL, BUDGET, FORECAST = "goal", "budget", "forecast"


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a target; of forecasts the last made before the period, the others are left out."""
    import ibis

    rows = tables.targets.mutate(kind=tables.targets.kind.fill_null(GOAL))
    levels = [(rows[SCOPES[name]].notnull(), name) for name in PERSONAL]
    rows = rows.mutate(level=ibis.cases(*levels, else_="company"))
    is_forecast = rows.kind == FORECAST
    rows = rows.mutate(is_late=is_forecast & (rows.made_on >= rows.from_on).fill_null(False))
    order = ibis.window(
        group_by=["metric", "kind", "from_on", "to_on", *SCOPES.values(), "is_late"],
        order_by=[rows.made_on.isnull().cast("int64"), ibis.desc("made_on"), "target_id"],
    )
    rows = rows.mutate(place=ibis.row_number().over(order))
    reason = ibis.cases(
        (rows.to_on <= rows.from_on, "ends_before_start"),
        (rows.is_late, "made_late"),
        ((rows.kind == FORECAST) & (rows.place > 0), "superseded"),
        else_=ibis.null("string"),
    )
    return rows.select(
        "target_id", "metric", "kind", "level", "from_on", "to_on", "made_on", *SCOPES.values(),
        value=rows.value.cast("float64"), left_out=reason,
    )  # fmt: skip


PLAN_TARGETS = Fact(
    "plan_targets",
    "Goals, budgets and forecasts, with the level that they were set for.",
    build,
    key=("target_id",),
    reads=("targets",),
    stored=False,
    dimensions={name: Own(column) for name, column in SCOPES.items()},
)
