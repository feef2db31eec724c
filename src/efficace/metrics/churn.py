"""Estimators of churn and revenue retention, over states at both ends of a period (CONTRACT F)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from efficace.metrics.cells import Cells
from efficace.metrics.estimators import POPULATION, each
from efficace.metrics.metric import SHARE, Estimated, Expression, Further, Reading, Term, no_rows
from efficace.metrics.question import Question
from efficace.metrics.states import customers_of_start, joined_customers, paying_accounts
from efficace.stats.estimate import Estimates, divide
from efficace.stats.rates import wilson
from efficace.stats.retained import Retained, kept_share, kept_with_gain

if TYPE_CHECKING:
    import ibis.expr.types as ir

STRETCHES = "subscription_stretches"
AT_START = "no_customers_at_start"
SHOWN = ("is_active", "end_kind")


@dataclass(frozen=True)
class CustomerChurn:
    """Customers of the start who are not active at the end; who came and went inside stands apart.

    Attributes:
        leavers: ``start`` counts those of the start, ``all`` also those who came inside the period.
        base: What they are divided by: customers of the start, or those and all who joined.
    """

    leavers: Literal["start", "all"] = "start"
    base: Literal["start", "start_and_joined"] = "start"

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Customers at the start with what became of them, and those who only passed through."""
        del question
        lost: dict[str, Expression] = {"lost": lambda t: (~t.is_active).cast("int64")}
        for kind in ("voluntary", "involuntary", "unknown"):
            lost[kind] = _lost_as(kind)
        lost["provisional"] = lambda t: (~t.is_active & t.is_provisional.fill_null(False)).cast("int64")
        early: dict[str, Expression] = {"early": lambda t: (~t.is_active).cast("int64")}
        return {
            POPULATION: Term(STRETCHES, first="from_on", place=customers_of_start, sums=lost),
            "joined": Term(STRETCHES, first="from_on", place=joined_customers, sums=early, begins=False),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Lost over active at the start, by cause."""
        del question
        term = cells[POPULATION]
        early = cells["joined"].total("early")
        start = term.count()
        n = start + (cells["joined"].count() if self.base == "start_and_joined" else 0.0)
        lost = term.total("lost") + (early if self.leavers == "all" else 0.0)
        main = wilson(np.minimum(lost, n), n) if self.leavers == "start" else Estimates.bare(divide(lost, n))
        parts = {
            kind: Further(Estimates.bare(divide(term.total(kind), start)), SHARE)
            for kind in ("voluntary", "involuntary", "unknown")
        }
        provisional = Further(Estimates.bare(term.total("provisional")), "customers")
        further = {"early_leavers": Further(Estimates.bare(early), "customers"), **parts, "provisional": provisional}
        return Estimated(main, n, further, no_rows(n, AT_START))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Customers of the start, and of those who joined what the definition counts."""
        terms = self.terms(question)
        came = Reading(
            terms["joined"],
            ("account_id",),
            each if self.base == "start_and_joined" else _none,
            _lost if self.leavers == "all" else _none,
            SHOWN,
        )
        return (Reading(terms[POPULATION], ("account_id",), each, _lost, SHOWN), came)


def _lost(t: ir.Table) -> ir.Value:
    return (~t.is_active).cast("int64")


def _none(t: ir.Table) -> ir.Value:
    import ibis

    del t
    return ibis.literal(0)


def _lost_as(kind: str) -> Expression:
    return lambda t: (~t.is_active & (t.end_kind.fill_null("unknown") == kind)).cast("int64")


@dataclass(frozen=True)
class RevenueRetention:
    """What the customers of the start still pay at the end, over what they paid: with or without expansion."""

    with_expansion: bool

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Sums over accounts of the pair of states."""
        del question

        return {POPULATION: Term(STRETCHES, first="from_on", place=paying_accounts, sums=RETAINED)}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """What is kept over what was paid, by the sums over accounts."""
        del question
        term = cells[POPULATION]
        n = term.count()
        of = Retained(n, **{name: term.total(name) for name in RETAINED})
        main = kept_with_gain(of) if self.with_expansion else kept_share(of)
        return Estimated(main, n, why_null=no_rows(n, AT_START))

    def readings(self, question: Question) -> tuple[Reading, ...]:
        """Each account of the start: what it still pays over what it paid."""
        above = _at_the_end if self.with_expansion else _kept
        term = self.terms(question)[POPULATION]
        return (Reading(term, ("account_id",), RETAINED["start"], above, ("start_mrr", "end_mrr")),)


def _at_the_end(t: ir.Table) -> ir.Value:
    return t.end_mrr


def _kept(t: ir.Table) -> ir.Value:
    import ibis

    return ibis.least(t.end_mrr, t.start_mrr)


def _gain(t: ir.Table) -> ir.Value:
    import ibis

    return ibis.greatest(t.end_mrr - t.start_mrr, 0.0)


def _part(t: ir.Table, money: ir.Value) -> ir.Value:
    """Money in parts of what the account paid, at most twice that: a tiny account that grows is no giant."""
    import ibis

    return ibis.least((money / t.start_mrr.nullif(0.0)).fill_null(0.0), 2.0)


def _squared(of: Expression) -> Expression:
    return lambda t: of(t) * of(t)


RETAINED: Mapping[str, Expression] = {
    "start": lambda t: t.start_mrr,
    "start_squares": lambda t: t.start_mrr * t.start_mrr,
    "kept": _kept,
    "part": lambda t: _part(t, _kept(t)),
    "part_squares": _squared(lambda t: _part(t, _kept(t))),
    "losers": lambda t: (t.end_mrr < t.start_mrr).cast("int64"),
    "gain": _gain,
    "gain_squares": _squared(_gain),
    "growth_squares": _squared(lambda t: _part(t, _gain(t))),
}
"""Sums over the accounts of a start: see ``Retained``."""
