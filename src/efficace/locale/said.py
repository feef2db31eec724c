"""A sentence with values in it that can be told in either language, whatever language it is first needed in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from efficace.locale import translate, translate_counted
from efficace.locale.numbers import format_number


@dataclass(frozen=True)
class Said:
    """A text of the product with the values that belong into it.

    Attributes:
        template: English, with ``{names}`` where there are values; without values, the text as it is.
        values: By name; those that are themselves ``Said`` are told in the same language.
        many: English for any number but one; ``template`` is for one.
        count: The number that decides; ``{n}`` shows it as the language writes numbers.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    many: str = ""
    count: float = 1

    def into(self, language: str | None = None) -> str:
        """The sentence in a language (by default the one spoken)."""
        if self.many:
            return tell_counted(self.template, self.many, self.count, self.values, language)
        text = translate(self.template, language)
        return text.format(**_told(self.values, language)) if self.values else text

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


def counted(one: str, many: str, count: float, **values: object) -> Said:
    """A sentence that speaks of a count: ``counted("{n} row", "{n} rows", rows)``.

    Args:
        one: English for one; ``{n}`` is the count.
        many: English for any other number.
        values: What else belongs into the sentence.
    """
    return Said(one, values, many, count)


def tell_counted(one: str, many: str, count: float, values: Mapping[str, object], language: str | None = None) -> str:
    """A sentence that speaks of a count, with its values, in a language."""
    text = translate_counted(one, many, count, language)
    return text.format(**{"n": format_number(count, language), **_told(values, language)})


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
    forms = {"many": said.many, "count": said.count} if said.many else {}
    return {"template": said.template, "values": values, **forms}


def _told(values: Mapping[str, object], language: str | None) -> dict[str, object]:
    return {name: value.into(language) if isinstance(value, Said) else value for name, value in values.items()}


def _read(kept: Mapping[str, Any]) -> Said:
    values = {name: _read(value) if isinstance(value, dict) else value for name, value in kept["values"].items()}
    return Said(kept["template"], values, kept.get("many", ""), kept.get("count", 1))
