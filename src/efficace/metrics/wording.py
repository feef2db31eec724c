"""What people read of an answer, whichever face shows it: names, reasons and verdicts in the language asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.locale import in_language, translate
from efficace.metrics.answer import Answer, Row
from efficace.metrics.gaps import REASONS
from efficace.text.elements import WHY as ELEMENTS
from efficace.text.themes import WHY as THEMES


def metric_name(metric: str, into: str | None = None) -> str:
    """What a metric is called."""
    return translate(metric.replace("_", " "), into)


def meaning(answer: Answer, into: str | None = None) -> str:
    """The one sentence that says what a metric is."""
    return in_language(answer.meaning, into)


BRANDS: Mapping[str, str] = {
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "pipedrive": "Pipedrive",
    "stripe": "Stripe",
    "chartmogul": "ChartMogul",
    "baremetrics": "Baremetrics",
    "profitwell": "ProfitWell",
    "gainsight": "Gainsight",
}
"""Definitions that are named after a product."""


def definition_name(definition: str, into: str | None = None) -> str:
    """What a definition is called."""
    return BRANDS.get(definition) or translate(definition.replace("_", " ").capitalize(), into)


def dimension_name(dimension: str, into: str | None = None) -> str:
    """What a dimension is called."""
    return in_language(DIMENSIONS[dimension].label, into) if dimension in DIMENSIONS else dimension.replace("_", " ")


def member_name(row: Row, dimension: str, into: str | None = None) -> str:
    """What a row's member of a dimension is called; ``(none)`` where it is nobody and nothing."""
    member = row.members.get(dimension)
    if dimension == "theme" and member in THEMES:
        return in_language(THEMES[str(member)], into)
    if dimension == "element" and member in ELEMENTS:
        return in_language(ELEMENTS[str(member)], into)
    return row.names.get(dimension) or (translate("(none)", into) if member is None else str(member))


def why_missing(entry: Mapping[str, Any], into: str | None = None) -> str:
    """Why a value is missing."""
    told = REASONS.get(entry["reason"])
    return translate(told, into).format(table=entry["table"], column=entry["column"]) if told else str(entry["text"])


def verdict_on(comparison: Mapping[str, Any], into: str | None = None) -> str:
    """Whether members differ, in words."""
    verdict = str(comparison["verdict"])
    told = {
        "differ_beyond_chance": translate("They differ by more than chance explains", into),
        "no_difference_that_chance_cannot_explain": translate("No difference that chance cannot explain", into),
    }
    return told.get(verdict, verdict)
