"""Territories where the work done does not fit the demand: what is found, and how the work would follow it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from efficace.insights.finding import Figure, Finding, Looked, Tested
from efficace.insights.look import Look, evidence_of, name_of
from efficace.insights.picture import Mark, Picture
from efficace.locale.said import Said
from efficace.metrics.answer import Row
from efficace.metrics.verdicts import MOST_FALSE
from efficace.stats.departures import clustered_ratios
from efficace.stats.estimate import Floats
from efficace.stats.shrinkage import benjamini_hochberg


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
        picture=Picture(
            "rows",
            (Mark(Said("leads"), leads, is_meant=True), Mark(Said("its part of the work"), round(due))),
            "leads",
        ),
    )


@dataclass(frozen=True)
class Proposal:
    """What a territory has, and what it would get.

    Attributes:
        due: Leads that its part of the touches would make.
        p: How likely chance alone sets leads and touches so far apart.
        q: The share of false discoveries when all territories up to this one are named.
        moved_days: Days of reps that would come (+) or go (-); 0 where chance explains the difference, None where the
            days of some territory are not known.
    """

    row: Row
    leads: float
    touches: float
    due: float
    p: float
    q: float
    rep_days: float | None
    moved_days: float | None


def proposals(rows: Sequence[Row], parents: Collection[str]) -> list[Proposal]:
    """Days of reps moved from territories with more hands than leads to those with more leads than hands.

    Only between territories that differ beyond chance; the part of the work of each is brought towards its part of the
    leads, and what comes equals what goes.
    """
    known = [row for row in rows if _has_both(row) and row.members["territory"] not in parents]
    if len(known) < 2:
        return []
    leads, touches = (np.array([_told(row, name) for row in known]) for name in ("leads", "touches"))
    chances = clustered_ratios(leads, touches)
    shares = benjamini_hochberg(chances)
    days = np.array([_told(row, "rep_days") for row in known])
    wanted = np.where(shares <= MOST_FALSE, (leads / leads.sum() - touches / touches.sum()) * days.sum(), 0.0)
    moved = _balanced(wanted) if np.isfinite(days).all() else np.full(len(known), np.nan)
    due = leads.sum() * touches / touches.sum()
    return [
        Proposal(
            row, float(leads[at]), float(touches[at]), float(due[at]), float(chances[at]), float(shares[at]),
            None if np.isnan(days[at]) else float(days[at]), None if np.isnan(moved[at]) else float(moved[at]),
        )
        for at, row in enumerate(known)
    ]  # fmt: skip


def _balanced(wanted: Floats) -> Floats:
    """Cut the larger side, so that what comes equals what goes."""
    comes, goes = np.nansum(np.maximum(wanted, 0.0)), -np.nansum(np.minimum(wanted, 0.0))
    least = min(comes, goes)
    cut = np.where(wanted > 0, least / comes if comes else 0.0, least / goes if goes else 0.0)
    return np.asarray(wanted * cut, dtype=np.float64)


def _has_both(row: Row) -> bool:
    return row.members["territory"] is not None and _told(row, "leads") > 0 and _told(row, "touches") > 0


def _told(row: Row, name: str) -> float:
    value = row.estimates.get(name, {}).get("value")
    return float("nan") if value is None else float(value)
