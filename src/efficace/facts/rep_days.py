"""Rep days: the days on which each rep was employed, and whether its calendar was open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_ON
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.owners import with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a rep and day of its calendar between ``hired_on`` and ``left_on``, up to as-of (CONTRACT J)."""
    reps = tables.reps.mutate(
        first_on=tables.reps.hired_on.fill_null(FIRST_ON), last_on=tables.reps.left_on.fill_null(FAR_ON)
    )
    of_rep = tables.rep_calendars.select(c_rep="rep_id", c_key="calendar_key")
    reps = reps.left_join(of_rep, reps.rep_id == of_rep.c_rep)
    reps = reps.mutate(key=reps.c_key.fill_null(""))
    days = tables.working_days.select(w_key="calendar_key", day_on="day_on", is_open="is_open")
    days = days.filter(days.day_on <= moment.as_of_on)
    found = reps.inner_join(days, [reps.key == days.w_key, days.day_on >= reps.first_on, days.day_on < reps.last_on])
    found = with_territory(found, tables, None, None, "day_on")
    return found.select("rep_id", "team_id", "role", "territory_id", "day_on", "is_open")


FIRST_ON = FAR_ON.replace(year=1900)

REP_DAYS = Fact(
    "rep_days",
    "The days on which each rep was employed, and whether its calendar was open.",
    build,
    key=("rep_id", "day_on"),
    reads=("reps", "calendars", "calendar_exceptions", "territory_assignments"),
    ages=True,
    dimensions={
        "rep": Own("rep_id"), "team": Own("team_id"), "role": Own("role"), "territory": Own("territory_id"),
    },
)  # fmt: skip
