"""Measures how effective a technology company's sales are.

>>> import efficace
>>> project = efficace.open_project(".")
>>> project.metrics.ask("win_rate", by=["rep"], grain="month")
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

# Before NumPy is imported. Our matrices are small: threads of its linear algebra only wait for one another (a forecast
# took ten times as long), and where many people ask at once they take the processors from the engine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

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
