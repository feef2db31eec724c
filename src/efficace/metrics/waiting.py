"""The lead queue: who waits for a person, what may still come of each, and when the clock of its promise runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from efficace.config import Hours
from efficace.metrics.behind import rows_behind
from efficace.metrics.question import Request
from efficace.model.calendars import COMPANY_KEY

if TYPE_CHECKING:
    from efficace.metrics.ask import Ground
    from efficace.metrics.metric import Metric

METRIC = "open_leads"
MOST = 1000
"""Leads that a queue holds, those of the latest signals."""
AHEAD_DAYS = 2
"""Days after as-of for which opening hours are given."""
REASON = re.compile(r"(\w+) (.+?) ([+-]?\d+)%(?:, |$)")
"""One of the reasons of a score, as the fact ``lead_scores`` writes them."""
PIECE = re.compile(r"[oc]\d+")
"""A column of ``business_days``: an opening, or after it its close."""

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Reason:
    """What a trait does to the odds that a lead converts: multiplies them by ``times``."""

    trait: str
    level: str
    times: float


@dataclass(frozen=True)
class Prospect:
    """Who a lead is, as far as that is known."""

    name: str | None = None
    title: str | None = None
    account: str | None = None
    employees: int | None = None


@dataclass(frozen=True)
class WaitingLead:
    """A lead that waits for an answer by a person since its first signal without one.

    Attributes:
        signal_at: Zone-less UTC.
        rep_id: Who holds it; None = nobody.
        calendar: Key of the opening hours by which the promise counts; None where it counts all hours.
        promise_seconds: None where nothing is promised for its heat.
        promise_age: Seconds that have passed of it at as-of, in the hours of the calendar.
        chance: That it converts, 0 to 1; ``chance_left`` given that it has not so far.
        expected_value: ``chance_left`` times what a converted lead of its segment wins, in the company's currency.
        reasons: What raises or lowers the chance, the strongest first.
    """

    lead_id: str
    signal_at: datetime
    signal: str | None
    heat: str | None
    source: str | None
    campaign: str | None
    rep_id: str | None
    team_id: str | None
    calendar: str | None
    promise_seconds: int | None
    promise_age: int | None
    chance: float | None
    chance_left: float | None
    expected_value: float | None
    reasons: tuple[Reason, ...]
    prospect: Prospect


@dataclass(frozen=True)
class LeadQueue:
    """All leads that wait, as the snapshot knows them.

    Attributes:
        leads: In the order in which they should be answered, see ``in_turn``.
        older: Number of those that wait for longer than a signal may take to convert; they are not in ``leads``.
        hours: Open stretches of each calendar from as-of on, ``AHEAD_DAYS`` long.
    """

    as_of: datetime
    leads: tuple[WaitingLead, ...]
    older: int
    hours: Mapping[str, tuple[Stretch, ...]]

    def left_seconds(self, lead: WaitingLead, at: datetime) -> int | None:
        """Seconds left of the promise at an instant from as-of on; negative = late, None = nothing was promised."""
        if lead.promise_seconds is None or lead.promise_age is None:
            return None
        return lead.promise_seconds - lead.promise_age - self._run(lead, at)

    def _run(self, lead: WaitingLead, at: datetime) -> int:
        """Seconds that the clock of a lead has run since as-of."""
        if lead.calendar is None:
            return max(int((at - self.as_of).total_seconds()), 0)
        stretches = self.hours.get(lead.calendar, ())
        return sum(max(int((min(close, at) - opening).total_seconds()), 0) for opening, close in stretches)


def lead_queue(ground: Ground, catalogue: Mapping[str, Metric], where: Sequence[str] = ()) -> LeadQueue:
    """The leads that wait at the snapshot's as-of.

    Args:
        where: Filters as in questions: ``"heat=hot"``.

    Raises:
        QuestionError: If a filter names what does not exist.
    """
    import pyarrow.compute as pc

    found = rows_behind(ground, Request(METRIC, where=where), catalogue, None).rows
    found = found.filter(pc.is_null(found.column("left_out")))
    young = found.filter(pc.less(found.column("seconds"), ground.config.response.scoring.settled_after * 86400))
    rows = young.sort_by([("signal_at", "descending"), ("lead_id", "ascending")]).slice(0, MOST).to_pylist()
    prospects = _prospects(ground, [row["lead_id"] for row in rows])
    calendars = _Calendars(ground)
    leads = [_lead(row, prospects, calendars) for row in rows]
    hours = calendars.ahead({lead.calendar for lead in leads if lead.calendar is not None})
    return LeadQueue(ground.as_of, tuple(in_turn(leads)), found.num_rows - len(rows), hours)


def in_turn(leads: Iterable[WaitingLead]) -> list[WaitingLead]:
    """The order in which to answer: the hottest first; within a heat first those whose promise can still be kept.

    Of these the one with the least time left; of the late ones the one that is still worth most, then the latest. Where
    nothing is promised they come last.
    """
    return sorted(leads, key=_turn)


def _turn(lead: WaitingLead) -> tuple[Any, ...]:
    heat = {"hot": 0, "warm": 1, "cold": 2}.get(lead.heat or "", 3)
    worth = lead.expected_value if lead.expected_value is not None else lead.chance_left or 0.0
    latest = (-lead.signal_at.timestamp(), lead.lead_id)
    if lead.promise_seconds is None:
        return heat, 2, -worth, *latest
    left = lead.promise_seconds - (lead.promise_age or 0)
    return (heat, 1, -worth, *latest) if left < 0 else (heat, 0, left, *latest)


def _lead(row: Mapping[str, Any], prospects: Mapping[str, Prospect], calendars: _Calendars) -> WaitingLead:
    return WaitingLead(
        lead_id=row["lead_id"],
        signal_at=row["signal_at"],
        signal=row["signal"],
        heat=row["heat"],
        source=row["source"],
        campaign=row["campaign"],
        rep_id=row["rep_id"],
        team_id=row["team_id"],
        calendar=calendars.of(row["rep_id"]),
        promise_seconds=row["promise_seconds"],
        promise_age=row["promise_age"],
        chance=row["chance"],
        chance_left=row["chance_left"],
        expected_value=row["expected_value"],
        reasons=reasons_of(row["raised_by"], row["lowered_by"]),
        prospect=prospects.get(row["lead_id"], Prospect()),
    )


def reasons_of(*told: str | None) -> tuple[Reason, ...]:
    """The reasons of a score, as the rows name them, the strongest first: ``heat hot +78%, signal chat +50%``."""
    parts = [part for text in told for part in REASON.findall(text or "")]
    found = [Reason(trait, level, round(1 + int(percent) / 100, 2)) for trait, level, percent in parts]
    return tuple(sorted(found, key=lambda one: -max(one.times, 1 / max(one.times, 0.01))))


def _prospects(ground: Ground, lead_ids: Sequence[str]) -> dict[str, Prospect]:
    """Names of persons and companies by lead."""
    engine = ground.engine
    leads = engine.table("leads")
    leads = leads.filter(leads.lead_id.isin(lead_ids)).select("lead_id", "contact_id", "account_id")
    contacts = engine.table("contacts").select("name", "title", c_contact="contact_id", c_account="account_id")
    joined = leads.left_join(contacts, leads.contact_id == contacts.c_contact)
    joined = joined.mutate(of=joined.account_id.fill_null(joined.c_account))
    accounts = engine.table("accounts").select("employees", a_account="account_id", account="name")
    joined = joined.left_join(accounts, joined.of == accounts.a_account)
    rows = engine.run(joined.select("lead_id", "name", "title", "account", "employees")).to_pylist()
    return {row.pop("lead_id"): Prospect(**row) for row in rows}


class _Calendars:
    """Whose hours the promises count, read once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._of_rep = dict(ground.engine.find("rep_calendars", ("rep_id", "calendar_key")))
        given = ground.engine.find("calendars", ("calendar_id", "rep_id", "team_id"))
        self._given = {key for key, _rep, _team in given}
        has_company = any(rep is None and team is None for _key, rep, team in given)
        if has_company or ground.config.hours != Hours():
            self._given.add(COMPANY_KEY)

    def of(self, rep_id: str | None) -> str | None:
        """Key of a rep's calendar; None where no hours are known, so that all hours count."""
        key = str(self._of_rep.get(rep_id, COMPANY_KEY))
        return key if key in self._given or self._ground.config.hours != Hours() else None

    def ahead(self, keys: Iterable[str]) -> dict[str, tuple[Stretch, ...]]:
        """Open stretches from as-of on."""
        at = self._ground.as_of
        days = [at.date() + timedelta(days=number) for number in range(AHEAD_DAYS + 1)]
        return {key: tuple(self._stretches(key, days, at)) for key in sorted(keys)}

    def _stretches(self, key: str, days: Sequence[date], at: datetime) -> Iterator[Stretch]:
        columns = [name for name in self._ground.engine.table("business_days").columns if PIECE.fullmatch(name)]
        for day in days:
            midnight = datetime.combine(day, time())
            for row in self._ground.engine.find("business_days", columns, calendar_key=key, utc_day=day):
                bounds = [midnight + timedelta(seconds=second) for second in row]
                for opening, close in zip(bounds[::2], bounds[1::2], strict=True):
                    if close > max(opening, at):
                        yield max(opening, at), close
