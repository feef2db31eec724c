"""Touches as arrays of numbers, before they become text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from efficace.simulate.draws import NONE, Ints

KINDS = ("email", "call", "meeting", "chat", "sms", "social", "letter")
EMAIL, CALL, MEETING, CHATTING, SMS, SOCIAL, LETTER = range(7)
DIRECTIONS = ("outbound", "inbound")
OUTBOUND, INBOUND = range(2)
STATUSES = (
    "sent", "delivered", "bounced", "spam", "promotions", "failed", "connected", "no_answer", "voicemail", "held",
    "no_show",
)  # fmt: skip
SENT, DELIVERED, BOUNCED, SPAM, PROMOTIONS, FAILED, CONNECTED, NO_ANSWER, VOICEMAIL, HELD, NO_SHOW = range(11)
OUTCOMES = ("positive", "negative", "meeting", "none")
POSITIVE, NEGATIVE, MEETING_AGREED, NOTHING = range(4)
TEXTS = ("first", "again", "reply_good", "reply_bad", "auto", "deal", "care", "invite", "prospect", "note")
FIRST, AGAIN, REPLY_GOOD, REPLY_BAD, AUTO, DEAL, CARE, INVITE, PROSPECT, NOTE = range(10)


@dataclass(frozen=True)
class TouchRows:
    """Touches as arrays; ``NONE`` is empty, instants are UTC seconds.

    Attributes:
        person: The contact that the text speaks to, whether or not the touch names one.
        linked: The lead that the touch names through ``touch_links`` only.
        guest: A further contact who takes part.
        thread: Lead whose conversation this is.
        reply_to: Row (of this object) that is answered.
        text: Which kind of text, an index into ``TEXTS``.
    """

    at: Ints
    kind: Ints
    direction: Ints
    automated: Ints
    rep: Ints
    lead: Ints
    contact: Ints
    account: Ints
    deal: Ints
    duration: Ints
    status: Ints
    opened: Ints
    clicked: Ints
    replied: Ints
    outcome: Ints
    sequence: Ints
    step: Ints
    person: Ints
    linked: Ints
    guest: Ints
    thread: Ints
    reply_to: Ints
    text: Ints

    @property
    def n(self) -> int:
        return len(self.at)


NAMES = tuple(item.name for item in fields(TouchRows))


def touch_rows(n: int, **given: Ints | int) -> TouchRows:
    """Make rows; a single number stands for every row, what is not given is empty."""
    values = {"direction": OUTBOUND, "automated": 0, **given}
    return TouchRows(**{
        name: np.broadcast_to(np.asarray(values.get(name, NONE), dtype=np.int64), (n,)) for name in NAMES
    })  # fmt: skip


def join(parts: Sequence[TouchRows]) -> TouchRows:
    """Rows one below the other, ``reply_to`` moved along."""
    starts = np.cumsum([0, *(part.n for part in parts)])
    moved = [
        np.where(part.reply_to == NONE, NONE, part.reply_to + start) for part, start in zip(parts, starts, strict=False)
    ]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in NAMES if name != "reply_to"}
    return TouchRows(**columns, reply_to=np.concatenate(moved))


def settle(rows: TouchRows, end: int) -> TouchRows:
    """Drop what lies after the history, put the rest in order of time and blank later openings and replies."""
    kept = np.flatnonzero((rows.at < end) & (rows.at != NONE))
    order = kept[np.argsort(rows.at[kept], kind="stable")]
    place = np.full(rows.n + 1, NONE, dtype=np.int64)
    place[order] = np.arange(len(order))
    columns = {name: getattr(rows, name)[order] for name in NAMES}
    columns["reply_to"] = place[columns["reply_to"]]
    for name in ("opened", "clicked", "replied"):
        columns[name] = np.where(columns[name] < end, columns[name], NONE)
    columns["outcome"] = np.where((columns["replied"] == NONE) & (columns["kind"] == EMAIL), NONE, columns["outcome"])
    return TouchRows(**columns)
