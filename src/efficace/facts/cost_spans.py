"""Cost spans: what sales and marketing cost per day, month by month, in the company's currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.amounts import with_rate
from efficace.facts.dates import add_days, add_months, month_of
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.owners import with_team

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a cost and calendar month that it touches; the rate is that of the month's first day (CONTRACT A).

    A cost without a day (it ends where it starts, or before) keeps its place on the day it starts, left out.
    """
    import ibis

    costs = tables.costs.rename(own_team="team_id")
    months = tables.zone_days.select(month=month_of(tables.zone_days.utc_day)).distinct()
    months = months.mutate(month_end=add_months(months.month, 1))
    costs = costs.mutate(touches_to=ibis.greatest(costs.to_on, add_days(costs.from_on, 1)))
    pieces = costs.inner_join(months, [months.month < costs.touches_to, months.month_end > costs.from_on])
    pieces = with_rate(pieces, tables, "currency", "month")
    pieces = with_team(pieces, tables, "rep_id", "own_team")
    roles = tables.reps.select(r_rep="rep_id", role="role")
    pieces = pieces.left_join(roles, pieces.rep_id == roles.r_rep)
    days = pieces.to_on.delta(pieces.from_on, unit="day")
    return pieces.select(
        "cost_id", "month", "function", "category", "rep_id", "team_id", "territory_id", "role", "source", "campaign",
        pool=pieces.own_team,
        per_day=pieces.amount.cast("float64") * pieces.rate / days.nullif(0),
        starts_on=ibis.greatest(pieces.from_on, pieces.month),
        ends_on=ibis.least(pieces.touches_to, pieces.month_end),
        left_out=ibis.cases(
            (days <= 0, "no_days"), (pieces.rate.isnull(), "no_rate"), else_=ibis.null("string")
        ),
    )  # fmt: skip


COST_SPANS = Fact(
    "cost_spans",
    "What sales and marketing cost per day, month by month, in the company's currency.",
    build,
    key=("cost_id", "month"),
    reads=("costs", "reps", "fx_rates"),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Own("role"),
        "territory": Own("territory_id"),
        "source": Own("source"),
        "campaign": Own("campaign"),
    },
)
