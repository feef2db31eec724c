"""Leads that are answered after a while, followed up a planned number of times, and that convert or not."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, ndtri

from recovery.process import HISTORY, Check, Drawn, Process, Rows, constant, instant, names

HOUR = 1 / 24
MEDIAN, SPREAD, EVER = 4 * HOUR, 1.2, 0.9
"""Days until the first attempt in the median, their spread on the log scale, share of leads ever tried."""
REPLIES = 0.15
"""Chance that an attempt is answered."""
PLANNED = {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.25, 5: 0.15}
"""Attempts that a lead gets unless it answers."""


def _answered(share: float) -> float:
    """Days by which such a share of all leads is tried."""
    return MEDIAN * math.exp(SPREAD * float(ndtri(share / EVER)))


def _by(days: float) -> float:
    """Share of all leads tried within so many days."""
    return EVER * float(ndtr(math.log(days / MEDIAN) / SPREAD))


def _after_first() -> float:
    """Mean attempts after the first of the leads that never answered."""
    left = {tries: share * (1 - REPLIES) ** tries for tries, share in PLANNED.items()}
    return sum((tries - 1) * share for tries, share in left.items()) / sum(left.values())


def _followed(chance: np.random.Generator, members: int) -> Drawn:
    reps = names("lead", members)
    tables: dict[str, Rows] = {"reps": [{"rep_id": rep, "name": rep} for rep in reps], "leads": [], "touches": []}
    for rep in reps:
        for k in range(50):
            start, key = float(chance.uniform(0, HISTORY - 40)), f"{rep}-{k}"
            tables["leads"].append({"lead_id": key, "created_at": instant(start), "rep_id": rep, "heat": "warm"})
            if chance.random() < EVER:
                first = start + MEDIAN * float(chance.lognormal(0, SPREAD))
                tables["touches"] += _attempts(chance, rep, key, first)
    checks = [
        Check("lead_response_time", constant(_answered(0.5) * 1440)),
        Check("lead_response_time", constant(_answered(0.25) * 1440), estimate="p25"),
        Check("lead_response_time", constant(_answered(0.75) * 1440), estimate="p75"),
        Check("lead_response_time", constant(MEDIAN * math.exp(SPREAD**2 / 2) * 1440), estimate="mean_answered"),
        Check("lead_answer_rate", constant(_by(1))),
        Check("lead_answer_rate", constant(_by(HOUR)), estimate="within_1_hour"),
        Check("promise_kept", constant(_by(HOUR))),
        Check("promptness", constant(_answered(0.5) * 1440)),
        Check("persistence", constant(_after_first())),
        Check("attempt_value", constant(REPLIES)),
        Check("attempt_value", constant(REPLIES), ask={"settings": {"attempt": 2}}),
    ]
    return Drawn(frozenset(reps), tables, checks)


def _attempts(chance: np.random.Generator, rep: str, lead: str, first: float) -> Rows:
    rows: Rows = []
    for tries in range(int(chance.choice(list(PLANNED), p=list(PLANNED.values())))):
        at, is_answered = first + 2 * tries, chance.random() < REPLIES
        rows.append({
            "touch_id": f"{lead}-{tries}", "occurred_at": instant(at), "kind": "email", "direction": "outbound",
            "lead_id": lead, "rep_id": rep, "replied_at": instant(at + 0.5) if is_answered else None,
        })  # fmt: skip
        if is_answered:
            break
    return rows


WAITING, CONVERTED, TAKES = 2.0, 0.3, 20.0
"""Mean days to an answer; share of leads that ever convert and their mean days until then."""


def _young(chance: np.random.Generator, members: int) -> Drawn:
    """Leads of the last weeks: many still wait, many are not yet decided."""
    reps = names("young", members)
    tables: dict[str, Rows] = {"reps": [{"rep_id": rep, "name": rep} for rep in reps], "leads": [], "touches": []}
    for rep in reps:
        for k in range(40):
            start, key = float(chance.uniform(HISTORY - 60, HISTORY - 0.5)), f"{rep}-{k}"
            answered = start + float(chance.exponential(WAITING))
            converted = start + float(chance.exponential(TAKES)) if chance.random() < CONVERTED else math.inf
            tables["leads"].append({
                "lead_id": key, "created_at": instant(start), "rep_id": rep, "heat": "cold",
                "converted_at": instant(converted) if converted < HISTORY and converted > answered else None,
            })  # fmt: skip
            if answered < HISTORY:
                tables["touches"].append({
                    "touch_id": f"{key}-0", "occurred_at": instant(answered), "kind": "email",
                    "direction": "outbound", "lead_id": key, "rep_id": rep,
                })  # fmt: skip
    late = 1 - math.exp(-30 / TAKES)
    both = 1 / WAITING + 1 / TAKES
    at_once = (1 / TAKES) * (1 - math.exp(-30 * both)) / both
    # Who would convert before the answer does not: the answer comes first in this process.
    converts = CONVERTED * (late - at_once)
    checks = [
        Check("lead_response_time", constant(math.log(2) * WAITING * 1440)),
        Check("lead_answer_rate", constant(1 - math.exp(-1 / WAITING))),
        Check("promise_kept", constant(1 - math.exp(-1 / WAITING))),
        Check("response_conversion", constant(converts), ask={"settings": {"horizon": "30 days"}}),
    ]
    return Drawn(frozenset(reps), tables, checks)


BECOMES, SOON = 0.25, 50.0
"""Share of leads that become customers and their mean days until then."""


def _acquired(chance: np.random.Generator, members: int) -> Drawn:
    reps = names("gain", members)
    tables: dict[str, Rows] = {"reps": [{"rep_id": rep, "name": rep} for rep in reps]}
    for table in ("leads", "accounts", "subscription_periods"):
        tables[table] = []
    for rep in reps:
        for k in range(80):
            start, key = int(chance.integers(0, 365)), f"{rep}-{k}"
            tables["accounts"].append({"account_id": key, "name": key})
            tables["leads"].append({
                "lead_id": key, "created_at": instant(start), "rep_id": rep, "account_id": key,
            })  # fmt: skip
            if chance.random() < BECOMES:
                tables["subscription_periods"] += _first(key, start + float(chance.exponential(SOON)))
    check = Check("acquisition_rate", constant(BECOMES), ask={"end": "2024-01-01"})
    return Drawn(frozenset(reps), tables, [check])


def _first(account: str, at: float) -> Rows:
    return [
        {
            "subscription_id": account, "account_id": account, "product_id": "plan", "mrr": 50,
            "from_on": instant(at)[:10],
        }
    ] if at < HISTORY else []  # fmt: skip


PROCESSES = (
    Process("50 leads, nine in ten answered, up to five attempts each", _followed, 0.6),
    Process("40 leads of the last two months, many undecided", _young),
    Process("80 leads, one in four becomes a customer", _acquired, 0.6),
)
