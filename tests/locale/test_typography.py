"""French sets its own spaces, whoever wrote the text."""

from __future__ import annotations

import re

import pytest

from efficace.locale import catalogue, in_language
from efficace.locale.numbers import format_duration, format_value
from efficace.locale.said import Said, quoted
from efficace.locale.typography import spaced


@pytest.mark.parametrize(
    ("plain", "french"),
    [
        ("Rien : vide.", "Rien\u00a0: vide."),
        ("Vide ; donc", "Vide\u202f; donc"),
        ("Vraiment ?", "Vraiment\u202f?"),
        ("Oui ! Non", "Oui\u202f! Non"),
        ("(« x » ?)", "(«\u00a0x\u00a0»\u202f?)"),
        ("50 % de 3 h", "50\u202f% de 3\u00a0h"),
        ("{share} % ; {n}", "{share}\u202f%\u202f; {n}"),
        ("http://a:80/?b;c", "http://a:80/?b;c"),
        ("type: date", "type: date"),
        ("2 j 3 h et 4 min 30", "2\u00a0j\u00a03\u00a0h et 4\u00a0min\u00a030"),
    ],
)
def test_french_spaces_are_set(plain: str, french: str) -> None:
    assert spaced(plain, "fr") == french
    assert spaced(french, "fr") == french
    assert spaced(plain, "en") == plain


def test_no_french_text_of_the_catalogue_may_break_before_a_mark() -> None:
    wrong = [text for text in catalogue().values() if re.search(r"« | »|\S [;!?:](\s|$)|\d %", text)]
    assert not wrong, "\n".join(wrong)


def test_values_are_left_as_they_are() -> None:
    assert Said("{one}; {other}", {"one": "a ; b", "other": "c : d"}).template
    assert quoted(["a : b"]).into("fr") == "«\u00a0a : b\u00a0»"


def test_texts_of_declarations_are_spaced_too() -> None:
    assert in_language({"en": "It: no", "fr": "Lui : non"}, "fr") == "Lui\u00a0: non"
    assert in_language({"en": "It: no", "fr": "Lui : non"}, "en") == "It: no"
    assert in_language({"en": "only"}, "fr") == "only"


def test_a_number_keeps_its_unit_beside_it() -> None:
    assert format_value(41.5, "days", "fr") == "41,5\u00a0jours"
    assert format_duration(110, "fr") == "1\u00a0h\u00a050"
    assert format_duration(110, "en") == "1 h 50"
