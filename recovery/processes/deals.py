"""Deals whose winning and losing compete at constant rates, so that every truth is a formula."""

from __future__ import annotations

import math

import numpy as np

from recovery.process import HISTORY, Check, Drawn, Process, Rows, constant, day, instant, names

LENGTH, SHARE, AMOUNT = 40.0, 0.3, 1000.0
"""Mean days to the end of a deal, share won, mean amount."""
OF_2023 = {"end": "2024-01-01"}
OF_2024 = {"start": "2024-01-01"}
HALF = math.log(2) * LENGTH


def _rows(
    chance: np.random.Generator, reps: list[str], deals: int, first: float, last: float, spread: float, length: float
) -> Rows:
    """Deals begun evenly between two days; what ends after the history is still open."""
    start = chance.uniform(first, last, (len(reps), deals))
    end = start + chance.exponential(length, start.shape)
    won = chance.random(start.shape) < SHARE
    amount = AMOUNT * chance.lognormal(-(spread**2) / 2, spread, start.shape)
    rows = []
    for number, rep in enumerate(reps):
        for k in range(deals):
            is_over = end[number, k] < HISTORY
            status = ("won" if won[number, k] else "lost") if is_over else "open"
            rows.append({
                "deal_id": f"{rep}-{k}", "rep_id": rep, "created_at": instant(start[number, k]), "status": status,
                "closed_at": instant(end[number, k]) if is_over else None,
                "amount": round(float(amount[number, k]), 2), "kind": "new",
            })  # fmt: skip
    return rows


def _steady(chance: np.random.Generator, members: int) -> Drawn:
    reps = names("deal", members)
    rows = _rows(chance, reps, 150, 0, HISTORY, 1.0, LENGTH)
    open_deals = dict.fromkeys(reps, 0)
    for row in rows:
        open_deals[row["rep_id"]] += row["status"] == "open"
    a_day = SHARE * AMOUNT / HALF
    checks = [
        Check("win_rate", constant(SHARE), ask=OF_2024),
        Check("win_rate_amount", constant(SHARE), ask=OF_2024),
        Check("sales_cycle_length", constant(HALF), ask=OF_2024),
        Check("sales_cycle_length", constant(HALF), estimate="km_median", ask=OF_2024),
        Check("sales_cycle_length", constant(LENGTH), estimate="mean_won", ask=OF_2023),
        Check("sales_cycle_length", constant(SHARE), estimate="won_in_the_end", ask=OF_2023),
        Check("sales_cycle_length", constant(1 - math.exp(-30 / LENGTH)), estimate="closed_by_30", ask=OF_2024),
        Check("sales_cycle_length", constant(1 - math.exp(-90 / LENGTH)), estimate="closed_by_90", ask=OF_2024),
        Check("win_chance_by_age", constant(SHARE), ask=OF_2023),
        Check("win_chance_by_age", constant(SHARE), ask=OF_2023 | {"settings": {"age": "30 days"}}),
        Check("pipeline_velocity", lambda row: open_deals[row.members["rep"]] * a_day),
        Check("pipeline_velocity", constant(AMOUNT), estimate="mean_amount"),
        Check("pipeline_velocity", constant(HALF), estimate="cycle_length"),
    ]
    return Drawn(frozenset(reps), {"reps": _people(reps), "deals": rows}, checks)


def _few(chance: np.random.Generator, members: int) -> Drawn:
    """Thirty deals, ten wins: what a rep has in a year."""
    reps = names("few", members)
    rows = _rows(chance, reps, 30, 0, 365, 0.8, LENGTH)
    checks = [
        Check("win_rate", constant(SHARE)),
        Check("sales_cycle_length", constant(HALF)),
        Check("sales_cycle_length", constant(LENGTH), estimate="mean_won"),
        Check("win_chance_by_age", constant(SHARE)),
    ]
    return Drawn(frozenset(reps), {"reps": _people(reps), "deals": rows}, checks)


DECIDED, KEPT, BUY = 60, 0.8, 0.4
WATCHED = 365.25
"""Twelve months, after which a kept win counts."""


def _kept(chance: np.random.Generator, members: int) -> Drawn:
    """Won deals whose customers leave at a constant rate."""
    reps = names("kept", members)
    tables: dict[str, Rows] = {"reps": _people(reps), "deals": [], "accounts": [], "subscription_periods": []}
    leaves = -math.log(KEPT) / WATCHED
    for rep in reps:
        for k in range(DECIDED):
            start, is_won = float(chance.uniform(0, 300)), chance.random() < BUY
            end, key = start + float(chance.uniform(5, 60)), f"{rep}-{k}"
            tables["accounts"].append({"account_id": key, "name": key, "segment": rep})
            tables["deals"].append({
                "deal_id": key, "rep_id": rep, "created_at": instant(start), "closed_at": instant(end),
                "status": "won" if is_won else "lost", "account_id": key, "kind": "new",
            })  # fmt: skip
            if is_won:
                gone = end + float(chance.exponential(1 / leaves))
                tables["subscription_periods"].append({
                    "subscription_id": key, "account_id": key, "product_id": "plan", "mrr": 100, "rep_id": rep,
                    "from_on": day(end), "to_on": day(gone) if gone < HISTORY else None,
                })  # fmt: skip
    checks = [
        Check("kept_wins", constant(100 * BUY * KEPT)),
        Check("quality_adjusted_cycle", constant(KEPT), estimate="kept_12_months"),
    ]
    return Drawn(frozenset(reps), tables, checks)


SELECTED = (
    "it answers only where its interval is no wider than the answer, and companies whose turn looks early are more "
    "often among those; of 100 companies the same limits, answered or not, covered the truth in 96"
)
PEAK, LATER, TURN, LOSING = 0.02, 0.0015, 60.0, 0.004
"""Rates to win a day before and after the turn, and to lose."""


def _turning(chance: np.random.Generator, members: int) -> Drawn:
    """Deals that are won early or hardly at all."""
    reps = names("turn", members)
    rows = []
    for rep in reps:
        for k in range(400):
            start, early = float(chance.uniform(0, 250)), float(chance.exponential(1 / PEAK))
            won = early if early < TURN else TURN + float(chance.exponential(1 / LATER))
            lost = float(chance.exponential(1 / LOSING))
            end = start + min(won, lost)
            rows.append({
                "deal_id": f"{rep}-{k}", "rep_id": rep, "created_at": instant(start),
                "status": "open" if end >= HISTORY else "won" if won < lost else "lost",
                "closed_at": instant(end) if end < HISTORY else None,
            })  # fmt: skip
    check = Check("best_cycle_length", constant(_turning_day()), why=SELECTED)
    return Drawn(frozenset(reps), {"reps": _people(reps), "deals": rows}, [check])


def _turning_day() -> float:
    """First whole day after the peak from which the chance to win within 30 days stays below half the peak."""
    hours = np.arange(0, 700 * 24) / 24
    rate = np.where(hours < TURN, PEAK, LATER)
    still = np.concatenate([[1.0], np.exp(-np.cumsum((rate + LOSING) / 24))[:-1]])
    won = np.concatenate([[0.0], np.cumsum(still * rate / 24)])
    days = np.arange(0, 600)
    ahead = (won[(days + 30) * 24] - won[days * 24]) / still[days * 24]
    low = ahead < ahead.max() / 2
    return float(max(np.flatnonzero(~low)) + 1)


UNSURE = (
    "how far to draw a rep to the others depends on the error of its own figure, which a dozen wins tell but roughly"
)


def _apart(chance: np.random.Generator, members: int) -> Drawn:
    """Reps who differ in speed: the truth of each lies among those of the others."""
    reps = names("speed", members)
    half = HALF * chance.lognormal(0, 0.25, members)
    rows: Rows = []
    for rep, own in zip(reps, half, strict=True):
        rows += _rows(chance, [rep], 40, 0, 365, 0.5, float(own) / math.log(2))
    truth = dict(zip(reps, half.tolist(), strict=True))
    own_reps = {"where": ["rep=" + "|".join(reps)]}
    check = Check("quality_adjusted_cycle", lambda row: truth[row.members["rep"]], ask=own_reps, why=UNSURE)
    return Drawn(frozenset(reps), {"reps": _people(reps), "deals": rows}, [check])


def _people(reps: list[str]) -> Rows:
    return [{"rep_id": rep, "name": rep, "role": "ae"} for rep in reps]


PROCESSES = (
    Process("150 deals in two years, the newest still open, amounts very uneven", _steady),
    Process("30 deals, 9 of them won", _few),
    Process("60 decided deals, 24 won, one customer in five leaves within the year", _kept, 0.5),
    Process("400 deals that are won early or hardly ever", _turning, 0.2),
    Process("40 deals each of reps who differ in speed by a quarter", _apart, 0.5),
)
