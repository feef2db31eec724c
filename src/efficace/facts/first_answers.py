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


def with_first_answer(signals: ir.Table, tables: Tables, no_answer_stops: bool) -> ir.Table:
    """Add ``answered_at``: the signal itself where it was taken live, else the first human outbound touch from it on.

    Lead, contact and account are looked up each by its own key: no need to spell out every lead of an account.

    Args:
        signals: ``lead_id``, ``signal_id``, ``signal_at``, ``signal``, ``touch_id``, ``contact_id``, ``account_id``.
        no_answer_stops: Whether a call that nobody took stops the clock.
    """
    touches, links = tables.touches, tables.touch_links
    stops = touches.filter(is_attempt(touches))
    if not no_answer_stops:
        stops = stops.filter(~(stops.status == "no_answer").fill_null(False))
    found = _first_by_join(signals, _naming(stops, links, "lead"), "lead_id")
    found = found.union(_first_by_join(signals, _naming(stops, links, "contact"), "contact_id"))
    found = found.union(_first_by_window(signals, _naming_account(stops, links), "account_id"))
    first = found.group_by(["f_lead", "f_signal"]).agg(f_at=found.f_at.min())
    joined = signals.left_join(first, [signals.lead_id == first.f_lead, signals.signal_id == first.f_signal])
    joined = joined.drop("f_lead", "f_signal")
    live = _with_live(joined, touches)
    return live.mutate(answered_at=live.is_live.ifelse(live.signal_at, live.f_at)).drop("f_at", "is_live")


def _naming(stops: ir.Table, links: ir.Table, kind: str) -> ir.Table:
    """Keys of one kind that touches name, directly or through a link, with the instant."""
    column = f"{kind}_id"
    direct = stops.filter(stops[column].notnull())
    return direct.select(s_key=column, s_at="occurred_at").union(_linked(stops, links, kind))


def _naming_account(stops: ir.Table, links: ir.Table) -> ir.Table:
    """Accounts of touches that name no lead and no contact, with the instant."""
    return _naming(names_nobody(stops, links), links, "account")


def _linked(stops: ir.Table, links: ir.Table, kind: str) -> ir.Table:
    own = links.filter(links.object == kind)
    own = own.select(i_touch="touch_id", s_key="object_id")
    at = stops.select(i_id="touch_id", s_at="occurred_at")
    return own.inner_join(at, own.i_touch == at.i_id).select("s_key", "s_at")


def _first_by_join(signals: ir.Table, stops: ir.Table, key: str) -> ir.Table:
    keyed = signals.select(f_lead="lead_id", f_signal="signal_id", k_key=key, k_at="signal_at")
    pairs = keyed.inner_join(stops, [keyed.k_key == stops.s_key, stops.s_at >= keyed.k_at])
    return pairs.group_by(["f_lead", "f_signal"]).agg(f_at=pairs.s_at.min())


def _first_by_window(signals: ir.Table, stops: ir.Table, key: str) -> ir.Table:
    """The same by one sort: an account may have many leads and many touches."""
    import ibis

    waiting = signals.select(w_key=key, w_at="signal_at", f_lead="lead_id", f_signal="signal_id")
    events = stops.select(e_key="s_key", e_at="s_at", e_any=ibis.literal(True))
    found = first_after(waiting, events, ("f_lead", "f_signal"), strictly=False, kinds={"f_at": "e_any"})
    return found.filter(found.f_at.notnull())


def _with_live(signals: ir.Table, touches: ir.Table) -> ir.Table:
    """Add ``is_live``: the call or chat that the signal came by was taken by a person then and there."""
    inbound = touches.filter((touches.direction == "inbound") & is_by_a_person(touches))
    talked = inbound.status.isin(LIVE_STATUSES) | (
        inbound.status.isin(["sent", "delivered"]) & (inbound.duration_seconds > 0)
    )
    unmarked = inbound.status.isnull() & (inbound.duration_seconds > 0)
    taken = inbound.filter(inbound.kind.isin(["call", "chat"]) & (talked.fill_null(False) | unmarked.fill_null(False)))
    named = taken.select(v_touch="touch_id")
    by_lead = taken.filter(taken.lead_id.notnull()).select(v_lead="lead_id", v_at="occurred_at").distinct()
    by_contact = (
        taken.filter(taken.contact_id.notnull()).select(v_contact="contact_id", v_then="occurred_at").distinct()
    )
    joined = signals.left_join(named, signals.touch_id == named.v_touch)
    joined = joined.left_join(by_lead, [joined.lead_id == by_lead.v_lead, joined.signal_at == by_lead.v_at])
    joined = joined.left_join(
        by_contact, [joined.contact_id == by_contact.v_contact, joined.signal_at == by_contact.v_then]
    )
    came_in = joined.v_touch.notnull() | joined.v_lead.notnull() | joined.v_contact.notnull()
    is_live = joined.signal.isin(LIVE_SIGNALS).fill_null(False) & came_in
    return joined.mutate(is_live=is_live).drop("v_touch", "v_lead", "v_at", "v_contact", "v_then")
