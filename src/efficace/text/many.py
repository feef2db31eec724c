"""The elements of many messages at once: those that ``personalization`` finds, without where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from efficace.locale import LANGUAGES
from efficace.text import merge_fields, quoting, signature
from efficace.text.automata import Columns, Texts
from efficace.text.calls_to_action import NEXT_STEPS
from efficace.text.elements import (
    ALSO_IN_SUBJECT,
    ELEMENTS,
    FINDERS,
    SIGNAL_KINDS,
    Reading,
    Recipient,
    applicable,
    company_and_role,
    industry_named,
    may_be_in_name,
    names_of_industry,
)
from efficace.text.language import languages_of
from efficace.text.passage import Passage, passage
from efficace.text.standing import is_mentioned


class Message(NamedTuple):
    """A message as sent, and whom it is for."""

    subject: str | None
    body: str
    recipient: Recipient


@dataclass(frozen=True)
class Elements:
    """What a message says about its reader: see ``Personalization``."""

    found: frozenset[str]
    applicable: frozenset[str]
    is_broken: bool


def elements_of(messages: Sequence[Message], columns: Columns) -> list[Elements]:
    """Find the elements of each message."""
    many = _Many(messages, columns)
    found: list[set[str]] = [set() for _ in messages]
    for element in ELEMENTS:
        rows = [row for row, possible in enumerate(many.possible) if element in possible]
        for row in _IN_BULK[element](many, rows) if element in _IN_BULK else many.one_by_one(element, rows):
            found[row].add(element)
    return [
        Elements(frozenset(seen), applicable(message.recipient), row in many.broken)
        for row, (message, seen) in enumerate(zip(messages, found, strict=True))
    ]


class _Many:
    """Messages made ready.

    Attributes:
        broken: Rows with an unfilled merge field.
        possible: Elements that each message can have, without those that an unfilled field stood for.
    """

    def __init__(self, messages: Sequence[Message], columns: Columns) -> None:
        self.messages = messages
        self.texts = Texts(_own_passages([message.body for message in messages], columns), columns)
        self.titles = Texts([passage(message.subject or "") for message in messages], columns)
        self.languages = [
            languages_of(self.texts[row], message.recipient.language) for row, message in enumerate(messages)
        ]
        self._readings = [
            (Reading(self.texts[row], message.recipient, spoken), Reading(self.titles[row], message.recipient, spoken))
            for row, (message, spoken) in enumerate(zip(messages, self.languages, strict=True))
        ]
        self.broken = self._broken()
        self.possible = [
            applicable(message.recipient) - self.broken.get(row, frozenset()) for row, message in enumerate(messages)
        ]

    def _broken(self) -> Mapping[int, frozenset[str]]:
        """Rows with unfilled merge fields, and the elements that these stood for."""
        every = range(len(self.messages))
        signs = {row for texts in (self.titles, self.texts) for row in texts.matching(merge_fields.SIGNS, every)}
        fields = {
            row: [*merge_fields.broken_fields(self.titles[row]), *merge_fields.broken_fields(self.texts[row])]
            for row in signs
        }
        return {row: frozenset(field.element for field in broken) for row, broken in fields.items() if broken}

    def one_by_one(self, element: str, rows: Iterable[int]) -> set[int]:
        """Look for an element as ``personalization`` does."""
        find = FINDERS[element]
        if element in ALSO_IN_SUBJECT:
            return {row for row in rows if any(find(reading) for reading in self.readings(row))}
        return {row for row in rows if find(self.readings(row)[0])}

    def readings(self, row: int) -> tuple[Reading, Reading]:
        """The text and the subject of a message, to look for elements in."""
        return self._readings[row]

    def mentioning(self, names: Callable[[Recipient], Sequence[str]], rows: Iterable[int]) -> set[int]:
        """Look for names that depend on the reader, in text and subject."""
        shown = set[int]()
        for row in rows:
            sought = names(self.messages[row].recipient)
            if is_mentioned(self.texts[row].folded, sought) or is_mentioned(self.titles[row].folded, sought):
                shown.add(row)
        return shown

    def by_phrases(self, name: str, whys: Iterable[str], rows: Sequence[int], *, in_subject: bool = False) -> set[int]:
        """Look for phrases in the language of each message."""
        whys, shown = tuple(whys), set[int]()
        for language in LANGUAGES:
            spoken = [row for row in rows if language in self.languages[row]]
            for texts in (self.texts, self.titles) if in_subject else (self.texts,):
                shown |= texts.showing(name, language, whys, spoken)
        return shown


def _own_passages(bodies: Sequence[str], columns: Columns) -> list[Passage]:
    """What each writer wrote; quoted mails are looked for only where something tells of one."""
    passages = [passage(body) for body in bodies]
    for row in Texts(passages, columns).matching(quoting.SIGNS, range(len(bodies))):
        passages[row] = passage(quoting.own_text(bodies[row]))
    return passages


def _company_or_role(many: _Many, rows: Sequence[int]) -> set[int]:
    return many.mentioning(lambda reader: company_and_role(reader.company, reader.title), rows)


def _earlier_exchange(many: _Many, rows: Sequence[int]) -> set[int]:
    return many.by_phrases("elements", ("earlier_exchange",), rows)


def _next_step(many: _Many, rows: Sequence[int]) -> set[int]:
    shown = many.by_phrases("calls_to_action", sorted(NEXT_STEPS - {"question"}), rows)
    asking = (row for row in rows if row not in shown and "?" in many.texts[row].folded)
    return shown | many.one_by_one("next_step", asking)


def _asked_for(many: _Many, rows: Sequence[int]) -> set[int]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_kind[many.messages[row].recipient.asked_for or ""].append(row)
    shown = set[int]()
    for asked, of_kind in by_kind.items():
        if asked in SIGNAL_KINDS:
            shown |= many.by_phrases("elements", (asked,), of_kind, in_subject=True)
        else:
            shown |= many.one_by_one("asked_for", of_kind)
    return shown


def _need_or_industry(many: _Many, rows: Sequence[int]) -> set[int]:
    shown = many.by_phrases("elements", ("need",), rows, in_subject=True)
    rest = (row for row in rows if row not in shown)
    naming = many.mentioning(lambda reader: names_of_industry(reader.industry), rest)
    doubtful = {row for row in naming if may_be_in_name(many.messages[row].recipient)}
    sure = {row for row in doubtful if any(industry_named(reading) for reading in many.readings(row))}
    return shown | (naming - doubtful) | sure


def _individual_sender(many: _Many, rows: Sequence[int]) -> set[int]:
    return {row for row in rows if signature.is_signed(many.texts[row], many.messages[row].recipient.sender_name)}


def _signature(many: _Many, rows: Sequence[int]) -> set[int]:
    telling = many.texts.matching(signature.DETAILS, rows)
    shown = {row for row in telling if signature.is_all_signature(many.texts[row]) and not many.texts.is_foreign(row)}
    return shown | many.one_by_one("signature", (row for row in telling if row not in shown))


_IN_BULK: Mapping[str, Callable[[_Many, Sequence[int]], set[int]]] = {
    "company_or_role": _company_or_role,
    "earlier_exchange": _earlier_exchange,
    "individual_sender": _individual_sender,
    "next_step": _next_step,
    "asked_for": _asked_for,
    "need_or_industry": _need_or_industry,
    "signature": _signature,
}
