"""Where a given name stands in a folded text as whole words, without a pattern made for each name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

Place = tuple[int, int]
"""First character and first one after."""

_GAP = re.compile(r"\W{1,3}")
"""What may stand between two words of a name."""


def mentions(text: str, names: Iterable[str]) -> list[Place]:
    """Where names of one or several words stand, but not inside an address; of overlapping places the first."""
    near = [name for name in names if words_of(name)[0] in text]
    if not near:
        return []
    places = sorted(
        (start, order, end)
        for order, name in enumerate(near)
        for start, end in _places(text, name)
        if _is_apart(text, start, end)
    )
    kept: list[Place] = []
    for start, _, end in places:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def is_mentioned(text: str, names: Iterable[str]) -> bool:
    """Whether ``mentions`` finds a place."""
    return any(
        _is_apart(text, start, end) for name in names if words_of(name)[0] in text for start, end in _places(text, name)
    )


def word_between(text: str, words: Iterable[str], start: int, end: int) -> Place | None:
    """The first of the words that stands between two places of a text."""
    return min((place for word in words for place in _found(text, word, start, end)), default=None)


def _places(text: str, name: str) -> Iterator[Place]:
    """Where the words of a name follow each other; a name of signs alone is one word."""
    first, *further = words_of(name)
    start = text.find(first)
    while start >= 0:
        end: int | None = start + len(first)
        for word in further:
            end = _after(text, word, end) if end else None
        if end:
            yield start, end
        start = text.find(first, start + 1)


@lru_cache(maxsize=4096)
def words_of(name: str) -> Sequence[str]:
    """The words of a name; one of signs alone is one word."""
    return re.findall(r"\w+", name) or [name]


def _after(text: str, word: str, end: int) -> int | None:
    """Where a word ends that follows after a gap."""
    gap = _GAP.match(text, end)
    return gap.end() + len(word) if gap and text.startswith(word, gap.end()) else None


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether no word or address goes on at either side."""
    before, after = text[start - 1 : start], text[end : end + 2]
    if before and (_is_letter(before) or before in "@./-"):
        return False
    return not (after and (_is_letter(after[0]) or after[0] == "@" or (after[0] == "." and _is_letter(after[1:]))))


def _found(text: str, word: str, start: int, end: int) -> Iterator[Place]:
    at = text.find(word, start, end)
    while at >= 0:
        after = at + len(word)
        if not _is_letter(text[at - 1 : at]) and not (after < end and _is_letter(text[after])):
            yield at, after
        at = text.find(word, at + 1, end)


def _is_letter(letter: str) -> bool:
    """What a word is made of, as ``\\w`` has it."""
    return letter.isalnum() or letter == "_"
