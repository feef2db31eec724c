"""How much a chance changes with each further unit of a dose, among cases that are alike otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from efficace.stats.estimate import Estimates, Ints, Scale, divide, floats, normal_quantile

_SAME = 1e-9


def pooled_slope(
    cell: Ints, stratum: ArrayLike, dose: ArrayLike, n: ArrayLike, successes: ArrayLike, cells: int, level: float = 0.95
) -> Estimates:
    """Estimate the change of a share for one more unit of dose, within strata.

    Args:
        cell: Cell of each row, shape (rows,).
        stratum: Label of what is held equal; cases are compared with those of their own stratum alone.
        dose: How much each row had.
        n: Cases of the row.
        successes: How many of them had it.
        cells: How many cells there are.
        level: Of the two-sided interval.

    Returns:
        Least-squares slopes with limits from the error that holds however the cases scatter (HC1); NaN where no
        stratum has two doses, or cases no more than strata and slope use up.

    Source: Angrist & Pischke (2009) Mostly Harmless Econometrics 3.3; White (1980) Econometrica 48:817.
    """
    groups = _numbered(cell, stratum)
    size, many, hits = floats(dose), floats(n), floats(successes)
    total = np.bincount(groups, many)[groups]
    apart = size - divide(np.bincount(groups, many * size)[groups], total)
    share = divide(np.bincount(groups, hits)[groups], total)
    spread = np.bincount(cell, many * apart**2, minlength=cells)
    slope = divide(
        np.bincount(cell, apart * (hits - many * share), minlength=cells), np.where(spread > 1e-9, spread, 0)
    )
    expected = share + slope[cell] * apart
    squares = hits * (1 - expected) ** 2 + (many - hits) * expected**2
    cases = np.bincount(cell, many, minlength=cells)
    first = np.unique(groups, return_index=True)[1]
    left = cases - np.bincount(cell[first], minlength=cells) - 1
    variance = divide(np.bincount(cell, apart**2 * squares, minlength=cells), spread**2)
    error = np.sqrt(variance * divide(cases, np.where(left > 0, left, 0)))
    half = normal_quantile(level) * error
    return Estimates(slope, slope - half, slope + half, Scale.IDENTITY, error).where(~np.isnan(error))


def _numbered(cell: Ints, stratum: ArrayLike) -> Ints:
    """One number for each stratum of each cell."""
    labels = np.unique(np.asarray(stratum), return_inverse=True)[1]
    packed = np.asarray(cell, dtype=np.int64) * (labels.max(initial=0) + 1) + labels
    return np.unique(packed, return_inverse=True)[1].astype(np.int64)
