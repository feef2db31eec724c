"""A text made ready for rules: folded for matching, with every place traceable to the text as it was written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
        is_cut: Whether the text was longer than what is read.
    """

    text: str
    folded: str
    is_cut: bool

    @cached_property
    def places(self) -> Sequence[int]:
        """For each folded character the place in ``text`` that it came from, and one more for the end."""
        is_plain = self.text.isascii() or _LETTERS.same_length.issuperset(self.text)
        if is_plain and not ("&" in self.text and _ENTITY.search(self.text)):
            return range(len(self.text) + 1)
        places = [place for place, written in _characters(self.text) for _ in _plain(written)]
        return (*places, len(self.text))

    @cached_property
    def lines(self) -> Sequence[tuple[int, int]]:
        """The lines with text: first folded character and first one after."""
        return list(lines_of(self.folded))

    def span(self, start: int, end: int, why: str) -> Span:
        """The stretch of the given text behind a stretch of the folded one."""
        return Span(self.places[start], self.places[end], why)

    def words(self, span: Span) -> str:
        """The words of a span, as written."""
        return self.text[span.start : span.end]


def lines_of(folded: str) -> Iterator[tuple[int, int]]:
    """The lines with text, without the space before it; what is longer than ``LONGEST_LINE`` is several."""
    for match in _LINE.finditer(folded):
        if match.group().strip(" -_=*|>"):
            yield match.span()


def passage(text: str) -> Passage:
    """Fold a text."""
    kept = text[:LIMIT]
    return Passage(kept, _folded(kept), len(text) > LIMIT)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A short text without case and accents."""
    return _folded(text[:LIMIT]).strip()


def _folded(text: str) -> str:
    return _plain(_ENTITY.sub(lambda entity: html.unescape(entity.group()), text) if "&" in text else text)


Rules = Mapping[str, re.Pattern[str]]
"""Reason id -> what shows it, on folded text."""


@lru_cache(maxsize=32)
def phrases(name: str, language: Language) -> Rules:
    """The lines of each reason as one pattern, matched as whole words, or anywhere after ``~``."""
    return {why: re.compile(_any_of(lines)) for why, lines in sections(name, language).items()}


@lru_cache(maxsize=32)
def sections(name: str, language: Language) -> Mapping[str, Sequence[str]]:
    """Read ``phrases/<name>.<language>.txt``: reason id -> its regular expressions on folded text.

    ``[reason]`` opens a section, each line is an expression; a space stands for one to three white ones (`` ?`` for
    none to three), ``#`` opens a comment. What repeats must be bounded.
    """
    path = Path(__file__).parent / "phrases" / f"{name}.{language}.txt"
    read: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        opening = re.fullmatch(r"\[(\w+)\]", line)
        if opening:
            current = read.setdefault(opening.group(1), [])
        elif line.strip() and not line.startswith("#"):
            current.append(line.strip().replace(" ?", r"\s{0,3}").replace(" ", r"\s{1,3}"))
    return read


def _any_of(lines: Sequence[str]) -> str:
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


LONGEST_LINE = 401
_LINE = re.compile(rf"[^\s][^\n\r]{{0,{LONGEST_LINE - 1}}}")
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


class _Letters(dict[int, str]):
    """Each letter as folded, worked out when it is first met.

    Attributes:
        same_length: Letters met so far that stay one letter.
    """

    def __init__(self) -> None:
        self.same_length: set[str] = set()

    def __missing__(self, code: int) -> str:
        lowered = _LIKE.get(chr(code).lower(), chr(code).lower())
        plain = "".join(letter for letter in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(letter))
        self[code] = " " if plain.isspace() and plain not in "\n\r" else plain
        if len(plain) == 1:
            self.same_length.add(chr(code))
        return self[code]


_LETTERS = _Letters()


def _plain(text: str) -> str:
    return text.translate(_LETTERS)
