"""What was planted in deals, customers and the market, beside what chance made of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from efficace.simulate.clock import DAY, MONTH_DAYS, day_number, day_of
from efficace.simulate.customers import (
    AFFINITY,
    BURST_CHURN,
    BURST_FAMILY,
    CHURN,
    CROSS_SELL_ACCEPTED,
    UPSELL_ACCEPTED,
    Customers,
    burst_on,
    terms_before,
)
from efficace.simulate.deals import LOST_PACE, LOST_SIGMA, NEW, UNDECIDED, WON_SIGMA, Deals
from efficace.simulate.draws import NONE, Flags, Floats, Ints
from efficace.simulate.market import FAMILIES, LEAD_SEASON, ORDER_SEASON, SEGMENTS, TIERS
from efficace.simulate.money import FORECAST_BIAS
from efficace.simulate.orders import LYON_DEMAND
from efficace.simulate.rows import rep_id
from efficace.simulate.truth import Planted
from efficace.simulate.voice import MISLED_MOOD, MOOD_BY_SEGMENT, NPS
from efficace.simulate.world import World, fact, mean, mixed_median


def sales_facts(world: World) -> Iterator[Planted]:
    """Facts about deals, customers, offers, feedback, territories and the year."""
    for part in (_wins, _cycles, _staying, _renewing, _growing, _voice, _territories, _year):
        yield from part(world)


def _wins(world: World) -> Iterator[Planted]:
    deals = world.deals
    new = deals.kind == NEW
    decided = new & deals.decided
    for rep in _closers(world):
        rows = decided & (deals.rep == rep)
        yield fact(
            "win_rate", {"rep": rep_id(rep)}, mean(deals.win_chance[rows]), mean(deals.won[rows]), int(rows.sum()),
            "share", f"by creation, of new deals that are ever decided; {UNDECIDED:.0%} never are",
        )  # fmt: skip
    yield fact(
        "win_rate", {}, mean(deals.win_chance[decided]), mean(deals.won[decided]), int(decided.sum()), "share",
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
        yield fact(
            "sales_cycle_length", {"rep": rep_id(rep)},
            mixed_median(deals.cycle_seconds[rows], _relative(deals.win_chance[rows]), WON_SIGMA) / DAY,
            float(np.median(taken[won])) if won.any() else None, int(won.sum()), "days",
            f"time to won of deals that will be won: log-normal, sigma {WON_SIGMA}; lost ones {LOST_PACE} times the"
            f" median, sigma {LOST_SIGMA}",
        )  # fmt: skip
    for days in (30, 60, 90, 180):
        yield fact(
            "won_by", {"days": str(days)}, _won_by(deals, new, days), mean((deals.won & (taken <= days))[new]),
            int(new.sum()), "share", "cumulative incidence of won among new deals, never decided ones included",
        )  # fmt: skip


def _relative(chance: Floats) -> Floats:
    """Weights whose mean is 1, so that half of those who will be won is one half."""
    return chance / max(float(np.mean(chance)), 1e-12) if len(chance) else chance


def _won_by(deals: Deals, rows: Flags, days: int) -> float:
    from scipy.special import ndtr

    reached = ndtr(np.log(days * DAY / deals.cycle_seconds[rows]) / WON_SIGMA)
    return float(np.mean((1 - UNDECIDED) * deals.win_chance[rows] * reached))


def _misled(world: World) -> Flags:
    """Customers whom the fast closer won."""
    customers = world.customers
    return np.asarray((customers.rep == world.habits.fast_closer) & (customers.deal != NONE), dtype=np.bool_)


def _staying(world: World) -> Iterator[Planted]:
    """Monthly hazards of monthly customers, by segment, of the fast closer, and in the burst."""
    settings, customers, habits = world.settings, world.customers, world.habits
    first, last = day_number(settings.starts_on), day_number(settings.ends_on)
    segment = world.accounts.segment[customers.account]
    hit = (customers.family == BURST_FAMILY) & habits.burst
    for code, name in enumerate(SEGMENTS):
        rows = ~customers.annual & ~_misled(world) & ~hit & (segment == code)
        yield _hazard(
            customers, rows, (first, last), float(CHURN[code]), "churn_hazard", {"segment": name},
            "monthly customers, without those of the fast closer and of the service with the burst",
        )  # fmt: skip
    if habits.burst:
        rows = ~customers.annual & _misled(world) & ~hit
        yield _hazard(
            customers, rows, (first, last), float(mean(customers.hazard[rows]) or 0), "churn_hazard",
            {"rep": rep_id(habits.fast_closer)}, f"{habits.churn[habits.fast_closer]:g} times the segment's hazard",
        )  # fmt: skip
        begun = day_number(burst_on(settings))
        rows = ~customers.annual & hit & (customers.end > begun) & (customers.start < last)
        yield _hazard(
            customers, rows, (begun, last), BURST_CHURN + float(mean(customers.hazard[rows]) or 0),
            "cancellation_burst",
            {"family": FAMILIES[BURST_FAMILY]},
            f"monthly subscribers from {burst_on(settings).isoformat()}: {BURST_CHURN} added to their hazard",
        )  # fmt: skip


def _hazard(
    customers: Customers,
    rows: Flags,
    days: tuple[int, int],
    expected: float,
    name: str,
    member: dict[str, str],
    how: str,
) -> Planted:
    """Leavers by months watched between two days."""
    end = np.minimum(customers.end[rows], days[1])
    months = float(np.maximum(end - np.maximum(customers.start[rows], days[0]), 0).sum() / MONTH_DAYS)
    left = int((customers.end[rows] < days[1]).sum())
    return fact(name, member, expected, left / months if months else None, left, "share a month", how + "; n = leavers")


def _renewing(world: World) -> Iterator[Planted]:
    """Ends of annual terms that were not renewed."""
    settings, customers = world.settings, world.customers
    first, last = day_number(settings.starts_on), day_number(settings.ends_on)
    segment = world.accounts.segment[customers.account]
    begun = terms_before(customers.start, np.maximum(customers.start, first - 1))
    ended = terms_before(customers.start, np.minimum(customers.end, last - 1))
    lost = (customers.end < last).astype(np.int64)
    for code, name in enumerate(SEGMENTS):
        rows = customers.annual & ~_misled(world) & (segment == code)
        terms = int((ended - begun)[rows].sum())
        yield fact(
            "non_renewal_rate", {"segment": name}, float(1 - np.exp(-12 * CHURN[code])),
            float(lost[rows].sum()) / terms if terms else None, terms, "share",
            "ends of annual terms, without customers of the fast closer",
        )  # fmt: skip


def _growing(world: World) -> Iterator[Planted]:
    offers, customers = world.offers, world.customers
    last = day_number(world.settings.ends_on)
    known = offers.decided < last
    segment = world.accounts.segment[customers.account[offers.customer]]
    for code, name in enumerate(SEGMENTS):
        rows = known & offers.upsell & (segment == code)
        yield fact(
            "offer_acceptance", {"kind": "upsell", "segment": name}, float(UPSELL_ACCEPTED[code]),
            mean(offers.accepted[rows]), int(rows.sum()), "share", "decided offers of a higher tier",
        )  # fmt: skip
    held, offered = customers.family[offers.customer], offers.product // len(TIERS)
    special = np.zeros(offers.n, dtype=np.bool_)
    for family, other, accepted in AFFINITY:
        rows = ~offers.upsell & (held == family) & (offered == other)
        special |= rows
        yield fact(
            "offer_acceptance", {"kind": "cross_sell", "held": FAMILIES[family], "offered": FAMILIES[other]}, accepted,
            mean(offers.accepted[rows & known]), int((rows & known).sum()), "share", "families that go well together",
        )  # fmt: skip
    rows = known & ~offers.upsell & ~special
    yield fact(
        "offer_acceptance", {"kind": "cross_sell"}, CROSS_SELL_ACCEPTED, mean(offers.accepted[rows]), int(rows.sum()),
        "share", "decided offers of all other pairs of families",
    )  # fmt: skip


def _voice(world: World) -> Iterator[Planted]:
    voices, customers = world.voices, world.customers
    answered = (voices.survey == NPS) & (voices.score != NONE)
    fast = _misled(world)[voices.customer]
    segment = world.accounts.segment[customers.account[voices.customer]]
    for code, name in enumerate(SEGMENTS):
        bad, _, good = MOOD_BY_SEGMENT[code]
        rows = answered & ~fast & (segment == code)
        yield fact(
            "nps", {"segment": name}, 100 * (good - bad), _nps(voices.score[rows]), int(rows.sum()), "points",
            "without customers whom the fast closer won",
        )  # fmt: skip
    if world.habits.fast_closer != NONE:
        rows = answered & fast
        yield fact(
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
        yield fact(
            "territory_balance", {"territory": f"TER-{place.key}"}, float(world.habits.demand[index]), float(ratio),
            int(demand[index]), "ratio",
            "expected: leads a rep, relative; realised: share of leads / share of human touches sent",
        )  # fmt: skip


def _year(world: World) -> Iterator[Planted]:
    months = day_of(world.leads.at).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    counts = np.bincount(months, minlength=12)
    for month in range(12):
        member = {"month": str(month + 1)}
        yield fact(
            "season_of_leads", member, float(LEAD_SEASON[month]), None, int(counts[month]), "factor",
            "on the number of leads; 1.2 % growth a month, weekdays and hours besides",
        )  # fmt: skip
        yield fact(
            "season_of_units", member, float(ORDER_SEASON[month]), None, 0, "factor",
            "on orders; 0.8 % growth a month and weekdays besides",
        )  # fmt: skip
    if world.settings.planted:
        yield fact(
            "forecast_error", {"metric": "bookings"}, FORECAST_BIAS, None, 0, "share",
            "forecasts of the months are too high by this share of what came, on the whole",
        )  # fmt: skip
    yield fact(
        "demand_index", {"location": "LOC-LYO", "product": "SENS-50"}, LYON_DEMAND, None, 0, "factor",
        "on the chance that a line of the Lyon store is this product",
    )  # fmt: skip
