"""Follow-ups: what people did to reach a lead after its signal, attempt by attempt (METRICS 8, CONTRACT J)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.dates import FAR_AT, seconds_between, with_company_date
from efficace.facts.fact import Added, Fact, Moment, Own, Via
from efficace.facts.lead_parts import OF_LEAD
from efficace.facts.lead_touches import NOT_SENT, is_attempt, is_by_a_person, with_leads
from efficace.facts.owners import with_owner, with_territory
from efficace.facts.shared import without

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

DAY = 86400
TALKED = ("connected", "held")
"""Statuses of outbound touches that are an answer themselves: somebody took the call, or came to the meeting."""


def build(tables: Tables, moment: Moment) -> ir.Table:
    """One row a human outbound touch after a signal, in order, until the lead answered or the signal's time ended.

    A touch belongs to the last signal before it (or at its instant). Attempts stop at the first answer, at conversion
    or disqualification, and at the lead's next signal, which opens a series of its own. What is known of the signal is
    not written again with each of its attempts, see ``with_signal``.
    """
    import ibis

    spells = _with_stop(_spells(tables), tables)
    rows = _attempts(tables, spells)
    # attempts at one instant are alike: which of them comes first changes nothing
    order = ibis.window(group_by=["lead_id", "signal_at"], order_by="attempted_at")
    rows = rows.mutate(attempt=ibis.row_number().over(order) + 1, next_at=rows.attempted_at.lead().over(order))
    rows = rows.mutate(outcome=_outcome(rows, moment), is_last=rows.next_at.isnull())
    rows = _with_lead(rows, tables)
    rows = with_company_date(rows, tables.zone_days, "attempted_at", "attempted_on")
    rows = with_owner(rows, tables, "lead", "lead_id", "attempted_at", present="present_owner")
    rows = with_territory(rows, tables, "own_territory", None, "attempted_on")
    return rows.select(
        "lead_id", "signal_id", "attempt", "attempted_at", "attempted_on", "outcome", "is_last", "rep_id", "team_id",
        "territory_id",
    )  # fmt: skip


def with_signal(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add what is known of the signal of each attempt and of its lead's account: ``of_source``, ``of_heat``..."""
    signals = tables.lead_responses.select(
        g_lead="lead_id", g_signal="signal_id", of_account="account_id", of_source="source", of_campaign="campaign",
        of_heat="heat", of_signal="signal", of_country="country", of_cohort="cohort", of_day="signal_on",
    )  # fmt: skip
    accounts = tables.accounts.select(
        g_account="account_id", of_segment="segment", of_industry="industry", of_region="region"
    )
    rows = rows.inner_join(signals, [rows.lead_id == signals.g_lead, rows.signal_id == signals.g_signal])
    rows = rows.left_join(accounts, rows.of_account == accounts.g_account)
    return without(rows, "g_lead", "g_signal", "g_account")


def _spells(tables: Tables) -> ir.Table:
    """The time of each signal that was followed up: until the lead's next one, its end, narrow, for there are many."""
    import ibis

    signals = tables.lead_responses
    signals = signals.filter(signals.left_out.isnull())
    order = ibis.window(group_by="lead_id", order_by=["signal_at", "signal_id"])
    spells = signals.select(
        "lead_id", "signal_id", "signal_at", "tried_at",
        bought_at=_since(signals.converted_at, signals.signal_at),
        until_at=signals.signal_at.lead().over(order).fill_null(FAR_AT),
    )  # fmt: skip
    # of signals at one instant the last has all the time that follows
    spells = spells.filter((spells.until_at > spells.signal_at) & (spells.tried_at < spells.until_at))
    leads = tables.leads.filter(tables.leads.disqualified_at.notnull()).select("disqualified_at", l_lead="lead_id")
    joined = spells.left_join(leads, spells.lead_id == leads.l_lead)
    lost_at = _since(joined.disqualified_at, joined.signal_at)
    last_at = ibis.least(joined.bought_at.fill_null(FAR_AT), lost_at.fill_null(FAR_AT))
    return without(joined.mutate(last_at=last_at), "l_lead", "disqualified_at")


def _since(at: ir.Value, start: ir.Value) -> ir.Value:
    import ibis

    return (at >= start).ifelse(at, ibis.null(at.type()))


def _with_stop(spells: ir.Table, tables: Tables) -> ir.Table:
    """Add ``answered_at``: when the lead first answered after the first attempt."""
    answers = with_leads(_answers(tables.touches), tables, ("at", "is_own")).rename(a_lead="lead_id")
    found = answers.inner_join(
        spells,
        [answers.a_lead == spells.lead_id, answers["at"] >= spells.tried_at, answers["at"] < spells.until_at],
    )
    found = found.filter(found.is_own | (found["at"] > found.tried_at))
    first = found.group_by(n_lead="lead_id", n_signal_at="signal_at").agg(answered_at=found["at"].min())
    joined = spells.left_join(first, [spells.lead_id == first.n_lead, spells.signal_at == first.n_signal_at])
    return joined.drop("n_lead", "n_signal_at")


def _answers(touches: ir.Table) -> ir.Table:
    """What shows that a lead did something: an inbound touch, a reply to a mail, a call that it took.

    ``is_own`` tells an attempt that is its own answer.
    """
    import ibis

    is_own = is_attempt(touches) & touches.status.isin(TALKED).fill_null(False)
    came_in = (touches.direction == "inbound") & is_by_a_person(touches)
    told = touches.mutate(is_own=is_own).filter(is_own | came_in).mutate(at="occurred_at")
    is_sent = (touches.direction == "outbound") & ~touches.status.isin(NOT_SENT).fill_null(False)
    replied = touches.filter(is_sent & touches.replied_at.notnull())
    replied = replied.mutate(is_own=ibis.literal(False), at="replied_at")
    columns = ("touch_id", "lead_id", "contact_id", "account_id", "at", "is_own")
    return told.select(*columns).union(replied.select(*columns))


def _attempts(tables: Tables, spells: ir.Table) -> ir.Table:
    """Human outbound touches of each spell until it stops."""
    import ibis

    tries = tables.touches.filter(is_attempt(tables.touches)).mutate(attempted_at="occurred_at")
    tries = with_leads(tries, tables, ("attempted_at",)).rename(t_lead="lead_id")
    ends = spells.mutate(stop_at=ibis.least(spells.last_at, spells.answered_at.fill_null(FAR_AT))).drop("last_at")
    found = tries.inner_join(
        ends,
        [
            tries.t_lead == ends.lead_id,
            tries.attempted_at >= ends.signal_at,
            tries.attempted_at < ends.until_at,
            tries.attempted_at <= ends.stop_at,
        ],
    )
    return found.drop("t_lead", "tried_at", "stop_at")


def _with_lead(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add ``present_owner`` and ``own_territory``: the lead's, else its account's, found before attempts multiply."""
    leads = tables.leads.select("territory_id", "account_id", l_lead="lead_id", present_owner="rep_id")
    accounts = tables.accounts.select(c_account="account_id", c_territory="territory_id")
    known = leads.left_join(accounts, leads.account_id == accounts.c_account)
    known = known.select("l_lead", "present_owner", own_territory=known.territory_id.fill_null(known.c_territory))
    return rows.left_join(known, rows.lead_id == known.l_lead)


def _outcome(rows: ir.Table, moment: Moment) -> ir.Value:
    """What became of an attempt: ``followed`` by the next, ``answered``, ``bought``, ``given_up`` or ``working``."""
    import ibis

    quiet = seconds_between(rows.attempted_at, ibis.least(rows.until_at, moment.as_of))
    return ibis.cases(
        (rows.next_at.notnull(), "followed"),
        (rows.answered_at.notnull(), "answered"),
        (rows.bought_at.notnull(), "bought"),
        (quiet >= moment.config.follow_up.given_up_after * DAY, "given_up"),
        else_="working",
    )


FOLLOW_UPS = Fact(
    "follow_ups",
    "One row an attempt by a person to reach a lead after its signal, in order, until it answered.",
    build,
    key=("lead_id", "signal_id", "attempt"),
    reads=(
        "leads", "lead_responses", "touches", "touch_links", "owners_over_time", "reps", "accounts",
        "territory_assignments",
    ),
    ages=True,
    part=OF_LEAD,
    rows_from=("touches",),
    dimensions={
        "rep": Own("rep_id"),
        "team": Own("team_id"),
        "role": Via("reps", "rep_id", "role"),
        "territory": Own("territory_id"),
        "present_owner": Via("leads", "lead_id", "rep_id"),
        "source": Added("of_source", with_signal),
        "campaign": Added("of_campaign", with_signal),
        "heat": Added("of_heat", with_signal),
        "signal": Added("of_signal", with_signal),
        "segment": Added("of_segment", with_signal),
        "industry": Added("of_industry", with_signal),
        "country": Added("of_country", with_signal),
        "region": Added("of_region", with_signal),
        "cohort": Added("of_cohort", with_signal),
    },
)  # fmt: skip
