"""What was planted in the way leads are followed up, beside what chance made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from efficace.simulate.clock import DAY, MINUTE
from efficace.simulate.draws import NONE, Flags, Ints
from efficace.simulate.follow_up import ANSWER_HAZARD, ATTEMPTS, BANDS
from efficace.simulate.habits import RESPONSE_SIGMA, UNWATCHED_NEVER
from efficace.simulate.leads import REVIEW_SITE, SOURCES
from efficace.simulate.rows import rep_id
from efficace.simulate.truth import Planted
from efficace.simulate.world import World, fact, mean, mixed_median


def lead_facts(world: World) -> Iterator[Planted]:
    """Facts about responses, their effect, persistence and messages."""
    for part in (_responses, _sources, _conversion, _attempts, _persistence, _writing):
        yield from part(world)


def _answering(world: World) -> Iterable[int]:
    people = world.people
    return (int(rep) for rep in np.flatnonzero(people.handlers & people.permanent))


def _usual(world: World) -> Flags:
    """Signals inside the history, without spam and those answered as they called or chatted."""
    asked = world.asked
    return np.asarray(~asked.live & ~asked.spam & (asked.at < world.end), dtype=np.bool_)


def _responses(world: World) -> Iterator[Planted]:
    """Response times by rep, in working minutes."""
    asked, worked, usual = world.asked, world.worked, _usual(world)
    answered = worked.first != NONE
    for rep in _answering(world):
        rows = usual & (asked.rep == rep)
        if not rows.any():
            continue
        seen = np.where(answered[rows], worked.response[rows].astype(np.float64), np.inf)
        expected = mixed_median(worked.response_median[rows], 1 - worked.never_share[rows], RESPONSE_SIGMA)
        yield fact(
            "lead_response_time", {"rep": rep_id(rep)}, expected / MINUTE, float(np.median(seen)) / MINUTE,
            int(rows.sum()), "working minutes",
            "log-normal with the rep's median, halved for hot and doubled for cold leads; never answered = infinity",
        )  # fmt: skip
        warm = rows & (asked.heat == 1) & answered
        yield fact(
            "warm_response_time", {"rep": rep_id(rep)}, float(world.habits.response_seconds[rep]) / MINUTE,
            _median(worked.response[warm]) / MINUTE, int(warm.sum()), "working minutes",
            f"median of answered warm leads; log-normal, sigma {RESPONSE_SIGMA}",
        )  # fmt: skip
        watched = rows & (asked.source != REVIEW_SITE)
        yield fact(
            "never_answered", {"rep": rep_id(rep)}, mean(worked.never_share[watched]), mean(~answered[watched]),
            int(watched.sum()), "share", "each lead of a watched source is left unanswered with this chance",
        )  # fmt: skip


def _sources(world: World) -> Iterator[Planted]:
    asked, worked, usual = world.asked, world.worked, _usual(world)
    for code, source in enumerate(SOURCES):
        rows = usual & (asked.source == code)
        yield fact(
            "never_answered", {"source": source}, mean(worked.never_share[rows]), mean(worked.first[rows] == NONE),
            int(rows.sum()), "share", f"chance {UNWATCHED_NEVER} where unwatched, the rep's own elsewhere",
        )  # fmt: skip


def _median(values: Ints) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _conversion(world: World) -> Iterator[Planted]:
    """What response time causes: each lead's chance under every band, averaged over all leads."""
    asked, worked = world.asked, world.worked
    old = ~asked.spam & (asked.at < world.end - 90 * DAY)
    for code, band in enumerate(BANDS):
        rows = old & (worked.band == code)
        yield fact(
            "response_conversion", {"response_band": band}, mean(worked.chances[old, code]),
            mean(worked.converted[rows] != NONE), int(rows.sum()), "share",
            "expected: every lead answered in this band, whatever its heat and source; realised: those that were",
        )  # fmt: skip


def _attempts(world: World) -> Iterator[Planted]:
    worked = world.worked
    tried_at_all = _given_time(world)
    for number, hazard in enumerate(ANSWER_HAZARD, start=1):
        tried = tried_at_all & (worked.attempts >= number)
        yield fact(
            "attempt_value", {"attempt": str(number)}, float(hazard), mean(worked.attempt[tried] == number),
            int(tried.sum()), "share",
            "chance of an answer given none before, the same for all; live answers left aside",
        )  # fmt: skip


def _given_time(world: World) -> Flags:
    """Signals followed up, so old that all attempts lie in the history."""
    old = world.asked.at < world.end - 75 * DAY
    return np.asarray(_usual(world) & old & (world.worked.attempts > 0), dtype=np.bool_)


def _persistence(world: World) -> Iterator[Planted]:
    """Attempts after the first for leads that never answered: those who would have answered the next are not there."""
    habits = world.habits
    ready = np.maximum(habits.attempts * habits.pace[world.people.territory], 1)
    series, attempts, owner = _given_up(world)
    for rep in _answering(world):
        own = owner == rep
        expected = series[own] * (_after_first(float(ready[rep])) + 1) - 1
        yield fact(
            "persistence", {"rep": rep_id(rep)}, mean(expected), mean(attempts[own] - 1), int(own.sum()), "attempts",
            "after the first, of leads given up on, all signals together; made for each signal: "
            f"1 + Poisson({ready[rep] - 1:.3g}), at most {ATTEMPTS}",
        )  # fmt: skip


def _given_up(world: World) -> tuple[Ints, Ints, Ints]:
    """By lead: signals followed up, attempts made, and who made the last; nobody where it answered or is too young."""
    asked, worked = world.asked, world.worked
    tried, leads = _given_time(world), int(asked.lead.max()) + 1
    is_out = np.zeros(leads, dtype=np.bool_)
    is_out[asked.lead[(worked.attempt != NONE) | ((worked.attempts > 0) & ~tried)]] = True
    rows = np.flatnonzero(tried & ~is_out[asked.lead])
    rows = rows[np.argsort(asked.at[rows], kind="stable")]
    owner = np.full(leads, NONE)
    owner[asked.lead[rows]] = asked.rep[rows]
    attempts = np.bincount(asked.lead[rows], weights=worked.attempts[rows], minlength=leads)
    return np.bincount(asked.lead[rows], minlength=leads), attempts.astype(np.int64), owner


def _after_first(ready: float) -> float:
    """Mean attempts after the first given that none of them was answered."""
    from scipy.special import gammaln

    more = np.arange(200)
    rate = max(ready - 1, 1e-12)
    weights = np.exp(more * np.log(rate) - rate - gammaln(more + 1))
    silent = np.cumprod(1 - ANSWER_HAZARD)[np.minimum(more, ATTEMPTS - 1)]
    return float((np.minimum(more, ATTEMPTS - 1) * weights * silent).sum() / (weights * silent).sum())


def _writing(world: World) -> Iterator[Planted]:
    for rep in _answering(world):
        yield fact(
            "personalization", {"rep": rep_id(rep)}, float(world.habits.elements[rep]), None, 0, "share",
            "chance of each of: name, company or role, request, need, next step, signature with contact details",
        )  # fmt: skip
        yield fact(
            "pushy_messages", {"rep": rep_id(rep)}, float(world.habits.pushy[rep]), None, 0, "share",
            "chance that a message presses the reader",
        )  # fmt: skip
