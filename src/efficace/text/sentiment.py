"""Whether a comment is satisfied or not, with the words that show it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from efficace.locale import Language
from efficace.text.language import languages_of
from efficace.text.passage import Passage, Span, found, passage, phrases

WHY: dict[str, dict[Language, str]] = {
    "positive": {"en": "says something good", "fr": "dit du bien"},
    "negative": {"en": "says something bad", "fr": "dit du mal"},
}
_WEIGHTS = {"strongly_positive": 2.0, "positive": 1.0, "negative": -1.0, "strongly_negative": -2.0}
_MIXED = 0.2
"""Polarities nearer to zero are neither positive nor negative."""

_DENIED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!\w)(?:not?|never|without|isn't|wasn't|aren't|don't|doesn't|didn't|won't|can't|couldn't|hardly|barely|zero"
        r"|nothing|less)(?:\s+(?:a|an|the|any|very|so|that|too|really|as|all|at|to|be|have|had|more|much|single|real"
        r"|major|big|quite|always|been|find|think|it)){0,3}\s+$"
        r"|(?<!\w)(?:could|should|ought to|needs? to)(?:\s+\w+){1,2}(?:\s+(?:much|a lot|a bit|more|far)){0,2}\s+$"
    ),
    "fr": re.compile(
        r"(?<!\w)(?:pas|(?:n'|ne\s+)(?:\w+['\s]\s*){1,3}plus|jamais|sans|aucune?|ni|rien|peu|moins)(?:\s+(?:de|d'|un|une|le|la|des|du|tres|si|trop|assez"
        r"|vraiment|tout|toujours|forcement|encore|bien|aussi|eu|gros|vrai|moindre|seul|a|grand|grande|chose)){0,3}"
        r"(?:\s+|\s*d')$"
        r"|(?<!\w)(?:pourrai(?:t|ent)|devrai(?:t|ent)|gagnerai(?:t|ent) a)(?:\s+\w+){1,2}"
        r"\s+(?:bien\s+|un peu\s+)?(?:plus|mieux)\s+$"
    ),
}
_RELIEVED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!\w)(?:no|without|never|zero|not (?:a|any|an))(?:\s+(?:a|an|any|single|real|major|big|more|had|have|having"
        r"|been|further)){0,3}\s+$"
    ),
    "fr": re.compile(
        r"(?<!\w)(?:sans|aucune?|pas (?:de|d'|un|le)|jamais (?:de|d'|eu de))"
        r"(?:\s+(?:de|le|la|moindre|gros|seul)){0,2}\s*$"
    ),
}
"""What turns a bad word into a good one; narrower than what spoils a good one: 'plus de bugs' may mean more of them."""
_BEFORE = 40
"""Characters before a word in which a denial or a wish turns it round: 'not very good', 'could be faster'."""


@dataclass(frozen=True)
class Sentiment:
    """What a comment feels like.

    Attributes:
        polarity: -1 (only bad) to 1 (only good), 0 where nothing shows.
        label: ``neutral`` where nothing shows or good and bad are about even.
        spans: The words that show it, with ``positive`` or ``negative``.
    """

    polarity: float
    label: Literal["positive", "neutral", "negative"]
    spans: tuple[Span, ...]
    is_cut: bool


def sentiment(text: str | Passage, language: str | None = None) -> Sentiment:
    """Weigh the good words of a comment against the bad; strong ones count twice, a denial or a wish turns one round.

    Args:
        language: Of the comment; detected where not given, both languages where that fails.
    """
    read = text if isinstance(text, Passage) else passage(text)
    weighed = {span: weight for spoken in languages_of(read, language) for span, weight in _weighed(read, spoken)}
    total = sum(abs(weight) for weight in weighed.values())
    polarity = sum(weighed.values()) / total if total else 0.0
    label: Literal["positive", "neutral", "negative"] = "neutral"
    if abs(polarity) > _MIXED:
        label = "positive" if polarity > 0 else "negative"
    return Sentiment(polarity, label, tuple(sorted(weighed, key=lambda span: span.start)), read.is_cut)


def _weighed(read: Passage, language: Language) -> list[tuple[Span, float]]:
    """Each word once, the longest phrase first: 'not working' is one complaint."""
    spans = sorted(found(read, phrases("sentiment", language)), key=lambda span: span.start - span.end)
    taken = bytearray(len(read.text) + 1)
    kept = []
    for span in spans:
        if any(taken[span.start : span.end]):
            continue
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
        weight = _WEIGHTS[span.why]
        if _is_turned(read, span, (_DENIED if weight > 0 else _RELIEVED)[language]):
            weight = -weight
        kept.append((Span(span.start, span.end, "positive" if weight > 0 else "negative"), weight))
    return kept


def _is_turned(read: Passage, span: Span, denial: re.Pattern[str]) -> bool:
    place = bisect_left(read.places, span.start)
    return bool(denial.search(read.folded, max(0, place - _BEFORE), place))
