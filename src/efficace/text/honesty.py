"""Whether a message is honest: pressure, false urgency and empty promises flagged, transparency credited."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from efficace.locale import Language
from efficace.text.language import languages_of
from efficace.text.passage import Passage, Span, found, passage, phrases

WHY: dict[str, dict[Language, str]] = {
    "false_urgency": {
        "en": "hurries the reader without a reason that the reader can check",
        "fr": "presse le lecteur sans raison qu’il puisse vérifier",
    },
    "pressure": {"en": "puts the reader under pressure", "fr": "met le lecteur sous pression"},
    "empty_promise": {"en": "promises what nobody can keep", "fr": "promet ce que personne ne peut tenir"},
    "shouting": {"en": "shouts: capitals or exclamation marks", "fr": "crie : capitales ou points d’exclamation"},
    "transparency": {
        "en": "is open about limits, prices or the reader's freedom to say no",
        "fr": "dit les limites, les prix ou la liberté de refuser",
    },
}
CREDITED = frozenset({"transparency"})

_SHOUTING = re.compile(r"!{2,}|[^\W\d_a-zà-ÿ]{3,}(?:[ ]{1,2}[^\W\d_a-zà-ÿ]{2,}){3,30}[ !]{0,4}")
_DENIED = re.compile(
    r"(?<!\w)(?:no|not|never|nothing|without|cannot|\w{1,8}n't|pas|sans|aucun|aucune|jamais|rien|ne|n')"
    r"(?:\s+(?:is|it|any|the|a|de|d'|d|que|un|une|des|le|la|du|really|very|tout))?\s*$"
)
_BEFORE = 25
"""Characters before a phrase in which a denial turns its meaning: 'nothing urgent', 'pas d’urgence'."""


@dataclass(frozen=True)
class Honesty:
    """What a message does to its reader.

    Attributes:
        flagged: Pressure, false urgency, empty promises, shouting.
        credited: Transparency.
        is_cut: Whether the text was longer than what is read.
    """

    flagged: tuple[Span, ...]
    credited: tuple[Span, ...]
    is_cut: bool

    @property
    def is_clean(self) -> bool:
        """Whether nothing is flagged."""
        return not self.flagged


def honesty(text: str | Passage, language: str | None = None) -> Honesty:
    """Find what presses or misleads the reader, and what is open with the reader, each with its reason in ``WHY``.

    Args:
        text: What the writer wrote, without quoted mails (``quoting.own_text``).
        language: Of the message; detected where not given.
    """
    read = text if isinstance(text, Passage) else passage(text)
    spans = {span for spoken in languages_of(read, language) for span in _undenied(read, spoken)}
    spans |= {Span(match.start(), match.end(), "shouting") for match in _SHOUTING.finditer(read.text)}
    ordered = sorted(spans, key=lambda span: (span.start, span.end, span.why))
    return Honesty(
        tuple(span for span in ordered if span.why not in CREDITED),
        tuple(span for span in ordered if span.why in CREDITED),
        read.is_cut,
    )


def _undenied(read: Passage, language: Language) -> list[Span]:
    by_reason = phrases("honesty", language)
    open_words = found(read, {why: pattern for why, pattern in by_reason.items() if why in CREDITED})
    pressing = found(read, {why: pattern for why, pattern in by_reason.items() if why not in CREDITED})
    return [
        *open_words,
        *(span for span in pressing if not _is_denied(read, span) and not _is_inside(span, open_words)),
    ]


def _is_denied(read: Passage, span: Span) -> bool:
    place = bisect_left(read.places, span.start)
    return bool(_DENIED.search(read.folded, max(0, place - _BEFORE), place))


def _is_inside(span: Span, others: tuple[Span, ...]) -> bool:
    """Whether a phrase is part of an open word about it: 'we do not guarantee'."""
    return any(other.start < span.end and span.start < other.end for other in others)
