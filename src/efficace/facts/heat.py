"""How hot a signal is: as its source says, else by the rules of the configuration, else by the lead's score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from efficace.config import HeatRule
from efficace.facts.dates import seconds_between
from efficace.facts.fact import Moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def with_heat(rows: ir.Table, tables: Tables, moment: Moment) -> ir.Table:
    """Add ``heat``, and ``heat_from``: ``source``, ``rule`` or ``score``; both empty where nothing tells.

    Args:
        rows: Signals as ``efficace.facts.signals.with_lead`` gives them.
    """
    import ibis

    rules = moment.config.response.heat
    rows = _with_previous(rows) if any(rule.again_within is not None for rule in rules) else rows
    rows = rows.mutate(ruled_heat=_ruled(rows, rules))
    scores = tables.lead_scores.select(m_lead="lead_id", m_signal="signal_id", scored_heat="heat")
    rows = rows.left_join(scores, [rows.lead_id == scores.m_lead, rows.signal_id == scores.m_signal])
    return rows.mutate(
        heat=rows.given_heat.fill_null(rows.ruled_heat).fill_null(rows.scored_heat),
        heat_from=ibis.cases(
            (rows.given_heat.notnull(), "source"),
            (rows.ruled_heat.notnull(), "rule"),
            (rows.scored_heat.notnull(), "score"),
            else_=ibis.null("string"),
        ),
    ).drop("m_lead", "m_signal", "ruled_heat", "scored_heat")


def _with_previous(rows: ir.Table) -> ir.Table:
    """Add ``previous_at``: the signal of the same lead before this one."""
    import ibis

    order = ibis.window(group_by="lead_id", order_by=["signal_at", "signal_key"])
    return rows.mutate(previous_at=rows.signal_at.lag().over(order))


def _ruled(rows: ir.Table, rules: Sequence[HeatRule]) -> ir.Value:
    """The heat of the first rule all of whose conditions hold."""
    import ibis

    if not rules:
        return ibis.null("string")
    cases = []
    for rule in rules:
        holds: ir.Value = ibis.literal(True)
        for condition in _conditions(rows, rule):
            holds = holds & condition
        cases.append((holds.fill_null(False), rule.heat))
    return ibis.cases(*cases, else_=ibis.null("string"))


def _conditions(rows: ir.Table, rule: HeatRule) -> Iterator[ir.Value]:
    for column in ("signal", "source", "segment", "industry", "country"):
        if getattr(rule, column):
            yield rows[column].isin(getattr(rule, column))
    if rule.score_from is not None:
        yield rows.score >= rule.score_from
    if rule.employees_from is not None:
        yield rows.employees >= rule.employees_from
    if rule.employees_up_to is not None:
        yield rows.employees <= rule.employees_up_to
    if rule.new_within is not None:
        yield seconds_between(rows.created_at, rows.signal_at) <= rule.new_within
    if rule.again_within is not None:
        yield seconds_between(rows.previous_at, rows.signal_at) <= rule.again_within
