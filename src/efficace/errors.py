"""What a user can cause: one tree of errors, each a plain sentence with where, what and the mend."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EfficaceError(Exception):
    """Anything that a user can cause and mend; faces print its text and leave with exit code 2."""


class ConfigError(EfficaceError, ValueError):
    """A setting in ``efficace.yaml`` or ``--set`` that is unknown or has no usable value."""


class MappingError(EfficaceError, ValueError):
    """A mapping file that cannot be carried out."""


class SourceError(EfficaceError, ValueError):
    """A file or system that cannot be read."""


class ProjectError(EfficaceError, RuntimeError):
    """A project folder that is missing, locked, damaged or not writable."""


class QuestionError(EfficaceError, ValueError):
    """A metric, dimension, value, date or definition that does not exist."""


class InvalidCounts(EfficaceError, ValueError):
    """Numbers handed to a statistic that cannot be counts, durations or weights."""


def nearest(wrong: str, choices: Iterable[str], limit: int = 2) -> str:
    """Name the choices closest to a misspelt one, for the end of a message.

    Returns:
        ``" Nearest: win_rate, win_rate_amount."``, or all choices where none is close and they are few.
    """
    known = sorted({str(choice) for choice in choices})
    close = get_close_matches(wrong, known, n=limit, cutoff=0.5)
    if close:
        return f" Nearest: {', '.join(close)}."
    if known and len(known) <= 12:
        return f" Choices: {', '.join(known)}."
    return ""
