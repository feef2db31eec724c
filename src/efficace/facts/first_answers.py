"""The first touch by a person at or after each signal: the clock of lead response (CONTRACT D)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.lead_touches import is_attempt, is_by_a_person, names_nobody
from efficace.facts.next_events import first_after

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

LIVE_SIGNALS = ("call_in", "chat")
LIVE_STATUSES = ("connected", "held")
PAIRS = 1_000_000
"""Signals times touches of an account from which a sort is faster than a join."""


def first_answers(signals: ir.Table, tables: Tables, no_answer_stops: bool) -> ir.Table:
    """The instant that answers each signal: its own where it was taken live, else the first human outbound touch.

    Lead, contact and account are looked up each by its own key: no need to spell out every lead of an account.

    Args:
        signals: ``signal_key``, ``signal_at``, ``signal``, ``touch_id``, ``lead_id``, ``contact_id``, ``account_id``.
        no_answer_stops: Whether a call that nobody took stops the clock.

    Returns:
        ``f_signal`` (the key) and ``f_at`` of the signals that have one.
    """
    touches, links = tables.touches, tables.touch_links
    stops = touches.filter(is_attempt(touches))
    if not no_answer_stops:
        stops = stops.filter(~(stops.status == "no_answer").fill_null(False))
    linked = _linked(stops, links)
    found = _from_each(signals, _naming(stops, linked, "lead"), "lead_id")
    by_contact = _from_each(signals, _naming(stops, linked, "contact"), "contact_id")
    # a touch that names both the lead and its contact was found already
    found = found.union(by_contact.filter(~by_contact.s_lead.identical_to(by_contact.k_lead)))
    nameless = names_nobody(stops, links)
    to_account = _naming(nameless, linked.semi_join(nameless, linked.i_touch == nameless.touch_id), "account")
    found = found.select("f_signal", "f_at").union(_by_account(signals, to_account))
    found = found.union(_taken_live(signals, touches))
    return found.group_by("f_signal").agg(f_at=found.f_at.min())


def _linked(stops: ir.Table, links: ir.Table) -> ir.Table:
    """What touches name through links: kind and key of the object, the instant, the lead that the touch itself names."""
    named = links.select(i_touch="touch_id", i_kind="object", s_key="object_id")
    at = stops.select(t_touch="touch_id", s_at="occurred_at", s_lead="lead_id")
    return named.inner_join(at, named.i_touch == at.t_touch).drop("t_touch")


def _naming(stops: ir.Table, linked: ir.Table, kind: str) -> ir.Table:
    """Keys of one kind that touches name, directly or through a link, with the instant and the lead named."""
    column = f"{kind}_id"
    direct = stops.filter(stops[column].notnull())
    direct = direct.select(s_key=column, s_at="occurred_at", s_lead="lead_id")
    return direct.union(linked.filter(linked.i_kind == kind).select("s_key", "s_at", "s_lead"))


def _from_each(signals: ir.Table, stops: ir.Table, key: str) -> ir.Table:
    """Every touch from each signal on, by a key that few signals and touches share."""
    keyed = signals.select(f_signal="signal_key", k_key=key, k_at="signal_at", k_lead="lead_id")
    pairs = keyed.inner_join(stops, [keyed.k_key == stops.s_key, stops.s_at >= keyed.k_at])
    return pairs.select("f_signal", "s_lead", "k_lead", f_at="s_at")


def _by_account(signals: ir.Table, stops: ir.Table) -> ir.Table:
    """The first touch of the account; where it has very many signals and touches, by a sort instead of their pairs."""
    import ibis

    asked = signals.group_by("account_id").agg(asked=signals.count()).rename(c_account="account_id")
    told = stops.group_by("s_key").agg(told=stops.count())
    both = asked.inner_join(told, asked.c_account == told.s_key)
    crowded = both.filter(both.asked * both.told > PAIRS).select("c_account")
    few = stops.anti_join(crowded, stops.s_key == crowded.c_account)
    many = stops.semi_join(crowded, stops.s_key == crowded.c_account)
    waiting = signals.select(w_key="account_id", w_at="signal_at", f_signal="signal_key")
    events = many.select(e_key="s_key", e_at="s_at", e_any=ibis.literal(True))
    sorted_out = first_after(waiting, events, ("f_signal",), strictly=False, kinds={"f_at": "e_any"})
    found = sorted_out.filter(sorted_out.f_at.notnull())
    return _from_each(signals, few, "account_id").select("f_signal", "f_at").union(found)


def _taken_live(signals: ir.Table, touches: ir.Table) -> ir.Table:
    """Signals that came by a call or chat which a person took then and there: answered at their own instant.

    The touch is the one that the signal names, or one of the lead or its contact at the very instant. Such touches are
    few: ``distinct`` lets the engine find them once for the three ways.
    """
    spoken = signals.filter(signals.signal.isin(LIVE_SIGNALS))
    taken = touches.filter((touches.direction == "inbound") & is_by_a_person(touches) & _was_taken(touches))
    taken = taken.select(v_touch="touch_id", v_at="occurred_at", v_lead="lead_id", v_contact="contact_id").distinct()
    named = spoken.semi_join(taken, spoken.touch_id == taken.v_touch)
    of_lead = spoken.semi_join(taken, [spoken.lead_id == taken.v_lead, spoken.signal_at == taken.v_at])
    of_contact = spoken.semi_join(taken, [spoken.contact_id == taken.v_contact, spoken.signal_at == taken.v_at])
    live = named.union(of_lead).union(of_contact)
    return live.select(f_signal="signal_key", f_at="signal_at")


def _was_taken(touches: ir.Table) -> ir.Value:
    """Whether somebody spoke: it says so, or it lasted a while and says nothing else."""
    lasted = (touches.duration_seconds > 0).fill_null(False)
    is_plain = touches.status.fill_null("sent").isin(["sent", "delivered"])
    is_spoken = touches.status.isin(LIVE_STATUSES).fill_null(False) | (is_plain & lasted)
    return touches.kind.isin(["call", "chat"]) & is_spoken
