"""What a change of an amount is made of, and what is in unusual demand where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.estimate import Bools, Estimates, Floats, Scale, divide, floats
from efficace.stats.spread import GammaSpread


@dataclass(frozen=True)
class Bridge:
    """The parts of a change of amount, each of shape (cells,); they add up to it."""

    volume: Floats
    mix: Floats
    price: Floats
    new: Floats
    dropped: Floats

    @property
    def change(self) -> Floats:
        """Sum of the five parts: amount now less amount before."""
        return self.volume + self.mix + self.price + self.new + self.dropped


def volume_mix_price(
    q0: ArrayLike, r0: ArrayLike, q1: ArrayLike, r1: ArrayLike, cell: ArrayLike | None = None, cells: int = 1
) -> Bridge:
    """Split the change of an amount into volume, mix, price, new and dropped products.

    Args:
        q0: Units of each product before, shape (rows,); 0 or less = absent.
        r0: Amounts before.
        q1: Units now.
        r1: Amounts now.
        cell: Which cell each product's row belongs to; default all to cell 0.
        cells: How many there are.

    Returns:
        Of products in both, with Q = sum of units and p = amount / units: volume = (Q1 - Q0) R0 / Q0,
        mix = sum of (q1 - Q1 q0 / Q0) p0, price = sum of (p1 - p0) q1. Of the others, new = amounts
        now, dropped = less amounts before, those of an absent side (returns alone) included: so the
        parts always add up.
    """
    units_before, before, units_now, now = (np.atleast_1d(floats(values)) for values in (q0, r0, q1, r1))
    where = np.zeros(len(before), dtype=np.int64) if cell is None else np.asarray(cell, dtype=np.int64)
    both = (units_before > 0) & (units_now > 0)

    def total(values: Floats, rows: Bools) -> Floats:
        return floats(np.bincount(where, np.where(rows, values, 0.0), cells))

    old_units, new_units = total(units_before, both), total(units_now, both)
    old_amount, new_amount = total(before, both), total(now, both)
    at_old_mix = np.nan_to_num(new_units * divide(old_amount, old_units))
    at_old_price = total(units_now * divide(before, units_before), both)
    return Bridge(
        volume=at_old_mix - old_amount,
        mix=at_old_price - at_old_mix,
        price=new_amount - at_old_price,
        new=total(now, ~both),
        dropped=-total(before, ~both),
    )


def demand_index(
    units_here: ArrayLike, all_here: ArrayLike, overall_share: ArrayLike, product: ArrayLike, level: float = 0.95
) -> Estimates:
    """Estimate how much more a product sells in a place than its overall share there would give.

    For one strength k of drawing in, this is (units + k s) / (all units + k) / s with s the overall
    share; k is averaged over its posterior among the places of the product (gamma-Poisson).

    Args:
        units_here: Units of the product in the place, shape (cells,); returns beyond sales count as 0.
        all_here: Units of all products in the place.
        overall_share: Share of the product in all units everywhere.
        product: Which product each cell is about.
        level: Of the credible limits.

    Returns:
        Indices, 1 = as everywhere; NaN where nothing is sold in the place or of the product.
    """
    units, due = np.clip(floats(units_here), 0, None), floats(all_here) * floats(overall_share)
    value, low, high = (np.full(units.shape, np.nan) for _ in range(3))
    labels = np.asarray(product)
    for label in np.unique(labels):
        places = np.flatnonzero((labels == label) & (due > 0))
        if len(places):
            posterior = GammaSpread.of(units[places], due[places], centre=1.0)
            value[places] = posterior.mean()
            low[places], high[places] = posterior.limits(level)
    return Estimates(value, low, high, Scale.LOG)
