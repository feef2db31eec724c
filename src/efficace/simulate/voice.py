"""What customers say: surveys that many leave unanswered, scores and comments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, HOUR, day_number
from efficace.simulate.columns import take
from efficace.simulate.customers import Customers
from efficace.simulate.draws import NONE, Flags, Ints, Streams, chance, pick, pick_by_row
from efficace.simulate.habits import Habits
from efficace.simulate.market import Accounts, Contacts
from efficace.simulate.settings import SimulationSettings

SURVEYS = ("nps", "csat", "ces", "review")
NPS, CSAT, CES, REVIEW = range(4)
SCALES = ((0, 10), (1, 5), (1, 7), (1, 5))
ANSWERED = np.array([0.36, 0.42, 0.3, 1.0])
MOODS = ("bad", "fair", "good")
MOOD_BY_SEGMENT = np.array([[0.22, 0.4, 0.38], [0.16, 0.38, 0.46], [0.12, 0.36, 0.52]])
MISLED_MOOD = np.array([0.55, 0.33, 0.12])
"""Moods of customers whom the fast closer won."""
SCORES = {
    NPS: ((0, 2, 3, 4, 5, 6, 6, 5), (7, 8, 8, 7), (9, 10, 9, 10)),
    CSAT: ((1, 2, 2, 1), (3, 3, 4, 3), (5, 4, 5, 5)),
    CES: ((1, 2, 3, 2), (4, 5, 4, 5), (6, 7, 7, 6)),
    REVIEW: ((1, 2, 1, 2), (3, 4, 3, 4), (5, 5, 4, 5)),
}
"""Scores that go with a bad, fair and good mood."""


@dataclass(frozen=True)
class Voices:
    """Surveys sent, as arrays; ``score`` is ``NONE`` where not answered, ``comment`` where nothing was written.

    Attributes:
        comment: Number of the comment among those of its mood and language.
    """

    at: Ints
    survey: Ints
    customer: Ints
    contact: Ints
    mood: Ints
    score: Ints
    comment: Ints
    french: Ints

    @property
    def n(self) -> int:
        return len(self.at)


def listen(
    settings: SimulationSettings,
    habits: Habits,
    accounts: Accounts,
    contacts: Contacts,
    customers: Customers,
    streams: Streams,
) -> Voices:
    """Ask customers now and then; how they feel depends on their segment and on who won them."""
    rng = streams.of("voice")
    customer, day, survey = _asked(rng, settings, customers)
    n = len(customer)
    weights = MOOD_BY_SEGMENT[accounts.segment[customers.account[customer]]]
    misled = (customers.rep[customer] == habits.fast_closer) & (customers.deal[customer] != NONE)
    mood = pick_by_row(rng, np.where(misled[:, None], MISLED_MOOD, weights))
    answered = chance(rng, ANSWERED[survey], n)
    score = np.where(answered, _scores(rng, survey, mood), NONE)
    wrote = answered & (chance(rng, 0.5, n) | (survey == REVIEW))
    contact = contacts.of_account(customers.account[customer])
    at = day * DAY + rng.integers(7 * HOUR, 18 * HOUR, n)
    found = Voices(
        at, survey, customer, contact, mood, score, np.where(wrote, rng.integers(0, 10_000, n), NONE),
        contacts.french[contact],
    )  # fmt: skip
    order = np.argsort(at, kind="stable")
    return take(found, order)


def _asked(rng: np.random.Generator, settings: SimulationSettings, customers: Customers) -> tuple[Ints, Ints, Ints]:
    """Whom, when, what: satisfaction once at the start, the others about every half year."""
    first, last = day_number(settings.starts_on), day_number(settings.ends_on)
    everyone = np.arange(customers.n)
    rounds = (last - first) // 182 + 1
    customer = [everyone] + [np.repeat(everyone, rounds)] * 2
    offset = rng.integers(30, 212, customers.n)
    day = [customers.start + rng.integers(10, 30, customers.n)]
    day += [
        np.maximum(customers.start, first)[customer[1]]
        + offset[customer[1]]
        + np.tile(np.arange(rounds), customers.n) * 182
        + shift
        for shift in (0, 60)
    ]
    survey = [np.full(customers.n, CSAT), np.full(len(customer[1]), NPS), np.full(len(customer[1]), CES)]
    who, when, what = np.concatenate(customer), np.concatenate(day), np.concatenate(survey)
    what = np.where((what == CES) & chance(rng, 0.15, len(what)), REVIEW, what)
    kept: Flags = (when >= first) & (when < np.minimum(customers.end[who], last))
    kept &= (what != REVIEW) | chance(rng, 0.25, len(what))
    return who[kept], when[kept], what[kept]


def _scores(rng: np.random.Generator, survey: Ints, mood: Ints) -> Ints:
    score = np.zeros(len(survey), dtype=np.int64)
    for kind, by_mood in SCORES.items():
        for feeling, choices in enumerate(by_mood):
            rows = (survey == kind) & (mood == feeling)
            score[rows] = np.array(choices)[pick(rng, [1.0] * len(choices), int(rows.sum()))]
    return score
