"""How easily a message reads: lengths of sentences, Flesch's score in English, Kandel and Moles' in French."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from efficace.locale import Language
from efficace.text.language import languages_of
from efficace.text.passage import Passage, Span, fold, passage

WHY: dict[str, dict[Language, str]] = {
    "long_sentence": {"en": "a sentence of more than 25 words", "fr": "une phrase de plus de 25 mots"},
}
LONG_SENTENCE = 25

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…](?=\w)[^.!?…\n]+){0,50}(?:\n(?=[a-zà-ÿ(«])[^.!?…\n]+){0,20}[.!?…]*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxz])es$"),
    "fr": re.compile(r"(?:e|es|(?<![mig])ent)$"),
}

_SPOKEN_ENT = frozenset({
    "content", "souvent", "vent", "cent", "dent", "talent", "accent", "parent", "present", "absent", "recent", "lent",
    "excellent", "different", "evident", "accident", "incident", "president", "prudent", "pourcent", "evenement",
})  # fmt: skip
"""Nouns and adjectives in -ent, among verbs whose ending is silent ('parlent')."""


@dataclass(frozen=True)
class Readability:
    """How easily a text reads.

    Attributes:
        score: About 0 (hardest) to 100 (easiest), may lie beyond; None for a text without words.
        scale: Whose score it is.
        long_sentences: Those of more than ``LONG_SENTENCE`` words.
    """

    sentences: int
    words: int
    mean_sentence_words: float | None
    score: float | None
    scale: Literal["flesch", "kandel_moles"]
    long_sentences: tuple[Span, ...]
    is_cut: bool


def readability(text: str | Passage, language: str | None = None) -> Readability:
    """Measure a text.

    Source: Flesch (1948) J Appl Psychol 32:221: 206.835 - 1.015 words/sentence - 84.6 syllables/word; for French
    Kandel & Moles (1958) Cahiers d'études de radio-télévision 19:253: 207 - 1.015 words/sentence - 73.6 syllables/word.
    """
    read = text if isinstance(text, Passage) else passage(text)
    spoken = languages_of(read, language)[0]
    found = [(match, _WORD.findall(match.group())) for match in _SENTENCE.finditer(read.text)]
    sentences = [(match, words) for match, words in found if words]
    words = [word for _, own in sentences for word in own]
    long = tuple(
        _trimmed(read.text, match.start(), match.end()) for match, own in sentences if len(own) > LONG_SENTENCE
    )
    mean = len(words) / len(sentences) if sentences else None
    scale: Literal["flesch", "kandel_moles"] = "flesch" if spoken == "en" else "kandel_moles"
    score = None if mean is None else _score(mean, sum(syllables(word, spoken) for word in words) / len(words), spoken)
    return Readability(len(sentences), len(words), mean, score, scale, long, read.is_cut)


def syllables(word: str, language: Language) -> int:
    """Syllables of a word by its groups of vowels, silent endings left out; at least one."""
    folded = fold(word)
    groups = len(_VOWELS.findall(folded))
    if groups > 1 and _SILENT[language].search(folded) and (language == "en" or _ends_silent(word, folded)):
        groups -= 1
    return max(groups, 1)


def _ends_silent(word: str, folded: str) -> bool:
    """An accented French ending is spoken: 'cité', 'aidés'; so is a vowel group that only begins with the e: 'jeu'."""
    if folded in _SPOKEN_ENT:
        return False
    ending = word[-3:].lower()
    return "é" not in ending and "è" not in ending and not re.search(r"[aeiouy]e(?:s|nt)?$", folded)


def _score(words_a_sentence: float, syllables_a_word: float, language: Language) -> float:
    if language == "en":
        return 206.835 - 1.015 * words_a_sentence - 84.6 * syllables_a_word
    return 207 - 1.015 * words_a_sentence - 73.6 * syllables_a_word


def _trimmed(text: str, start: int, end: int) -> Span:
    written = text[start:end]
    return Span(
        start + len(written) - len(written.lstrip()), end - len(written) + len(written.rstrip()), "long_sentence"
    )
