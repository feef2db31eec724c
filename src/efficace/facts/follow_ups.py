"""Follow-ups: what people did to reach a lead after its signal, attempt by attempt (METRICS 8, CONTRACT J)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_AT, month_of, seconds_between, with_company_date
from efficace.facts.fact import Fact, Moment, Own, Via
from efficace.facts.lead_touches import NOT_SENT, is_attempt, is_by_a_person
from efficace.facts.owners import with_owner, with_territory

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

DAY = 86400
TALKED = ("connected", "held")
"""Statuses of outbound touches that are an answer themselves: somebody took the call, or came to the meeting."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a human outbound touch after a signal, in order, until the lead answered or the signal's time ended.

    A touch belongs to the last signal before it (or at its instant). Attempts stop at the first answer, at conversion
    or disqualification, and at the lead's next signal, which opens a series of its own.
    """
    import ibis

    spells = _spells(tables)
    touches = tables.lead_touches
    attempts = _attempts(touches, spells)
    answers = _first_answers(_answers(touches), attempts, spells)
    rows = attempts.left_join(answers, [attempts.lead_id == answers.n_lead, attempts.signal_id == answers.n_signal])
    rows = rows.filter(rows.n_at.isnull() | (rows.attempted_at <= rows.n_at))
    order = ibis.window(group_by=["lead_id", "signal_id"], order_by=["attempted_at", "touch_id"])
    rows = rows.mutate(attempt=ibis.row_number().over(order) + 1, next_at=rows.attempted_at.lead().over(order))
    rows = rows.mutate(outcome=_outcome(rows, moment), is_last=rows.next_at.isnull())
    rows = with_company_date(rows, tables.zone_days, "attempted_at", "attempted_on")
    rows = with_owner(rows, tables, "lead", "lead_id", "attempted_at", present="present_owner", fallback_rep="by_rep")
    rows = with_territory(rows, tables, "own_territory", "account_id", "attempted_on")
    return rows.select(
        "lead_id", "signal_id", "attempt", "touch_id", "attempted_at", "attempted_on", "signal_on", "outcome",
        "is_last", "rep_id", "team_id", "territory_id", "account_id", "source", "campaign", "heat", "signal", "country",
        cohort=month_of(rows.signal_on),
    )  # fmt: skip


def _spells(tables: Tables) -> ir.Table:
    """Signals with the instant of the lead's next one, and of the lead's end."""
    import ibis

    signals = tables.lead_responses
    signals = signals.filter(signals.left_out.isnull())
    leads = tables.leads.select(
        "disqualified_at", l_lead="lead_id", own_territory="territory_id", present_owner="rep_id"
    )
    order = ibis.window(group_by="lead_id", order_by=["signal_at", "signal_id"])
    spells = signals.select(
        "lead_id", "signal_id", "signal_at", "signal_on", "signal", "source", "campaign", "heat", "country",
        "account_id",
        converted_at=_since(signals.converted_at, signals.signal_at),
        until_at=signals.signal_at.lead().over(order).fill_null(FAR_AT),
    )  # fmt: skip
    spells = spells.left_join(leads, spells.lead_id == leads.l_lead)
    last_at = ibis.least(
        spells.converted_at.fill_null(FAR_AT), _since(spells.disqualified_at, spells.signal_at).fill_null(FAR_AT)
    )
    return spells.mutate(last_at=last_at).drop("l_lead", "disqualified_at")


def _since(at: ir.Value, start: ir.Value) -> ir.Value:
    import ibis

    return (at >= start).ifelse(at, ibis.null(at.type()))


def _attempts(touches: ir.Table, spells: ir.Table) -> ir.Table:
    tried = touches.filter(is_attempt(touches))
    tried = tried.select(t_lead="lead_id", touch_id="touch_id", attempted_at="occurred_at", by_rep="rep_id")
    joined = tried.inner_join(
        spells,
        [
            tried.t_lead == spells.lead_id,
            tried.attempted_at >= spells.signal_at,
            tried.attempted_at < spells.until_at,
            tried.attempted_at <= spells.last_at,
        ],
    )
    return joined.drop("t_lead", "signal_at", "last_at")


def _answers(touches: ir.Table) -> ir.Table:
    """What shows that the lead answered: it wrote or called, replied to a mail, or took a call.

    ``a_own`` tells an attempt that is its own answer.
    """
    import ibis

    inbound = touches.filter((touches.direction == "inbound") & is_by_a_person(touches))
    replied = touches.filter((touches.direction == "outbound") & touches.replied_at.notnull())
    replied = replied.filter(~replied.status.isin(NOT_SENT).fill_null(False))
    talked = touches.filter(is_attempt(touches) & touches.status.isin(TALKED).fill_null(False))
    no, yes = ibis.literal(False), ibis.literal(True)
    found = inbound.select(a_lead="lead_id", a_at="occurred_at", a_own=no)
    found = found.union(replied.select(a_lead="lead_id", a_at="replied_at", a_own=no))
    return found.union(talked.select(a_lead="lead_id", a_at="occurred_at", a_own=yes))


def _first_answers(answers: ir.Table, attempts: ir.Table, spells: ir.Table) -> ir.Table:
    """The first answer of each spell after its first attempt."""
    begun = attempts.group_by(["lead_id", "signal_id"]).agg(b_at=attempts.attempted_at.min())
    begun = begun.rename(b_lead="lead_id", b_signal="signal_id")
    begun = spells.select("lead_id", "signal_id", "until_at").inner_join(
        begun, [spells.lead_id == begun.b_lead, spells.signal_id == begun.b_signal]
    )
    begun = begun.select(n_lead="lead_id", n_signal="signal_id", b_at="b_at", b_until="until_at")
    found = answers.inner_join(
        begun, [answers.a_lead == begun.n_lead, answers.a_at >= begun.b_at, answers.a_at < begun.b_until]
    )
    found = found.filter(found.a_own | (found.a_at > found.b_at))
    return found.group_by(["n_lead", "n_signal"]).agg(n_at=found.a_at.min())


def _outcome(rows: ir.Table, moment: Moment) -> ir.Value:
    """What became of an attempt: ``followed`` by the next, ``answered``, ``bought``, ``given_up`` or ``working``."""
    import ibis

    quiet = seconds_between(rows.attempted_at, ibis.least(rows.until_at, moment.as_of))
    return ibis.cases(
        (rows.next_at.notnull(), "followed"),
        (rows.n_at.notnull(), "answered"),
        (rows.converted_at.notnull(), "bought"),
        (quiet >= moment.config.follow_up.given_up_after * DAY, "given_up"),
        else_="working",
    )


FOLLOW_UPS = Fact(
    "follow_ups",
    "One row an attempt by a person to reach a lead after its signal, in order, until it answered.",
    build,
    key=("lead_id", "signal_id", "attempt"),
    reads=(
        "leads", "lead_responses", "lead_touches", "touches", "touch_links", "owners_over_time", "reps", "accounts",
        "territory_assignments",
    ),
    ages=True,
    rows_from=("touches",),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Own("territory_id"),
        "present_owner": Via("leads", "lead_id", "rep_id"),
        "source": Own("source"),
        "campaign": Own("campaign"),
        "heat": Own("heat"),
        "signal": Own("signal"),
        "segment": Via("accounts", "account_id", "segment"),
        "industry": Via("accounts", "account_id", "industry"),
        "country": Own("country"),
        "region": Via("accounts", "account_id", "region"),
        "cohort": Own("cohort"),
    },
)  # fmt: skip
