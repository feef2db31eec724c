"""Everything that was drawn for a company, and the form in which a planted fact is stated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from efficace.simulate.clock import midnight
from efficace.simulate.customers import Customers, Offers
from efficace.simulate.deals import Deals
from efficace.simulate.draws import Flags, Floats, Ints
from efficace.simulate.follow_up import Worked
from efficace.simulate.habits import Habits
from efficace.simulate.leads import Inquiries, Leads
from efficace.simulate.market import Accounts
from efficace.simulate.people import People
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.truth import Planted
from efficace.simulate.voice import Voices


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


def fact(
    name: str, member: dict[str, str], expected: float | None, realised: float | None, n: int, unit: str, how: str
) -> Planted:
    """State a planted fact, its figures with six digits; what has no finite value is empty."""
    return Planted(name, member, _round(expected), _round(realised), int(n), unit, how)


def _round(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(f"{value:.6g}")


def mean(values: Floats | Flags | Ints) -> float | None:
    """Mean of what there is; None of nothing."""
    return float(np.mean(values)) if len(values) else None


def mixed_median(medians: Floats, weights: Floats, sigma: float) -> float:
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
