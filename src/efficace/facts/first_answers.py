"""The first touch by a person at or after each signal: the clock of lead response (CONTRACT D)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.lead_touches import is_attempt, is_by_a_person, names_nobody
from efficace.facts.next_events import first_after
from efficace.facts.shared import without

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

LIVE_SIGNALS = ("call_in", "chat")
LIVE_STATUSES = ("connected", "held")


def first_answers(signals: ir.Table, tables: Tables, no_answer_stops: bool) -> ir.Table:
    """The instant that answers each signal: its own where it was taken live, else the first human outbound touch.

    Lead, contact and account are looked up each by its own key: no need to spell out every lead of an account.

    Args:
        signals: ``signal_key``, ``signal_at``, ``signal``, ``touch_id``, ``lead_id``, ``contact_id``, ``account_id``.
        no_answer_stops: Whether a call that nobody took stops the clock.

    Returns:
        ``f_signal`` (the key), ``f_at``, and ``f_tried_at`` of the first attempt, whether it stops the clock or not.
    """
    import ibis

    touches, links = tables.touches, tables.touch_links
    tries = touches.filter(is_attempt(touches))
    stops = ibis.literal(True) if no_answer_stops else ~(tries.status == "no_answer").fill_null(False)
    tries = tries.mutate(is_stop=stops)
    linked = _linked(tries, links)
    found = _from_each(signals, _naming(tries, linked, "lead"), "lead_id")
    by_contact = _from_each(signals, _naming(tries, linked, "contact"), "contact_id")
    # a touch that names both the lead and its contact was found already
    found = found.union(by_contact.filter(~by_contact.s_lead.identical_to(by_contact.k_lead)))
    nameless = names_nobody(tries, links)
    to_account = _naming(nameless, linked.semi_join(nameless, linked.i_touch == nameless.touch_id), "account")
    sole = found.group_by("f_signal").agg(f_at=found.s_at.min(where=found.is_stop), f_tried_at=found.s_at.min())
    sole = sole.union(_by_account(signals, to_account)).union(_taken_live(signals, touches))
    return sole.group_by("f_signal").agg(f_at=sole.f_at.min(), f_tried_at=sole.f_tried_at.min())


def _linked(tries: ir.Table, links: ir.Table) -> ir.Table:
    """What touches name through links: kind and key of the object, the instant, the lead that the touch names."""
    named = links.select(i_touch="touch_id", i_kind="object", s_key="object_id")
    at = tries.select("is_stop", t_touch="touch_id", s_at="occurred_at", s_lead="lead_id")
    return without(named.inner_join(at, named.i_touch == at.t_touch), "t_touch")


def _naming(tries: ir.Table, linked: ir.Table, kind: str) -> ir.Table:
    """Keys of one kind that touches name, directly or through a link, with the instant and the lead named."""
    column = f"{kind}_id"
    direct = tries.filter(tries[column].notnull())
    direct = direct.select("is_stop", s_key=column, s_at="occurred_at", s_lead="lead_id")
    return direct.union(linked.filter(linked.i_kind == kind).select(*direct.columns))


def _from_each(signals: ir.Table, tries: ir.Table, key: str) -> ir.Table:
    """Every touch from each signal on, by a key that few signals and touches share."""
    keyed = signals.select(f_signal="signal_key", k_key=key, k_at="signal_at", k_lead="lead_id")
    pairs = keyed.inner_join(tries, [keyed.k_key == tries.s_key, tries.s_at >= keyed.k_at])
    return pairs.select("f_signal", "s_at", "is_stop", "s_lead", "k_lead")


def _by_account(signals: ir.Table, tries: ir.Table) -> ir.Table:
    """The first touch of the account, which may have very many signals and touches."""
    import ibis

    waiting = signals.select(w_key="account_id", w_at="signal_at", w_id="signal_key")
    events = tries.select("is_stop", e_key="s_key", e_at="s_at", is_try=ibis.literal(True))
    found = first_after([(waiting, events)], strictly=False, kinds={"f_at": "is_stop", "f_tried_at": "is_try"})
    return found.select("f_at", "f_tried_at", f_signal="w_id").select("f_signal", "f_at", "f_tried_at")


def _taken_live(signals: ir.Table, touches: ir.Table) -> ir.Table:
    """Signals that came by a call or chat which a person took then and there: answered at their own instant.

    The touch is the one that the signal names, or one of the lead or its contact at the very instant. Such touches are
    few: ``distinct`` lets the engine find them once for the three ways.
    """
    import ibis

    spoken = signals.filter(signals.signal.isin(LIVE_SIGNALS))
    taken = touches.filter((touches.direction == "inbound") & is_by_a_person(touches) & _was_taken(touches))
    taken = taken.select(v_touch="touch_id", v_at="occurred_at", v_lead="lead_id", v_contact="contact_id").distinct()
    named = spoken.semi_join(taken, spoken.touch_id == taken.v_touch)
    of_lead = spoken.semi_join(taken, [spoken.lead_id == taken.v_lead, spoken.signal_at == taken.v_at])
    of_contact = spoken.semi_join(taken, [spoken.contact_id == taken.v_contact, spoken.signal_at == taken.v_at])
    live = named.union(of_lead).union(of_contact)
    never = ibis.null(signals.signal_at.type())
    return live.select(f_signal="signal_key", f_at="signal_at", f_tried_at=never)


def _was_taken(touches: ir.Table) -> ir.Value:
    """Whether somebody spoke: it says so, or it lasted a while and says nothing else."""
    lasted = (touches.duration_seconds > 0).fill_null(False)
    is_plain = touches.status.fill_null("sent").isin(["sent", "delivered"])
    is_spoken = touches.status.isin(LIVE_STATUSES).fill_null(False) | (is_plain & lasted)
    return touches.kind.isin(["call", "chat"]) & is_spoken
