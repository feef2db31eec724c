"""What a user can cause: one tree of errors, each a plain sentence with where, what and the mend, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from efficace.locale.said import NOTHING, Said


class EfficaceError(Exception):
    """Anything that a user can cause and mend; faces tell it in the user's language and leave with exit code 2.

    Args:
        template: English, with ``{names}`` for the values, so that the same sentence is known in French; or a ``Said``.
        values: What was read, where, and what would be right; ``Said`` for parts that are sentences themselves.

    ``str(error)`` is English; ``error.said.into(language)`` is told to people.
    """

    def __init__(self, template: str | Said, **values: object) -> None:
        self.said = template if isinstance(template, Said) else Said(template, values)
        super().__init__(str(self.said))


class ConfigError(EfficaceError, ValueError):
    """A setting in ``efficace.yaml`` or ``--set`` that is unknown or has no usable value."""


class MappingError(EfficaceError, ValueError):
    """A mapping file that cannot be carried out."""


class SourceError(EfficaceError, ValueError):
    """A file or system that cannot be read."""


class ProjectError(EfficaceError, RuntimeError):
    """A project folder that is missing, locked, damaged or not writable."""


class ForeignSnapshot(ProjectError):
    """A snapshot whose tables have another form than this program reads."""


class NothingBefore(ProjectError):
    """A load cannot be taken back: there is none before it, or it is not the last one any more."""


class QuestionError(EfficaceError, ValueError):
    """A metric, dimension, value, date or definition that does not exist."""


class InvalidCounts(EfficaceError, ValueError):
    """Numbers handed to a statistic that cannot be counts, durations or weights."""


def nearest(wrong: str, choices: Iterable[str], limit: int = 2) -> Said:
    """Name the choices closest to a misspelt one, for the end of a message.

    Returns:
        ``" Nearest: win_rate, win_rate_amount."``, or all choices where none is close and they are few.
    """
    known = sorted({str(choice) for choice in choices})
    close = closest(wrong, known, limit)
    if close:
        return Said(" Nearest: {choices}.", {"choices": ", ".join(close)})
    if known and len(known) <= 12:
        return Said(" Choices: {choices}.", {"choices": ", ".join(known)})
    return NOTHING


def closest(wrong: str, choices: Iterable[str], limit: int = 2) -> list[str]:
    """The choices that are spelled most like a misspelt one, at most so many."""
    return get_close_matches(wrong, sorted({str(choice) for choice in choices}), n=limit, cutoff=0.5)


def refused(error: OSError) -> Said:
    """What the operating system refused, without the path; known in both languages where people meet it."""
    return Said(error.strerror or str(error))
