"""The two languages of the product: which one to speak, and what a text is called in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from efficace.locale.typography import spaced

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")

_VARIABLES = ("EFFICACE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language(asked: str | None = None) -> Language:
    """The language to speak: the one asked for, else of ``EFFICACE_LANG``, else of the system; English for any other.

    Args:
        asked: ``fr``, ``fr-CA``, ``fr_FR.UTF-8``...
    """
    found = asked or next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "en")
    return "fr" if found.replace("-", "_").split("_")[0].split(".")[0].lower() == "fr" else "en"


def translate(text: str, into: str | None = None) -> str:
    """A text of the product in a language (by default ``language()``); as it is where no translation is known.

    English texts are the keys of the French catalogue, so that English loads nothing.
    """
    if language(into) == "en":
        return text
    return catalogue().get(text, text)


def translate_counted(one: str, many: str, count: float, into: str | None = None) -> str:
    """A text that speaks of a count, in the form that the language has for it (as gettext's ``ngettext``).

    Args:
        one: English for one.
        many: English for any other number; French says 0, 1 and 1.5 in the singular.
    """
    spoken = language(into)
    forms = (one, many) if spoken == "en" else counted_catalogue().get((one, many), (one, many))
    return forms[0 if is_singular(count, spoken) else 1]


def is_singular(count: float, into: str | None = None) -> bool:
    """Whether what is counted stands in the singular, by the plural rules of the CLDR."""
    return _SINGULAR[language(into)](abs(count))


def in_language(texts: Mapping[str, str] | Mapping[Language, str], into: str | None = None) -> str:
    """A text that a declaration carries in both languages; English where it lacks the other."""
    spoken = language(into)
    known = dict[str, str](texts.items())
    return spaced(known[spoken], spoken) if spoken in known else known["en"]


_SINGULAR: Mapping[Language, Callable[[float], bool]] = {"en": lambda count: count == 1, "fr": lambda count: count < 2}


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, str]:
    """The French texts by their English ones, both forms of those that count, with the spaces that French sets."""
    pairs = [pair for english, french in _entries() for pair in zip(english, french, strict=True)]
    return {english: spaced(french, "fr") for english, french in pairs}


@lru_cache(maxsize=1)
def counted_catalogue() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The French forms, for one and for many, of the texts that speak of a count, by their English ones."""
    return {english: tuple(spaced(form, "fr") for form in french) for english, french in _entries() if len(english) > 1}


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """English and French forms as they are written, with plain spaces."""
    from babel.messages.pofile import read_po

    with (Path(__file__).parent / "fr.po").open("rb") as file:
        messages = read_po(file, locale="fr", abort_invalid=True)
    return tuple((_forms(one.id), _forms(one.string)) for one in messages if one.id and one.string)


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),)
