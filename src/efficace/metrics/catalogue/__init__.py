"""The catalogue: every metric of every chapter."""

from __future__ import annotations

from collections.abc import Mapping

from efficace.metrics.catalogue import cycle
from efficace.metrics.metric import Metric

METRICS: tuple[Metric, ...] = (*cycle.METRICS,)

CATALOGUE: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
