"""A metric's declaration as plain data, for the command line, the docs and programs."""

from __future__ import annotations

from typing import Any

from efficace.facts.dimensions import DIMENSIONS
from efficace.metrics.metric import Metric
from efficace.metrics.question import dimensions_of


def dimension_ids() -> list[str]:
    """Every dimension that a question can name."""
    return [dimension.id for dimension in DIMENSIONS]


def describe(metric: Metric) -> dict[str, Any]:
    """What a metric means and what can be asked of it (CONTRACT A, ``efficace metrics``)."""
    return {
        "id": metric.id,
        "unit": metric.unit,
        "better": str(metric.better),
        "meaning": dict(metric.meaning),
        "dimensions": list(dimensions_of(metric)),
        "estimates": list(metric.estimates),
        "presets": list(metric.presets),
        "needs": list(metric.needs),
        "version": metric.version,
        "options": {name: str(value) for name, value in metric.options.items()},
        "source": metric.source,
    }
