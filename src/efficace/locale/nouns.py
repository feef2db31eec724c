"""What is counted, beside its number: ``1 deal``, ``2 deals``, ``0 affaire``."""

from __future__ import annotations

from collections.abc import Mapping

from efficace.locale import translate, translate_counted

SINGULAR: Mapping[str, str] = {
    "cancellations": "cancellation",
    "customers": "customer",
    "deals": "deal",
    "follow-ups": "follow-up",
    "leads": "lead",
    "offers": "offer",
    "orders": "order",
    "units": "unit",
    "wins": "win",
}
"""By the plural that names a unit; other units are no nouns of what is counted."""


def noun(unit: str, count: float | None, into: str | None = None) -> str:
    """The noun of a unit in the form that goes with a count; the plural where there is none."""
    if unit not in SINGULAR or count is None:
        return translate(unit, into)
    return translate_counted(SINGULAR[unit], unit, count, into)
