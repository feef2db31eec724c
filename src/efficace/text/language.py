"""Which of the two languages a text is written in, by its small words."""

from __future__ import annotations

import re

from efficace.locale import Language
from efficace.text.passage import Passage, passage

_SMALL_WORDS = {
    "en": "the of and to in is you that it for on are with as this be at have from or by we your not but what all can "
    "an was they which do there been would will our my has more if their about out them so up who i am hi hello "
    "dear please thanks thank its just get no does don't i'm it's",
    "fr": "le la les de des du et un une en que qui dans pour est vous nous pas ce cette ces sur avec au aux il elle "
    "ne se par plus mais ou son sa ses je mon ma mes votre vos notre nos etre avoir bonjour bonsoir merci bien tres "
    "c'est j'ai qu'il d'une n'est l'on sont ont fait comme si leur madame monsieur ete tout on",
}
_WEIGHTS = {
    language: frozenset(words.split()) - frozenset(_SMALL_WORDS["fr" if language == "en" else "en"].split())
    for language, words in _SMALL_WORDS.items()
}
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ELIDED = re.compile(r"(?<![a-z])(?:[cdjlmnst]|qu)'(?=[aehiouy])")
_ENOUGH = 4000
"""Characters that decide; more change nothing."""


def detect_language(text: str | Passage) -> Language | None:
    """English or French, by which small words a text has more of; None where neither has more."""
    folded = (text if isinstance(text, Passage) else passage(text[:_ENOUGH])).folded[:_ENOUGH]
    words = _WORD.findall(folded)
    english = sum(word in _WEIGHTS["en"] for word in words)
    french = sum(word in _WEIGHTS["fr"] for word in words) + len(_ELIDED.findall(folded))
    if english == french:
        return None
    return "en" if english > french else "fr"


def languages_of(text: str | Passage, given: str | None) -> tuple[Language, ...]:
    """The languages whose rules to use: the one given, else the one detected, else both."""
    if given and given[:2].lower() in ("en", "fr"):
        return ("fr",) if given[:2].lower() == "fr" else ("en",)
    detected = detect_language(text)
    return (detected,) if detected else ("en", "fr")
