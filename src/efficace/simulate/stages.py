"""How deals walk through the stages of their pipeline: skipping, going back, reopening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.draws import NONE, Flags, Floats, Ints, chance

PIPELINES = ("New business", "Expansion")
STAGES: tuple[tuple[tuple[str, str, float], ...], ...] = (
    (
        ("Qualified", "open", 0.1), ("Discovery", "open", 0.2), ("Demo", "open", 0.4), ("Proposal", "open", 0.6),
        ("Negotiation", "open", 0.8), ("Won", "won", 1.0), ("Lost", "lost", 0.0),
    ),
    (
        ("Identified", "open", 0.2), ("Offer made", "open", 0.5), ("Contract", "open", 0.8), ("Won", "won", 1.0),
        ("Lost", "lost", 0.0),
    ),
)  # fmt: skip
"""Name, kind and probability of each stage, in order, by pipeline."""
STAGE_NAMES = tuple(stage for pipeline in STAGES for stage, _, _ in pipeline)
FIRST_STAGE = np.array([0, len(STAGES[0])])
OPEN_STAGES = np.array([5, 3])
TIME_SHARES = (np.array([1.0, 1.6, 1.5, 2.2, 1.4]), np.array([1.5, 2.5, 1.0]))
"""Mean share of the cycle spent in each stage, relative."""
REACHED_WHEN_LOST = (np.array([0.24, 0.26, 0.2, 0.2, 0.1]), np.array([0.35, 0.45, 0.2]))
SKIP, BACK, REOPENED = 0.08, 0.06, 0.03
STALL = 3.0
"""Factor on the share of time in the last stage but one, where a team lets deals wait."""


@dataclass(frozen=True)
class Visits:
    """Entries of stages, in order of deal and time; ``stage`` and ``before`` index ``STAGE_NAMES``."""

    deal: Ints
    at: Ints
    stage: Ints
    before: Ints


def walk(
    rng: np.random.Generator, pipeline: int, created: Ints, closed: Ints, won: Flags, decided: Flags, waits: Flags
) -> Visits:
    """Lay the stages of deals of one pipeline over their time from creation to close.

    Args:
        closed: When the deal is decided, also where that lies after the history.
        decided: False for deals that are never decided; they reach some stage and stay.
        waits: Deals that spend three times the share of their time in the last stage but one.
    """
    n, stages = len(created), int(OPEN_STAGES[pipeline])
    reached = _reached(rng, pipeline, won, decided)
    entered = np.arange(stages)[None, :] < reached[:, None]
    skipped = chance(rng, SKIP, n) & (reached >= 3)
    entered[np.flatnonzero(skipped), rng.integers(1, np.maximum(reached - 1, 2))[skipped]] = False
    shares = np.where(entered, rng.gamma(1.4, TIME_SHARES[pipeline], (n, stages)), 0.0)
    shares[waits, stages - 2] *= STALL
    shares /= shares.sum(axis=1, keepdims=True)
    length = (closed - created).astype(np.float64)
    starts = created[:, None] + (length[:, None] * (np.cumsum(shares, axis=1) - shares)).astype(np.int64)
    spans = length[:, None] * shares
    went_back = chance(rng, BACK, n) & (reached >= 2)
    reopened = decided & ~went_back & chance(rng, REOPENED, n)
    row, stage = np.nonzero(entered)
    parts = [
        (row, starts[row, stage], stage),
        _detour(np.flatnonzero(went_back), entered, starts, spans, lost=False),
        _detour(np.flatnonzero(reopened), entered, starts, spans, lost=True),
        _ends(np.flatnonzero(decided), closed, won, stages),
    ]
    return _visits(parts, int(FIRST_STAGE[pipeline]))


def _reached(rng: np.random.Generator, pipeline: int, won: Flags, decided: Flags) -> Ints:
    """How many stages a deal gets to: all when won."""
    n, stages = len(won), int(OPEN_STAGES[pipeline])
    lost_at = 1 + rng.choice(stages, n, p=REACHED_WHEN_LOST[pipeline])
    return np.where(won & decided, stages, lost_at).astype(np.int64)


Part = tuple[Ints, Ints, Ints]


def _detour(which: Ints, entered: Flags, starts: Ints, spans: Floats, *, lost: bool) -> Part:
    """Leave the last stage for the one before (or for lost) and come back to it."""
    stages = entered.shape[1]
    last = stages - 1 - entered[which, ::-1].argmax(axis=1)
    begun, length = starts[which, last], spans[which, last]
    away = np.full(len(which), stages + 1) if lost else np.maximum(last - 1, 0)
    out, back = begun + (0.4 * length).astype(np.int64), begun + (0.7 * length).astype(np.int64)
    kept = (out > begun + 60) & (back > out + 60) & (away != last)
    where = np.tile(which[kept], 2)
    return where, np.concatenate([out[kept], back[kept]]), np.concatenate([away[kept], last[kept]])


def _ends(decided: Ints, closed: Ints, won: Flags, stages: int) -> Part:
    return decided, closed[decided], np.where(won[decided], stages, stages + 1)


def _visits(parts: list[Part], first_stage: int) -> Visits:
    """Put visits in order; of two at the same instant the later stage counts."""
    deal, at, stage = (np.concatenate([part[index] for part in parts]) for index in range(3))
    order = np.lexsort((stage, at, deal))
    deal, at, stage = deal[order], at[order], stage[order] + first_stage
    last = np.append((deal[1:] != deal[:-1]) | (at[1:] != at[:-1]), True)
    deal, at, stage = deal[last], at[last], stage[last]
    before = np.concatenate([[NONE], stage[:-1]])
    before[np.concatenate([[True], deal[1:] != deal[:-1]])] = NONE
    return Visits(deal, at, stage, before)


def present_stage(visits: Visits, n: int, end: int) -> Ints:
    """The stage that each of ``n`` deals is in at the end of the history."""
    stage = np.full(n, NONE, dtype=np.int64)
    kept = visits.at < end
    stage[visits.deal[kept]] = visits.stage[kept]
    return stage


def concatenate(parts: list[tuple[Visits, Ints]]) -> Visits:
    """Visits of several pipelines, with the deals' numbers in the whole company."""
    deal = np.concatenate([numbers[visits.deal] for visits, numbers in parts])
    columns = [np.concatenate([getattr(visits, name) for visits, _ in parts]) for name in ("at", "stage", "before")]
    order = np.lexsort((columns[0], deal))
    return Visits(deal[order], *(column[order] for column in columns))
