"""A sentence with values in it that can be told in either language, whatever language it is first needed in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from efficace.locale import translate


@dataclass(frozen=True)
class Said:
    """A text of the product with the values that belong into it.

    Attributes:
        template: English, with ``{names}`` where there are values; without values, the text as it is.
        values: By name; those that are themselves ``Said`` are told in the same language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def into(self, language: str | None = None) -> str:
        """The sentence in a language (by default the one spoken)."""
        text = translate(self.template, language)
        if not self.values:
            return text
        told = {name: value.into(language) if isinstance(value, Said) else value for name, value in self.values.items()}
        return text.format(**told)

    def to_json(self) -> str:
        """The sentence as text that ``from_json`` reads, for keeping it untold."""
        return json.dumps(_kept(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Said:
        """A sentence that was kept."""
        return _read(json.loads(text))

    def __str__(self) -> str:
        return self.into("en")

    def __format__(self, _: str) -> str:
        return str(self)


NOTHING = Said("")
"""A clause that is left out."""


def listed(parts: Iterable[Said | str], between: str = ", ") -> Said:
    """Several parts in a row, each told in the language of the whole."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Said(between.join(f"{{{name}}}" for name in values), values)


def either(parts: Iterable[Said | str]) -> Said | str:
    """Several parts of which one will do; at least one is given."""
    return reduce(lambda one, other: Said("{one} or {other}", {"one": one, "other": other}), parts)


def quoted(texts: Iterable[object]) -> Said:
    """What was read, each in the quotation marks of the language."""
    return listed(Said('"{text}"', {"text": text}) for text in texts)


def _kept(said: Said) -> dict[str, Any]:
    values = {name: _kept(value) if isinstance(value, Said) else str(value) for name, value in said.values.items()}
    return {"template": said.template, "values": values}


def _read(kept: Mapping[str, Any]) -> Said:
    values = {name: _read(value) if isinstance(value, dict) else value for name, value in kept["values"].items()}
    return Said(kept["template"], values)
