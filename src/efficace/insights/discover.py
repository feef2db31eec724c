"""Runs all detectors over a company, holds their false discoveries together, and orders what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from efficace.insights.detectors import DETECTORS, Detector
from efficace.insights.finding import Finding, Looked
from efficace.insights.look import Look
from efficace.locale.said import Said
from efficace.metrics.ask import Ground
from efficace.metrics.metric import Metric
from efficace.metrics.set_targets import SetTarget
from efficace.stats.shrinkage import benjamini_hochberg

Progress = Callable[[Said, float | None], None]


def discover(
    ground: Ground,
    catalogue: Mapping[str, Metric],
    as_of: str | date | datetime | None = None,
    detectors: Sequence[Detector] = DETECTORS,
    progress: Progress | None = None,
    set_targets: Sequence[SetTarget] = (),
) -> list[Finding]:
    """Find what the numbers say, the most important first.

    Args:
        as_of: Nothing later is used; by default the instant of the snapshot.
        set_targets: Targets that people set in the app, beside those of the loaded plan.

    Returns:
        Facts, and of all tests of all detectors together those whose false-discovery share stays within the setting
        ``insights.false_discoveries``; tests that say nothing count among those made.

    Raises:
        QuestionError: If ``as_of`` is no date.
    """
    look = replace(Look.at(ground, catalogue, as_of), set_targets=tuple(set_targets))
    seen = []
    for number, detector in enumerate(detectors):
        if progress is not None:
            progress(Said("Looking at the figures"), number / len(detectors))
        seen.append(detector.look(look))
    found = [
        *within_rate(seen, ground.config.insights.false_discoveries),
        *(fact for one in seen for fact in one.facts),
    ]
    return ranked(found)


def within_rate(seen: Iterable[Looked], rate: float) -> list[Finding]:
    """Findings of tests whose q value, over all tests made, is at most the allowed rate.

    Source: Benjamini & Hochberg (1995) JRSS B 57:289.
    """
    tests = [test for looked in seen for test in looked.tests]
    q = benjamini_hochberg([test.p for test in tests])
    return [
        replace(test.finding, evidence=replace(test.finding.evidence, q=float(share)))
        for test, share in zip(tests, q, strict=True)
        if test.finding is not None and share <= rate
    ]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """By kind (late data, problems, strengths, missing data), then by the money at stake, then by certainty."""
    ordered = sorted(findings, key=_place)
    return [replace(finding, rank=number) for number, finding in enumerate(ordered, start=1)]


def _place(finding: Finding) -> tuple[float, ...]:
    money = finding.stake.money if finding.stake and finding.stake.money is not None else 0.0
    certainty = finding.evidence.q if finding.evidence.q is not None else 0.0
    return (finding.kind, -money, certainty)
