"""Many messages read at once give what each gives alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficace.facts.text_column import TextColumn
from efficace.locale import LANGUAGES
from efficace.text import merge_fields, quoting
from efficace.text.automata import Texts
from efficace.text.elements import SIGNAL_KINDS, Recipient, personalization
from efficace.text.many import Elements, Message, elements_of
from efficace.text.passage import passage, phrases
from efficace.text.quoting import own_text
from efficace.text.standing import mentions

ANNE = Recipient("Anne Roux", "Acier du Nord SA", "Directrice", "retail", "white_paper", True, "Marc Petit")
READERS = [
    ANNE,
    Recipient(),
    Recipient("Jo Li", "IT-Group", None, "software", "pricing page 2026", False, None, "en"),
    *(Recipient("Claire", "Le Magasin", "CEO", "finance", kind, True, "re fix", "fr") for kind in SIGNAL_KINDS),
]
_PIECES = (
    "Bonjour |Anne|Hi {{first_name}},|{{company}}|\n|\r\n|> |Le 3 mai, X a écrit :|On x wrote:|De : x\n|?|é|œ|&eacute;|"
    "<b>|</p>|-- |Cordialement,\nMarc Petit|+33 1 23 45 67 89|marc.petit@a.fr|www.a.fr|your request|votre demande|"
    "white paper|livre blanc|demo|chat|need|vos besoins|please |please do |merci de |merci de votre |could you call|"
    "pas de reply|not reply|as discussed|comme convenu|Acier du Nord|acier  du, nord|acier.du|@acier|stores|magasin|IT|"
    "\u0436|²|\u2028|\x0b|𝔘|%FIRST%|Envoyé de mon iPhone|forwarded message|From: a\nTo: b\nDate: c\nhello"
)
PIECES = _PIECES.split("|")
BODIES = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)


def _alone(message: Message) -> Elements:
    seen = personalization(message.subject, message.body, message.recipient)
    return Elements(seen.found, seen.applicable, bool(seen.broken_fields))


def _assert_same(messages: Sequence[Message]) -> None:
    for message, found in zip(messages, elements_of(messages, TextColumn), strict=True):
        assert found == _alone(message), message


@given(st.lists(st.tuples(BODIES, BODIES, st.sampled_from(READERS)), min_size=1, max_size=8))
@settings(max_examples=250, deadline=None)
def test_messages_read_together_give_what_each_gives_alone(mails: list[tuple[str, str, Recipient]]) -> None:
    _assert_same([Message(subject, body, reader) for subject, body, reader in mails])


def test_no_messages_have_no_elements() -> None:
    assert elements_of([], TextColumn) == []


def test_mails_of_an_insurer_read_together(french_mails: dict[int, str]) -> None:
    bodies = [french_mails[number] for number in sorted(french_mails)]
    _assert_same([Message(body[:60], body, reader) for body in bodies for reader in READERS])


def test_real_sentences_read_together(real_file: Callable[[str], Path]) -> None:
    lines = real_file("email_intent/email_sentences_train.tsv").read_text(encoding="utf-8").splitlines()
    texts = [line.split("\t")[-1] for line in lines[:1500]]
    _assert_same([Message(None, text, READERS[row % len(READERS)]) for row, text in enumerate(texts)])


def test_real_comments_read_together(real_file: Callable[[str], Path]) -> None:
    for path in sorted(real_file("app_reviews").glob("*.csv"))[:2]:
        with path.open(encoding="utf-8", newline="") as file:
            texts = [value for row in csv.DictReader(file) for value in row.values() if value and len(value) > 40]
        _assert_same([Message(None, text, READERS[row % len(READERS)]) for row, text in enumerate(texts[:1000])])


@pytest.mark.parametrize("name", ["elements", "calls_to_action", "sentiment", "themes"])
@given(texts=st.lists(st.one_of(BODIES, st.text(max_size=60)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_an_automaton_sees_a_phrase_where_the_pattern_does(name: str, texts: list[str]) -> None:
    read = [passage(text) for text in texts]
    column = Texts(read, TextColumn)
    for language in LANGUAGES:
        for why, rule in phrases(name, language).items():
            seen = {row for row, one in enumerate(read) if rule.search(one.folded)}
            assert column.showing(name, language, (why,), range(len(read))) == seen, (language, why)


@given(BODIES)
@settings(max_examples=400, deadline=None)
def test_a_text_without_the_signs_of_a_quote_is_its_writers_own(body: str) -> None:
    assert re.search(quoting.SIGNS, passage(body).folded) or own_text(body) == body


@given(BODIES)
@settings(max_examples=400, deadline=None)
def test_a_text_without_the_signs_of_a_merge_field_has_none(body: str) -> None:
    read = passage(body)
    assert re.search(merge_fields.SIGNS, read.folded) or not merge_fields.broken_fields(read)


NAMES = st.lists(st.sampled_from(["acier du nord", "nord", "du", "it", "c++", "a-b", "acier"]), unique=True, max_size=4)


@given(BODIES, NAMES)
@settings(max_examples=400, deadline=None)
def test_names_stand_where_a_pattern_made_for_them_finds_them(body: str, names: list[str]) -> None:
    text = passage(body).folded
    words = [r"\W{1,3}".join(map(re.escape, re.findall(r"\w+", name) or [name])) for name in names]
    pattern = re.compile(rf"(?<![\w@./-])(?:{'|'.join(words)})(?![\w@]|\.\w)")
    assert mentions(text, names) == ([found.span() for found in pattern.finditer(text)] if names else [])
