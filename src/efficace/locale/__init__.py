"""The two languages of the product: which one to speak, and what a text is called in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

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


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, str]:
    """The French texts by their English ones."""
    from babel.messages.pofile import read_po

    with (Path(__file__).parent / "fr.po").open("rb") as file:
        messages = read_po(file, locale="fr", abort_invalid=True)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}
