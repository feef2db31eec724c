"""Alarms: services that lose more than their own history, size and season lead one to expect (METRICS 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.facts.service_changes import CANCELED
from efficace.metrics.cells import Cells, TermCells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import Better, Estimated, Further, Metric, Term
from efficace.metrics.question import Question
from efficace.model.time import Grain, next_start, period_start
from efficace.stats.estimate import Estimates, Floats, Ints

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables

CHANGES = "service_changes"
FEWEST = 3
"""Fewer events are never an alarm."""
WINDOWS_A_YEAR = {Grain.MONTH: 12, Grain.WEEK: 52}
YEARS = 3
"""How much history is read: older behaviour says little of today's."""
LASTING = 3
"""Windows after which trouble that goes on has become usual."""
BURST = 0.001
"""Chance below which a window is no history to expect by."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class CancellationAlarm:
    """1 where the last whole window had more cancellations than the service's own past explains, else 0."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The cancellations of the window, and all changes by day."""
        *_, start, end = _edges(question)

        def in_window(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
            inside = rows.filter((rows.day_on >= start) & (rows.day_on < end))
            return inside.cross_join(periods.select("period"))

        def so_far(rows: ir.Table, periods: ir.Table, _: Tables) -> ir.Table:
            return rows.filter(rows.day_on < end).cross_join(periods.select("period"))

        return {
            POPULATION: Term(CHANGES, where=lambda t: t.kind == CANCELED, place=in_window),
            "past": Term(
                CHANGES,
                place=so_far,
                sums={"change": lambda t: t.change, "canceled": lambda t: (t.kind == CANCELED).cast("int64")},
                keys={"day": lambda t: t.day_on.delta(EPOCH, unit="day").cast("int64")},
            ),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Compare what was observed with what was expected, all services watched at once."""
        from efficace.stats.counts import expected_count
        from efficace.stats.shrinkage import benjamini_hochberg

        past, edges = cells["past"], _edges(question)
        events, exposed = _by_window(past, edges)
        seasons = np.array([start.month for start in edges[:-1]])
        usual, size = without_bursts(events, exposed, seasons)
        due = expected_count(usual[:, :-1], size, seasons)
        observed = events[:, -1]
        is_watched = (size[:, :-1].sum(axis=1) > 0) & (exposed[:, -1] + observed > 0)
        expected = np.where(is_watched, due.mean, np.nan)
        p = np.where(is_watched, due.tail(observed), np.nan)
        q = benjamini_hochberg(p)
        is_alarm = (observed >= FEWEST) & (q <= _level(question))
        cannot_tell = ~is_watched & (observed >= FEWEST)
        value = np.where(cannot_tell, np.nan, is_alarm.astype(np.float64))
        started = [
            _started_on(past, cell, edges, expected[cell]).isoformat() if alarm else None
            for cell, alarm in enumerate(is_alarm)
        ]
        further = {
            "observed": Further(Estimates.bare(observed), "cancellations"),
            "expected": Further(Estimates.bare(expected), "cancellations"),
            "p": Further(Estimates.bare(p)),
            "q": Further(Estimates.bare(q)),
            "started_on": Further(Estimates.nowhere(past.size), words=started),
        }
        why = {int(cell): "too_few" for cell in np.flatnonzero(cannot_tell)}
        return Estimated(Estimates.bare(value), observed, further, why)


def _edges(question: Question) -> list[date]:
    """First days of the windows of the history and of the last whole one, and the first day after it."""
    grain, known = _window(question), question.whole_until
    end = period_start(min(known, question.end or known), grain)
    return [next_start(end, grain, -back) for back in range(YEARS * WINDOWS_A_YEAR[grain] + 1, -1, -1)]


def _window(question: Question) -> Grain:
    text = str(question.options["window"]).strip()
    choices = [str(grain) for grain in WINDOWS_A_YEAR]
    if text not in choices:
        raise QuestionError('--set window: "{text}" is no window.{nearest}', text=text, nearest=nearest(text, choices))
    return Grain(text)


def _level(question: Question) -> float:
    """The false-discovery level at which so many false alarms a year are expected if nothing ever changes."""
    text = str(question.options["false_alarms"])
    try:
        yearly = float(text)
    except ValueError:
        yearly = 0.0
    if yearly <= 0:
        raise QuestionError(
            '--set false_alarms: "{text}" is no number of alarms a year. Write for example 0.6.', text=text
        )
    return min(yearly / WINDOWS_A_YEAR[_window(question)], 0.5)


def _by_window(past: TermCells, edges: Sequence[date]) -> tuple[Floats, Floats]:
    """Cancellations in each window, and the mean number of subscriptions held in it, shape (cells, windows)."""
    days = np.array([(edge - EPOCH).days for edge in edges])
    day = past.keys["day"].astype(np.int64)
    events, exposed = [], []
    for start, end in pairwise(days):
        inside = (day >= start) & (day < end)
        held = np.clip((end - day) / (end - start), 0.0, 1.0)
        events.append(np.bincount(past.cell, np.where(inside, past.sums["canceled"], 0.0), past.size))
        exposed.append(np.bincount(past.cell, past.sums["change"] * held, past.size))
    return np.stack(events, axis=1), np.clip(np.stack(exposed, axis=1), 0.0, None)


def without_bursts(events: Floats, exposed: Floats, seasons: Ints) -> tuple[Floats, Floats]:
    """Take those of the last windows out of the history that the windows before them do not explain at all.

    Trouble that goes on is measured against what was usual before it, until it has become usual itself.
    """
    from efficace.stats.counts import expected_count

    usual, size = events.copy(), exposed.copy()
    last = events.shape[1] - 1
    for window in range(max(last - LASTING, 1), last):
        due = expected_count(usual[:, :window], size[:, : window + 1], seasons[: window + 1])
        is_seen = size[:, :window].sum(axis=1) > 0
        is_burst = is_seen & (events[:, window] >= FEWEST) & (due.tail(events[:, window]) <= BURST)
        usual[is_burst, window] = size[is_burst, window] = 0.0
    return usual, size


def _started_on(past: TermCells, cell: int, edges: Sequence[date], expected: float) -> date:
    """The day from which the excess is most surprising: the scan statistic over the starts of the last three windows.

    Source: Kulldorff (1997) Communications in Statistics 26:1481.
    """
    first, start, end = ((edge - EPOCH).days for edge in (edges[-4], edges[-2], edges[-1]))
    own = (past.cell == cell) & (past.keys["day"] >= first) & (past.sums["canceled"] > 0)
    order = np.argsort(past.keys["day"][own])
    day, events = past.keys["day"][own][order], past.sums["canceled"][own][order]
    since = np.cumsum(events[::-1])[::-1]
    due = expected / (end - start) * (end - day)
    surprise = np.where(since > due, since * np.log(since / due) - (since - due), 0.0)
    return EPOCH + timedelta(days=int(day[np.argmax(surprise)]))


METRICS: tuple[Metric, ...] = (
    Metric(
        "cancellation_alarm",
        unit="alarm",
        better=Better.LOWER,
        meaning={
            "en": "1 where the last whole month had more cancellations than history, size and season explain, else 0",
            "fr": "1 si le dernier mois entier a plus de résiliations que son passé, sa taille et la saison, sinon 0",
        },
        estimator=CancellationAlarm(),
        settings=("churn",),
        needs=("subscription_periods.mrr", "cancellations.canceled_at|subscription_periods.to_on"),
        estimates=("observed", "expected", "p", "q", "started_on"),
        state=True,
        counts=True,
        options={"window": "month", "false_alarms": "0.6"},
        keeps=("account_id", "family"),
        source="Negative binomial tail; Benjamini & Hochberg (1995)",
    ),
)
