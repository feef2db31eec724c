"""Curves read at ages: horizons in days, one point for each whole day of age."""

from __future__ import annotations

import numpy as np

from efficace.config import Seconds
from efficace.errors import ConfigError, QuestionError
from efficace.metrics.question import Question
from efficace.stats.curves import Curves
from efficace.stats.estimate import Floats, Ints, floats

DAY = 86400


def option_seconds(question: Question, name: str) -> int:
    """An option that is a length of time; a bare number is days.

    Raises:
        QuestionError: If it is no length of time.
    """
    try:
        return int(Seconds.parse(question.options[name], name))
    except ConfigError as error:
        raise QuestionError("--set {error}", error=error.said) from error


def whole_days(curve: Curves) -> tuple[Ints, Ints]:
    """Each cell with each whole day of age that a span of it was watched for: two arrays of shape (points,)."""
    days = np.where(curve.is_empty, 0, np.floor(np.nan_to_num(curve.last_time()) / DAY) + 1).astype(np.int64)
    cell = np.repeat(np.arange(curve.cells, dtype=np.int64), days)
    first = np.repeat(np.cumsum(days) - days, days)
    return cell, np.arange(len(cell), dtype=np.int64) - first


def lasting_to(curve: Curves, cell: Ints, seconds: Ints) -> Floats:
    """How many spans of the cell lasted at least so long, shape (points,)."""
    return beyond(curve, cell, floats(seconds) - 1)


def beyond(curve: Curves, cell: Ints, seconds: Ints | Floats) -> Floats:
    """How many spans of the cell lasted longer, shape (points,)."""
    row = curve.rows_at(cell, seconds)
    following = np.where(row >= 0, row + 1, curve.offsets[cell])
    is_there = (following < curve.offsets[cell + 1]) & (floats(seconds) >= 0)
    everyone = np.where(floats(seconds) < 0, curve.picked(curve.at_risk, curve.offsets[cell]), 0.0)
    return np.where(is_there, curve.picked(curve.at_risk, following), np.where(curve.is_empty[cell], 0.0, everyone))
