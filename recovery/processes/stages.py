"""Deals that move through stages at constant rates."""

from __future__ import annotations

import math

import numpy as np

from recovery.process import HISTORY, Check, Drawn, Process, Rows, constant, instant, names

STAY, ON = 12.0, 0.6
"""Mean days in the first stage; share of deals that go on to the second, the others are lost there."""
STAGES = ("talk", "quote")
DEALS = 40


def _stages(chance: np.random.Generator, members: int) -> Drawn:
    """Two stages; the newest deals are still in one."""
    reps = names("stage", members)
    tables: dict[str, Rows] = {"reps": [{"rep_id": rep, "name": rep} for rep in reps], "deals": [], "stage_changes": []}
    tables["stages"] = [
        {"pipeline": "main", "stage": stage, "position": number + 1, "kind": "open"}
        for number, stage in enumerate(STAGES)
    ] + [
        {"pipeline": "main", "stage": "won", "position": 3, "kind": "won"},
        {"pipeline": "main", "stage": "lost", "position": 4, "kind": "lost"},
    ]
    for rep in reps:
        for k in range(DEALS):
            _deal(chance, tables, rep, f"{rep}-{k}")
    talk = {"where": ["stage=talk"]}
    checks = [
        Check("stage_duration", constant(math.log(2) * STAY), ask=talk),
        Check("stage_duration", constant(STAY), estimate="mean", ask=talk | {"end": "2024-11-01"}),
        Check("stage_duration", constant(STAY), estimate="total_time_in_stage", ask=talk | {"end": "2024-11-01"}),
        Check("stage_conversion", constant(ON), ask=talk),
        Check(
            "stage_conversion",
            constant(ON * (1 - math.exp(-10 / STAY))),
            ask=talk | {"settings": {"horizon": "10 days"}},
        ),
    ]
    return Drawn(frozenset(reps), tables, checks)


def _deal(chance: np.random.Generator, tables: dict[str, Rows], rep: str, key: str) -> None:
    start = float(chance.uniform(HISTORY - 120, HISTORY - 1))
    first = start + float(chance.exponential(STAY))
    goes_on = chance.random() < ON
    last = first + float(chance.exponential(STAY)) if goes_on else first
    moves = [("talk", start), *([("quote", first)] if goes_on else []), ("won" if goes_on else "lost", last)]
    for stage, at in moves:
        if at < HISTORY:
            tables["stage_changes"].append({
                "deal_id": key, "pipeline": "main", "stage": stage, "entered_at": instant(at), "rep_id": rep,
            })  # fmt: skip
    is_over = last < HISTORY
    tables["deals"].append({
        "deal_id": key, "rep_id": rep, "pipeline": "main", "created_at": instant(start),
        "stage": next(stage for stage, at in reversed(moves) if at < HISTORY),
        "status": moves[-1][0] if is_over else "open", "closed_at": instant(last) if is_over else None,
    })  # fmt: skip


PROCESSES = (Process("40 deals in two stages, the newest still open", _stages),)
