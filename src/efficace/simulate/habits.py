"""How each rep works: the habits that are planted, and the faults of the company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, HOUR, MINUTE
from efficace.simulate.draws import Flags, Floats, Streams, spread
from efficace.simulate.people import AE, SDR, People

RESPONSE_SIGMA = 1.1
HEAT_PACE = np.array([2.0, 1.0, 0.5])
"""Factor on a rep's response time for cold, warm and hot leads."""
UNWATCHED_NEVER = 0.96


@dataclass(frozen=True)
class Habits:
    """What is planted for each rep (arrays by rep) and each territory.

    Attributes:
        response_seconds: Median working time to the first answer of a warm lead.
        never: Share of leads that are never answered.
        attempts: Mean number of follow-ups before giving up.
        elements: Chance that a message carries each personal element.
        win: Chance that a decided deal is won, middle segment.
        cycle_seconds: Median time from creation to won, middle segment.
        churn: Factor on the hazard of the rep's customers to leave.
        pushy: Share of messages that press the reader.
        demand: Leads by territory for each of those who handle them, relative.
        pace: Factor on the touches that a lead or deal gets by territory: overloaded ones follow up less.
        fast_closer, slow_responder, quitter: Reps of the planted faults; -1 without.
        crowded, idle: Territories out of balance; -1 without.
        stall_team: Team whose deals wait in the stage ``Proposal``; -1 without.
        unwatched: The source ``review_site`` is hardly ever answered.
        burst: One service loses customers in a burst.
    """

    response_seconds: Floats
    never: Floats
    attempts: Floats
    elements: Floats
    win: Floats
    cycle_seconds: Floats
    churn: Floats
    pushy: Floats
    demand: Floats
    pace: Floats
    fast_closer: int = -1
    slow_responder: int = -1
    quitter: int = -1
    crowded: int = -1
    idle: int = -1
    stall_team: int = -1
    unwatched: bool = False
    burst: bool = False


def equal_habits(people: People) -> Habits:
    """Everyone works the same way: what differs between reps is chance."""
    n, places = people.n, len(people.places)

    def all_the_same(value: float) -> Floats:
        return np.full(n, value)

    return Habits(
        response_seconds=all_the_same(45 * MINUTE),
        never=all_the_same(0.06),
        attempts=all_the_same(4.5),
        elements=all_the_same(0.6),
        win=all_the_same(0.28),
        cycle_seconds=all_the_same(35 * DAY),
        churn=all_the_same(1.0),
        pushy=all_the_same(0.05),
        demand=np.ones(places),
        pace=np.ones(places),
    )


def planted_habits(people: People, streams: Streams) -> Habits:
    """Reps differ, and a few of them stand for the faults that the product should find."""
    rng = streams.of("habits")
    n, places = people.n, len(people.places)
    fast, slow, quitter = _culprits(people)
    response = 40 * MINUTE * np.exp(0.8 * (2 * spread(rng, n) - 1))
    never, attempts = 0.03 + 0.09 * spread(rng, n), 2.5 + 4.5 * spread(rng, n)
    win, cycle = 0.2 + 0.16 * spread(rng, n), DAY * (28 + 24 * spread(rng, n))
    churn, pushy = np.ones(n), 0.02 + 0.06 * spread(rng, n)
    response[slow], never[slow] = 9 * HOUR, 0.28
    attempts[quitter] = 1.2
    win[fast], cycle[fast], churn[fast], pushy[fast] = 0.42, 11 * DAY, 4.0, 0.45
    crowded, idle = places // 2, places - 1
    demand, pace = np.ones(places), np.ones(places)
    if crowded != idle:
        demand[crowded], demand[idle], pace[crowded], pace[idle] = 2.2, 0.45, 0.45, 1.5
    return Habits(
        response, never, attempts, 0.35 + 0.5 * spread(rng, n), win, cycle, churn, pushy, demand, pace,
        fast_closer=fast, slow_responder=slow, quitter=quitter, crowded=crowded, idle=idle, stall_team=1,
        unwatched=True, burst=True,
    )  # fmt: skip


def _culprits(people: People) -> tuple[int, int, int]:
    """A closer, and two who answer leads, all here for the whole history and not on the night shift."""
    here = people.permanent.copy()
    here[people.night] = False
    closers = np.flatnonzero(here & (people.role == AE))
    answering = [rep for rep in _sdr_first(people, here) if rep != closers[-1]]
    return int(closers[-1]), int(answering[0]), int(answering[1])


def _sdr_first(people: People, here: Flags) -> list[int]:
    order = [*np.flatnonzero(here & (people.role == SDR)), *np.flatnonzero(here & (people.role == AE))]
    return [int(rep) for rep in order]
