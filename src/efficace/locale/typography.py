"""The spaces that French sets between words and marks; whoever writes a text writes plain ones."""

from __future__ import annotations

import re
from functools import lru_cache

NARROW = "\u202f"
"""Before ``; ! ? %`` and within a number: no line breaks there."""
WIDE = "\u00a0"
"""Before a colon, within quotation marks, between a number and its unit: no line breaks there either."""

_UNIT = r"(?:s|min|h|j|jours?|mois|ans?|semaines?|pts?|ms|Mo|Go|ko)"
_RULES = (
    (re.compile(r"(?<=\S) (?=[;!?](?:\s|[)»,.]|$))"), NARROW),
    (re.compile(r"(?<=\S) (?=:(?:\s|$))"), WIDE),
    (re.compile(r"(?<=«) | (?=»)"), WIDE),
    (re.compile(r"(?<=[\d}]) (?=%)"), NARROW),
    (re.compile(rf"(?<=\d) (?={_UNIT}\b)"), WIDE),
    (re.compile(rf"(?:(?<=\d{WIDE}[hj])|(?<=\d{WIDE}min)) (?=\d)"), WIDE),
)


@lru_cache(maxsize=20_000)  # declarations are told again and again
def spaced(text: str, language: str) -> str:
    """A text with the spaces that its language sets; English as it is."""
    if language != "fr":
        return text
    for rule, space in _RULES:
        text = rule.sub(space, text)
    return text
