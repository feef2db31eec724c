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

_QUESTION = re.compile(r"[^.!?\n]{3,300}(?:\n[^.!?\n]{1,200}){0,3}\?")
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
        spans |= {
            read.span(match.start() + _leading(match.group()), match.end(), "question")
            for match in _QUESTION.finditer(read.folded)
            if _TO_READER[spoken].search(match.group())
        }
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.why)))


def has_next_step(text: str | Passage, language: str | None = None) -> bool:
    """Whether a message says what should happen next."""
    return any(span.why in NEXT_STEPS for span in calls_to_action(text, language))


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())
