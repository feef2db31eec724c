"""Lists what was planted beside what chance made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import DAY, MINUTE, MONTH_DAYS, day_number, day_of, midnight
from efficace.simulate.customers import (
    AFFINITY,
    BURST_CHURN,
    BURST_FAMILY,
    CHURN,
    CROSS_SELL_ACCEPTED,
    FOREVER,
    UPSELL_ACCEPTED,
    Customers,
    Offers,
    burst_on,
)
from efficace.simulate.deals import LOST_PACE, LOST_SIGMA, NEW, UNDECIDED, WON_SIGMA, Deals
from efficace.simulate.draws import NONE, Flags, Floats, Ints
from efficace.simulate.follow_up import ANSWER_HAZARD, BANDS, Worked
from efficace.simulate.habits import RESPONSE_SIGMA, UNWATCHED_NEVER, Habits
from efficace.simulate.leads import REVIEW_SITE, SOURCES, Inquiries, Leads
from efficace.simulate.market import FAMILIES, LEAD_SEASON, ORDER_SEASON, SEGMENTS, TIERS, Accounts
from efficace.simulate.orders import LYON_DEMAND
from efficace.simulate.people import People
from efficace.simulate.rows import rep_id
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.truth import Planted
from efficace.simulate.voice import MISLED_MOOD, MOOD_BY_SEGMENT, NPS, Voices


@dataclass(frozen=True)
class World:
    """Everything that was drawn."""

    settings: SimulationSettings
    people: People
    habits: Habits
    accounts: Accounts
    leads: Leads
    asked: Inquiries
    worked: Worked
    deals: Deals
    customers: Customers
    offers: Offers
    voices: Voices
    efforts: Ints

    @property
    def end(self) -> int:
        return midnight(self.settings.ends_on)


def planted_facts(world: World) -> tuple[Planted, ...]:
    """All planted facts of a company."""
    return tuple(
        fact
        for part in (
            _responses, _conversion, _attempts, _writing, _wins, _cycles, _staying, _growing, _voice, _territories,
            _year,
        )
        for fact in part(world)
    )  # fmt: skip


def faults(world: World) -> dict[str, dict[str, str]]:
    """The planted faults by name; empty where none were planted."""
    habits, people = world.habits, world.people
    if not habits.burst:
        return {}
    found = {
        "fast_closer": {
            "rep": rep_id(habits.fast_closer),
            "what": "wins fast and often; the customers leave and say why",
        },
        "slow_responder": {"rep": rep_id(habits.slow_responder), "what": "answers late, and three leads in ten never"},
        "quitter": {"rep": rep_id(habits.quitter), "what": "gives up after one or two attempts"},
        "unwatched_source": {"source": SOURCES[REVIEW_SITE], "what": "leads that hardly anyone answers"},
        "cancellation_burst": {
            "family": FAMILIES[BURST_FAMILY],
            "from_on": burst_on(world.settings).isoformat(),
            "what": "monthly subscribers leave after outages",
        },
    }
    if habits.crowded != habits.idle:
        found["crowded_territory"] = {"territory": f"TER-{people.places[habits.crowded].key}", "what": "too many leads"}
        found["idle_territory"] = {"territory": f"TER-{people.places[habits.idle].key}", "what": "too few leads"}
    return found


def _fact(
    fact: str, member: dict[str, str], expected: float | None, realised: float | None, n: int, unit: str, how: str
) -> Planted:
    return Planted(fact, member, _round(expected), _round(realised), int(n), unit, how)


def _round(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(f"{value:.6g}")


def _mean(values: Floats | Flags | Ints) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _answering(world: World) -> Iterable[int]:
    people = world.people
    return (int(rep) for rep in np.flatnonzero(people.handlers & people.permanent))


def _responses(world: World) -> Iterator[Planted]:
    """Response times by rep, in working minutes; leads answered as they called or chatted, and spam, left aside."""
    asked, worked = world.asked, world.worked
    usual = ~asked.live & ~asked.spam & (asked.at < world.end)
    answered = worked.first != NONE
    for rep in _answering(world):
        rows = usual & (asked.rep == rep)
        if not rows.any():
            continue
        median, never = worked.response_median[rows], worked.never_share[rows]
        seen = np.where(answered[rows], worked.response[rows].astype(np.float64), np.inf)
        yield _fact(
            "lead_response_time", {"rep": rep_id(rep)}, _mixed_median(median, 1 - never) / MINUTE,
            float(np.median(seen)) / MINUTE, int(rows.sum()), "working minutes",
            "log-normal with the rep's median, halved for hot and doubled for cold leads; never answered = infinity",
        )  # fmt: skip
        yield _fact(
            "warm_response_time", {"rep": rep_id(rep)}, float(world.habits.response_seconds[rep]) / MINUTE,
            _median(worked.response[rows & (asked.heat == 1) & answered]) / MINUTE,
            int((rows & (asked.heat == 1) & answered).sum()),
            "working minutes", f"median of answered warm leads; log-normal, sigma {RESPONSE_SIGMA}",
        )  # fmt: skip
        watched = rows & (asked.source != REVIEW_SITE)
        yield _fact(
            "never_answered", {"rep": rep_id(rep)}, _mean(worked.never_share[watched]), _mean(~answered[watched]),
            int(watched.sum()), "share", "each lead of a watched source is left unanswered with this chance",
        )  # fmt: skip
    for code, source in enumerate(SOURCES):
        rows = usual & (asked.source == code)
        yield _fact(
            "never_answered", {"source": source}, _mean(worked.never_share[rows]), _mean(~answered[rows]),
            int(rows.sum()), "share",
            f"chance {UNWATCHED_NEVER} where unwatched, the rep's own elsewhere",
        )  # fmt: skip


def _median(values: Ints) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _mixed_median(medians: Floats, weights: Floats, sigma: float = RESPONSE_SIGMA) -> float:
    """The time by which half of all are reached, each log-normal with its own median, reached with its own chance."""
    from scipy.special import ndtr

    low, high = 1.0, 1e9
    if float(np.mean(weights)) <= 0.5:
        return float("inf")
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        reached = float(np.mean(weights * ndtr(np.log(middle / medians) / sigma)))
        low, high = (middle, high) if reached < 0.5 else (low, middle)
    return low


def _conversion(world: World) -> Iterator[Planted]:
    """What response time causes: each lead's chance under every band, averaged over all leads."""
    asked, worked = world.asked, world.worked
    old = ~asked.spam & (asked.at < world.end - 90 * DAY)
    for code, band in enumerate(BANDS):
        rows = old & (worked.band == code)
        yield _fact(
            "response_conversion", {"response_band": band}, _mean(worked.chances[old, code]),
            _mean(worked.converted[rows] != NONE), int(rows.sum()), "share",
            "expected: every lead answered in this band, whatever its heat and source; realised: those that were",
        )  # fmt: skip


def _attempts(world: World) -> Iterator[Planted]:
    asked, worked = world.asked, world.worked
    usual = ~asked.live & ~asked.spam & (asked.at < world.end - 60 * DAY) & (worked.attempts > 0)
    for number, hazard in enumerate(ANSWER_HAZARD, start=1):
        tried = usual & (worked.attempts >= number)
        yield _fact(
            "attempt_value", {"attempt": str(number)}, float(hazard), _mean(worked.attempt[tried] == number),
            int(tried.sum()), "share", "chance that this attempt is answered given none before, the same for all",
        )  # fmt: skip
    pace = world.habits.pace[world.people.territory]
    for rep in _answering(world):
        gave_up = usual & (asked.rep == rep) & (worked.attempt == NONE)
        yield _fact(
            "persistence", {"rep": rep_id(rep)}, float(max(world.habits.attempts[rep] * pace[rep], 1)),
            _mean(worked.attempts[gave_up]), int(gave_up.sum()), "attempts",
            "expected: attempts ready to be made, 1 + Poisson, at most 10; realised: of leads given up on",
        )  # fmt: skip


def _writing(world: World) -> Iterator[Planted]:
    for rep in _answering(world):
        yield _fact(
            "personalization", {"rep": rep_id(rep)}, float(world.habits.elements[rep]), None, 0, "share",
            "chance of each of: name, company or role, request, need, next step, signature with contact details",
        )  # fmt: skip
        yield _fact(
            "pushy_messages", {"rep": rep_id(rep)}, float(world.habits.pushy[rep]), None, 0, "share",
            "chance that a message presses the reader",
        )  # fmt: skip


def _wins(world: World) -> Iterator[Planted]:
    deals = world.deals
    new = deals.kind == NEW
    decided = new & deals.decided
    for rep in _closers(world):
        rows = decided & (deals.rep == rep)
        yield _fact(
            "win_rate", {"rep": rep_id(rep)}, _mean(deals.win_chance[rows]), _mean(deals.won[rows]), int(rows.sum()),
            "share", f"by creation, of new deals that are ever decided; {UNDECIDED:.0%} never are",
        )  # fmt: skip
    yield _fact(
        "win_rate", {}, _mean(deals.win_chance[decided]), _mean(deals.won[decided]), int(decided.sum()), "share",
        f"by creation, of new deals that are ever decided; {UNDECIDED:.0%} never are",
    )  # fmt: skip


def _closers(world: World) -> list[int]:
    deals, people = world.deals, world.people
    counts = np.bincount(deals.rep[deals.kind == NEW], minlength=people.n)
    return [int(rep) for rep in np.flatnonzero(people.permanent & (counts > 0))]


def _cycles(world: World) -> Iterator[Planted]:
    deals = world.deals
    new = deals.kind == NEW
    taken = (deals.closed - deals.created) / DAY
    for rep in _closers(world):
        rows = new & (deals.rep == rep)
        won = rows & deals.won
        yield _fact(
            "sales_cycle_length", {"rep": rep_id(rep)},
            _mixed_median(deals.cycle_seconds[rows], _relative(deals.win_chance[rows]), WON_SIGMA) / DAY,
            float(np.median(taken[won])) if won.any() else None, int(won.sum()), "days",
            f"time to won of deals that will be won: log-normal, sigma {WON_SIGMA}; lost ones {LOST_PACE} times the"
            f" median, sigma {LOST_SIGMA}",
        )  # fmt: skip
    for days in (30, 60, 90, 180):
        yield _fact(
            "won_by", {"days": str(days)}, _won_by(deals, new, days), _mean((deals.won & (taken <= days))[new]),
            int(new.sum()), "share", "cumulative incidence of won among new deals, never decided ones included",
        )  # fmt: skip


def _relative(chance: Floats) -> Floats:
    """Weights whose mean is 1, so that half of those who will be won is one half."""
    return chance / max(float(np.mean(chance)), 1e-12) if len(chance) else chance


def _won_by(deals: Deals, rows: Flags, days: int) -> float:
    from scipy.special import ndtr

    reached = ndtr(np.log(days * DAY / deals.cycle_seconds[rows]) / WON_SIGMA)
    return float(np.mean((1 - UNDECIDED) * deals.win_chance[rows] * reached))


def _staying(world: World) -> Iterator[Planted]:
    """Monthly hazards by segment of monthly customers, the fast closer's and the burst left aside."""
    settings, customers, habits = world.settings, world.customers, world.habits
    segment = world.accounts.segment[customers.account]
    usual = ~customers.annual & ((customers.rep != habits.fast_closer) | (customers.deal == NONE))
    if habits.burst:
        usual &= customers.family != BURST_FAMILY
    for code, name in enumerate(SEGMENTS):
        rows = usual & (segment == code)
        left, months = _exposure(settings, customers, rows)
        yield _fact(
            "churn_hazard", {"segment": name}, float(CHURN[code]), left / months if months else None, int(rows.sum()),
            "share a month", "monthly customers, without those of the fast closer and of the service with the burst",
        )  # fmt: skip
        yield _fact(
            "non_renewal_rate", {"segment": name}, float(1 - np.exp(-12 * CHURN[code])), None, 0, "share",
            "each end of an annual term, without customers of the fast closer",
        )  # fmt: skip
    if habits.burst:
        rows = ~customers.annual & (customers.rep == habits.fast_closer) & (customers.deal != NONE)
        left, months = _exposure(settings, customers, rows)
        yield _fact(
            "churn_hazard", {"rep": rep_id(habits.fast_closer)}, _mean(customers.hazard[rows]),
            left / months if months else None, int(rows.sum()), "share a month",
            f"{habits.churn[habits.fast_closer]:g} times the segment's hazard",
        )  # fmt: skip
        yield _burst(world)


def _burst(world: World) -> Planted:
    customers, first = world.customers, day_number(burst_on(world.settings))
    last = day_number(world.settings.ends_on)
    rows = ~customers.annual & (customers.family == BURST_FAMILY) & (customers.end > first) & (customers.start < last)
    left = rows & (customers.end < last)
    return _fact(
        "cancellation_burst", {"family": FAMILIES[BURST_FAMILY]}, BURST_CHURN, None, int(left.sum()), "share a month",
        f"added to the hazard of monthly subscribers from {burst_on(world.settings).isoformat()}; n = left since then",
    )  # fmt: skip


def _exposure(settings: SimulationSettings, customers: Customers, rows: Flags) -> tuple[int, float]:
    """Customers who left and months watched, inside the history."""
    first, last = day_number(settings.starts_on), day_number(settings.ends_on)
    end = np.minimum(customers.end[rows], last)
    begun = np.maximum(customers.start[rows], first)
    left = int(((customers.end[rows] < last) & (customers.end[rows] < FOREVER)).sum())
    return left, float(np.maximum(end - begun, 0).sum() / MONTH_DAYS)


def _growing(world: World) -> Iterator[Planted]:
    offers, customers = world.offers, world.customers
    last = day_number(world.settings.ends_on)
    known = offers.decided < last
    segment = world.accounts.segment[customers.account[offers.customer]]
    for code, name in enumerate(SEGMENTS):
        rows = known & offers.upsell & (segment == code)
        yield _fact(
            "offer_acceptance", {"kind": "upsell", "segment": name}, float(UPSELL_ACCEPTED[code]),
            _mean(offers.accepted[rows]), int(rows.sum()), "share", "decided offers of a higher tier",
        )  # fmt: skip
    held, offered = customers.family[offers.customer], offers.product // len(TIERS)
    special = np.zeros(offers.n, dtype=np.bool_)
    for family, other, accepted in AFFINITY:
        rows = ~offers.upsell & (held == family) & (offered == other)
        special |= rows
        yield _fact(
            "offer_acceptance", {"kind": "cross_sell", "held": FAMILIES[family], "offered": FAMILIES[other]}, accepted,
            _mean(offers.accepted[rows & known]), int((rows & known).sum()), "share", "families that go well together",
        )  # fmt: skip
    rows = known & ~offers.upsell & ~special
    yield _fact(
        "offer_acceptance", {"kind": "cross_sell"}, CROSS_SELL_ACCEPTED, _mean(offers.accepted[rows]), int(rows.sum()),
        "share", "decided offers of all other pairs of families",
    )  # fmt: skip


def _voice(world: World) -> Iterator[Planted]:
    voices, customers = world.voices, world.customers
    answered = (voices.survey == NPS) & (voices.score != NONE)
    fast = (customers.rep[voices.customer] == world.habits.fast_closer) & (customers.deal[voices.customer] != NONE)
    segment = world.accounts.segment[customers.account[voices.customer]]
    for code, name in enumerate(SEGMENTS):
        bad, _, good = MOOD_BY_SEGMENT[code]
        rows = answered & ~fast & (segment == code)
        yield _fact(
            "nps", {"segment": name}, 100 * (good - bad), _nps(voices.score[rows]), int(rows.sum()), "points",
            "without customers whom the fast closer won",
        )  # fmt: skip
    if world.habits.fast_closer != NONE:
        rows = answered & fast
        yield _fact(
            "nps", {"sold_by": rep_id(world.habits.fast_closer)}, 100 * float(MISLED_MOOD[2] - MISLED_MOOD[0]),
            _nps(voices.score[rows]), int(rows.sum()), "points", "customers whom the fast closer won",
        )  # fmt: skip


def _nps(score: Ints) -> float | None:
    return float(100 * (np.mean(score >= 9) - np.mean(score <= 6))) if len(score) else None


def _territories(world: World) -> Iterator[Planted]:
    """Share of leads over share of the touches that people made, by territory."""
    demand = np.bincount(world.accounts.territory[world.leads.account], minlength=len(world.people.places))
    effort = world.efforts
    for index, place in enumerate(world.people.places):
        ratio = (demand[index] / demand.sum()) / max(effort[index] / max(effort.sum(), 1), 1e-9)
        yield _fact(
            "territory_balance", {"territory": f"TER-{place.key}"}, float(world.habits.demand[index]), float(ratio),
            int(demand[index]), "ratio",
            "expected: leads a rep, relative; realised: share of leads / share of human touches sent",
        )  # fmt: skip


def _year(world: World) -> Iterator[Planted]:
    months = day_of(world.leads.at).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    counts = np.bincount(months, minlength=12)
    for month in range(12):
        member = {"month": str(month + 1)}
        yield _fact(
            "season_of_leads", member, float(LEAD_SEASON[month]), None, int(counts[month]), "factor",
            "on the number of leads; 1.2 % growth a month, weekdays and hours besides",
        )  # fmt: skip
        yield _fact(
            "season_of_units", member, float(ORDER_SEASON[month]), None, 0, "factor",
            "on orders; 0.8 % growth a month and weekdays besides",
        )  # fmt: skip
    yield _fact(
        "demand_index", {"location": "LOC-LYO", "product": "SENS-50"}, LYON_DEMAND, None, 0, "factor",
        "on the chance that a line of the Lyon store is this product",
    )  # fmt: skip
