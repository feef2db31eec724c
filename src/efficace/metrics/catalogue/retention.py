"""Churn and retention: who leaves, who stays and what they still pay (METRICS 5, CONTRACT F)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from efficace.errors import QuestionError
from efficace.metrics.cells import Cells
from efficace.metrics.churn import AT_START, STRETCHES, CustomerChurn, RevenueRetention
from efficace.metrics.estimators import POPULATION, durations
from efficace.metrics.metric import (
    MONTHS_AS_CUSTOMER,
    SHARE,
    Better,
    Estimated,
    Expression,
    Further,
    Metric,
    Term,
    no_rows,
)
from efficace.metrics.presets.retention import CUSTOMER_CHURN, GROSS_RETENTION, NET_RETENTION
from efficace.metrics.question import Question
from efficace.metrics.states import (
    first_lives,
    unit_states,
)
from efficace.stats.estimate import Estimates, Floats, Ints, divide, floats
from efficace.stats.rates import wilson
from efficace.stats.survival import kaplan_meier

MONTH_DAYS = 30.4375
"""Days of a month of customer age."""

CUSTOMERS = ("subscription_periods.mrr|order_lines.ordered_at",)


@dataclass(frozen=True)
class SubscriptionChurn:
    """Subscriptions of a product that ended; a switch to another product stands apart."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Units held at the start."""
        del question
        sums: dict[str, Expression] = {
            "lost": lambda t: (~t.is_kept & ~t.is_switched).cast("int64"),
            "switched": lambda t: t.is_switched.cast("int64"),
        }
        return {POPULATION: Term(STRETCHES, first="from_on", place=unit_states, sums=sums)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Lost over held at the start."""
        del question
        term = cells[POPULATION]
        n = term.count()
        switched = Further(Estimates.bare(divide(term.total("switched"), n)), SHARE)
        return Estimated(wilson(term.total("lost"), n), n, {"switched": switched}, no_rows(n, AT_START))


def _months(question: Question) -> float:
    text = str(question.options["horizon"]).removesuffix("months").removesuffix("month").strip()
    try:
        months = float(text)
    except ValueError:
        months = 0.0
    if months <= 0:
        raise QuestionError('--set horizon: "{text}" is no number of months. Write for example horizon=12.', text=text)
    return months


LIVES = Term(
    "customer_spells",
    first="from_on",
    place=first_lives,
    where=lambda t: t.spell == 1,
    sums={"lost": lambda t: t.lost_on.notnull().cast("int64")},
    keys={"time": lambda t: t.days.cast("int64")},
)
"""First lives of customers by their length in days."""


@dataclass(frozen=True)
class RetentionCurve:
    """The share of customers still customers at an age, from their first life; by month of start as the period."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lives by length."""
        del question
        return {POPULATION: LIVES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Survival at the horizon, or at each whole month of age that somebody was watched for."""
        term = cells[POPULATION]
        curve = kaplan_meier(durations(term, ("lost",)))
        if not question.curve:
            horizon = _months(question) * MONTH_DAYS
            main = curve.at(horizon).where(curve.watched(horizon))
            n = term.count()
            why = {int(cell): "too_young" for cell in np.flatnonzero((n > 0) & np.isnan(main.value))}
            return Estimated(main, n, why_null=why)
        longest = np.nan_to_num(curve.last_time()) / MONTH_DAYS
        cell = np.repeat(np.arange(term.size), np.floor(longest).astype(np.int64) + 1)
        age = np.concatenate([np.arange(int(months) + 1) for months in longest] or [np.zeros(0, dtype=np.int64)])
        days = floats(age) * MONTH_DAYS
        at_risk = _at_risk(term.cell, term.keys["time"], term.n, cell, days)
        return Estimated(curve.at_points(cell, days), at_risk, cell=cell, point=age.tolist())


@dataclass(frozen=True)
class ChurnHazard:
    """The chance to be lost in a month of age, given still a customer at its start."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Lives by length."""
        del question
        return {POPULATION: LIVES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Lost in (k-1, k] over at risk at k-1: in each month that somebody began, or in the one at the horizon."""
        term = cells[POPULATION]
        time, lost = term.keys["time"].astype(np.float64), term.sums["lost"]
        month = np.maximum(np.ceil(time / MONTH_DAYS - 1e-9), 1.0).astype(np.int64)
        most = int(np.ceil(_months(question))) if not question.curve else int(month.max(initial=0))
        first = most if not question.curve else 1
        cell = np.repeat(np.arange(term.size), most - first + 1)
        age = np.tile(np.arange(first, most + 1), term.size)
        at_risk = _at_risk(term.cell, term.keys["time"], term.n, cell, floats(age - 1) * MONTH_DAYS)
        inside = (month >= first) & (month <= most)
        lost_in = np.zeros(len(cell))
        np.add.at(lost_in, (term.cell * (most - first + 1) + month - first)[inside], lost[inside])
        hazard = wilson(lost_in, at_risk)
        if not question.curve:
            n = term.count()
            why = {int(row): "too_young" for row in np.flatnonzero((n > 0) & (at_risk == 0))}
            return Estimated(hazard, n, why_null=why)
        keep = at_risk > 0
        return Estimated(hazard.take(keep), at_risk[keep], cell=cell[keep], point=age[keep].tolist())


def _at_risk(cell: Ints, time: Ints, n: Floats, of_cell: Ints, at_time: Floats) -> Floats:
    """Weight of the lives of a cell that lasted at least to a time, for each (cell, time) asked."""
    found = np.zeros(len(of_cell))
    for number in np.unique(of_cell):
        own = cell == number
        order = np.argsort(time[own])
        sorted_time, weight = time[own][order], n[own][order]
        tail = np.concatenate([np.cumsum(weight[::-1])[::-1], [0.0]])
        asked = of_cell == number
        found[asked] = tail[np.searchsorted(sorted_time, at_time[asked] - 1e-9, side="left")]
    return found


YEAR = 12
"""Months back where no range is asked: at the first fact of all nobody was a customer yet."""

METRICS: tuple[Metric, ...] = (
    Metric(
        "customer_churn_rate",
        unit=SHARE,
        better=Better.LOWER,
        meaning={
            "en": "Share of the customers active at the start of the period who are not at its end",
            "fr": "Part des clients actifs au début de la période qui ne le sont plus à sa fin",
        },
        estimator=CustomerChurn(),
        settings=("churn",),
        needs=CUSTOMERS,
        estimates=("early_leavers", "voluntary", "involuntary", "unknown", "provisional"),
        steps=("voluntary", "involuntary", "unknown"),
        presets=CUSTOMER_CHURN,
        months_by_default=YEAR,
    ),
    Metric(
        "subscription_churn_rate",
        unit=SHARE,
        better=Better.LOWER,
        meaning={
            "en": "Share of the subscriptions held at the start of the period that ended in it",
            "fr": "Part des abonnements détenus au début de la période qui y ont pris fin",
        },
        estimator=SubscriptionChurn(),
        settings=("churn",),
        needs=("subscription_periods.mrr",),
        estimates=("switched",),
        months_by_default=YEAR,
    ),
    Metric(
        "gross_revenue_retention",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "What the customers of the start still pay, each at most what they paid, over what they paid",
            "fr": "Ce que paient encore les clients du début, au plus ce qu’ils payaient, sur ce qu’ils payaient",
        },
        estimator=RevenueRetention(with_expansion=False),
        settings=("churn",),
        needs=("subscription_periods.mrr",),
        presets=GROSS_RETENTION,
        source="Wilson (1927); Kish (1965)",
        months_by_default=YEAR,
    ),
    Metric(
        "net_revenue_retention",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "What the customers of the start pay at the end, expansion included, over what they paid",
            "fr": "Ce que paient à la fin les clients du début, expansion comprise, sur ce qu’ils payaient",
        },
        estimator=RevenueRetention(with_expansion=True),
        settings=("churn",),
        needs=("subscription_periods.mrr",),
        presets=NET_RETENTION,
        source="Wilson (1927); Kish (1965); gains Fay & Feuer (1997); Zou & Donner (2008)",
        months_by_default=YEAR,
    ),
    Metric(
        "retention_curve",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of customers still customers at an age, by the month in which they began",
            "fr": "Part des clients encore clients à un âge, selon le mois de leur début",
        },
        estimator=RetentionCurve(),
        settings=("churn",),
        needs=CUSTOMERS,
        curve="age",
        points_are=MONTHS_AS_CUSTOMER,
        options={"horizon": "12 months"},
        source="Kaplan & Meier (1958)",
    ),
    Metric(
        "churn_hazard_by_age",
        unit=SHARE,
        better=Better.LOWER,
        meaning={
            "en": "Chance to be lost in a month of age, given still a customer at its start",
            "fr": "Risque d’être perdu au cours d’un mois d’âge, sachant client à son début",
        },
        estimator=ChurnHazard(),
        settings=("churn",),
        needs=CUSTOMERS,
        curve="age",
        points_are=MONTHS_AS_CUSTOMER,
        options={"horizon": "12 months"},
        source="Kaplan & Meier (1958)",
    ),
)
