"""Personalization of a message: which elements are about this very reader, out of those that could be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from efficace.locale import Language
from efficace.text.calls_to_action import NEXT_STEPS, calls_to_action
from efficace.text.language import languages_of
from efficace.text.merge_fields import broken_fields
from efficace.text.passage import Passage, Span, fold, found, passage, phrases
from efficace.text.quoting import own_text
from efficace.text.signature import contact_details, greeting, signed_name
from efficace.text.standing import mentions, word_between, words_of

ELEMENTS = (
    "name_in_greeting",
    "company_or_role",
    "asked_for",
    "need_or_industry",
    "earlier_exchange",
    "individual_sender",
    "signature",
    "next_step",
)
WHY: dict[str, dict[Language, str]] = {
    "name_in_greeting": {"en": "greets the reader by name", "fr": "salue le lecteur par son nom"},
    "company_or_role": {
        "en": "names the reader's company or role",
        "fr": "cite l’entreprise ou la fonction du lecteur",
    },
    "asked_for": {"en": "takes up what the reader asked for", "fr": "reprend ce que le lecteur a demandé"},
    "need_or_industry": {
        "en": "speaks of the reader's need or industry",
        "fr": "parle du besoin ou du secteur du lecteur",
    },
    "earlier_exchange": {"en": "refers to an earlier exchange", "fr": "renvoie à un échange antérieur"},
    "individual_sender": {"en": "comes from a person", "fr": "vient d’une personne"},
    "signature": {"en": "is signed with contact details", "fr": "est signé avec des coordonnées"},
    "next_step": {"en": "names a next step", "fr": "propose une suite"},
}

SIGNAL_KINDS = ("demo_request", "contact_form", "white_paper", "webinar", "event", "call_in", "chat")


@dataclass(frozen=True)
class Recipient:
    """What is known of the reader and the sender; an element about what is unknown is not asked of the message.

    Attributes:
        asked_for: What the reader asked for or downloaded: the kind of a signal (``demo_request``) or words.
        earlier_exchange: Whether there was one.
        sender_name: Of the rep who wrote.
        language: ``en`` or ``fr``; detected where empty.
    """

    name: str | None = None
    company: str | None = None
    title: str | None = None
    industry: str | None = None
    asked_for: str | None = None
    earlier_exchange: bool = False
    sender_name: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Personalization:
    """What a message says about its reader.

    Attributes:
        found: Elements in the message.
        applicable: Elements that could be in it.
        broken_fields: Merge fields that were sent unfilled, as written; what they stood for does not count as found.
        spans: Where each element shows in the body.
        is_cut: Whether the body was longer than what is read.
    """

    found: frozenset[str]
    applicable: frozenset[str]
    broken_fields: tuple[str, ...]
    spans: tuple[Span, ...]
    is_cut: bool

    @property
    def share(self) -> float:
        """Elements found out of those that can apply, 0 to 1."""
        return len(self.found) / len(self.applicable)


def personalization(subject: str | None, body: str, recipient: Recipient) -> Personalization:
    """Find the elements of a message that make it about its reader.

    Args:
        body: As sent; quoted earlier mails and HTML tags are passed over.
    """
    read, title = passage(own_text(body)), passage(subject or "")
    languages = languages_of(read, recipient.language)
    possible = applicable(recipient)
    broken = [*broken_fields(title), *broken_fields(read)]
    cancelled = {field.element for field in broken}
    spans: list[Span] = []
    seen = set()
    for element in sorted(possible - cancelled):
        places = FINDERS[element](Reading(read, recipient, languages))
        spans += places
        in_subject = element in ALSO_IN_SUBJECT and FINDERS[element](Reading(title, recipient, languages))
        seen |= {element} if places or in_subject else set()
    written = tuple(dict.fromkeys(field.written for field in broken))
    return Personalization(frozenset(seen), possible, written, tuple(spans), len(body) > len(read.text))


def applicable(recipient: Recipient) -> frozenset[str]:
    """The elements that a message to this reader can have."""
    return _applicable(
        name_in_greeting=bool(recipient.name),
        company_or_role=bool(recipient.company or recipient.title),
        asked_for=bool(recipient.asked_for),
        need_or_industry=bool(recipient.industry or recipient.asked_for),
        earlier_exchange=bool(recipient.earlier_exchange),
    )


@lru_cache
def _applicable(**known: bool) -> frozenset[str]:
    return frozenset(element for element in ELEMENTS if known.get(element, True))


class Reading(NamedTuple):
    """A text of a message with what its elements depend on."""

    text: Passage
    recipient: Recipient
    languages: tuple[Language, ...]


def _name_in_greeting(reading: Reading) -> list[Span]:
    names = [part for part in _words(reading.recipient.name) if part not in _TITLES and len(part) > 1]
    names = [name for name in names if name in reading.text.folded]
    start, end = greeting(reading.text) if names else (0, 0)
    place = word_between(reading.text.folded, names, start, end)
    return [reading.text.span(*place, "name_in_greeting")] if place else []


def _company_or_role(reading: Reading) -> list[Span]:
    reader = reading.recipient
    return _mentions(reading.text, company_and_role(reader.company, reader.title), "company_or_role")


@lru_cache(maxsize=4096)
def company_and_role(company: str | None, title: str | None) -> list[str]:
    """The company's name without its legal form, and the reader's role."""
    name = " ".join(word for word in _words(company) if word not in _LEGAL_FORMS)
    return [sought for sought in (name, fold(title or "")) if len(sought) > 1]


def _asked_for(reading: Reading) -> list[Span]:
    asked = reading.recipient.asked_for or ""
    if asked in SIGNAL_KINDS:
        return _by_phrases(reading, asked, "asked_for")
    sought = [word for word in _words(asked.replace("_", " ")) if len(word) > 3 or word.isdigit()]
    spans = [span for word in sought for span in _mentions(reading.text, [word], "asked_for")[:1]]
    return spans if sought and 2 * len(spans) >= len(sought) else []


def _need_or_industry(reading: Reading) -> list[Span]:
    return industry_named(reading) or _by_phrases(reading, "need", "need_or_industry")


def industry_named(reading: Reading) -> list[Span]:
    """Where a message names the reader's industry, but not as a part of the company's name."""
    names = _mentions(reading.text, names_of_industry(reading.recipient.industry), "need_or_industry")
    in_company = [(span.start, span.end) for span in _company_or_role(reading)] if names else []
    return [span for span in names if not any(low <= span.start < high for low, high in in_company)]


def may_be_in_name(reader: Recipient) -> bool:
    """Whether the name of the reader's company or role may hold that of the industry."""
    firsts = {words_of(name)[0] for name in names_of_industry(reader.industry)}
    return any(first in name for name in company_and_role(reader.company, reader.title) for first in firsts)


@lru_cache
def names_of_industry(industry: str | None) -> tuple[str, ...]:
    """The names of an industry in both languages."""
    known = fold(industry or "")
    return next((group for group in _INDUSTRIES if known in group), (known,) if len(known) > 1 else ())


def _earlier_exchange(reading: Reading) -> list[Span]:
    return _by_phrases(reading, "earlier_exchange", "earlier_exchange")


def _individual_sender(reading: Reading) -> list[Span]:
    place = signed_name(reading.text, reading.recipient.sender_name)
    return [reading.text.span(*place, "individual_sender")] if place else []


def _signature(reading: Reading) -> list[Span]:
    place = contact_details(reading.text)
    return [reading.text.span(*place, "signature")] if place else []


def _next_step(reading: Reading) -> list[Span]:
    asks = [ask for language in reading.languages for ask in calls_to_action(reading.text, language)]
    return [Span(ask.start, ask.end, "next_step") for ask in asks if ask.why in NEXT_STEPS]


FINDERS: Mapping[str, Callable[[Reading], list[Span]]] = {
    "name_in_greeting": _name_in_greeting,
    "company_or_role": _company_or_role,
    "asked_for": _asked_for,
    "need_or_industry": _need_or_industry,
    "earlier_exchange": _earlier_exchange,
    "individual_sender": _individual_sender,
    "signature": _signature,
    "next_step": _next_step,
}

ALSO_IN_SUBJECT = frozenset({"company_or_role", "asked_for", "need_or_industry"})
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "m", "mme", "mlle", "monsieur", "madame", "mademoiselle", "maitre", "me",
    "the", "de", "du", "des", "la", "le", "van", "von",
})  # fmt: skip
_LEGAL_FORMS = frozenset({
    "sa", "sas", "sasu", "sarl", "eurl", "sci", "snc", "scop", "gmbh", "ag", "kg", "se", "inc", "llc", "ltd", "plc",
    "corp", "corporation", "co", "limited", "bv", "nv", "srl", "spa", "oy", "ab", "group", "groupe", "holding", "the",
})  # fmt: skip
_INDUSTRIES = (
    ("manufacturing", "industry", "industrie", "industriel", "industrielle", "factory", "usine", "production"),
    ("retail", "commerce de detail", "distribution", "retailer", "retailers", "magasin", "magasins", "stores"),
    ("healthcare", "health", "sante", "hospital", "hopital", "hospitalier", "medical"),
    ("finance", "financial services", "banking", "bank", "banque", "banques", "bancaire", "fintech"),
    ("insurance", "assurance", "assurances", "insurer", "assureur", "mutuelle"),
    ("logistics", "logistique", "transport", "supply chain", "shipping", "freight", "fret"),
    ("software", "saas", "logiciel", "logiciels", "editeur", "it", "technology", "technologie", "tech", "informatique"),
    ("education", "formation", "enseignement", "school", "schools", "ecole", "universite", "university", "training"),
    ("construction", "btp", "batiment", "chantier", "building", "real estate", "immobilier"),
    ("energy", "energie", "utilities", "electricity", "electricite"),
    ("telecommunications", "telecom", "telecoms", "operateur", "operator"),
    ("hospitality", "hotellerie", "restauration", "hotel", "hotels", "tourism", "tourisme", "travel", "voyage"),
    ("public sector", "government", "secteur public", "administration", "collectivite", "collectivites", "mairie"),
    ("agriculture", "agroalimentaire", "food", "farming", "agri"),
    ("media", "medias", "publishing", "edition", "advertising", "publicite", "marketing"),
    ("consulting", "conseil", "professional services", "services aux entreprises", "legal", "juridique"),
    ("pharmaceuticals", "pharma", "pharmaceutique", "biotech", "life sciences"),
    ("automotive", "automobile", "aerospace", "aeronautique"),
)
"""Names of one industry in both languages; a message that uses any of them speaks of it."""


def _words(text: str | None) -> list[str]:
    return re.findall(r"\w+", fold(text or ""))


def _mentions(read: Passage, texts: Sequence[str], why: str) -> list[Span]:
    """Where one of the texts stands as whole words, but not inside an address."""
    return [read.span(*place, why) for place in mentions(read.folded, texts)]


def _by_phrases(reading: Reading, section: str, why: str) -> list[Span]:
    return [
        Span(span.start, span.end, why)
        for language in reading.languages
        for span in found(reading.text, {section: phrases("elements", language)[section]})
    ]
