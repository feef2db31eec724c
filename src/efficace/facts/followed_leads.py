"""Followed leads: how often each lead was tried in all, and what became of it (METRICS 8, CONTRACT J)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment
from efficace.facts.follow_ups import with_signal
from efficace.facts.lead_parts import OF_LEAD
from efficace.facts.signals import BY_SIGNAL

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

ANSWERED = ("answered", "bought")
"""Outcomes of attempts that nobody gave up."""


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a lead that was tried: the attempts of all its signals, told of its last one.

    A lead that answered once has answered, whatever came later; else its last attempt tells whether it was given up.
    It belongs to the period of its first signal that was followed up.
    """
    import ibis

    series = tables.follow_ups
    series = with_signal(series.filter(series.is_last), tables)
    of_lead = ibis.window(group_by="lead_id")
    has_answered = series.outcome.isin(ANSWERED).cast("int64").max().over(of_lead) > 0
    rows = series.mutate(
        attempts=series.attempt.sum().over(of_lead).cast("int64"),
        followed_on=series.of_day.min().over(of_lead),
        last_at=series.attempted_at.max().over(of_lead),
        outcome=has_answered.ifelse("answered", series.outcome),
    )
    rows = rows.filter(rows.attempted_at == rows.last_at)
    return rows.select(
        "lead_id", "signal_id", "attempts", "last_at", "followed_on", "outcome", "rep_id", "team_id", "territory_id",
        **{name: f"of_{name}" for name in ("source", "campaign", "heat", "signal", "country", "cohort")},
        account_id="of_account",
    )  # fmt: skip


FOLLOWED_LEADS = Fact(
    "followed_leads",
    "One row a lead that people tried to reach: how often, and whether it answered or was given up.",
    build,
    key=("lead_id",),
    reads=("follow_ups", "lead_responses", "leads", "reps", "accounts"),
    part=OF_LEAD,
    dimensions=BY_SIGNAL,
)
