"""The catalogue: every metric of every chapter."""

from __future__ import annotations

from collections.abc import Mapping

from efficace.metrics.catalogue import (
    acquisition,
    alarms,
    cycle,
    expansion,
    follow_up,
    mrr,
    next_offer,
    outlook,
    pairs,
    pipeline,
    plan,
    productivity,
    renewal,
    response,
    retention,
    revenue,
    stages,
    value,
    voice,
    volume,
    win_chance,
)
from efficace.metrics.metric import Metric

CHAPTERS: Mapping[str, tuple[Metric, ...]] = {
    "Sales cycle": (*cycle.METRICS, *win_chance.METRICS, *stages.METRICS, *pipeline.METRICS),
    "Sales volume": volume.METRICS,
    "Lead response": response.METRICS,
    "Acquisition": (*acquisition.METRICS, *value.METRICS),
    "Churn and retention": (*retention.METRICS, *renewal.METRICS, *alarms.METRICS),
    "Revenue growth": (*revenue.METRICS, *mrr.METRICS, *plan.METRICS, *outlook.METRICS),
    "The four Ps": follow_up.METRICS,
    "Voice": voice.METRICS,
    "Up-sell and cross-sell": (*expansion.METRICS, *pairs.METRICS, *next_offer.METRICS),
    "Efficiency, effectiveness, productivity": productivity.METRICS,
}

METRICS: tuple[Metric, ...] = tuple(metric for chapter in CHAPTERS.values() for metric in chapter)

CATALOGUE: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
