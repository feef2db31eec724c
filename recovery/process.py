"""Processes with known truths: tables drawn from them, and what the metrics should find in those."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from efficace.build.tables import load_tables
from efficace.metrics.answer import Row
from efficace.project import Project, open_project
from recovery.tally import Found, Tally

BEGIN, END = date(2023, 1, 1), date(2025, 1, 1)
"""First day of every history, and the first day after it."""
AS_OF = "2024-12-31"
LOADED = datetime.fromisoformat("2025-01-02")

Rows = list[dict[str, Any]]
Truth = Callable[[Row], float]


@dataclass(frozen=True)
class Check:
    """One metric with its truth.

    Attributes:
        truth: Of a row of the answer; NaN where the row is none of those meant.
        by: Dimension whose members are the companies drawn.
        estimate: Name of the estimate beside the value that is meant; None = the value.
        ask: Further arguments of the question.
        why: See ``Tally``.
    """

    metric: str
    truth: Truth
    by: str = "rep"
    estimate: str | None = None
    ask: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Drawn:
    """Tables of many small companies, each a member of one dimension, and what should be found in them.

    Attributes:
        members: Ids of the companies.
    """

    members: frozenset[str]
    tables: Mapping[str, Rows]
    checks: Sequence[Check]


@dataclass(frozen=True)
class Process:
    """How companies are drawn.

    Attributes:
        name: In words.
        draw: Takes the chance and the number of companies.
        part: Share of the companies asked for that is drawn; large ones less often.
    """

    name: str
    draw: Callable[[np.random.Generator, int], Drawn]
    part: float = 1.0


def names(prefix: str, members: int) -> list[str]:
    """Ids of so many companies."""
    return [f"{prefix}{number:04d}" for number in range(members)]


def constant(truth: float) -> Truth:
    """The same truth for every company."""
    return lambda _: truth


def instant(days: float) -> str:
    """So many days after the beginning, in UTC, to the second."""
    at = datetime.combine(BEGIN, time()) + timedelta(seconds=round(days * 86400))
    return f"{at.isoformat()}Z"


def day(days: float) -> date:
    """The day so many days after the beginning."""
    return BEGIN + timedelta(days=int(days))


HISTORY = (END - BEGIN).days


def run(processes: Sequence[Process], companies: int, seed: int, folder: Path) -> Iterator[Tally]:
    """Draw all processes into one project and ask it."""
    drawn = [
        (process, process.draw(np.random.default_rng([seed, number]), max(int(companies * process.part), 2)))
        for number, process in enumerate(processes)
    ]
    load_tables(folder, _together([one.tables for _, one in drawn]), {"company": {"timezone": "UTC"}}, LOADED)
    project = open_project(folder)
    try:
        for process, one in drawn:
            yield from _tallies(project, process, one)
    finally:
        project.close()


def _together(parts: Sequence[Mapping[str, Rows]]) -> dict[str, Rows]:
    """All tables in one; a row that several processes name, a product for example, once."""
    tables: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for part in parts:
        for table, rows in part.items():
            tables.setdefault(table, {}).update((tuple(row.items()), row) for row in rows)
    return {table: list(rows.values()) for table, rows in tables.items()}


def _tallies(project: Project, process: Process, drawn: Drawn) -> Iterator[Tally]:
    answers: dict[str, Sequence[Row]] = {}
    for check in drawn.checks:
        asked = {"by": [check.by], "as_of": AS_OF, **check.ask}
        key = f"{check.metric} {asked}"
        if key not in answers:
            answers[key] = project.metrics.ask(check.metric, **asked).rows
        yield tally(check, process.name, [row for row in answers[key] if row.members[check.by] in drawn.members])


def tally(check: Check, process: str, rows: Sequence[Row]) -> Tally:
    """The rows of an answer beside their truths."""
    found, mute = [], 0
    for row in rows:
        truth = check.truth(row) if row.value is not None else 0.0
        if math.isnan(truth):
            continue
        value, low, high = row.value, row.low, row.high
        if check.estimate is not None:
            beside = row.estimates[check.estimate]
            value, low, high = beside["value"], beside["low"], beside["high"]
        if value is not None and (low is not None or high is not None):
            found.append(Found(value, low, high, truth))
        else:
            mute += 1
    metric = check.metric if check.estimate is None else f"{check.metric}:{check.estimate}"
    return Tally(metric, process, found, mute, check.why)
