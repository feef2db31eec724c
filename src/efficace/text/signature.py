"""The two ends of a message: whom it greets, and who signs it with which contact details."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from efficace.locale import LANGUAGES
from efficace.text.passage import LONGEST_LINE, Passage, fold, lines_of, phrases

Place = tuple[int, int]
"""First character and first one after, in the folded text."""

_GREETING_LINES = 3
_SIGNATURE_LINES = 12
_LONGEST_NAME = 60

_MAIL_OR_LINK = (
    r"[\w.+-]{1,60}@[\w-]{1,60}\.[a-z.]{2,20}|(?:https?://|www\.)[\w./?=&%#-]{3,100}|linkedin\.com/[\w/-]{2,60}"
)
_NUMBER = r"(?:\+|00)?[0-9][0-9 ().\-/]{7,20}[0-9]"
_CONTACT = re.compile(rf"(?<![\w+]){_NUMBER}(?!\w)|{_MAIL_OR_LINK}")
DETAILS = rf"(?:^|[^\w+]){_NUMBER}(?:\W|$)|{_MAIL_OR_LINK}"
"""Contact details as an expression that does not look around."""
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|bonjours?|bonsoir|cher|chere|salut|coucou"
    r"|madame|monsieur|mme|mr|m\.)(?!\w)"
)
_BARE_NAME = re.compile(r"[^\n.!?,]{2,40} ?[,:-]")
_NAME = re.compile(r"[^\W\d_][\w'.-]{0,20}(?: [^\W\d_][\w'.-]{0,25}){0,3}")


def greeting(read: Passage) -> Place:
    """The greeting of a message, empty where there is none.

    It may run on into the sentence ('Bonjour Anne, merci pour...'): only its beginning counts.
    """
    lines = list(islice(lines_of(read.folded), _GREETING_LINES))
    for start, end in lines:
        if _GREETING.match(read.folded, start, end):
            return start, min(end, start + _LONGEST_NAME)
    if lines and _BARE_NAME.fullmatch(read.folded, *lines[0]):
        return lines[0]
    return 0, 0


def signed_name(read: Passage, sender: str | None) -> Place | None:
    """Where a person signs: the sender's name near the end, or a name after the closing formula.

    A team, department or no-reply address is no person.
    """
    names = _names(sender or "")
    if names:
        if not any(name in read.folded for name in names):
            return None
        matches = [match for start, end in _zone(read) for match in _signs(names).finditer(read.folded, start, end)]
        return (matches[-1].start(), matches[-1].end()) if matches else None
    zone = read.lines[-_SIGNATURE_LINES:]
    closing = [number for number, line in enumerate(zone) if _is(read, line, "closing")]
    after = zone[closing[0] + 1 :] if closing else []
    return next((line for line in after[:2] if _is_name(read, line)), None)


def is_signed(read: Passage, sender: str | None) -> bool:
    """Whether ``signed_name`` finds a place."""
    names = _names(sender or "")
    if not names:
        return signed_name(read, sender) is not None
    starts = [start for name in names if (start := read.folded.find(name)) >= 0]
    if not starts:
        return False
    # of most messages all is the end, and the first name in it is the signature's
    if is_all_signature(read):
        return _signs(names).search(read.folded, min(starts)) is not None
    return any(_signs(names).search(read.folded, start, end) for start, end in _zone(read))


def contact_details(read: Passage) -> Place | None:
    """A telephone number, mail address or link among the last lines."""
    for start, end in _zone(read):
        match = _CONTACT.search(read.folded, start, end)
        if match:
            return match.start(), match.end()
    return None


def is_all_signature(read: Passage) -> bool:
    """Whether a message has so few and short lines that contact details anywhere in it stand among the last."""
    text = read.folded
    lines = text.count("\n") - text.count("\n\n") + text.count("\r") + 1
    return lines <= _SIGNATURE_LINES and max(map(len, text.split("\n"))) <= LONGEST_LINE


def _zone(read: Passage) -> Sequence[Place]:
    """The last lines of a message, where it is signed."""
    return [(0, len(read.folded))] if is_all_signature(read) else read.lines[-_SIGNATURE_LINES:]


@lru_cache(maxsize=1024)
def _names(sender: str) -> tuple[str, ...]:
    return tuple(word for word in re.findall(r"\w+", fold(sender)) if len(word) > 2)


@lru_cache(maxsize=1024)
def _signs(names: tuple[str, ...]) -> re.Pattern[str]:
    """One or several of a sender's names, but not inside an address."""
    name = rf"(?:{'|'.join(map(re.escape, names))})(?!\w)"
    return re.compile(rf"(?<![\w@.]){name}(?:[ -]{name}){{0,3}}(?![\w.-]{{0,60}}@)")


def _is_name(read: Passage, line: Place) -> bool:
    start, end = line
    written = read.text[read.places[start] : read.places[end]].strip(" ,.-–|")
    return (
        len(written) <= _LONGEST_NAME
        and bool(_NAME.fullmatch(written))
        and all(word[0].isupper() for word in written.split() if word.lower() not in ("de", "du", "van", "von", "la"))
        and not _is(read, line, "sender_is_a_team")
        and not _is(read, line, "closing")
    )


def _is(read: Passage, line: Place, section: str) -> bool:
    """Whether a line begins with such a phrase, in either language: a mail may end in another than it is written in."""
    return any(phrases("elements", language)[section].match(read.folded, *line) for language in LANGUAGES)
