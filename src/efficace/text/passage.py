"""A text made ready for rules: folded for matching, with every place traceable to the text as it was written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from efficace.locale import Language
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
    places: Sequence[int]
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
    if kept.isascii() and "&" not in kept:
        return Passage(kept, kept.translate(_ASCII), range(len(kept) + 1), len(text) > LIMIT)
    letters = {ord(letter): _folded(letter) for letter in set(kept)}
    if all(len(plain) == 1 for plain in letters.values()) and not _ENTITY.search(kept):
        return Passage(kept, kept.translate(letters), range(len(kept) + 1), len(text) > LIMIT)
    folded: list[str] = []
    places: list[int] = []
    for place, written in _characters(kept):
        for plain in "".join(_folded(letter) for letter in written):
            folded.append(plain)
            places.append(place)
    return Passage(kept, "".join(folded), (*places, len(kept)), len(text) > LIMIT)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A short text without case and accents."""
    return passage(text).folded.strip()


Rules = Mapping[str, re.Pattern[str]]
"""Reason id -> what shows it, on folded text."""


@lru_cache(maxsize=32)
def phrases(name: str, language: Language) -> Rules:
    """Read ``phrases/<name>.<language>.txt`` as one pattern a reason.

    ``[reason]`` opens a section; each line is a regular expression on folded text, matched as whole words, or anywhere
    after ``~``; a space stands for one to three white ones (`` ?`` for none to three), ``#`` opens a comment. What
    repeats must be bounded.
    """
    path = Path(__file__).parent / "phrases" / f"{name}.{language}.txt"
    sections: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        opening = re.fullmatch(r"\[(\w+)\]", line)
        if opening:
            current = sections.setdefault(opening.group(1), [])
        elif line.strip() and not line.startswith("#"):
            current.append(line.strip().replace(" ?", r"\s{0,3}").replace(" ", r"\s{1,3}"))
    return {why: re.compile(_any_of(lines)) for why, lines in sections.items()}


def _any_of(lines: list[str]) -> str:
    words = "|".join(line for line in lines if not line.startswith("~"))
    anywhere = "".join(f"|{line[1:]}" for line in lines if line.startswith("~"))
    return rf"(?<!\w)(?:{words})(?!\w){anywhere}"


def found(text: Passage, patterns: Rules) -> tuple[Span, ...]:
    """All places where a reason shows, in order; of overlapping ones of the same reason the first."""
    spans = [
        text.span(match.start(), match.end(), why)
        for why, pattern in patterns.items()
        for match in pattern.finditer(text.folded)
    ]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.why)))


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


_ASCII = {code: _folded(chr(code)) for code in range(128)}
"""Letters of which none changes its length."""
