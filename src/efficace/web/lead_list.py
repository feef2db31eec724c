"""The lead queue as its page shows it: who waits, by which clock, in whose hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from efficace.access.rights import Right, visible_people
from efficace.state.claims import claims
from efficace.state.users import users
from efficace.web.desk import Desk
from efficace.web.place import Place
from efficace.web.visitor import Visitor

if TYPE_CHECKING:
    from efficace.metrics.waiting import LeadQueue, WaitingLead
    from efficace.state.claims import Claim

LIVE_FOR = timedelta(days=1)
"""How old the data may be for the clocks to run on."""
TICK = 2 / 3
"""Where on the track of a clock the promise ends."""
HEATS = ("hot", "warm", "cold", "")
TABS: Mapping[str, str] = {"all": "All", "mine": "Mine", "snoozed": "Snoozed", "done": "Done"}


@dataclass(frozen=True)
class Clock:
    """The promise of a lead at the instant of the page.

    Attributes:
        left: Seconds; negative = late.
        share: Of the track that has passed, 0 to 1; the promise ends at ``TICK``.
        rests_until: When it runs on; None where it runs, or where that is more than two days away.
        runs: Whether it runs at this instant.
    """

    promise: int
    age: int
    left: int
    share: float
    runs: bool
    rests_until: datetime | None
    calendar: str | None


@dataclass(frozen=True)
class Entry:
    """A lead of the queue.

    Attributes:
        owner: Name of the rep who holds it by the data; empty for nobody.
        state: ``free``, ``claimed``, ``snoozed`` or ``done``.
        holder: Who took the last step; empty for nobody.
        is_mine: Whether the visitor holds it, by the data or by a claim.
        is_free: Whether the visitor may take a step with it.
        is_due: Whether it stands in the queue.
        steps: How often its claim was changed: what undoing a step was seen at.
    """

    lead: WaitingLead
    owner: str
    clock: Clock | None
    state: str
    holder: str
    since: datetime | None
    until: datetime | None
    is_claimed_by_me: bool
    is_mine: bool
    is_free: bool
    is_due: bool
    steps: int

    @property
    def name(self) -> str:
        """The person, else the company, else the id."""
        return self.lead.prospect.name or self.lead.prospect.account or self.lead.lead_id

    @property
    def name_apart(self) -> str:
        """The name within a sentence: writing direction marks in it turn nothing around them (U+2068, U+2069)."""
        return f"\u2068{self.name}\u2069"

    @property
    def is_late(self) -> bool:
        """Whether the promise was broken."""
        return self.clock is not None and self.clock.left < 0


@dataclass(frozen=True)
class LeadList:
    """The part of the queue that a visitor may see.

    Attributes:
        at: The instant that the clocks show.
        is_live: Whether that is now; else as-of, and they stand still.
        entries: All of them, in the order in which to answer.
        older: Number of leads that wait too long to be in the queue.
    """

    queue: LeadQueue
    at: datetime
    is_live: bool
    entries: Sequence[Entry]
    older: int

    def of_tab(self, tab: str) -> list[Entry]:
        """The entries of one tab."""
        if tab in ("snoozed", "done"):
            return [entry for entry in self.entries if entry.state == tab and not entry.is_due]
        return [entry for entry in self.entries if entry.is_due and (entry.is_mine or tab != "mine")]

    def next_of(self, tab: str) -> Entry | None:
        """Whom to answer next."""
        return next((entry for entry in self.of_tab(tab) if entry.is_free and entry.is_due), None)

    def find(self, lead_id: str) -> Entry | None:
        """The entry of a lead; None where the visitor may not see it."""
        return next((entry for entry in self.entries if entry.lead.lead_id == lead_id), None)


def lead_list(desk: Desk, who: Visitor, place: Place, now: datetime) -> LeadList:
    """The queue under the filters of a page.

    Raises:
        QuestionError: If a filter names what does not exist.
    """
    where = place.where
    queue = desk.kept(("lead queue", where), lambda: desk.project.metrics.lead_queue(where))
    is_live = timedelta(0) <= now - queue.as_of < LIVE_FOR
    at = now if is_live else queue.as_of
    seen = visible_people(who.reader, desk.project.config.privacy)
    leads = [lead for lead in queue.leads if seen is None or lead.rep_id is None or lead.rep_id in seen]
    names = dict(desk.members("rep"))
    with desk.project.state.open().reading() as transaction:
        taken = claims(transaction)
        holders = {user.id: user.name for user in users(transaction)}
    entries = [_entry(lead, queue, at, now, who, taken.get(lead.lead_id), names, holders) for lead in leads]
    return LeadList(queue, at, is_live, entries, queue.older if seen is None else 0)


def _entry(
    lead: WaitingLead,
    queue: LeadQueue,
    at: datetime,
    now: datetime,
    who: Visitor,
    taken: Claim | None,
    names: Mapping[str, str],
    holders: Mapping[int, str],
) -> Entry:
    holder_id = taken.holder_id if taken is not None else None
    is_claimed = holder_id == who.id
    is_own = lead.rep_id is not None and lead.rep_id == who.reader.rep_id
    return Entry(
        lead=lead,
        owner=names.get(lead.rep_id or "", lead.rep_id or ""),
        clock=clock_of(lead, queue, at),
        state=taken.state if taken is not None else "free",
        holder=holders.get(holder_id, "?") if holder_id is not None else "",
        since=taken.since if taken is not None else None,
        until=taken.until if taken is not None else None,
        is_claimed_by_me=is_claimed,
        is_mine=is_claimed or (is_own and holder_id is None),
        is_free=who.may(Right.CLAIM) and (holder_id is None or is_claimed),
        is_due=taken is None or taken.is_due(now),
        steps=taken.step if taken is not None else 0,
    )


def clock_of(lead: WaitingLead, queue: LeadQueue, at: datetime) -> Clock | None:
    """The clock of a lead; None where nothing was promised."""
    left = queue.left_seconds(lead, at)
    if left is None or lead.promise_seconds is None:
        return None
    used = lead.promise_seconds - left
    share = min(used / max(lead.promise_seconds, 1) * TICK, 1.0)
    stretches = queue.hours.get(lead.calendar, ()) if lead.calendar is not None else ()
    runs = lead.calendar is None or any(opening <= at < close for opening, close in stretches)
    until = None if runs else next((opening for opening, _close in stretches if opening > at), None)
    return Clock(
        lead.promise_seconds, lead.promise_age or 0, left, round(max(share, 0.0), 4), runs, until, lead.calendar
    )
