"""Recurring revenue: its level, and the movements that lead from one end of a period to the other (METRICS 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION
from efficace.metrics.metric import (
    CURRENCY,
    Better,
    Estimated,
    Expression,
    Further,
    Metric,
    Preset,
    Reading,
    Step,
    Term,
)
from efficace.metrics.movements import GainedOverLost, MrrByMovements, SumOfMovements
from efficace.metrics.question import Question
from efficace.metrics.states import account_states
from efficace.stats.estimate import Estimates, Floats, divide, settled

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOVEMENTS = ("new", "expansion", "contraction", "churn", "reactivation")


def _change(t: ir.Table) -> ir.Value:
    return t.end_mrr - t.start_mrr


def movement(kind: str) -> Expression:
    """The part of an account's change that a movement holds; the five parts add up to the change (CONTRACT F).

    Who was a customer before and is one: expansion or contraction. Who left: churn. Who came: new the first time,
    reactivation at any return.
    """

    def part(t: ir.Table) -> ir.Value:
        stays = t.was_active & t.is_active
        comes = ~t.was_active & t.is_active
        belongs = {
            "new": comes & t.is_first,
            "reactivation": comes & ~t.is_first,
            "expansion": stays & (_change(t) > 0),
            "contraction": stays & (_change(t) < 0),
            "churn": t.was_active & ~t.is_active,
        }[kind]
        return belongs.ifelse(_change(t), 0.0)

    return part


STATES = Term(
    "subscription_stretches",
    first="from_on",
    place=account_states,
    where=lambda t: t.is_subscription,
    sums={"start": lambda t: t.start_mrr, "end": lambda t: t.end_mrr, **{kind: movement(kind) for kind in MOVEMENTS}},
)
"""Accounts with their MRR at both ends of the period."""


def _total(cells: Cells, name: str) -> Floats:
    return settled(cells[POPULATION].total(name))


@dataclass(frozen=True)
class Mrr:
    """MRR at the end of the period; start and movements add up to it at any grain."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The pair of states of each account."""
        del question
        return {POPULATION: STATES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        further = {name: Further(Estimates.bare(_total(cells, name))) for name in ("start", *MOVEMENTS)}
        return Estimated(Estimates.bare(_total(cells, "end")), cells[POPULATION].count(), further)

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account with what it pays at the end."""
        del question
        return (Reading(STATES, ("account_id",), STATES.sums["end"]),)


@dataclass(frozen=True)
class ExpansionMrr:
    """What existing customers came to pay more."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The pair of states of each account."""
        del question
        return {POPULATION: STATES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """A full sum, without interval."""
        del question
        return Estimated(Estimates.bare(_total(cells, "expansion")), cells[POPULATION].count())

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account with what it came to pay more."""
        del question
        return (Reading(STATES, ("account_id",), movement("expansion")),)


@dataclass(frozen=True)
class QuickRatio:
    """What was gained for each unit lost."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """The pair of states of each account."""
        del question
        return {POPULATION: STATES}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """(new + expansion + reactivation) / -(contraction + churn); nothing lost = no figure."""
        del question
        n = cells[POPULATION].count()
        gained = _total(cells, "new") + _total(cells, "expansion") + _total(cells, "reactivation")
        lost = -(_total(cells, "contraction") + _total(cells, "churn"))
        value = Estimates.bare(divide(gained, lost)).where(lost > 0)
        why = {int(row): "nothing_lost" for row in np.flatnonzero((lost <= 0) & (n > 0))}
        return Estimated(value, n, why_null=why)

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account: gained above, lost below."""
        del question
        return (Reading(STATES, ("account_id",), _lost, _gained),)


def _gained(t: ir.Table) -> ir.Value:
    return movement("new")(t) + movement("expansion")(t) + movement("reactivation")(t)


def _lost(t: ir.Table) -> ir.Value:
    return -(movement("contraction")(t) + movement("churn")(t))


NEEDS = ("subscription_periods.mrr",)
CHARTMOGUL_MOVEMENTS = "https://help.chartmogul.com/hc/en-us/articles/203299912-Data-Table-and-MRR-Movements-"
CHANGE_BY_CHANGE = {
    "en": "Movements are added up change by change; we compare the two ends of the period",
    "fr": "Les mouvements s’additionnent changement par changement ; nous comparons les deux bouts de la période",
}

METRICS: tuple[Metric, ...] = (
    Metric(
        "mrr",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Monthly recurring revenue at the end of the period, with what moved it",
            "fr": "Revenu mensuel récurrent à la fin de la période, et ce qui l’a fait bouger",
        },
        estimator=Mrr(),
        settings=("churn",),
        needs=NEEDS,
        estimates=("start", *MOVEMENTS),
        moves=MOVEMENTS,
        moves_from="start",
        presets={
            "chartmogul": Preset(
                MrrByMovements(),
                {
                    "en": "The same MRR, with every movement of the period added up",
                    "fr": "Le même MRR, chaque mouvement de la période étant additionné",
                },
                CHARTMOGUL_MOVEMENTS,
                why=CHANGE_BY_CHANGE,
            ),
        },
        counts=True,
    ),
    Metric(
        "expansion_mrr",
        unit=CURRENCY,
        better=Better.HIGHER,
        meaning={
            "en": "Monthly recurring revenue that existing customers came to pay more",
            "fr": "Revenu mensuel récurrent que les clients existants paient en plus",
        },
        estimator=ExpansionMrr(),
        settings=("churn",),
        needs=NEEDS,
        presets={
            "chartmogul": Preset(
                SumOfMovements("expansion"),
                {
                    "en": "Every increase of an existing customer's MRR in the period",
                    "fr": "Chaque hausse du MRR d’un client existant dans la période",
                },
                CHARTMOGUL_MOVEMENTS,
                why=CHANGE_BY_CHANGE,
            ),
        },
        counts=True,
    ),
    Metric(
        "quick_ratio",
        unit="ratio",
        better=Better.HIGHER,
        meaning={
            "en": "Recurring revenue gained for each unit lost",
            "fr": "Revenu récurrent gagné pour chaque unité perdue",
        },
        estimator=QuickRatio(),
        settings=("churn",),
        needs=NEEDS,
        presets={
            "baremetrics": Preset(
                GainedOverLost(("new", "expansion")),
                {
                    "en": "New and expansion MRR over contraction and churned MRR",
                    "fr": "MRR nouveau et d’expansion sur MRR réduit et perdu",
                },
                "https://changelog.baremetrics.com/new-quick-ratio-metric-4ohZDy",
                why={
                    "en": "It leaves out reactivation and adds up movements change by change",
                    "fr": "Elle laisse de côté les retours et additionne les mouvements un par un",
                },
                before=(Step(CHANGE_BY_CHANGE, GainedOverLost(("new", "expansion", "reactivation"))),),
                last={
                    "en": "What returning customers pay is no longer gained",
                    "fr": "Ce que paient les clients qui reviennent n’est plus compté comme gagné",
                },
            ),
        },
    ),
)
