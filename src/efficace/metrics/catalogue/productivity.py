"""Efficiency, effectiveness, productivity: never mixed up (METRICS 9, CONTRACT J)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from efficace.errors import QuestionError, nearest
from efficace.metrics.catalogue.acquisition import AcquisitionRate
from efficace.metrics.catalogue.cycle import WIN_RATE
from efficace.metrics.catalogue.mrr import STATES
from efficace.metrics.catalogue.pipeline import KeptWins
from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import (
    CURRENCY,
    MINUTES,
    SHARE,
    Better,
    Estimated,
    Estimator,
    Expression,
    Further,
    Metric,
    Term,
    combined,
)
from efficace.metrics.placement import overlapping
from efficace.metrics.question import Question
from efficace.metrics.response_times import PromiseKept, ResponseTime
from efficace.stats.counts import poisson_interval
from efficace.stats.estimate import Bools, Estimates, Floats, divide, normal_quantile

ACTIVITY = Term("rep_activity", "occurred_on", sums={"touches": lambda t: t.touches})
ROLES = Term(
    "rep_days",
    "day_on",
    sums={"open": lambda t: t.is_open.cast("int64")},
    keys={"role": lambda t: t.role.fill_null("")},
    begins=False,
)
OWN_COSTS = Term(
    "cost_spans",
    first="starts_on",
    place=overlapping(),
    sums={"cost": lambda t: t.per_day * t.overlap},
    begins=False,
)


@dataclass(frozen=True)
class TouchesPerDay:
    """Messages, calls and meetings per open day of the rep's calendar."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Touches and days."""
        del question
        return {POPULATION: ACTIVITY, "days": ROLES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A rate with its exact interval."""
        del question
        touches, days = cells[POPULATION].total("touches"), cells["days"].total("open")
        return Estimated(poisson_interval(touches, days), days)


@dataclass(frozen=True)
class CostPerTouch:
    """Own costs over touches."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Costs and touches."""
        del question
        return {POPULATION: ACTIVITY, "cost": OWN_COSTS}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """What one touch costs; its error is that of the count."""
        del question
        touches, cost = cells[POPULATION].total("touches"), cells["cost"].total("cost")
        each = poisson_interval(touches)
        spent = np.where(cost > 0, cost, np.nan)
        value = Estimates(
            divide(spent, touches), divide(spent, each.high), divide(spent, each.low), each.scale, each.se
        )
        return Estimated(value.where(touches > 0), touches)


@dataclass(frozen=True)
class Ingredient:
    """One figure of a score.

    Attributes:
        sign: 1 where more is better, -1 where less is.
    """

    estimator: Estimator
    unit: str
    sign: int


EFFICIENCY: Mapping[str, Ingredient] = {
    "touches_per_working_day": Ingredient(TouchesPerDay(), "touches", 1),
    "response_minutes": Ingredient(ResponseTime(), MINUTES, -1),
    "cost_per_touch": Ingredient(CostPerTouch(), CURRENCY, -1),
}
EFFECTIVENESS: Mapping[str, Ingredient] = {
    "win_rate": Ingredient(WIN_RATE, SHARE, 1),
    "kept_wins": Ingredient(KeptWins(), "wins", 1),
    "promise_kept": Ingredient(PromiseKept(), SHARE, 1),
    "acquisition_rate": Ingredient(AcquisitionRate(), SHARE, 1),
}


@dataclass(frozen=True)
class Score:
    """The mean of a rep's ingredients, each standardised among the reps of its role and shrunken.

    0 = typical of the role, 1 = one standard deviation better than the reps of the role differ.
    """

    ingredients: Mapping[str, Ingredient]

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Those of all ingredients, and the roles of the reps."""
        parts = {name: ingredient.estimator for name, ingredient in self.ingredients.items()}
        return {**combined(parts, question), "role": ROLES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Scores with intervals; the raw figures stand beside them."""
        groups = _role_groups(cells)
        total, variance, known = np.zeros(cells.size), np.zeros(cells.size), np.zeros(cells.size)
        n = np.zeros(cells.size)
        further = {}
        for name, ingredient in self.ingredients.items():
            found = ingredient.estimator.estimate(cells.part(name), question)
            further[name] = Further(found.main, ingredient.unit)
            score, error = _standardised(found.main, groups)
            is_known = np.isfinite(score)
            total += np.where(is_known, ingredient.sign * score, 0.0)
            variance += np.where(is_known, error**2, 0.0)
            known += is_known
            n += np.where(is_known, 1.0, 0.0)
        value = divide(total, known)
        half = normal_quantile(0.95) * divide(np.sqrt(variance), known)
        why = {int(row): "too_few" for row in np.flatnonzero(known == 0)}
        return Estimated(Estimates(value, value - half, value + half), n, further, why)


def _role_groups(cells: Cells) -> list[tuple[int, str]]:
    """Period and role of each cell; a rep who changed roles counts in the one of most days."""
    term = cells["role"]
    best: dict[int, tuple[float, str]] = {}
    for cell, days, role in zip(term.cell.tolist(), term.n.tolist(), term.keys["role"].tolist(), strict=True):
        best[cell] = max(best.get(cell, (0.0, "")), (days, str(role)))
    members = max(len(cells.members), 1)
    return [(cell // members, best.get(cell, (0.0, ""))[1]) for cell in range(cells.size)]


def _standardised(found: Estimates, groups: list[tuple[int, str]]) -> tuple[Floats, Floats]:
    """Shrunken figures on their own scale, less the role's mean, over the spread between its reps; and the error.

    The spread is that of the reps themselves, chance taken out: what their shrunken figures differ by and what these
    may err, added in squares.
    """
    from efficace.stats.shrinkage import shrink

    score, error = np.full(len(found), np.nan), np.full(len(found), np.nan)
    for group in dict.fromkeys(groups):
        rows = np.flatnonzero(np.array([one == group for one in groups]) & _usable(found))
        if len(rows) < 2:
            continue
        drawn = shrink(found.take(rows))
        value, low, high = (found.scale.forward(limit) for limit in (drawn.value, drawn.low, drawn.high))
        if np.isfinite(value).sum() < 2:
            continue
        own = np.nan_to_num((high - low) / (2 * normal_quantile(0.95)))
        spread = float(np.sqrt(np.nanvar(value, ddof=1) + np.mean(own**2)))
        if spread == 0:
            continue
        score[rows], error[rows] = (value - float(np.nanmean(value))) / spread, own / spread
    return score, error


def _usable(found: Estimates) -> Bools:
    has_error = found.se is not None or found.trials is not None
    return np.isfinite(found.value) & has_error


@dataclass(frozen=True)
class Productivity:
    """Outputs over inputs, both named: by default kept new MRR over own costs."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The output and the input that the question names."""
        return {**_output(question), **_input(question)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """One over the other."""
        output = cells[POPULATION].total("output")
        spent = cells["input"].total("input")
        value = Estimates.bare(divide(output, np.where(spent > 0, spent, 0.0)))
        names = (str(question.options["output"]), str(question.options["input"]))
        units = (OUTPUTS[names[0]][1], INPUTS[names[1]][1])
        further = {
            "output": Further(Estimates.bare(output), units[0]),
            "input": Further(Estimates.bare(spent), units[1]),
        }
        why = {int(row): "no_input" for row in np.flatnonzero(~(spent > 0))}
        return Estimated(value, cells[POPULATION].count(), further, why)


def _won(of: Expression) -> Term:
    return Term("deal_spans", "ended_on", where=lambda t: t.end_kind == "won", sums={"output": of})


OUTPUTS: Mapping[str, tuple[Term, str]] = {
    "kept_new_mrr": (
        Term(
            STATES.fact, first=STATES.first, place=STATES.place, where=STATES.where, sums={"output": STATES.sums["new"]}
        ),
        CURRENCY,
    ),
    "won_amount": (_won(lambda t: t.amount.fill_null(0.0)), CURRENCY),
    "won_deals": (_won(lambda t: t.deal_id.notnull().cast("int64")), "deals"),
    "new_customers": (
        Term(
            "customer_starts",
            "started_on",
            where=lambda t: t.kind == "new",
            sums={"output": lambda t: t.kind.notnull().cast("int64")},
        ),
        "customers",
    ),
}
INPUTS: Mapping[str, tuple[Term, str]] = {
    "cost": (
        Term(
            OWN_COSTS.fact,
            first="starts_on",
            place=OWN_COSTS.place,
            sums={"input": OWN_COSTS.sums["cost"]},
            begins=False,
        ),
        CURRENCY,
    ),
    "touches": (Term("rep_activity", "occurred_on", sums={"input": lambda t: t.touches}, begins=False), "touches"),
    "working_days": (
        Term("rep_days", "day_on", sums={"input": lambda t: t.is_open.cast("int64")}, begins=False),
        "days",
    ),
}


def _output(question: Question) -> dict[str, Term]:
    return {POPULATION: _chosen(OUTPUTS, str(question.options["output"]), "output")}


def _input(question: Question) -> dict[str, Term]:
    return {"input": _chosen(INPUTS, str(question.options["input"]), "input")}


def _chosen(choices: Mapping[str, tuple[Term, str]], name: str, what: str) -> Term:
    if name not in choices:
        raise QuestionError(
            '--set {what}: no {what} "{name}".{nearest}', what=what, name=name, nearest=nearest(name, choices)
        )
    return choices[name][0]


METRICS: tuple[Metric, ...] = (
    Metric(
        "efficiency",
        n_counts="ingredients",
        unit="score",
        better=Better.HIGHER,
        meaning={
            "en": "Activity and speed for each input, against the reps of the same role (0 = typical)",
            "fr": "Activité et rapidité par moyen engagé, face aux commerciaux de même fonction (0 = typique)",
        },
        estimator=Score(EFFICIENCY),
        needs=("reps.name", "touches.rep_id"),
        estimates=tuple(EFFICIENCY),
        only_by=("rep",),
    ),
    Metric(
        "effectiveness",
        n_counts="ingredients",
        unit="score",
        better=Better.HIGHER,
        meaning={
            "en": "Quality and success, against the reps of the same role (0 = typical)",
            "fr": "Qualité et réussite, face aux commerciaux de même fonction (0 = typique)",
        },
        estimator=Score(EFFECTIVENESS),
        needs=("reps.name", "deals.status|leads.created_at"),
        estimates=tuple(EFFECTIVENESS),
        only_by=("rep",),
    ),
    Metric(
        "productivity",
        unit="ratio",
        better=Better.HIGHER,
        meaning={
            "en": "Outputs for each unit of input, both named: by default kept new recurring revenue over own costs",
            "fr": "Résultats par unité de moyens, nommés : par défaut revenu récurrent gardé sur coûts propres",
        },
        estimator=Productivity(),
        needs=("reps.name",),
        estimates=("output", "input"),
        options={"output": "kept_new_mrr", "input": "cost"},
    ),
)
