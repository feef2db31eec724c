"""Survival and incidence in exact fractions, written as the definitions read: slow and without any trick."""

from collections.abc import Sequence
from fractions import Fraction

Span = tuple[int, str | None]
"""Duration and cause of its end; None = still open."""


def survival(spans: Sequence[Span]) -> dict[int, Fraction]:
    """Kaplan-Meier: the product over event times of one minus events by at risk."""
    curve, share = {}, Fraction(1)
    for time in sorted({duration for duration, _ in spans}):
        at_risk = sum(duration >= time for duration, _ in spans)
        ended = sum(duration == time and cause is not None for duration, cause in spans)
        share *= 1 - Fraction(ended, at_risk)
        curve[time] = share
    return curve


def incidence(spans: Sequence[Span], cause: str) -> dict[int, Fraction]:
    """Aalen-Johansen: the sum over event times of survival just before times the cause's hazard."""
    curve, open_before, share = {}, Fraction(1), Fraction(0)
    for time, after in survival(spans).items():
        at_risk = sum(duration >= time for duration, _ in spans)
        ended = sum(span == (time, cause) for span in spans)
        share += open_before * Fraction(ended, at_risk)
        open_before = after
        curve[time] = share
    return curve


def first_reached(curve: dict[int, Fraction], level: Fraction, *, falling: bool) -> int | None:
    """The first time at which the curve is at the level or past it."""
    return next((t for t, v in curve.items() if (v <= level if falling else v >= level)), None)


def incidence_variance(spans: Sequence[Span], cause: str) -> dict[int, float]:
    """Marubini & Valsecchi 10.12, term by term."""
    falls, rises = survival(spans), incidence(spans, cause)
    result = {}
    for until in rises:
        total, before = 0.0, 1.0
        for time in (t for t in rises if t <= until):
            n = sum(duration >= time for duration, _ in spans)
            d = sum(duration == time and end is not None for duration, end in spans)
            dk = sum(span == (time, cause) for span in spans)
            rise = float(rises[until] - rises[time])
            if n > d:
                total += rise**2 * d / (n * (n - d))
            total += before**2 * dk * (n - dk) / n**3 - 2 * rise * before * dk / n**2
            before = float(falls[time])
        result[until] = total
    return result
