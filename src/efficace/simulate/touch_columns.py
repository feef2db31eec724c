"""Columns of ``touches`` and ``touch_links``."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from efficace.simulate.cells import Cells, flags, ids, instants, integers, numbers, words
from efficace.simulate.draws import NONE, Flags, Ints
from efficace.simulate.rows import Columns, rep_ids
from efficace.simulate.touch_rows import (
    CALL,
    DIRECTIONS,
    EMAIL,
    KINDS,
    MEETING,
    OUTBOUND,
    OUTCOMES,
    STATUSES,
    TEXTS,
    TouchRows,
)


def touches(first: int, rows: TouchRows, written: Columns) -> Columns:
    """Touches of a chunk, numbered on from ``first``; subjects and bodies come written."""
    number = np.arange(rows.n) + first
    mail = rows.kind == EMAIL
    timed = rows.duration != NONE
    answered = np.where((rows.reply_to == NONE) | ~mail, NONE, rows.reply_to + first)
    conversation = pc.coalesce(ids("TH-L", rows.thread), ids("TH-D", rows.deal))
    logged = np.isin(rows.kind, (CALL, MEETING)) & (rows.rep != NONE)
    return {
        "touch_id": ids("E", number, 8),
        "occurred_at": instants(rows.at),
        "kind": words(KINDS, rows.kind),
        "direction": words(DIRECTIONS, rows.direction),
        "automated": flags(rows.automated == 1),
        "rep_id": rep_ids(rows.rep),
        "lead_id": ids("L", rows.lead),
        "contact_id": ids("C", rows.contact),
        "account_id": ids("A", rows.account),
        "deal_id": ids("D", rows.deal),
        "ended_at": instants(np.where(timed, rows.at + rows.duration, NONE)),
        "logged_at": instants(np.where(logged, rows.at + np.maximum(rows.duration, 0) + 60 + rows.at % 7_200, rows.at)),
        "duration_seconds": numbers(rows.duration, ~timed),
        **written,
        "template_id": words(
            [f"TPL-{name.upper()}" for name in TEXTS], np.where(_from_template(rows), rows.text, NONE)
        ),
        "sequence_id": words(("SEQ-RECEIPT", "SEQ-NURTURE"), rows.sequence),
        "step_no": integers(np.where(rows.automated == 1, rows.step, NONE)),
        "thread_id": conversation,
        "message_id": _message_ids(np.where(mail, number, NONE)),
        "in_reply_to": _message_ids(answered),
        "status": words(STATUSES, rows.status),
        "opened_at": instants(rows.opened),
        "clicked_at": instants(rows.clicked),
        "replied_at": instants(rows.replied),
        "outcome": words(OUTCOMES, rows.outcome),
    }


def _from_template(rows: TouchRows) -> Flags:
    found = (rows.kind == EMAIL) & (rows.direction == OUTBOUND) & ((rows.automated == 1) | (rows.at % 5 < 2))
    return np.asarray(found, dtype=np.bool_)


def _message_ids(number: Ints) -> Cells:
    return pc.binary_join_element_wise("<", ids("E", number, 8), "@orvane.example>", "")


def touch_links(first: int, rows: TouchRows) -> Columns:
    """Leads that a touch names beside its account, and guests of meetings."""
    touch = np.concatenate([np.flatnonzero(rows.linked != NONE), np.flatnonzero(rows.guest != NONE)])
    leads = int((rows.linked != NONE).sum())
    is_guest = (np.arange(len(touch)) >= leads).astype(np.int64)
    lead = np.where(is_guest == 0, rows.linked[touch], NONE)
    guest = np.where(is_guest == 1, rows.guest[touch], NONE)
    order = np.argsort(touch, kind="stable")
    cells = {
        "touch_id": ids("E", touch + first, 8),
        "object": words(("lead", "contact"), is_guest),
        "object_id": pc.coalesce(ids("L", lead), ids("C", guest)),
        "role": words(("about", "attendee"), is_guest),
    }
    return {name: column.take(order) for name, column in cells.items()}
