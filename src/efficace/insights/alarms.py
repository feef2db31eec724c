"""Detector of services that lose more customers than their own past explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from efficace.insights.finding import Day, Figure, Finding, Looked, Tested
from efficace.insights.look import Look, chance_of, evidence_of, name_of
from efficace.insights.picture import Mark, Picture
from efficace.locale.said import Said, counted
from efficace.metrics.answer import Row
from efficace.metrics.question import filter_text
from efficace.model.time import add_months

MONTHS = 12
"""Months of a service that its picture shows."""


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
        "service": name_of(row, "family"),
        "expected": Figure(value=expected, unit="cancellations"),
        "since": Day(day=date.fromisoformat(row.estimates["started_on"]["value"])),
    }  # fmt: skip
    return Finding(
        "service_losing",
        {"family": str(row.members["family"])},
        counted(
            "{service} lost {n} subscription last month where {expected} were to be expected; it began on {since}.",
            "{service} lost {n} subscriptions last month where {expected} were to be expected; it began on {since}.",
            observed, **values,
        ),
        Said("Call those who left and those who still hold {service}: what happened on {since}?", values),
        look.request("cancellation_alarm", "family", start=None),
        evidence_of(row, "cancellations", expected, p),
        look.stake(observed - expected, "cancellations", counted_as="customers"),
        picture=_months(look, str(row.members["family"])),
    )  # fmt: skip


def _months(look: Look, family: str) -> Picture:
    """What the service lost in each of the last months, beside what was to be expected then."""
    asked = look.request("cancellation_alarm", start=None, where=(filter_text("family", [family]),))
    last = (look.as_of_on + timedelta(days=1)).replace(day=1)
    marks = []
    for back in range(MONTHS - 1, -1, -1):
        end = add_months(last, -back)
        rows = look.ask(replace(asked, end=end)).rows
        if rows and rows[0].estimates["observed"]["value"] is not None:
            told = rows[0].estimates
            month = Day(day=add_months(end, -1), grain="month")
            is_alarm = rows[0].value == 1
            marks.append(Mark(month, told["observed"]["value"], tick=told["expected"]["value"], is_meant=is_alarm))
    return Picture("columns", tuple(marks), "cancellations", Said("to be expected"))
