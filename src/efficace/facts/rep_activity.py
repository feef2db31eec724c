"""Rep activity: how many messages, calls and meetings each rep made on each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import with_company_date
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.owners import with_team, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

FAILED = ("bounced", "failed")


def build(tables: Tables, _: Moment) -> ir.Table:
    """Human outbound touches by day, rep and kind; what did not reach anybody is no activity."""
    touches = tables.touches
    touches = touches.filter(
        (touches.direction == "outbound")
        & ~touches.automated.fill_null(False)
        & ~touches.status.fill_null("sent").isin(FAILED)
        & touches.rep_id.notnull()
    )
    touches = with_company_date(
        touches.select("touch_id", "occurred_at", "rep_id", "kind"), tables.zone_days, "occurred_at", "occurred_on"
    )
    days = touches.group_by(["occurred_on", "rep_id", "kind"]).agg(touches=touches.count())
    days = with_team(days, tables, "rep_id")
    days = with_territory(days, tables, None, None, "occurred_on")
    roles = tables.reps.select(r_rep="rep_id", role="role")
    return days.left_join(roles, days.rep_id == roles.r_rep).drop("r_rep")


REP_ACTIVITY = Fact(
    "rep_activity",
    "How many messages, calls and meetings each rep made on each day.",
    build,
    key=("occurred_on", "rep_id", "kind"),
    reads=("touches", "reps", "territory_assignments"),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Own("role"),
        "territory": Own("territory_id"),
    },
)
