"""Running sums from which every variance and covariance of an incidence curve follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from efficace.stats.durations import accumulate, before
from efficace.stats.estimate import Floats, Ints, divide


@dataclass(frozen=True)
class ErrorSums:
    """With F the incidence, S the survival, n at risk, h the hazard of any end, f the step of F, up to each row.

    For s <= t: Cov(F(s), F(t)) = F(s) F(t) ``square`` - (F(s) + F(t)) ``cross`` + ``plain``, the sums
    taken up to s. Differences of the sums between two rows give the same for a start in between.

    Attributes:
        square: Sum of h / (n (1 - h)).
        cross: Sum of F h / (n (1 - h)) + f / n.
        plain: Sum of F² h / (n (1 - h)) + f (S - f) / n + 2 F f / n.

    Source: Marubini & Valsecchi (1995) Analysing Survival Data 10.12, its square multiplied out.
    """

    square: Floats
    cross: Floats
    plain: Floats

    @classmethod
    def of(
        cls, incidence: Floats, survival: Floats, at_risk: Floats, offsets: Ints, *, thin_tail: bool = False
    ) -> ErrorSums:
        """Sum over the rows of each cell.

        ``thin_tail`` divides the binomial variance of a step by n - 1 instead of n (by 1 where one span
        is left), since the plain one takes the jump of a last span for certain.
        """
        opens = before(survival, offsets, 1.0)
        gone = 1 - divide(survival, opens)
        step = incidence - before(incidence, offsets, 0.0)
        ends = divide(gone, at_risk * np.where(gone < 1, 1 - gone, 0.0))
        ends = np.where(np.isnan(ends), 0.0, ends)
        jumps = step * (opens - step) / at_risk
        if thin_tail:
            jumps = np.where(at_risk > 1, jumps * at_risk / np.maximum(at_risk - 1, 1e-9), step * opens / at_risk)
        together = step / at_risk
        columns = (
            ends,
            incidence * ends + together,
            incidence**2 * ends + jumps + 2 * incidence * together,
        )
        return cls(*(accumulate(np.add, column, offsets) for column in columns))

    def variance(self, at: Floats) -> Floats:
        """Variance of the incidence, given its value at the end of the sums."""
        return self.covariance(at, at)

    def covariance(self, at: Floats, later: Floats) -> Floats:
        """Covariance with the incidence at a later time."""
        return np.clip(at * later * self.square - (at + later) * self.cross + self.plain, 0, None)

    def each(self, change: Callable[[Floats], Floats]) -> ErrorSums:
        """Apply the same change to the three columns."""
        return ErrorSums(change(self.square), change(self.cross), change(self.plain))
