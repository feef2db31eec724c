"""Texts that speak of a count stand in the singular or plural, in each language, wherever the product says them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

import efficace.locale
from efficace.insights.briefs import BRIEFS, OF_ONE
from efficace.locale import catalogue, counted_catalogue, is_singular, translate_counted
from efficace.locale.nouns import SINGULAR, noun
from efficace.locale.said import Said, counted
from efficace.metrics.headlines import ONE, SENTENCES, headline
from efficace.web.answers import MOVED_BY_ONE, MOVES
from efficace.web.side import COUNTED

PACKAGE = Path(efficace.locale.__file__).parent.parent
TEXT = r"""\s*f?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
IN_TEMPLATES = re.compile(rf"\b_n\({TEXT},{TEXT}")
IN_CODE = re.compile(rf"\b(?:counted|_count)\({TEXT},{TEXT}")

NOUNS = (
    "accounts alarms characters columns comments customers deals figures files findings groups keys leads lines looks "
    "measures offers orders parts people questions reps rows settings targets teams units values"
)
SPEAKS_OF_MANY = re.compile(rf"\{{(\w+)\}} (?:more |other |small |open )?({'|'.join(NOUNS.split())})\b")
ALWAYS_MANY = {"longest", "shortest", "most", "rows", "open", "value"}
"""Fields that are never one: limits of the product, wholes of which a part is told, and shares."""


def counted_texts() -> Iterator[tuple[str, str]]:
    """Each pair of forms that a page, a command, a finding or an error says."""
    for suffix, pattern in (("*.html", IN_TEMPLATES), ("*.py", IN_CODE)):
        for path in sorted(PACKAGE.rglob(suffix)):
            for one, one_single, many, many_single in pattern.findall(path.read_text(encoding="utf-8")):
                yield tuple(text.replace('\\"', '"') for text in (one or one_single, many or many_single))  # type: ignore[misc]
    yield from ((ONE[metric], SENTENCES[metric]) for metric in ONE)
    yield from ((OF_ONE[detector], BRIEFS[detector]) for detector in OF_ONE)
    yield from (pair for metric in MOVED_BY_ONE for pair in zip(MOVED_BY_ONE[metric], MOVES[metric], strict=True))
    yield from ((waits.one, waits.many) for waits in COUNTED.values())
    yield from ((one, many) for many, one in SINGULAR.items())


PAIRS = sorted(set(counted_texts()))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[1][:60])
def test_a_text_that_counts_has_both_forms_in_both_languages(pair: tuple[str, str]) -> None:
    one, many = pair
    assert pair in counted_catalogue(), "fr.po lacks the plural entry"
    for spoken in ("en", "fr"):
        assert translate_counted(one, many, 1, spoken) == (one if spoken == "en" else counted_catalogue()[pair][0])
        assert translate_counted(one, many, 2, spoken) == (many if spoken == "en" else counted_catalogue()[pair][1])
    fields = dict.fromkeys(re.findall(r"\{(\w+)\}", one), "x")
    for count in (0, 1, 1.5, 2, 1234):
        for spoken in ("en", "fr"):
            told = translate_counted(one, many, count, spoken).format(**fields)
            assert "{" not in told


def test_forms_of_one_text_name_the_same_values() -> None:
    for english, french in counted_catalogue().items():
        assert len({tuple(sorted(re.findall(r"\{(\w+)\}", text))) for text in (*english, *french)}) == 1, english


def test_no_text_says_many_of_a_number_that_may_be_one() -> None:
    forms = {form for pair in counted_catalogue() for form in pair}
    loose = [
        text
        for text in catalogue()
        if text not in forms
        for field, _noun in SPEAKS_OF_MANY.findall(text)
        if field not in ALWAYS_MANY
    ]
    assert not loose, "\n".join(loose)


def test_every_pair_of_the_catalogue_is_said_somewhere() -> None:
    assert set(counted_catalogue()) - set(PAIRS) == set()


@given(st.integers(0, 10**6 - 1) | st.floats(0, 1e5).filter(lambda number: number == round(number, 3)))
def test_the_rules_of_singular_are_those_of_the_cldr(number: float) -> None:
    for spoken in ("en", "fr"):
        exactly = int(number) if spoken == "en" and float(number).is_integer() else number
        assert is_singular(number, spoken) == (Locale.parse(spoken).plural_form(exactly) == "one")


def test_french_says_nothing_and_one_and_a_half_in_the_singular() -> None:
    said = counted("{n} row", "{n} rows", 0)
    assert (str(said), said.into("fr")) == ("0 rows", "0 ligne")
    assert counted("{n} row", "{n} rows", 1.5).into("fr") == "1,5 ligne"
    assert str(counted("{n} row", "{n} rows", 1.5)) == "1.5 rows"
    assert counted("{n} row", "{n} rows", 12345).into("fr") == "12\u202f345 lignes"


def test_what_counts_is_kept_and_told_later() -> None:
    said = Said("{files}.", {"files": counted("{n} file", "{n} files", 1)})
    assert (str(Said.from_json(said.to_json())), Said.from_json(said.to_json()).into("fr")) == ("1 file.", "1 fichier.")


def test_a_headline_and_a_noun_agree_with_their_number() -> None:
    told = headline("open_leads", "1", 1)
    assert told is not None
    assert (str(told), told.into("fr")) == ("1 lead waits for an answer", "1 lead attend une réponse")
    assert (noun("deals", 1, "en"), noun("deals", 2, "en"), noun("deals", 0, "fr")) == ("deal", "deals", "affaire")
    assert noun("score", 1, "en") == "score"
