"""Rules on many texts at once: phrases as expressions that an automaton can match, in one pass over a column.

An automaton reads a text forty times as fast as Python's ``re``, but cannot look around. Expressions that look around
are matched without that first; what they then seem to show is searched as it is written. So are texts in letters that
automata do not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from efficace.locale import Language
from efficace.text.passage import Passage, phrases, sections

_LOOK = re.compile(r"\(\?<?[!=](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")
"""A look around, with at most one level of brackets within."""
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")
"""A letter or digit that folding does not make plain: automata take it for none, unless their patterns grow large."""


class Column(Protocol):
    """Texts that can be matched all together."""

    def matching(self, pattern: str, rows: Sequence[int]) -> Sequence[int]:
        """The rows, out of those given, whose text shows a pattern of RE2."""


Columns = Callable[[Sequence[str]], Column]
"""Makes a column of texts."""


class Texts:
    """Many passages, and which of them show a phrase."""

    def __init__(self, passages: Sequence[Passage], columns: Columns) -> None:
        self._passages = passages
        self._column = columns([read.folded for read in passages])
        self._foreign = {row for row, read in enumerate(passages) if _is_foreign(read.folded)}

    def __getitem__(self, row: int) -> Passage:
        return self._passages[row]

    def is_foreign(self, row: int) -> bool:
        """Whether a text has letters that automata do not know."""
        return row in self._foreign

    def matching(self, pattern: str, rows: Sequence[int]) -> Sequence[int]:
        """The rows that show a pattern without look-arounds."""
        return self._column.matching(pattern, rows)

    def showing(self, name: str, language: Language, whys: Iterable[str], rows: Sequence[int]) -> set[int]:
        """The rows that show a phrase of one of the reasons of ``phrases/<name>.<language>.txt``."""
        whys = tuple(whys)
        plain, looking = automata(name, language, whys)
        doubtful = self._foreign.intersection(rows)
        shown = set(self._column.matching(plain, rows)) - doubtful
        if looking is not None:
            doubtful.update(self._column.matching(looking, [row for row in rows if row not in shown]))
        rules = [phrases(name, language)[why] for why in whys]
        return shown | {row for row in doubtful if any(rule.search(self[row].folded) for rule in rules)}


@lru_cache(maxsize=128)
def automata(name: str, language: Language, whys: tuple[str, ...]) -> tuple[str, str | None]:
    """The phrases of some reasons as one pattern, and those that look around without their looks as another."""
    lines = [line for why in whys for line in sections(name, language)[why]]
    plain = [line for line in lines if not _LOOK.search(line)]
    looking = [_LOOK.sub("", line) for line in lines if _LOOK.search(line)]
    return _any_of(plain), _any_of(looking) if looking else None


def _any_of(lines: Sequence[str]) -> str:
    words = "|".join(line for line in lines if not line.startswith("~"))
    anywhere = "".join(f"|{line[1:]}" for line in lines if line.startswith("~"))
    return rf"(?:^|\W)(?:{words})(?:$|\W){anywhere}"


def _is_foreign(text: str) -> bool:
    return not text.isascii() and _FOREIGN.search(text) is not None
