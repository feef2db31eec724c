"""Renewal: terms that came to their end and were not renewed (METRICS 5, CONTRACT F)."""

from __future__ import annotations

from efficace.metrics.estimators import Rate
from efficace.metrics.metric import SHARE, Better, Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "non_renewal_rate",
        unit=SHARE,
        better=Better.LOWER,
        meaning={
            "en": "Share of the terms ending in the period that were not renewed",
            "fr": "Part des échéances de la période qui n’ont pas été renouvelées",
        },
        estimator=Rate("term_ends", "term_ends_on", of=lambda t: ~t.is_renewed),
        needs=("subscription_periods.term_ends_on",),
        source="Wilson (1927)",
    ),
)
