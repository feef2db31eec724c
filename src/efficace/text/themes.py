"""What a comment is about: themes of sales and service, with the words that show them."""

from __future__ import annotations

from dataclasses import dataclass

from efficace.locale import Language
from efficace.text.language import languages_of
from efficace.text.passage import Passage, Span, found, passage, phrases
from efficace.text.sentiment import sentiment

WHY: dict[str, dict[Language, str]] = {
    "problem": {"en": "something does not work", "fr": "quelque chose ne marche pas"},
    "request": {"en": "asks for something that is missing", "fr": "demande ce qui manque"},
    "price": {"en": "price", "fr": "prix"},
    "contract": {"en": "contract, renewal, billing", "fr": "contrat, renouvellement, facturation"},
    "support": {"en": "support and answers", "fr": "assistance et réponses"},
    "usability": {"en": "ease of use", "fr": "facilité d’usage"},
    "speed": {"en": "speed", "fr": "rapidité"},
    "reliability": {"en": "reliability", "fr": "fiabilité"},
    "integration": {"en": "connection with other systems", "fr": "connexion à d’autres systèmes"},
    "data": {"en": "data and reports", "fr": "données et rapports"},
    "features": {"en": "features and settings", "fr": "fonctions et réglages"},
    "onboarding": {"en": "set-up and learning", "fr": "mise en place et prise en main"},
    "change": {"en": "updates and changes", "fr": "mises à jour et changements"},
    "privacy": {"en": "privacy and security", "fr": "confidentialité et sécurité"},
    "sales_contact": {"en": "contact with sales people", "fr": "contact avec les commerciaux"},
    "delivery": {"en": "delivery and deadlines", "fr": "livraison et délais"},
}


@dataclass(frozen=True)
class Themes:
    """What a comment is about.

    Attributes:
        ids: Themes, the most often touched first.
        spans: The words that show them, with the theme's id.
    """

    ids: tuple[str, ...]
    spans: tuple[Span, ...]
    is_cut: bool


def themes(text: str | Passage, language: str | None = None) -> Themes:
    """Find the themes of a comment; ``WHY`` names them in both languages.

    A problem that was solved or never came is praise and no problem.

    Args:
        language: Of the comment; detected where not given, both languages where that fails.
    """
    read = text if isinstance(text, Passage) else passage(text)
    spans = {span for spoken in languages_of(read, language) for span in found(read, phrases("themes", spoken))}
    if any(span.why == "problem" for span in spans):
        spans -= _praised(spans, read, language)
    counts = {theme: sum(span.why == theme for span in spans) for theme in WHY}
    ids = sorted((theme for theme, count in counts.items() if count), key=lambda theme: -counts[theme])
    return Themes(tuple(ids), tuple(sorted(spans, key=lambda span: (span.start, span.end, span.why))), read.is_cut)


def _praised(spans: set[Span], read: Passage, language: str | None) -> set[Span]:
    """Problems within words that say something good."""
    good = [span for span in sentiment(read, language).spans if span.why == "positive"]
    return {
        span
        for span in spans
        if span.why == "problem" and any(one.start < span.end and span.start < one.end for one in good)
    }
