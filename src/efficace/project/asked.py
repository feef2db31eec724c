"""Questions as the rooms are asked them: one word an argument."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from efficace.metrics.question import Request

When = str | date | datetime
"""A day or an instant as people and programs give it."""


def asked(metric: str, question: dict[str, Any]) -> Request:
    """The request behind the arguments of a question."""
    from efficace.metrics.question import Request

    return Request(metric, **{**question, "settings": question.get("settings") or {}})
