"""Merge fields that reached the reader unfilled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from efficace.text.passage import Passage, fold


@dataclass(frozen=True)
class BrokenField:
    """A merge field as the reader saw it.

    Attributes:
        written: As in the message.
        element: The element of personalization that it stood for, empty where it cannot be told.
    """

    written: str
    element: str


_FIELD_WORDS = (
    r"(?:first|last|full|given|sur|contact|lead|recipient|user|customer|client)?[ _.-]?names?|fname|lname|prenoms?"
    r"|noms?|civilite|salutation|contact|(?:company|account)(?:[ _.-]?name)?|societe|entreprise|organi[sz]ation"
    r"|(?:job[ _.-]?)?title|role|poste|fonction|industry|secteur|sector|besoin|need|pain[ _.-]?point|sender|signature"
    r"|owner|expediteur|commercial|topic|asset|document|webinar|city|ville|date"
)
_BROKEN = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}"
    r"|\{%[^{}%\n]{0,60}%\}"
    r"|\$\{[^{}\n]{1,60}\}"
    r"|\*\|[^|*\n]{1,60}\|\*"
    rf"|<<[^<>\s](?:[^<>\n]{{0,58}}[^<>\s])?>>|<< (?:{_FIELD_WORDS}) >>"
    r"|\[\[[^\[\]\n]{1,60}\]\]"
    r"|%%[a-z_][a-z0-9_ .]{1,40}%%"
    rf"|%(?:{_FIELD_WORDS})%"
    rf"|(?<![\w{{])\{{ ?(?:\w{{1,20}}[.: ])?(?:{_FIELD_WORDS}) ?\}}(?!\}})"
    rf"|\[ ?(?:votre |your |insert |inserer )?(?:{_FIELD_WORDS}) ?\]"
    rf"|<(?:{_FIELD_WORDS})>"
)
_CAPITALS = re.compile(r"%[A-Z][A-Z0-9_]{2,40}%")
"""Read in the text as written: in small letters an address such as %e9cole%20 would look the same."""
_NOBODY = r"(?:null|none|undefined|nan|n/a|unknown)(?!\w)"
_EMPTY_GREETING = re.compile(
    rf"(?<!\w)(?:hi|hello|hey|bonjour|bonsoir) (?:,|{_NOBODY})|(?<!\w)(?:dear|cher|chere) ?(?:,|{_NOBODY})"
)
SIGNS = r"[{%\[<$*]|(?:hi|hello|hey|bonjour|bonsoir|dear|cher|chere) ?(?:,|null|none|undefined|nan|n/a|unknown)"
"""What every merge field has; a text without it need not be searched."""
_GREETING_ZONE = 200
"""Characters at the beginning in which a greeting stands."""

_MEANING = (
    ("individual_sender", r"sender|signature|owner|expediteur|commercial|^rep"),
    ("company_or_role", r"compan|societe|entreprise|organi|account|title|role|poste|fonction"),
    ("need_or_industry", r"industr|secteur|sector|besoin|need|pain"),
    ("asked_for", r"topic|asset|document|webinar|download"),
    ("name_in_greeting", r"name|nom|fname|lname|contact|civilite|salutation|hi|hello|hey|dear|bonjour|bonsoir|cher"),
)


def broken_fields(text: Passage) -> tuple[BrokenField, ...]:
    """Find fields such as ``{{first_name}}``, ``%FIRSTNAME%``, ``[Prénom]``, ``<<name>>``, and greetings of nobody."""
    matches = [*_BROKEN.finditer(text.folded), *_EMPTY_GREETING.finditer(text.folded, 0, _GREETING_ZONE)]
    places = {(text.places[match.start()], text.places[match.end()]) for match in matches}
    places |= {match.span() for match in _CAPITALS.finditer(text.text)}
    written = [text.text[start:end] for start, end in sorted(places)]
    return tuple(BrokenField(field, _element(fold(field))) for field in written)


def _element(field: str) -> str:
    return next((element for element, words in _MEANING if re.search(words, field)), "")
