"""Detectors of who differs from the others by more than chance, and in what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import erfc, log, sqrt

from efficace.insights.finding import Figure, Finding, Interval, Kind, Looked, Tested
from efficace.insights.look import Look, chance_of, evidence_of, name_of
from efficace.insights.picture import beside_all, mark_of
from efficace.locale.said import Said
from efficace.metrics.answer import Row
from efficace.metrics.metric import DAYS, SHARE, Better

FEWEST = 8
"""Under so many facts a rep is not told apart, whatever the test says: its normal approximation does not hold."""
Z = 1.959963984540054


@dataclass(frozen=True)
class Trait:
    """In what reps are told apart.

    Attributes:
        unit: Of what is at stake.
        is_share: The stake is the difference of the shares times n; else n times the relative difference.
    """

    metric: str
    unit: str
    is_share: bool
    advice: Said


TRAITS: tuple[Trait, ...] = (
    Trait("win_rate", "wins", True, Said("Go through the last lost deals with {rep}: in which stage do they go?")),
    Trait("promise_kept", "leads", True, Said("Look at the queue of {rep} at different hours: too full, or not seen?")),
    Trait("persistence", "leads", False, Said("Agree with {rep} how often to try again, and plan the next attempt.")),
    Trait("customer_churn_rate", "customers", True, Said("Ask the customers that {rep} won what they were promised.")),
)
"""No trait of messages: what can be personal in them depends on whom a rep writes to more than on the rep."""


def rep_beyond_chance(look: Look) -> Looked:
    """Reps whose figure differs from that of the others by more than chance, for better or worse."""
    tests = [test for trait in TRAITS for test in _tests(look, trait)]
    return Looked(tuple(tests))


def _tests(look: Look, trait: Trait) -> list[Tested]:
    asked = look.request(trait.metric, "rep")
    whole = look.whole(asked)
    if whole is None or whole.value is None:
        return []
    tests = []
    for row in look.members(asked):
        p = chance_of(row)
        if p is not None and row.n >= FEWEST:
            tests.append(Tested(p, _apart(look, trait, row, whole.value, p)))
    return tests


def _apart(look: Look, trait: Trait, row: Row, usual: float, p: float) -> Finding:
    assert row.value is not None
    metric, asked = look.catalogue[trait.metric], look.request(trait.metric, "rep")
    unit = look.ask(asked).unit
    is_worse = (row.value < usual) == (metric.better is Better.HIGHER)
    values: Mapping[str, object] = {
        "rep": name_of(row, "rep"), "metric": Said(trait.metric.replace("_", " ")),
        "value": Figure(value=row.value, unit=unit), "all": Figure(value=usual, unit=unit),
        "between": Interval(low=row.low, high=row.high, unit=unit),
    }  # fmt: skip
    worse = Said("{rep} does worse in {metric}: {value} ({between}) against {all} of all.", values)
    better = Said("{rep} does better in {metric}: {value} ({between}) against {all} of all.", values)
    learn = Said("Let {rep} show the others how it is done.", values)
    size = abs(row.value - usual) * row.n / (1.0 if trait.is_share else usual)
    return Finding(
        "rep_beyond_chance",
        {"rep": str(row.members["rep"])},
        worse if is_worse else better,
        replace(trait.advice, values=values) if is_worse else learn,
        asked,
        evidence_of(row, unit, usual, p),
        look.stake(size, trait.unit),
        Kind.PROBLEM if is_worse else Kind.STRENGTH,
        picture=beside_all(mark_of(name_of(row, "rep"), row), usual, unit),
    )


def fast_but_unhappy(look: Look) -> Looked:
    """Reps who win faster than the others and whose customers leave more often.

    Both must hold, so the larger of the two p values counts; and the verdict of ``quality_adjusted_cycle`` must agree.

    Source: Berger (1982) Technometrics 24:295 (intersection-union test).
    """
    asked = look.request("quality_adjusted_cycle", "rep", start=None)
    usual = look.whole(look.request("sales_cycle_length", start=None))
    churn = {row.members["rep"]: row for row in look.members(look.request("customer_churn_rate", "rep"))}
    tests = []
    for row in look.members(asked):
        left = churn.get(row.members["rep"])
        p_left = chance_of(left) if left else None
        if usual is None or usual.value is None or left is None or p_left is None or row.value is None:
            continue
        p = max(_p_faster(row, usual.value), p_left)
        is_named = row.estimates["verdict"]["value"] == "fast_and_unhappy"
        tests.append(Tested(p, _unhappy(look, row, left, usual.value, p)) if is_named else Tested(1.0))
    return Looked(tuple(tests))


def _p_faster(row: Row, usual: float) -> float:
    """One-sided chance of so fast a cycle, read off its interval on the log scale."""
    if not row.value or not row.low or not row.high or row.high <= row.low:
        return 1.0
    error = (log(row.high) - log(row.low)) / (2 * Z)
    return 0.5 * erfc((log(usual) - log(row.value)) / error / sqrt(2))


def _unhappy(look: Look, row: Row, left: Row, usual: float, p: float) -> Finding:
    values = {
        "rep": name_of(row, "rep"), "days": Figure(value=row.value, unit=DAYS), "all": Figure(value=usual, unit=DAYS),
        "left": Figure(value=left.value, unit=SHARE),
    }  # fmt: skip
    return Finding(
        "fast_but_unhappy",
        {"rep": str(row.members["rep"])},
        Said("{rep} wins within {days} (all: {all}), but {left} of the customers left within a year.", values),
        Said("Listen to calls of {rep} and to those who left: what was promised that does not hold?", values),
        look.request("quality_adjusted_cycle", "rep", start=None),
        evidence_of(row, DAYS, usual, p),
        look.stake(left.n * (left.value or 0.0), "customers"),
        picture=beside_all(mark_of(name_of(row, "rep"), row), usual, DAYS),
    )
