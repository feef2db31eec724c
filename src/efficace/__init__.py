"""Measures how effective a technology company's sales are.

>>> import efficace
>>> project = efficace.open_project(".")
>>> project.metrics.ask("win_rate", by=["rep"], grain="month")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from efficace.errors import (
        ConfigError,
        EfficaceError,
        InvalidCounts,
        MappingError,
        ProjectError,
        QuestionError,
        SourceError,
    )
    from efficace.metrics.metric import Metric
    from efficace.project import Project, open_project

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "EfficaceError",
    "InvalidCounts",
    "MappingError",
    "Metric",
    "Project",
    "ProjectError",
    "QuestionError",
    "SourceError",
    "open_project",
]


def __getattr__(name: str) -> object:
    """Load public names when they are first used: a start without a question stays quick."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module 'efficace' has no attribute {name!r}")
    home = {"Metric": "efficace.metrics.metric", "Project": "efficace.project", "open_project": "efficace.project"}
    return getattr(import_module(home.get(name, "efficace.errors")), name)
