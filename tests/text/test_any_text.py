"""No text, however strange or long, makes a rule crash, hang or point outside the text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficace.text import LIMIT
from efficace.text.calls_to_action import calls_to_action
from efficace.text.elements import Recipient, personalization
from efficace.text.honesty import honesty
from efficace.text.language import detect_language
from efficace.text.passage import Span, fold, found, passage, phrases
from efficace.text.quoting import own_text
from efficace.text.readability import readability
from efficace.text.sentiment import sentiment
from efficace.text.themes import themes

READER = Recipient("Anne Roux", "A. (B) + C*", "CEO [EMEA]", "retail", "white paper 2026?", True, "M. Petit")
STRANGE = (
    "Bonjour |Hi ,|{{|}}|\n|> |Le 3 mai, a écrit :|On x wrote:|De : x\n|?|!|é|e\u0301|œ|&eacute;|&#233;|<b>|</p>"
    "|pas |d'|not |very |good |1|@|\u00a0|İ|ﬁ|\x00|-- |Cordialement|\u2028|𝔘|%A%"
)
PIECES = st.sampled_from(STRANGE.split("|"))
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))

RULES: dict[str, Callable[[str], Iterable[Span]]] = {
    "calls_to_action": calls_to_action,
    "honesty": lambda text: (*honesty(text).flagged, *honesty(text).credited),
    "readability": lambda text: readability(text).long_sentences,
    "sentiment": lambda text: sentiment(text).spans,
    "themes": lambda text: themes(text).spans,
    "personalization": lambda text: personalization(text, text, READER).spans,
}


@pytest.mark.parametrize("rule", RULES)
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_spans_lie_within_it(rule: str, text: str) -> None:
    for span in RULES[rule](text):
        assert 0 <= span.start < span.end <= len(text)


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_own_text_keeps_every_character_in_its_place_or_blanks_it(text: str) -> None:
    kept = own_text(text)
    assert len(kept) == len(text)
    assert all(after == before or after in " \n" for before, after in zip(text, kept, strict=True))


@given(text=TEXTS)
def test_shares_lie_between_zero_and_one(text: str) -> None:
    result = personalization(None, text, READER)
    assert result.found <= result.applicable
    assert 0.0 <= result.share <= 1.0
    assert -1.0 <= sentiment(text).polarity <= 1.0


@given(text=TEXTS)
def test_case_makes_no_difference_and_folding_twice_changes_nothing(text: str) -> None:
    plain = text.replace("&", "")
    assert fold(plain.upper()) == fold(plain.upper().lower())
    assert fold(fold(plain)) == fold(plain)


HOSTILE = (
    "a|a b |\n| |> \n|{{|le |on |a, |De : x\n|<a |</p><b |1|12 |a@a.|ABCD |!?.|ne se |&amp;|www.|-- |[|%A|l'|d'de la "
    "|not very |pas de |you ?|Le x\n"
)


@pytest.mark.parametrize("piece", HOSTILE.split("|"))
def test_a_long_hostile_text_is_read_in_seconds(piece: str) -> None:
    text = (piece * (LIMIT // len(piece) + 1))[:LIMIT]
    started = time.process_time()
    for rule in RULES.values():
        list(rule(text))
    assert time.process_time() - started < 12


def test_a_text_beyond_the_limit_is_cut_and_says_so() -> None:
    long = "good " * (LIMIT // 5 + 1)
    assert sentiment(long).is_cut
    assert themes(long).is_cut
    assert honesty(long).is_cut
    assert readability(long).is_cut
    assert personalization("", long, READER).is_cut
    assert not sentiment("good").is_cut
    assert all(span.end <= LIMIT for span in sentiment(long).spans)


def test_folding_keeps_places_through_entities_and_ligatures() -> None:
    text = "Un &eacute;t&#233; de cœur à 20 €"
    read = passage(text)
    assert read.folded == "un ete de coeur a 20 €"
    span = found(read, {"x": re.compile("coeur")})[0]
    assert text[span.start : span.end] == "cœur"
    start = read.folded.index("ete")
    assert read.words(read.span(start, start + 3, "")) == "&eacute;t&#233;"


@pytest.mark.parametrize("name", ["calls_to_action", "elements", "honesty", "sentiment", "themes"])
def test_both_languages_have_the_same_reasons(name: str) -> None:
    assert set(phrases(name, "en")) == set(phrases(name, "fr"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thank you for your message, we will call you.", "en"),
        ("Merci pour votre message, nous vous appelons.", "fr"),
        ("L'offre d'été", "fr"),
        ("MERCI POUR VOTRE RETOUR", "fr"),
        ("Top", None),
        ("", None),
        ("12345 !", None),
    ],
)
def test_the_language_is_told_by_small_words(text: str, language: str | None) -> None:
    assert detect_language(text) == language
