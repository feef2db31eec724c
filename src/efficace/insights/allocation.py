"""Detector of territories where the work done does not fit the demand."""

from __future__ import annotations

import numpy as np

from efficace.insights.finding import Figure, Finding, Looked, Tested
from efficace.insights.look import Look, evidence_of, name_of
from efficace.locale.said import Said
from efficace.metrics.answer import Row
from efficace.stats.departures import clustered_ratios


def territory_unbalanced(look: Look) -> Looked:
    """Territories with more, or fewer, leads than their part of all touches explains."""
    asked = look.request("territory_balance", "territory")
    rows = [row for row in look.members(asked) if row.estimates["touches"]["value"] and row.estimates["leads"]["value"]]
    if len(rows) < 2:
        return Looked()
    leads = np.array([row.estimates["leads"]["value"] for row in rows], dtype=np.float64)
    touches = np.array([row.estimates["touches"]["value"] for row in rows], dtype=np.float64)
    due = leads.sum() * touches / touches.sum()
    chances = clustered_ratios(leads, touches)
    found = zip(rows, leads, due, chances, strict=True)
    return Looked(
        tuple(
            Tested(float(p), _unbalanced(look, row, float(own), float(fair), float(p))) for row, own, fair, p in found
        )
    )


def _unbalanced(look: Look, row: Row, leads: float, due: float, p: float) -> Finding:
    values = {
        "territory": name_of(row, "territory"), "leads": Figure(value=leads, unit="leads"),
        "due": Figure(value=round(due), unit="leads"),
    }  # fmt: skip
    many = Said("{territory} has more leads than hands: {leads}, where its part of the work would make {due}.", values)
    few = Said("{territory} has more hands than leads: {leads}, where its part of the work would make {due}.", values)
    return Finding(
        "territory_unbalanced",
        {"territory": str(row.members["territory"])},
        many if leads > due else few,
        Said("Give {territory} more time of the reps next door, or fewer accounts.", values)
        if leads > due
        else Said("Let the reps of {territory} take leads of a neighbour that has too many.", values),
        look.request("territory_balance", "territory"),
        evidence_of(row, "ratio", 1.0, p),
        look.stake(abs(leads - due), "leads"),
    )
