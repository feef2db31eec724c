"""A text made ready for rules: folded for matching, with every place traceable to the text as it was written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from efficace.text import LIMIT


@dataclass(frozen=True)
class Span:
    """A stretch of a text that a rule found.

    Attributes:
        start: First character, in the text as given.
        end: First character after it.
        why: Id of the reason.
    """

    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Passage:
    """A text without case and accents.

    Attributes:
        text: As given, cut at ``LIMIT``.
        folded: Lower case, no accents, straight apostrophes, plain spaces, HTML entities resolved.
        places: For each folded character the place in ``text`` that it came from, and one more for the end.
        is_cut: Whether the text was longer than what is read.
    """

    text: str
    folded: str
    places: tuple[int, ...]
    is_cut: bool

    def span(self, start: int, end: int, why: str) -> Span:
        """The stretch of the given text behind a stretch of the folded one."""
        return Span(self.places[start], self.places[end], why)

    def words(self, span: Span) -> str:
        """The words of a span, as written."""
        return self.text[span.start : span.end]


def passage(text: str) -> Passage:
    """Fold a text."""
    kept = text[:LIMIT]
    letters: list[str] = []
    places: list[int] = []
    for place, written in _characters(kept):
        for letter in _folded(written):
            letters.append(letter)
            places.append(place)
    return Passage(kept, "".join(letters), (*places, len(kept)), len(text) > LIMIT)


def fold(text: str) -> str:
    """A short text without case and accents."""
    return passage(text).folded.strip()


Rules = Mapping[str, re.Pattern[str]]
"""Reason id -> what shows it, on folded text."""


def rules(phrases: Mapping[str, Iterable[str]]) -> Rules:
    """Compile phrases into one pattern a reason.

    Args:
        phrases: Reason id -> regular expressions on folded text, each matched as whole words; a space stands for any
            white space. Repetitions in them must be bounded.
    """
    return {why: re.compile(_any_of(texts)) for why, texts in phrases.items()}


def found(text: Passage, patterns: Rules) -> tuple[Span, ...]:
    """All places where a reason shows, in order; of overlapping ones of the same reason the first."""
    spans = [
        text.span(match.start(), match.end(), why)
        for why, pattern in patterns.items()
        for match in pattern.finditer(text.folded)
    ]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.why)))


def _any_of(texts: Iterable[str]) -> str:
    alternatives = "|".join(text.replace(" ", r"\s{1,3}") for text in texts)
    return rf"(?<!\w)(?:{alternatives})(?!\w)"


_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,10});", re.IGNORECASE)


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """Each character with its place; an HTML entity is the character that it stands for."""
    start = 0
    for match in _ENTITY.finditer(text):
        yield from enumerate(text[start : match.start()], start)
        yield match.start(), html.unescape(match.group())
        start = match.end()
    yield from enumerate(text[start:], start)


_LIKE = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "œ": "oe", "æ": "ae", "ß": "ss", "‑": "-", "–": "-", "—": "-"}


@lru_cache(maxsize=4096)
def _folded(written: str) -> str:
    lowered = _LIKE.get(written.lower(), written.lower())
    plain = "".join(letter for letter in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(letter))
    return " " if plain.isspace() and plain not in "\n\r" else plain
