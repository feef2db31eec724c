"""A random small company of leads, and what the contract says of it, word by word in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

Row = dict[str, Any]
START = datetime.fromisoformat("2024-03-01T06:00")
NEVER = datetime.fromisoformat("9999-01-01")
PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
GIVEN_UP = timedelta(days=14)


@dataclass(frozen=True)
class Company:
    """Canonical rows, instants zone-less UTC."""

    tables: Mapping[str, Sequence[Row]]

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self.tables[table]


def random_company(seed: int, leads: int = 40, touches: int = 400) -> Company:
    """Times lie on a grid of a quarter of an hour within 40 days, so that ties are frequent."""
    rng = random.Random(seed)

    def at() -> datetime:
        return START + timedelta(minutes=15 * rng.randrange(4 * 24 * 40))

    def some(prefix: str, number: int, missing: float) -> str | None:
        return None if rng.random() < missing else f"{prefix}{rng.randrange(number)}"

    def later(share: float) -> datetime | None:
        return at() if rng.random() < share else None

    reps = [{"rep_id": f"r{n}", "name": f"Rep {n}", "team_id": None} for n in range(4)]
    accounts = [{"account_id": f"a{n}", "name": f"Account {n}"} for n in range(8)]
    contacts = [{"contact_id": f"c{n}", "account_id": f"a{n % 8}"} for n in range(25)]
    people = [
        {
            "lead_id": f"l{n}", "created_at": at(), "rep_id": some("r", 4, 0.3), "contact_id": some("c", 25, 0.3),
            "account_id": some("a", 8, 0.4), "heat": rng.choice(["hot", "warm", "cold", None]),
            "converted_at": later(0.2), "disqualified_at": later(0.2), "source": rng.choice(["web", "fair", None]),
        }
        for n in range(leads)
    ]  # fmt: skip
    signals = [
        {
            "signal_id": f"s{n}", "lead_id": f"l{rng.randrange(leads)}", "occurred_at": at(),
            "kind": rng.choice(["webinar", "call_in"]), "heat": rng.choice(["hot", None]),
        }
        for n in range(leads)
    ]  # fmt: skip
    tried: list[Row] = [
        {
            "touch_id": f"t{n:04d}", "occurred_at": at(), "kind": rng.choice(["email", "email", "call"]),
            "direction": rng.choice(["outbound", "outbound", "outbound", "inbound"]),
            "automated": rng.choice([None, None, False, True]), "lead_id": some("l", leads, 0.5),
            "contact_id": some("c", 25, 0.6), "account_id": some("a", 8, 0.6), "rep_id": some("r", 4, 0.2),
            "status": rng.choice([None, "bounced", "failed", "connected", "no_answer", "voicemail", "spam"]),
            "thread_id": some("th", 60, 0.5), "outcome": rng.choice([None, None, "positive", "meeting"]),
        }
        for n in range(touches)
    ]  # fmt: skip
    for touch in tried:
        if touch["kind"] == "email" and touch["direction"] == "outbound" and rng.random() < 0.1:
            touch["replied_at"] = touch["occurred_at"] + timedelta(minutes=15 * rng.randrange(4 * 24 * 20))
    links = {
        (touch["touch_id"], kind, f"{kind[0]}{rng.randrange({'lead': leads, 'contact': 25, 'account': 8}[kind])}")
        for touch in rng.sample(tried, touches // 4)
        for kind in [rng.choice(["lead", "contact", "account"])]
    }
    owners = []
    for lead in rng.sample(people, leads // 2):
        edges = sorted({at() for _ in range(3)})
        for begin, end in zip(edges, [*edges[1:], None], strict=True):
            owners.append({
                "object": "lead", "object_id": lead["lead_id"], "from_at": begin, "to_at": end,
                "rep_id": some("r", 4, 0.3),
            })  # fmt: skip
    return Company({
        "reps": reps, "accounts": accounts, "contacts": contacts, "leads": people, "lead_signals": signals,
        "touches": tried, "owners_over_time": owners,
        "touch_links": [{"touch_id": t, "object": o, "object_id": i} for t, o, i in sorted(links)],
    })  # fmt: skip


def known(company: Company, as_of: datetime) -> Company:
    """What could be known at an instant."""

    def hidden(row: Row, *columns: str) -> Row:
        return {name: None if name in columns and value and value > as_of else value for name, value in row.items()}

    def until(table: str, column: str, *later: str) -> list[Row]:
        return [hidden(row, *later) for row in company[table] if row[column] <= as_of]

    return Company({
        **company.tables,
        "leads": until("leads", "created_at", "converted_at", "disqualified_at"),
        "lead_signals": until("lead_signals", "occurred_at"),
        "touches": until("touches", "occurred_at", "replied_at"),
        "owners_over_time": until("owners_over_time", "from_at", "to_at"),
    })  # fmt: skip


class Reading:
    """The contract's words about leads, by looking at every pair."""

    def __init__(self, company: Company, as_of: datetime, no_answer_stops: bool = True) -> None:
        self.company = known(company, as_of)
        self.as_of = as_of
        self.no_answer_stops = no_answer_stops
        self.leads = {lead["lead_id"]: lead for lead in self.company["leads"]}
        self.links: dict[str, dict[str, set[str]]] = {}
        for link in self.company["touch_links"]:
            self.links.setdefault(link["touch_id"], {}).setdefault(link["object"], set()).add(link["object_id"])

    def named(self, touch: Row, kind: str) -> set[str]:
        own = {touch[f"{kind}_id"]} - {None}
        return own | self.links.get(touch["touch_id"], {}).get(kind, set())

    def counts_for(self, touch: Row, lead: Row) -> bool:
        if lead["lead_id"] in self.named(touch, "lead") or lead["contact_id"] in self.named(touch, "contact"):
            return True
        names_nobody = not self.named(touch, "lead") and not self.named(touch, "contact")
        return names_nobody and lead["account_id"] in self.named(touch, "account")

    def touches_of(self, lead: Row) -> list[Row]:
        return [touch for touch in self.company["touches"] if self.counts_for(touch, lead)]

    def signals(self) -> Iterator[Row]:
        """Signals with a known lead; a lead without any has its creation."""
        given = {signal["lead_id"] for signal in self.company["lead_signals"]}
        for signal in self.company["lead_signals"]:
            if signal["lead_id"] in self.leads:
                yield {**signal, "at": signal["occurred_at"]}
        for lead in self.leads.values():
            if lead["lead_id"] not in given:
                yield {"signal_id": lead["lead_id"], "lead_id": lead["lead_id"], "at": lead["created_at"], "kind": None}

    def response(self, signal: Row) -> Row:
        """How the clock of a signal stopped, and who held the lead then."""
        lead, at = self.leads[signal["lead_id"]], signal["at"]
        answers = [
            touch["occurred_at"]
            for touch in self.touches_of(lead)
            if touch["occurred_at"] >= at and (is_attempt(touch) and self.stops(touch))
        ]
        if signal["kind"] == "call_in" and any(
            is_taken_call(touch) and touch["occurred_at"] == at
            for touch in self.company["touches"]
            if lead["lead_id"] == touch["lead_id"] or lead["contact_id"] == (touch["contact_id"] or "nobody")
        ):
            answers.append(at)
        ends = [(answer, 0, "answered") for answer in answers]
        for rank, (column, kind) in enumerate((("converted_at", "self_bought"), ("disqualified_at", "disqualified"))):
            if lead[column] and lead[column] >= at:
                ends.append((lead[column], 1 + rank, kind))
        ended_at, _, end_kind = min(ends, default=(None, 0, None))
        until = ended_at or self.as_of
        return {
            "lead_id": lead["lead_id"], "signal_id": signal["signal_id"], "end_kind": end_kind, "ended_at": ended_at,
            "rep_id": self.owner(lead, until), "seconds": int((until - at).total_seconds()),
            "business_seconds": business_seconds(at, until), "assigned_at": self.assigned_at(lead, at),
        }  # fmt: skip

    def stops(self, touch: Row) -> bool:
        return self.no_answer_stops or touch["status"] != "no_answer"

    def spells(self, lead: Row) -> list[Row]:
        return [spell for spell in self.company["owners_over_time"] if spell["object_id"] == lead["lead_id"]]

    def owner(self, lead: Row, at: datetime) -> str | None:
        spells = self.spells(lead)
        if not spells:
            return str(lead["rep_id"]) if lead["rep_id"] else None
        return next((s["rep_id"] for s in spells if s["from_at"] <= at < (s["to_at"] or NEVER)), None)

    def assigned_at(self, lead: Row, at: datetime) -> datetime | None:
        held = [max(s["from_at"], at) for s in self.spells(lead) if s["rep_id"] and (s["to_at"] or NEVER) > at]
        return min(held, default=None)

    def follow_ups(self) -> list[Row]:
        """Attempts of every signal, in order, until the lead answered or the signal's time was over."""
        found = []
        for lead in self.leads.values():
            own = sorted((s for s in self.signals() if s["lead_id"] == lead["lead_id"]), key=_order)
            for signal, following in zip(own, [*own[1:], None], strict=True):
                found += self._series(lead, signal, following["at"] if following else NEVER)
        return found

    def _series(self, lead: Row, signal: Row, until: datetime) -> list[Row]:
        at = signal["at"]
        over = [lead[name] for name in ("converted_at", "disqualified_at") if lead[name] and lead[name] >= at]
        touches = self.touches_of(lead)
        attempts = sorted(
            (t["occurred_at"], t["touch_id"])
            for t in touches
            if is_attempt(t) and at <= t["occurred_at"] < until and t["occurred_at"] <= min(over, default=NEVER)
        )
        if not attempts:
            return []
        first = attempts[0][0]
        answered = min(
            (a for a, own in _answers(touches) if a < until and (a > first or (own and a == first))), default=None
        )
        kept = [(when, touch) for when, touch in attempts if answered is None or when <= answered]
        bought = bool(lead["converted_at"] and lead["converted_at"] >= at)
        rows = [
            {
                "lead_id": lead["lead_id"],
                "signal_id": signal["signal_id"],
                "attempt": n,
                "attempted_at": when,
                "outcome": "followed",
            }
            for n, (when, _) in enumerate(kept, start=1)
        ]
        quiet = min(until, self.as_of) - kept[-1][0] >= GIVEN_UP
        last = "answered" if answered else "bought" if bought else "given_up" if quiet else "working"
        rows[-1]["outcome"] = last
        return rows

    def replies(self) -> dict[str, datetime | None]:
        """When each mail by a person was answered."""
        mails = [
            t for t in self.company["touches"]
            if t["kind"] == "email" and t["direction"] == "outbound" and not t["automated"] and t["status"] != "failed"
        ]  # fmt: skip
        return {mail["touch_id"]: self._reply(mail) for mail in mails}

    def _reply(self, mail: Row) -> datetime | None:
        if mail["status"] == "bounced":
            return None
        if mail.get("replied_at"):
            return datetime.fromisoformat(str(mail["replied_at"]))
        found = [t for t in self.company["touches"] if is_inbound(t) and t["occurred_at"] > mail["occurred_at"]]
        leads = [lead for lead in self.leads.values() if self.counts_for(mail, lead)]
        unknown = mail["lead_id"] if mail["lead_id"] not in self.leads else None
        return min(
            (
                t["occurred_at"]
                for t in found
                if (mail["thread_id"] and t["thread_id"] == mail["thread_id"])
                or any(self.counts_for(t, lead) for lead in leads)
                or (unknown and t["lead_id"] == unknown)
            ),
            default=None,
        )


def is_attempt(touch: Row) -> bool:
    is_sent = touch["status"] not in ("bounced", "failed")
    return touch["direction"] == "outbound" and not touch["automated"] and is_sent


def is_inbound(touch: Row) -> bool:
    return touch["direction"] == "inbound" and not touch["automated"]


def is_taken_call(touch: Row) -> bool:
    return is_inbound(touch) and touch["kind"] == "call" and touch["status"] == "connected"


def _answers(touches: Sequence[Row]) -> Iterator[tuple[datetime, bool]]:
    for touch in touches:
        if is_inbound(touch):
            yield touch["occurred_at"], False
        if touch.get("replied_at") and touch["status"] not in ("bounced", "failed"):
            yield touch["replied_at"], False
        if is_attempt(touch) and touch["status"] == "connected":
            yield touch["occurred_at"], True


def _order(signal: Row) -> tuple[datetime, str]:
    return signal["at"], signal["signal_id"]


def business_seconds(start: datetime, end: datetime) -> int:
    """Seconds between 9:00 and 17:00 in Paris, Monday to Friday, no French holiday."""
    closed = holidays.country_holidays("FR", years=range(2023, 2026))
    total, day = 0.0, date(start.year, start.month, start.day) - timedelta(days=1)
    while day <= end.date() + timedelta(days=1):
        if day.weekday() < 5 and day not in closed:
            opens, closes = (_utc(datetime.combine(day, time(hour))) for hour in (9, 17))
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        day += timedelta(days=1)
    return int(total)


def _utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=PARIS).astimezone(UTC).replace(tzinfo=None)
