"""The next step that a message asks for: a question, a request, a meeting, a reply, a link to follow."""

from __future__ import annotations

import re

from efficace.locale import Language
from efficace.text.language import languages_of
from efficace.text.passage import Passage, Span, found, passage, phrases

WHY: dict[str, dict[Language, str]] = {
    "question": {"en": "asks the reader a question", "fr": "pose une question au lecteur"},
    "request": {"en": "asks for something to be done", "fr": "demande de faire quelque chose"},
    "meeting": {"en": "proposes to talk or to meet", "fr": "propose un échange ou un rendez-vous"},
    "reply": {"en": "asks for an answer", "fr": "demande une réponse"},
    "offer": {"en": "says what the writer will do next", "fr": "dit ce que l’auteur fera ensuite"},
    "link": {"en": "points to a link or button to follow", "fr": "renvoie à un lien ou à un bouton"},
    "courtesy": {"en": "attaches something or offers help in general", "fr": "joint un document ou se dit disponible"},
}
NEXT_STEPS = frozenset(WHY) - {"courtesy"}
"""A courtesy leaves open what should happen next."""

_LONGEST_QUESTION = 300
_SENTENCE_START = re.compile(r".*(?:[.!?]|\n[^\S\n]*\n)\s*(?=\S)", re.DOTALL)
"""Everything up to the last end of a sentence or blank line."""
_TO_READER: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:you|your|yours|u|we|us|our|any|anyone|who|what|when|where|which|how|is|are|do|does|did|can|could|will"
        r"|would|shall|should|have|has|may|if|ok|right)\b"
    ),
    "fr": re.compile(
        r"\b(?:vous|votre|vos|tu|ton|ta|tes|nous|notre|qui|que|quel|quelle|quels|quelles|quand|ou|comment|combien"
        r"|pourquoi|est-ce|est|y a-t-il|possible|avez|etes|si|ok)\b"
    ),
}


def calls_to_action(text: str | Passage, language: str | None = None) -> tuple[Span, ...]:
    """Find the asks of a message, each with its reason in ``WHY``.

    Args:
        text: What the writer wrote, without quoted mails (``quoting.own_text``).
        language: Of the message; detected where not given.
    """
    read = text if isinstance(text, Passage) else passage(text)
    spans: set[Span] = set()
    for spoken in languages_of(read, language):
        spans |= set(found(read, phrases("calls_to_action", spoken)))
        spans |= {read.span(*place, "question") for place in _questions(read.folded, _TO_READER[spoken])}
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.why)))


def has_next_step(text: str | Passage, language: str | None = None) -> bool:
    """Whether a message says what should happen next."""
    return any(span.why in NEXT_STEPS for span in calls_to_action(text, language))


def _questions(folded: str, to_reader: re.Pattern[str]) -> list[tuple[int, int]]:
    """Sentences that end in a question mark and speak to the reader."""
    found = []
    for mark in re.finditer(r"\?", folded):
        zone = folded[max(0, mark.start() - _LONGEST_QUESTION) : mark.start()]
        opening = _SENTENCE_START.match(zone)
        sentence = (zone[opening.end() :] if opening else zone).lstrip()
        if len(sentence) > 3 and to_reader.search(sentence):
            found.append((mark.start() - len(sentence), mark.end()))
    return found
