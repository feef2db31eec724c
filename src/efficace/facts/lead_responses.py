"""Lead responses: one row a signal, from the signal to the first answer by a person (CONTRACT D)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.config import Promise
from efficace.facts.business_time import with_business_seconds, with_calendar
from efficace.facts.dates import FAR_AT, month_of, seconds_between, with_company_date
from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.first_answers import first_answers
from efficace.facts.heat import with_heat
from efficace.facts.lead_parts import OF_LEAD
from efficace.facts.owners import with_owner, with_territory
from efficace.facts.signals import BY_SIGNAL, signal_rows, with_lead

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

BANDS = {
    "up to 5 min": 300,
    "up to 1 h": 3600,
    "up to 1 day": 86400,
    "up to 1 week": 604800,
}
"""Bands of response time and their last second; beyond is ``later``, without an answer ``never``."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a signal known at the moment; a lead without any has its creation as signal."""
    import ibis

    signals = signal_rows(tables)
    answers = first_answers(signals, tables, moment.config.response.no_answer_stops)
    rows = with_heat(with_lead(signals, tables), tables, moment)
    rows = rows.left_join(answers, rows.signal_key == answers.f_signal)
    rows = _with_assignment(
        _with_end(rows.rename(answered_at="f_at", tried_at="f_tried_at")), _first_assignments(signals, tables)
    )
    rows = rows.mutate(known_at=rows.ended_at.fill_null(moment.as_of))
    rows = with_company_date(rows, tables.zone_days, "signal_at", "signal_on", hour_of_week="hour_of_week")
    rows = with_company_date(rows, tables.zone_days, "known_at", "known_on")
    rows = with_owner(rows, tables, "lead", "lead_id", "known_at", present="present_owner")
    rows = with_territory(rows, tables, "in_territory", None, "known_on")
    rows = with_business_seconds(
        with_calendar(rows, tables, "rep_id"), tables, "signal_at", "known_at", "business_seconds"
    )
    rows = rows.mutate(seconds=seconds_between(rows.signal_at, rows.known_at))
    rows = _with_promise(rows, moment.config.response.promise)
    return rows.select(
        "lead_id", "signal_id", "signal_at", "signal_on", "hour_of_week", "signal", "heat", "source", "campaign",
        "rep_id", "team_id", "territory_id", "account_id", "country", "ended_at", "end_kind", "seconds",
        "business_seconds", "tried_at", "assigned_at", "has_owner_log", "promise_seconds", "promise_age",
        "converted_at", "heat_from",
        response_band=_band(rows),
        cohort=month_of(rows.signal_on),
        left_out=rows.is_known_lead.ifelse(ibis.null("string"), "unknown_lead"),
    )  # fmt: skip


def _with_end(rows: ir.Table) -> ir.Table:
    """Add ``ended_at`` and ``end_kind``; what happened to the lead before the signal ends nothing."""
    import ibis

    def since(at: ir.Value) -> ir.Value:
        return (at >= rows.signal_at).ifelse(at, FAR_AT).fill_null(FAR_AT)

    # an answer at the very instant of another end comes first, buying before being disqualified
    rows = rows.mutate(x_answered=since(rows.answered_at), x_bought=since(rows.converted_at))
    rows = rows.mutate(x_end=ibis.least(rows.x_answered, rows.x_bought, since(rows.disqualified_at)))
    end_kind = ibis.cases(
        (rows.x_end == FAR_AT, ibis.null("string")),
        (rows.x_answered == rows.x_end, "answered"),
        (rows.x_bought == rows.x_end, "self_bought"),
        else_="disqualified",
    )
    return rows.mutate(ended_at=rows.x_end.nullif(FAR_AT), end_kind=end_kind).drop("x_answered", "x_bought", "x_end")


def _first_assignments(signals: ir.Table, tables: Tables) -> ir.Table:
    """When a rep first held the lead from each signal on; one row a signal whose lead has a log of owners."""
    import ibis

    owners = tables.owners_over_time
    owners = owners.filter(owners.object == "lead")
    spells = owners.select(
        o_lead="object_id", o_from="from_at", o_to=owners.to_at.fill_null(FAR_AT), o_held=owners.rep_id.notnull()
    )
    keyed = signals.select(g_lead="lead_id", g_signal="signal_key", g_at="signal_at")
    pairs = keyed.inner_join(spells, keyed.g_lead == spells.o_lead)
    is_held = pairs.o_held & (pairs.o_to > pairs.g_at)
    since = is_held.ifelse(ibis.greatest(pairs.o_from, pairs.g_at), ibis.null(pairs.g_at.type()))
    return pairs.mutate(g_since=since).group_by("g_signal").agg(assigned_at=lambda t: t.g_since.min())


def _with_assignment(rows: ir.Table, first: ir.Table) -> ir.Table:
    """Add ``assigned_at`` and ``has_owner_log``."""
    joined = rows.left_join(first, rows.signal_key == first.g_signal)
    return joined.mutate(has_owner_log=joined.g_signal.notnull()).drop("g_signal")


def _with_promise(rows: ir.Table, promise: Promise) -> ir.Table:
    """Add ``promise_seconds`` and ``promise_age``: what has passed of it, in business time where a calendar exists."""
    import ibis

    promised = ibis.cases(
        *((rows.heat == heat, int(getattr(promise, heat))) for heat in ("hot", "warm", "cold")),
        else_=ibis.null("int64"),
    )
    return rows.mutate(
        promise_seconds=promised.cast("int64"),
        promise_age=rows.has_calendar.ifelse(rows.business_seconds, rows.seconds),
    )


def _band(rows: ir.Table) -> ir.Value:
    import ibis

    is_answered = (rows.end_kind == "answered").fill_null(False)
    bands = [(is_answered & (rows.seconds <= last), name) for name, last in BANDS.items()]
    return ibis.cases(*bands, (is_answered, "later"), else_="never")


LEAD_RESPONSES = Fact(
    "lead_responses",
    "One row a signal of a lead, until a person answered, or it ended otherwise, or still waiting.",
    build,
    key=("lead_id", "signal_id"),
    reads=(
        "leads", "lead_signals", "lead_scores", "touches", "touch_links", "owners_over_time", "reps", "accounts",
        "territory_assignments", "calendars", "calendar_exceptions",
    ),
    ages=True,
    part=OF_LEAD,
    rows_from=("leads", "lead_signals"),
    dimensions={
        **BY_SIGNAL,
        "response_band": Own("response_band"),
        "hour_of_week": Own("hour_of_week"),
        "month": Own("cohort"),
    },
)  # fmt: skip
