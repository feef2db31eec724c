"""A random small company of deals with stage logs, and what the contract says of it, word by word in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from lead_company import Company, Row

START = datetime.fromisoformat("2024-01-02T06:00")
OPEN = {"main": {"lead": 1, "offer": 2, "signature": 3}, "small": {"call": 1, "quote": 2}}
CLOSED = ("won", "lost")
PLACES = {stage: place for stages in OPEN.values() for stage, place in stages.items()} | {"won": 90, "lost": 91}


def random_company(seed: int, deals: int = 90) -> Company:
    """Times lie on a grid of a quarter of an hour within some 150 days; logs jump, go back, reopen and stop early."""
    rng = random.Random(seed)

    def step(most_days: int) -> timedelta:
        return timedelta(minutes=15 * rng.randrange(4 * 24 * most_days))

    stages = [
        {"pipeline": pipeline, "stage": stage, "position": PLACES[stage], "kind": stage if stage in CLOSED else "open"}
        for pipeline, own in OPEN.items()
        for stage in (*own, *CLOSED)
    ]
    rows: list[Row] = []
    changes: list[Row] = []
    for number in range(deals):
        pipeline = rng.choice(["main", "main", "small"])
        created = START + step(90)
        log = [] if rng.random() < 0.15 else _walk(rng, created, pipeline, step)
        changes += [{"deal_id": f"d{number:02d}", "entered_at": at, "stage": stage} for at, stage in log]
        ended = log[-1][1] if log and log[-1][1] in CLOSED else None
        status = ended or rng.choice(["open", "open", "won", "lost"])
        last = log[-1][0] if log else created
        written = rng.random() < (0.75 if status != "open" else 0.1)
        closed = rng.choice([last, last, last + step(20), created + step(30), created - step(3)])
        rows.append(
            {
                "deal_id": f"d{number:02d}", "created_at": created, "status": status, "pipeline": pipeline,
                "closed_at": closed if written else None, "rep_id": rng.choice(["r0", "r1", "r2", None]),
                "kind": rng.choice(["new", "upsell"]), "account_id": f"a{rng.randrange(30)}",
                "amount": None if rng.random() < 0.04 else rng.randrange(100, 9000),
            }
        )  # fmt: skip
    return Company(
        {
            "reps": [{"rep_id": f"r{n}", "name": f"Rep {n}"} for n in range(3)],
            "accounts": [{"account_id": f"a{n}", "name": f"Account {n}"} for n in range(30)],
            "stages": stages,
            "deals": rows,
            "stage_changes": changes,
            "deal_changes": _amount_changes(rng, rows, step),
            "owners_over_time": _owners(rng, rows, step),
        }
    )


def _walk(rng: random.Random, created: datetime, pipeline: str, step: Any) -> list[tuple[datetime, str]]:
    """Entries at rising times, the first one now and then before the deal was created."""
    stages, log = list(OPEN[pipeline]), []
    at = created - step(2) if rng.random() < 0.15 else created + step(2)
    stage = rng.choice([stages[0], *stages])
    for _ in range(rng.randrange(1, 7)):
        log.append((at, stage))
        at += timedelta(minutes=15) + step(25)
        is_over = stage in CLOSED
        if is_over and rng.random() < 0.6:
            break
        stage = rng.choice([*stages, *([] if is_over else ["won", "lost"])])
    return log


def _amount_changes(rng: random.Random, deals: Sequence[Row], step: Any) -> list[Row]:
    return [
        {
            "deal_id": deal["deal_id"], "field": "amount", "changed_at": deal["created_at"] + step(60),
            "old_value": str(rng.randrange(100, 9000)), "new_value": str(deal["amount"]),
        }
        for deal in deals
        if deal["amount"] and rng.random() < 0.3
    ]  # fmt: skip


def _owners(rng: random.Random, deals: Sequence[Row], step: Any) -> list[Row]:
    """Some deals pass from one rep to another, now and then through a queue."""
    rows: list[Row] = []
    for deal in deals:
        if rng.random() < 0.4:
            change = deal["created_at"] + timedelta(minutes=15) + step(40)
            spell = {"object": "deal", "object_id": deal["deal_id"]}
            rows.append({**spell, "from_at": deal["created_at"], "to_at": change, "rep_id": "r0"})
            rows.append({**spell, "from_at": change, "to_at": None, "rep_id": rng.choice(["r1", "r2", None])})
    return rows


@dataclass(frozen=True)
class Reading:
    """The company's deals as METRICS 1 and CONTRACT B read them at an instant."""

    company: Company
    as_of: datetime

    def spans(self) -> list[Row]:
        """One row a deal known at the instant."""
        return [self._span(deal) for deal in self._deals()]

    def visits(self) -> Iterator[Row]:
        """One row each time that a deal was in an open stage."""
        for deal in self._deals():
            span, entries = self._span(deal), self._entries(deal)
            for (entered, stage), (left, _) in pairwise([*entries, (span["ended_at"], "")]):
                if stage not in CLOSED:
                    first = max(entered, deal["created_at"])
                    last = max(left, deal["created_at"]) if left else None
                    is_endless = left is None and span["end_kind"] is not None
                    yield {
                        "deal_id": deal["deal_id"], "stage": stage, "entered_at": first, "left_at": last,
                        "won": span["end_kind"] == "won",
                        "left_out": "no_end" if is_endless else "ends_before_start" if last and last < first else None,
                    }  # fmt: skip

    def passages(self) -> Iterator[Row]:
        """One row a deal and open stage reached or passed: from the first entry to a later one, to won or to lost."""
        for deal in self._deals():
            span, visits = self._span(deal), [v for v in self.visits() if v["deal_id"] == deal["deal_id"]]
            if not visits:
                continue
            log = self._log(deal)
            wins = [at for at, stage in log if stage == "won"]
            won = min(wins, default=span["ended_at"] if span["end_kind"] == "won" else None)
            losses = [at for at, stage in log if stage == "lost"]
            lost = max(losses, default=span["ended_at"]) if span["end_kind"] == "lost" else None
            for stage, place in OPEN[deal["pipeline"]].items():
                own = [v["entered_at"] for v in visits if v["stage"] == stage]
                later = [v["entered_at"] for v in visits if PLACES[v["stage"]] > place]
                passed = min([*later, *([max(won, deal["created_at"])] if won else [])], default=None)
                started = min([*own, *([passed] if passed else [])], default=None)
                if started is None:
                    continue
                ended = passed or lost
                is_endless = span["end_kind"] is not None and ended is None
                yield {
                    "deal_id": deal["deal_id"], "stage": stage, "started_at": started, "ended_at": ended,
                    "passage_end": "passed" if passed else "lost" if span["end_kind"] == "lost" else None,
                    "visits": len(own),
                    "left_out": "no_end" if is_endless else "ends_before_start" if ended and ended < started else None,
                }  # fmt: skip

    def seconds(self, start: datetime, end: datetime | None) -> int:
        """Length of a span, watched until as-of where it still runs."""
        return round(((end or self.as_of) - start).total_seconds())

    def _deals(self) -> list[Row]:
        return [deal for deal in self.company["deals"] if deal["created_at"] <= self.as_of]

    def _log(self, deal: Row, ever: bool = False) -> list[tuple[datetime, str]]:
        log = [
            (change["entered_at"], change["stage"])
            for change in self.company["stage_changes"]
            if change["deal_id"] == deal["deal_id"] and (ever or change["entered_at"] <= self.as_of)
        ]
        return sorted(log, key=lambda entry: (entry[0], PLACES[entry[1]]))

    def _entries(self, deal: Row) -> list[tuple[datetime, str]]:
        """The log without repetitions of the stage that the deal is in."""
        log = self._log(deal)
        return [entry for number, entry in enumerate(log) if number == 0 or log[number - 1][1] != entry[1]]

    def _span(self, deal: Row) -> Row:
        kind, ended, inferred, ignored = self._end(deal)
        known = ended or self.as_of
        reason = None
        if kind and ended is None:
            reason = "no_end"
        elif ended and ended < deal["created_at"]:
            reason = "ends_before_start"
        return {
            "deal_id": deal["deal_id"], "started_at": deal["created_at"], "end_kind": kind, "ended_at": ended,
            "was_inferred": inferred, "closed_at_ignored": ignored, "rep_id": self._owner(deal, known),
            "amount": self._amount(deal), "left_out": reason,
        }  # fmt: skip

    def _end(self, deal: Row) -> tuple[str | None, datetime | None, bool, bool]:
        """Kind and instant of the end, whether the log alone gives it, whether a ``closed_at`` was set aside."""
        log, closed, status = self._log(deal), deal["closed_at"], deal["status"]
        closings = [at for at, stage in self._log(deal, ever=True) if stage in CLOSED]
        is_later = closed > self.as_of if closed else bool(closings) and closings[-1] > self.as_of
        if is_later:
            closed, status = None, "open"
        runs = [now for before, now in pairwise([(None, ""), *log]) if now[1] in CLOSED and before[1] not in CLOSED]
        back = [now[0] for before, now in pairwise(log) if now[1] not in CLOSED and before[1] in CLOSED]
        last_open = max((at for at, stage in log if stage not in CLOSED), default=None)
        kind = status if status in CLOSED else None
        begin = None
        if runs:
            is_after = kind is not None and closed is not None and closed >= log[-1][0]
            is_shut = log[-1][1] in CLOSED
            kind = log[-1][1] if is_shut else kind if is_after else None
            begin = runs[-1][0] if is_shut else None
        is_undone = bool(back) and closed is not None and last_open is not None and closed < last_open
        written = closed if status in CLOSED and not is_undone else None
        if kind is None:
            return None, None, False, closed is not None
        return kind, written or begin, written is None and begin is not None, False

    def _owner(self, deal: Row, at: datetime) -> str | None:
        spells = [spell for spell in self.company["owners_over_time"] if spell["object_id"] == deal["deal_id"]]
        spells = [spell for spell in spells if spell["from_at"] <= self.as_of]
        holding = [s["rep_id"] for s in spells if s["from_at"] <= at and (s["to_at"] is None or at < s["to_at"])]
        owner = (holding[0] if holding else None) if spells else deal["rep_id"]
        return str(owner) if owner else None

    def _amount(self, deal: Row) -> float | None:
        for change in self.company["deal_changes"]:
            if change["deal_id"] == deal["deal_id"]:
                is_done = change["changed_at"] <= self.as_of
                return float(change["new_value"] if is_done else change["old_value"])
        return None if deal["amount"] is None else float(deal["amount"])
