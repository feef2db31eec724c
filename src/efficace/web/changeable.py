"""The settings that the app changes: how each is written by people, read, checked and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from efficace.config import Config, Seconds
from efficace.errors import ConfigError
from efficace.locale import Language
from efficace.locale.numbers import format_number
from efficace.locale.said import Said
from efficace.web.typed import read_figure

GRADES = ("A", "B", "C", "D")
PER_CENT: Mapping[Language, str] = {"en": "%", "fr": "\u202f%"}


@dataclass(frozen=True)
class Changeable:
    """One setting.

    Attributes:
        kind: ``text``, ``count``, ``days``, ``span`` (a length of time), ``share`` or ``choice``.
        grades: Whether it has a limit for each grade from A to D, and which way they run: ``rising``, ``falling``.
    """

    name: str
    label: str
    group: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    grades: str = ""

    def shown(self, value: object, language: Language) -> list[str]:
        """A value, or each of its limits, as people write it; takes what the settings or their file hold."""
        values = value if isinstance(value, list | tuple) else [value]
        return [_SHOWN[self.kind](one, language) for one in values]

    def read(self, texts: Sequence[str], language: Language) -> object:
        """What was written, as the settings' file has it.

        Raises:
            ConfigError: If it is no such value, or limits of grades cross.
            TypedError: If a figure cannot be read.
        """
        if not self.grades:
            return self._one(texts[0], language)
        if len(texts) != len(GRADES):
            raise ConfigError("Give four limits, for A, B, C and D.")
        numbers = [self._number(text, language) for text in texts]
        wanted = sorted(numbers, reverse=self.grades == "falling")
        if numbers != wanted or any(one == other for one, other in pairwise(numbers)):
            raise ConfigError("The limits of the grades must run from A to D: {limits}.", limits=" / ".join(texts))
        return [self._one(text, language) for text in texts]

    def _one(self, text: str, language: Language) -> object:
        if self.kind == "span":
            return f"{round(self._number(text, language))} s"
        if self.kind in ("count", "days"):
            found = self._number(text, language)
            if found != int(found) or found < 0:
                raise ConfigError('"{text}" is no whole number.', text=text[:60])
            return int(found)
        if self.kind == "share":
            found = self._number(text, language)
            if not 0 <= found <= 1:
                raise ConfigError('"{text}" is no share from 0 to 100%.', text=text[:60])
            return round(found, 6)
        if self.kind == "choice" and text not in self.choices:
            raise ConfigError(
                '"{text}" is not allowed. Choices: {choices}.', text=text, choices=", ".join(self.choices)
            )
        if not text.strip() or not text.isprintable():
            raise ConfigError("Write something for “{label}”.", label=Said(self.label))
        return text.strip()

    def _number(self, text: str, language: Language) -> float:
        if self.kind == "span":
            return read_figure(text, "minutes", language) * 60
        unit = {"share": "share", "days": "days"}.get(self.kind, "count")
        return read_figure(text, unit, language)


CHANGEABLE: tuple[Changeable, ...] = (
    Changeable("company.name", "name of the company", "Company"),
    Changeable("company.currency", "currency", "Company"),
    Changeable("company.fiscal_year_start", "first month of the fiscal year", "Company", "count"),
    Changeable("response.promise.hot", "answer hot leads within", "Promises", "span"),
    Changeable("response.promise.warm", "answer warm leads within", "Promises", "span"),
    Changeable("response.promise.cold", "answer cold leads within", "Promises", "span"),
    Changeable("response.clock", "clock of the response time", "Promises", "choice", ("elapsed", "business")),
    Changeable("rubrics.promptness", "promptness: answered within", "Grades", "span", grades="rising"),
    Changeable("rubrics.persistence", "persistence: attempts from", "Grades", "count", grades="falling"),
    Changeable("rubrics.personalization", "personalization: share from", "Grades", "share", grades="falling"),
    Changeable("rubrics.performance", "performance: share from", "Grades", "share", grades="falling"),
    Changeable("churn.grace_days", "days without a subscription that are no churn", "Churn", "days"),
    Changeable("churn.counted_at", "churn counts at", "Churn", "choice", ("term_end", "cancellation")),
    Changeable("privacy.min_group", "smallest group that is shown to all", "Privacy", "count"),
    Changeable(
        "privacy.individuals", "who sees single persons", "Privacy", "choice", ("teams", "managers", "everyone")
    ),
)
BY_NAME: Mapping[str, Changeable] = {one.name: one for one in CHANGEABLE}


def present(config: Config, name: str) -> object:
    """What a setting is now, as the settings' file would have it."""
    value: object = config
    for part in name.split("."):
        value = getattr(value, part)
    return [_kept(one) for one in value] if isinstance(value, tuple) else _kept(value)


def _kept(value: object) -> object:
    if isinstance(value, Seconds):
        return f"{int(value)} s"
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _span(value: object, language: Language) -> str:
    seconds = Seconds.parse(value, "")
    day = {"en": "d", "fr": "j"}[language]
    units = ((day, 86400), ("h", 3600), ("min", 60), ("s", 1))
    return next(f"{seconds // size} {unit}" for unit, size in units if seconds % size == 0)


_SHOWN: Mapping[str, Callable[[object, Language], str]] = {
    "span": _span,
    "share": lambda value, language: format_number(float(str(value)) * 100, language) + PER_CENT[language],
    "text": lambda value, _language: str(value),
    "count": lambda value, _language: str(value),
    "days": lambda value, _language: str(value),
    "choice": lambda value, _language: str(value),
}
