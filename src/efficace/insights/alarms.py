"""Detector of services that lose more customers than their own past explains."""

from __future__ import annotations

from datetime import date

from efficace.insights.finding import Day, Figure, Finding, Looked, Tested
from efficace.insights.look import Look, chance_of, evidence_of, name_of
from efficace.locale.said import Said
from efficace.metrics.answer import Row


def service_losing(look: Look) -> Looked:
    """Services whose cancellations of the last whole month chance does not explain."""
    asked = look.request("cancellation_alarm", "family", start=None)
    tests = []
    for row in look.members(asked):
        p = chance_of(row)
        if p is not None:
            tests.append(Tested(p, _losing(look, row, p)) if row.value == 1 else Tested(1.0))
    return Looked(tuple(tests))


def _losing(look: Look, row: Row, p: float) -> Finding:
    observed, expected = (float(row.estimates[name]["value"]) for name in ("observed", "expected"))
    values = {
        "service": name_of(row, "family"), "observed": Figure(value=observed, unit="cancellations"),
        "expected": Figure(value=expected, unit="cancellations"),
        "since": Day(day=date.fromisoformat(row.estimates["started_on"]["value"])),
    }  # fmt: skip
    return Finding(
        "service_losing",
        {"family": str(row.members["family"])},
        Said("{service} lost {observed} subscriptions last month where {expected} were to be expected;"
             " it began on {since}.", values),
        Said("Call those who left and those who still hold {service}: what happened on {since}?", values),
        look.request("cancellation_alarm", "family", start=None),
        evidence_of(row, "cancellations", expected, p),
        look.stake(observed - expected, "cancellations", counted_as="customers"),
    )  # fmt: skip
